"""What is the cheapest thing to add to reach the next tier (凑单)?

Each candidate is added to the cart and the whole is priced anew with the best cards, so that what the addition changes
elsewhere (another card, a lost rate) counts too. Only those count that make an instrument give which gave nothing, or
reach a higher tier or one time more. Of these the one with the least extra cost wins, then the one of more value, then
the smaller id. Extra cost may be negative: then the larger basket costs less.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from peakday.trade.promotions.errors import CartTooLarge, InstrumentsDoNotStack
from peakday.trade.promotions.model import Cart, Counts, Id, Instrument, Line, PriceRules, Tiers
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.rules.best_price import BestPrice, best_price
from peakday.trade.promotions.rules.cart_price import price_cart
from peakday.trade.promotions.rules.thresholds import missing_to

CANDIDATES_MAX = 60


@dataclass(frozen=True, slots=True)
class NextTier:
    """What is missing to the next tier of an instrument (minor units or pieces), when it acts beside the offers."""

    instrument_id: Id
    missing: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Addition:
    """A line to add, the price before and after, and the instruments that reach more by it."""

    line: Line
    before: BestPrice
    after: BestPrice
    reached: tuple[Id, ...]

    @property
    def value_minor(self) -> int:
        """What the added goods cost by themselves, at list price."""
        return self.line.price_minor * self.line.quantity

    @property
    def extra_minor(self) -> int:
        """What the buyer pays more in all; negative when the larger basket costs less."""
        return self.after.cost_minor - self.before.cost_minor


def next_tiers(
    cart: Cart, offers: Sequence[Instrument], wallet: Iterable[Instrument], rules: PriceRules
) -> list[NextTier]:
    """What is missing to the next tier of every offer, and of every card that may act beside the offers.

    Least missing money first, then pieces. Refuses as `price_cart` does.
    """
    found = tiers_ahead(price_cart(cart, offers, rules), {offer.instrument_id: offer for offer in offers})
    for card in wallet:
        try:
            priced = price_cart(cart, [*offers, card], rules)
        except InstrumentsDoNotStack:
            continue
        found += tiers_ahead(priced, {card.instrument_id: card})
    return sorted(found, key=lambda each: (each.counts, each.missing, str(each.instrument_id)))


def cheapest_addition(
    cart: Cart,
    candidates: Iterable[Line],
    offers: Sequence[Instrument],
    wallet: Sequence[Instrument],
    rules: PriceRules,
    reach: Id | None = None,
) -> Addition | None:
    """The candidate that reaches a further tier (of `reach`, or of any instrument) for least; None when none does.

    At most `CANDIDATES_MAX` candidates, with names that no line of the cart has. Refuses as `price_cart` does.
    """
    lines = list(candidates)
    if len(lines) > CANDIDATES_MAX:
        raise CartTooLarge(limit=CANDIDATES_MAX, what="candidates", count=len(lines))
    before = best_price(cart, offers, wallet, rules)
    found = []
    for line in lines:
        after = best_price(replace(cart, lines=(*cart.lines, line)), offers, wallet, rules)
        reached = _reached_more(before.priced, after.priced)
        if reached and (reach is None or reach in reached):
            found.append(Addition(line, before, after, reached))
    return min(found, key=lambda each: (each.extra_minor, -each.value_minor, each.line.line_id), default=None)


def tiers_ahead(priced: PricedCart, asked: Mapping[Id, Instrument]) -> list[NextTier]:
    """What is missing to the next tier of these instruments in a cart that was priced with them."""
    found = [
        NextTier(each.instrument_id, each.missing, each.counts)
        for each in priced.unused
        if each.instrument_id in asked and each.missing
    ]
    for step in priced.steps:
        for identity in step.instrument_ids:
            benefit = asked[identity].benefit if identity in asked else None
            missing = missing_to(benefit, step.counted, step.counted) if isinstance(benefit, Tiers) else 0
            if missing:
                found.append(NextTier(identity, missing, step.counts))
    return found


def _reached_more(before: PricedCart, after: PricedCart) -> tuple[Id, ...]:
    """The instruments that reach a higher tier, or their tier once more."""
    known = _reached(before)
    more = [identity for identity, reached in _reached(after).items() if reached > known.get(identity, (-1, 0))]
    return tuple(sorted(more, key=str))


def _reached(priced: PricedCart) -> dict[Id, tuple[int, int]]:
    return {
        identity: (step.tier.at, step.times)
        for step in priced.steps
        if step.tier is not None
        for identity in step.instrument_ids
    }
