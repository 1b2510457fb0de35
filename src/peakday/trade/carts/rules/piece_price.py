"""What does one piece cost this shopper by itself?

The lowest offer that holds for them, else what the catalogue asks. A live room's price is for who comes from a live
room, a member's price for members; an offer in another currency than the SKU's is nobody's.
"""

from collections.abc import Sequence

from peakday.trade.price_history.model import Offer, OfferKind

MEMBER = "member"  # the tag of buyers who get members' prices


def lowest_offer(
    offers: Sequence[Offer], currency: str, tags: frozenset[str], *, is_in_live_room: bool
) -> Offer | None:  # fmt: skip
    """The offer that sets the price; None: the catalogue does. Ties go to the earlier offer."""
    able = [
        each
        for each in offers
        if each.currency == currency
        and (each.kind is not OfferKind.LIVE or is_in_live_room)
        and (each.kind is not OfferKind.MEMBER or MEMBER in tags)
    ]
    return min(able, key=lambda each: (each.price_minor, each.offer_no or 0), default=None)
