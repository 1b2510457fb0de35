"""Is a gift dearer than what must be bought to get it?"""

from collections.abc import Sequence
from datetime import datetime

from peakday.operations.health.model import WITNESS_LINE, Reach, Ware
from peakday.operations.health.rules.check_limits import CheckLimits
from peakday.trade.promotions.api import price_cart
from peakday.trade.promotions.model import BASIS, Cart, Counts, GiftOffer, Instrument, Line, PriceRules

PIECES_MAX = 200


def is_too_dear(offer: GiftOffer, gift: Ware, cheapest: Ware, limits: CheckLimits) -> bool:
    """Whether the gift's list price reaches the threshold; one of pieces is worth that many of the cheapest goods."""
    threshold = offer.at * cheapest.price_minor if offer.counts is Counts.PIECES else offer.at
    return gift.price_minor > 0 and gift.price_minor * offer.quantity * BASIS >= threshold * limits.gift_share_bp


def gift_witness(
    instrument: Instrument, offer: GiftOffer, wares: Sequence[Ware], at: datetime, rules: PriceRules
) -> Reach | None:
    """The smallest basket with which the calculator really hands the gift out; None when none of these goods do."""
    best: Reach | None = None
    for ware in wares:
        each = 1 if offer.counts is Counts.PIECES else max(ware.price_minor, 1)
        pieces = max(-(-offer.at // each), 1)
        if pieces > PIECES_MAX or (best is not None and ware.price_minor * pieces >= best.paid_minor):
            continue
        line = Line(
            WITNESS_LINE, ware.sku_id, ware.item_id, ware.shop_id, ware.price_minor, pieces, ware.category_ids,
            instrument.live_room_id,
        )  # fmt: skip
        tags = frozenset([min(instrument.audience)]) if instrument.audience else frozenset()
        cart = Cart(lines=(line,), currency=ware.currency, at=at, tags=tags)
        priced = price_cart(cart, [instrument], rules)
        if priced.gifts:
            best = Reach(ware.sku_id, priced.lines[0].paid_minor, pieces, cart, (instrument,), rules.name)
    return best
