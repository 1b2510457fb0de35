"""May a shopper take this card now?

The window is looked at first, then who may, then how many this buyer took, then whether any is left: the answer names
the reason that waiting would not cure before the one that it would.
"""

from datetime import datetime

from peakday.trade.promotions.claiming import Claimer, Claimers, Claiming, ClaimState
from peakday.trade.promotions.model import Kind

CLAIMABLE_KINDS = frozenset({  # a card of money (coins, gift card) is earned or bought, not taken
    Kind.SHOP_COUPON, Kind.ITEM_COUPON, Kind.SHOP_RED_PACKET, Kind.LIVE_COUPON, Kind.CATEGORY_COUPON,
    Kind.PLATFORM_COUPON, Kind.RED_PACKET,
})  # fmt: skip


def claim_state(claiming: Claiming, claimer: Claimer, left: int | None, now: datetime) -> ClaimState:
    """Whether the claimer may take one at this instant, or why not; `left` cards are still to be given (None: any)."""
    if claiming.closed_at is not None or (claiming.claim_until is not None and now >= claiming.claim_until):
        return ClaimState.OVER
    if not _is_meant(claiming.who, claimer):
        return ClaimState.NOT_FOR_YOU
    if claimer.claimed >= claiming.per_buyer:
        return ClaimState.TAKEN
    if left is not None and left <= 0:
        return ClaimState.GONE
    return ClaimState.OPEN if now >= claiming.claim_from else ClaimState.NOT_YET


def _is_meant(who: Claimers, claimer: Claimer) -> bool:
    if who is Claimers.REGISTERED:
        return not claimer.is_guest
    if who is Claimers.NEW_HERE:
        return not claimer.is_guest and not claimer.has_used
    return True
