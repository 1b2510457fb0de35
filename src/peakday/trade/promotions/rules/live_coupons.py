"""Which of a live room's coupons does a buyer get?

Among those that are valid and in stock the highest face; of equal faces the one with most stock; then the smaller id.
"""

from collections.abc import Iterable
from datetime import datetime

from peakday.trade.promotions.model import Instrument, Kind, Tiers


def pick_live_coupon(coupons: Iterable[Instrument], at: datetime) -> Instrument | None:
    """The live coupon that a buyer gets at an instant; None when none is valid and in stock."""
    ready = [
        coupon
        for coupon in coupons
        if coupon.kind is Kind.LIVE_COUPON
        and (coupon.stock_left is None or coupon.stock_left > 0)
        and (coupon.valid_from is None or coupon.valid_from <= at)
        and (coupon.valid_until is None or at < coupon.valid_until)
    ]
    return min(ready, key=_rank, default=None)


def _rank(coupon: Instrument) -> tuple[int, bool, int, str]:
    face = max(tier.off for tier in coupon.benefit.tiers) if isinstance(coupon.benefit, Tiers) else 0
    stock = coupon.stock_left
    return -face, stock is not None, -(stock or 0), str(coupon.instrument_id)
