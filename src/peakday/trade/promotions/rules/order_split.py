"""Would several orders pay less than one?

A tier that repeats, a card of which an order holds one, a group of the checkout count anew in each order; against that
stand thresholds that the parts no longer reach, and postage that every order pays again. Orders are priced one after
the other by the same search: a card serves once, and limits and budgets count what earlier orders used.

Every way into two orders is tried while lines are few; else lines and whole shops are moved as long as that pays.
A split is a proposal, not the best of all: it is shown only when it costs less.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from peakday.trade.promotions.model import Cart, Id, Instrument, PriceRules, Used
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.rules.best_price import BestPrice, best_price

LINES_EXHAUSTED_MAX = 6  # every way into two orders
TRIED_MAX = 120  # ways to split, each priced as a whole
ORDERS_MAX = 4

Parts = tuple[frozenset[str], ...]  # the line ids of each order


@dataclass(frozen=True, slots=True)
class SplitOrder:
    """One order of a split."""

    cart: Cart
    best: BestPrice

    @property
    def cost_minor(self) -> int:
        """The goods and their postage."""
        return self.best.cost_minor + self.best.priced.postage_minor


@dataclass(frozen=True, slots=True)
class Split:
    """The cheapest split that was found (one order when none is cheaper), and what one order costs."""

    orders: tuple[SplitOrder, ...]
    whole: SplitOrder
    tried: int

    @property
    def cost_minor(self) -> int:
        """All orders with their postage."""
        return sum(order.cost_minor for order in self.orders)

    @property
    def saved_minor(self) -> int:
        """What splitting saves."""
        return self.whole.cost_minor - self.cost_minor


def best_split(cart: Cart, offers: Sequence[Instrument], wallet: Sequence[Instrument], rules: PriceRules) -> Split:
    """The cheapest way found to order this basket, in one order or several. Refuses as `price_cart` does."""
    search = _Search(cart, list(offers), list(wallet), rules, {})
    everything: Parts = (frozenset(line.line_id for line in cart.lines),)
    whole = search.price(everything)
    best = everything
    for parts in _two_parts(cart) if len(cart.lines) <= LINES_EXHAUSTED_MAX else _by_shop(cart):
        best = search.better(best, parts)
    has_moved = len(cart.lines) > 1
    while has_moved:
        last = best
        for parts in _moves(cart, last):
            best = search.better(best, parts)
        has_moved = best != last and len(search.seen) < TRIED_MAX
    return Split(search.price(best), whole[0], len(search.seen))


@dataclass(slots=True)
class _Search:
    cart: Cart
    offers: list[Instrument]
    wallet: list[Instrument]
    rules: PriceRules
    seen: dict[Parts, tuple[SplitOrder, ...]]

    def better(self, best: Parts, parts: Parts) -> Parts:
        """The cheaper of two ways; of equals the first. A way too many is not tried."""
        if parts not in self.seen and len(self.seen) >= TRIED_MAX:
            return best
        cost, known = (sum(order.cost_minor for order in self.price(each)) for each in (parts, best))
        return parts if cost < known else best

    def price(self, parts: Parts) -> tuple[SplitOrder, ...]:
        """The orders of a way to split, priced in turn."""
        found = self.seen.get(parts)
        if found is None:
            found = self.seen[parts] = tuple(self._in_turn(parts))
        return found

    def _in_turn(self, parts: Parts) -> Iterator[SplitOrder]:
        offers, wallet, used = self.offers, self.wallet, dict(self.cart.used)
        for part in parts:
            cart = _part_of(self.cart, part, used)
            best = best_price(cart, offers, wallet, self.rules)
            yield SplitOrder(cart, best)
            wallet = [card for card in wallet if card.instrument_id not in best.cards]
            gave = {identity for step in best.priced.steps for identity in step.instrument_ids}
            for instrument in [*offers, *self.wallet]:
                if instrument.instrument_id in gave:
                    before = used.get(instrument.template, Used())
                    used[instrument.template] = Used(before.by_buyer + 1, before.in_total + 1)
            offers = [_less_budget(offer, best.priced) for offer in offers]


def _part_of(cart: Cart, part: frozenset[str], used: dict[Id, Used]) -> Cart:
    lines = tuple(line for line in cart.lines if line.line_id in part)
    shops = {line.shop_id for line in lines}
    postage = {shop: minor for shop, minor in cart.postage.items() if shop in shops}
    return replace(cart, lines=lines, postage=postage, used=dict(used))


def _less_budget(offer: Instrument, priced: PricedCart) -> Instrument:
    """The offer with what is left of its funders' budgets."""
    if all(entry.budget_left_minor is None for entry in offer.funding):
        return offer
    shares = [share for line in priced.lines for share in line.shares if share.instrument_id == offer.instrument_id]
    funding = []
    for entry in offer.funding:
        given = sum(share.minor for share in shares if share.funder is entry.funder)
        left = None if entry.budget_left_minor is None else entry.budget_left_minor - given
        funding.append(replace(entry, budget_left_minor=left))
    return replace(offer, funding=tuple(funding))


def _two_parts(cart: Cart) -> Iterator[Parts]:
    """Every way into two orders, in both turns."""
    names = sorted(line.line_id for line in cart.lines)
    for bits in range(1, 2 ** len(names) - 1):
        first = frozenset(name for at, name in enumerate(names) if bits >> at & 1)
        yield first, frozenset(names) - first


def _by_shop(cart: Cart) -> Iterator[Parts]:
    """Each shop alone and the others together."""
    names = frozenset(line.line_id for line in cart.lines)
    for shop in sorted({line.shop_id for line in cart.lines}, key=str):
        own = frozenset(line.line_id for line in cart.lines if line.shop_id == shop)
        if own != names:
            yield own, names - own


def _moves(cart: Cart, parts: Parts) -> Iterator[Parts]:
    """One line moved to another order, or to a new one; the dearest lines first."""
    worth = sorted(cart.lines, key=lambda line: (-line.price_minor * line.quantity, line.line_id))
    for line in worth:
        home = next(at for at, part in enumerate(parts) if line.line_id in part)
        for there in range(min(len(parts) + 1, ORDERS_MAX)):
            if there != home and not (there == len(parts) and len(parts[home]) == 1):
                moved = [*parts, frozenset[str]()]
                moved[home] -= {line.line_id}
                moved[there] |= {line.line_id}
                yield tuple(part for part in moved if part)
