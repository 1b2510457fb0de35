"""What is the lowest final price A that any buyer can reach for a SKU, from now on?

First a bound over everything at once (`price_floor`): a SKU that it clears is safe, and most are. For the others every
scene (instant × kind of buyer) is bounded, and in the scenes that may hold a lower price the baskets of `baskets` are
priced by the calculator itself, the lowest bound first. What is answered was always priced by the calculator: A is
reached by its witness. A price between the bound and A may exist that no basket here finds; none below the bound does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from heapq import nlargest
from itertools import islice, product

from peakday.kernel.clock import day_of
from peakday.operations.health.model import WITNESS_LINE, Buyer, Presale, Reach, RulesOn, Ware
from peakday.operations.health.rules.baskets import Scene, baskets
from peakday.operations.health.rules.moments import buyers, is_open_to, moments, plain_buyer
from peakday.operations.health.rules.price_floor import (
    base_price,
    cut_above,
    is_asked_of,
    presale_floor,
    price_floor,
    single_price,
)  # fmt: skip
from peakday.operations.health.rules.shelf import Shelf
from peakday.trade.promotions.api import price_cart
from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import Cart, Instrument, Line, PriceRules, Tiers
from peakday.trade.promotions.priced import PricedCart

RIVALS_MAX = 3  # of a group that are tried, by what they can take off
CHOICES_MAX = 12
CONFLICTS_MAX = 4  # of one set of instruments: each halves it in two ways
VERSIONS_MAX = 10


@dataclass(slots=True)
class _Best:
    """The lowest price so far; `below` is what a price must be under to be of interest."""

    below: Fraction | None
    reach: Reach | None = None

    def is_beaten_by(self, price: Fraction | int) -> bool:
        return self.below is None or price < self.below


def floor_ever(ware: Ware, shelf: Shelf, rules: Sequence[PriceRules]) -> int:
    """A price that a piece cannot fall below at any time for any buyer: quick, and never too high."""
    instruments = shelf.instruments_of(ware)
    base = min([ware.price_minor, *[asked.price_minor for asked in ware.asked]])
    floors = [price_floor(ware, instruments, base, one, shelf) for one in rules] if instruments else [base]
    floors += [presale_floor(presale, instruments, one) for presale in ware.presales for one in rules]
    return min(floors)


def rules_ahead(now: datetime, rules_on: RulesOn) -> list[PriceRules]:
    """The rules that hold now, and those after them where levels or groups differ: what a bound depends on."""
    rules = [rules_on(day_of(now))]
    while rules[-1].effective_to is not None and len(rules) < VERSIONS_MAX:
        rules.append(rules_on(rules[-1].effective_to + timedelta(days=1)))
    shapes = {tuple((kind, rule.level, rule.group) for kind, rule in one.kinds.items()): one for one in reversed(rules)}
    return list(shapes.values())


def lowest_reachable(
    ware: Ware, shelf: Shelf, now: datetime, rules_on: RulesOn, below_minor: int | None = None
) -> Reach | None:
    """The lowest price of one piece with its witness; with `below_minor` only if it is under that, else None."""
    best = _Best(None if below_minor is None else Fraction(below_minor))
    found = [
        (_floor_of(scene, shelf), number, scene) for number, scene in enumerate(scenes(ware, shelf, now, rules_on))
    ]
    for floor, _, scene in sorted(found, key=lambda entry: entry[:2]):
        if best.is_beaten_by(floor):
            _search(scene, shelf, best)
    return best.reach


def lowest_by_moment(ware: Ware, shelf: Shelf, now: datetime, rules_on: RulesOn, below_minor: int) -> list[Reach]:
    """The lowest price in each span between two changes in which it is under `below_minor`, in order of time."""
    bests: dict[datetime, _Best] = {}
    found = [
        (_floor_of(scene, shelf), number, scene) for number, scene in enumerate(scenes(ware, shelf, now, rules_on))
    ]
    for floor, _, scene in sorted(found, key=lambda entry: entry[:2]):
        best = bests.setdefault(scene.at, _Best(Fraction(below_minor)))
        if best.is_beaten_by(floor):
            _search(scene, shelf, best)
    return [bests[at].reach for at in sorted(bests) if bests[at].reach is not None]  # type: ignore[misc]


def enumerate_prices(
    ware: Ware, shelf: Shelf, now: datetime, rules_on: RulesOn
) -> tuple[int, Fraction | None]:  # fmt: skip
    """The plain form: every basket priced, without any bound; how many, and the lowest."""
    best, tried = _Best(None), 0
    for scene in scenes(ware, shelf, now, rules_on):
        for chosen in _choices(scene):
            for lines in baskets(scene, chosen, shelf):
                _try(scene, chosen, lines, best)
                tried += 1
    return tried, best.reach.price if best.reach is not None else None


def scenes(ware: Ware, shelf: Shelf, now: datetime, rules_on: RulesOn) -> Iterator[Scene]:
    """Every instant and kind of buyer at which something else can be used; each set of instruments once a span."""
    instruments = shelf.instruments_of(ware)
    instants = moments(ware, instruments, now, rules_on)
    kinds = buyers(ware, instruments)
    for number, at in enumerate(instants):
        until = instants[number + 1] if number + 1 < len(instants) else None
        rules = rules_on(day_of(at))
        seen = set()
        for buyer in kinds:
            usable = tuple(one for one in instruments if is_open_to(one, buyer, at))
            base = base_price(ware, buyer, at)
            key = (tuple(map(id, usable)), base)
            if key in seen:
                continue
            seen.add(key)
            yield Scene(ware, at, until, buyer, usable, base, rules)
            for presale in _presales(ware, at):
                yield Scene(ware, at, until, buyer, usable, presale.terms.price_minor, rules, presale)


def _presales(ware: Ware, at: datetime) -> list[Presale]:
    return [presale for presale in ware.presales if presale.holds_at(at)]


def _floor_of(scene: Scene, shelf: Shelf) -> int:
    if scene.presale is not None:
        return presale_floor(scene.presale, scene.instruments, scene.rules)
    return price_floor(scene.ware, scene.instruments, scene.base_minor, scene.rules, shelf)


def _search(scene: Scene, shelf: Shelf, best: _Best) -> None:
    """Price the scene's baskets with each choice of instruments."""
    floor = _floor_of(scene, shelf)
    for chosen in _choices(scene):
        for lines in baskets(scene, chosen, shelf):
            _try(scene, chosen, lines, best)
            if best.reach is not None and best.reach.price <= floor:
                return


def _choices(scene: Scene) -> Iterable[Sequence[Instrument]]:
    """Sets of instruments with one of each group, those first that can take most off."""
    item_minor = single_price(scene.ware, scene.instruments, scene.base_minor)
    always: list[Instrument] = []
    groups: dict[str, list[tuple[int, int, Instrument]]] = {}
    for number, instrument in enumerate(scene.instruments):
        group = instrument.group if instrument.group is not None else scene.rules.kinds[instrument.kind].group
        benefit = instrument.benefit
        cut = cut_above(instrument, benefit, item_minor, scene.rules) if isinstance(benefit, Tiers) else 0
        if group is None:
            always.append(instrument)
        else:
            groups.setdefault(group, []).append((cut, -number, instrument))
    rivals = [nlargest(RIVALS_MAX, members, key=lambda entry: entry[:2]) for members in groups.values()]
    picks = islice(product(*rivals), RIVALS_MAX**4)
    ranked = nlargest(CHOICES_MAX, picks, key=lambda pick: sum(entry[0] for entry in pick))
    return [[*always, *[entry[2] for entry in pick]] for pick in ranked]


def _try(scene: Scene, chosen: Sequence[Instrument], lines: tuple[Line, ...], best: _Best) -> None:
    cart = Cart(
        lines=lines, currency=scene.ware.currency, at=scene.at, tags=scene.buyer.tags, channel=scene.buyer.channel
    )  # fmt: skip
    for priced, used in _priced(cart, list(chosen), scene.rules):
        own = next(line for line in priced.lines if line.line_id == WITNESS_LINE)
        if best.is_beaten_by(Fraction(own.paid_minor, own.quantity)):
            best.reach = _reach(scene, cart, used, own.paid_minor)
            best.below = best.reach.price


def _priced(
    cart: Cart, used: list[Instrument], rules: PriceRules, conflicts: int = 0
) -> Iterator[tuple[PricedCart, list[Instrument]]]:  # fmt: skip
    """The cart's price; where two may not meet, its prices with either of them."""
    try:
        yield price_cart(cart, used, rules), used
    except InstrumentsDoNotStack as refusal:
        if conflicts == CONFLICTS_MAX:
            return
        for name in (refusal.data["first"], refusal.data["second"]):
            rest = [one for one in used if one.instrument_id != name]
            yield from _priced(cart, rest, rules, conflicts + 1)


def _reach(scene: Scene, cart: Cart, used: Sequence[Instrument], paid_minor: int) -> Reach:
    """The witness with the plainest buyer and only the instruments that gave something; priced again to be sure."""
    given = price_cart(cart, used, scene.rules).given_by_instrument()
    needed = tuple(one for one in used if one.instrument_id in given)
    tag, is_live = _asked_as(scene)
    buyer = plain_buyer(scene.buyer, needed, tag, is_live_price=is_live)
    lines = tuple(line._replace(live_room_id=buyer.live_room_id) for line in cart.lines)
    plain = replace(cart, lines=lines, tags=buyer.tags)
    again = next(line for line in price_cart(plain, needed, scene.rules).lines if line.line_id == WITNESS_LINE)
    if again.paid_minor <= paid_minor:
        paid_minor = again.paid_minor
    else:  # one that gave nothing had kept another from acting: keep all
        plain, needed = cart, tuple(used)
    return Reach(scene.ware.sku_id, paid_minor, again.quantity, plain, needed, scene.rules.name, scene.until)


def _asked_as(scene: Scene) -> tuple[str | None, bool]:
    """For whom the price of the scene was asked: the tag, and whether it is a live one; plain where it can be."""
    if scene.presale is not None or base_price(scene.ware, Buyer(), scene.at) == scene.base_minor:
        return None, False
    asked = next(
        one for one in scene.ware.asked
        if one.price_minor == scene.base_minor and one.holds_at(scene.at) and is_asked_of(one, scene.buyer)
    )  # fmt: skip
    return asked.tag, asked.is_live
