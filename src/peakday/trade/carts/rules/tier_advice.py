"""What is missing to more, and what would it bring?

Of the instruments that act, what the priced cart itself says. Of cards that stayed in the wallet because their
threshold is not reached, the cart is priced anew with each, once for cards that are alike; how many is bounded by the
size of the cart, and those whose goods come nearest to their threshold go first. The least missing money stands first.
"""

from collections.abc import Hashable

from peakday.trade.carts.quoted import Quote
from peakday.trade.carts.viewed import Advice
from peakday.trade.promotions.api import NextTier, price_cart, tiers_ahead
from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import Counts, Id, Instrument, Tier, Tiers

ADVICE_MAX = 10
WORK_MAX = 300  # lines priced anew


def tier_advice(quote: Quote) -> tuple[Advice, ...]:
    """What is missing to the next tier of what acts and of what could."""
    if not quote.cart.lines:
        return ()
    known: dict[Id, Instrument] = {each.instrument_id: each for each in (*quote.offers, *quote.wallet)}
    used = set(quote.best.cards)
    live = {each.instrument_id for each in quote.offers}
    acting = {key: each for key, each in known.items() if key in used or key in live}
    found = list(tiers_ahead(quote.best.priced, acting))
    cards = _nearest([each for each in quote.wallet if each.instrument_id not in used], quote)
    told: set[Hashable] = set()
    for card in cards[: WORK_MAX // len(quote.cart.lines)]:
        alike = card.kind, card.name, card.benefit, card.scope  # five of one coupon say the same: said once
        ahead = _ahead(quote, card) if alike not in told else ()
        if ahead:
            told.add(alike)
            found += ahead
    ordered = sorted(found, key=lambda each: (each.counts, each.missing, str(each.instrument_id)))
    counted = {key: step.counted for step in quote.best.priced.steps for key in step.instrument_ids}
    advice = [_advice(each, known[each.instrument_id], counted.get(each.instrument_id)) for each in ordered]
    return tuple(each for each in advice if each is not None)[:ADVICE_MAX]


def _ahead(quote: Quote, card: Instrument) -> list[NextTier]:
    try:
        priced = price_cart(quote.cart, [*quote.offers, card], quote.rules)
    except InstrumentsDoNotStack:
        return []
    return tiers_ahead(priced, {card.instrument_id: card})


def _nearest(cards: list[Instrument], quote: Quote) -> list[Instrument]:
    """Cards whose threshold the goods do not reach, the nearest first; by single-item prices, as a first guess."""
    item_minor = {line.line_id: line.item_minor for line in quote.best.priced.lines}
    near = []
    for card in cards:
        if not isinstance(card.benefit, Tiers) or card.benefit.counts is not Counts.MONEY:
            continue
        base = sum(item_minor[line.line_id] for line in quote.cart.lines if _is_in(card, line.shop_id, line.item_id))
        missing = card.benefit.tiers[0].at - base
        if missing > 0 and base:
            near.append((missing, str(card.instrument_id), card))
    return [card for _, _, card in sorted(near, key=lambda each: each[:2])]


def _is_in(card: Instrument, shop_id: Id, item_id: Id) -> bool:
    scope = card.scope
    return (not scope.shop_ids or shop_id in scope.shop_ids) and (not scope.item_ids or item_id in scope.item_ids)


def _advice(ahead: NextTier, instrument: Instrument, counted: int | None) -> Advice | None:
    """`counted` None: it does not act yet, so its lowest tier is the next."""
    benefit = instrument.benefit
    if not isinstance(benefit, Tiers):
        return None  # a gift: told where gifts are
    tiers = sorted(benefit.tiers, key=lambda tier: tier.at)
    above = [tier for tier in tiers if counted is not None and tier.at == counted + ahead.missing]
    tier: Tier = above[0] if above else tiers[0]
    shops = instrument.scope.shop_ids
    return Advice(
        ahead.instrument_id, instrument.name, ahead.missing, ahead.counts, tier.off, benefit.gives,
        next(iter(shops)) if len(shops) == 1 else None,
    )  # fmt: skip
