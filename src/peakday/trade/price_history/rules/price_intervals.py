"""What becomes of the earlier prices of a SKU when a new one is recorded?

Of one kind, one price holds at a time. A new price ends the one that holds when it begins. A price without an end holds
until the next one that is recorded; a price with an end gives way to the earlier one again, if that was to hold longer.
The same price at the same instant is the same fact and changes nothing; another price that begins at that instant, or
within the time of one with an end, contradicts it and is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from peakday.trade.price_history.errors import PriceOverlaps
from peakday.trade.price_history.model import Offer


@dataclass(frozen=True, slots=True)
class Weaving:
    """What to write: stored offers that end earlier now (by their offer_no), and offers to add."""

    ended: dict[int, datetime]
    added: tuple[Offer, ...]


def weave_offers(stored: Iterable[Offer], new: Iterable[Offer]) -> Weaving:
    """Lay new offers over the stored ones of the same SKU and kind. Refuses `PriceOverlaps`."""
    line = sorted(stored, key=_begin)
    before = {offer.offer_no: offer for offer in line}
    for offer in sorted(new, key=_begin):
        _lay(line, offer)
    ended = {
        offer.offer_no: offer.valid_until
        for offer in line
        if offer.offer_no is not None and offer.valid_until and before[offer.offer_no].valid_until != offer.valid_until
    }
    return Weaving(ended, tuple(offer for offer in line if offer.offer_no is None))


def _lay(line: list[Offer], new: Offer) -> None:
    place = next((i for i, one in enumerate(line) if one.valid_from >= new.valid_from), len(line))
    following = line[place] if place < len(line) else None
    if following and following.valid_from == new.valid_from:
        if (following.price_minor, following.currency) == (new.price_minor, new.currency):
            return
        raise _overlap(new, following)
    if following and new.valid_until is None:
        new = new.until(following.valid_from)
    elif following and new.valid_until and following.valid_from < new.valid_until:
        raise _overlap(new, following)
    laid = [new]
    if place and (held := line[place - 1]) and _holds_at(held, new.valid_from):
        line[place - 1] = held.until(new.valid_from)
        laid += _rest(held, new)
    line[place:place] = laid


def _rest(held: Offer, new: Offer) -> list[Offer]:
    """The earlier price again, behind a new one that ends before it."""
    if new.valid_until is None or (held.valid_until is not None and held.valid_until <= new.valid_until):
        return []
    return [
        Offer(held.shop_id, held.item_id, held.sku_id, held.kind, held.price_minor, held.currency, new.valid_until,
              held.valid_until, held.source, held.event_ref)
    ]  # fmt: skip


def _holds_at(offer: Offer, at: datetime) -> bool:
    return offer.valid_until is None or at < offer.valid_until


def _overlap(new: Offer, there: Offer) -> PriceOverlaps:
    return PriceOverlaps(
        sku=new.sku_id, kind=new.kind.value, at=there.valid_from.isoformat(), price=there.price_minor
    )  # fmt: skip


def _begin(offer: Offer) -> datetime:
    return offer.valid_from
