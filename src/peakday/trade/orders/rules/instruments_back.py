"""Which instruments of a checkout come back when lines of it are refunded?

As `promotions.instruments_returned` says, instrument by instrument: for one whose every line is refunded whole the
order has ended whole, for the others partly. A coupon over three shops comes back with the last of its lines; a card of
value comes back line by line with its shares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from peakday.trade.promotions.api import LineRefund, OrderEnd, instruments_returned
from peakday.trade.promotions.model import Instrument, PriceRules
from peakday.trade.promotions.priced import Share


@dataclass(frozen=True, slots=True)
class LineEnd:
    """A line of the checkout: all its shares, those that fall now, and whether all of its pieces are refunded."""

    shares: tuple[Share, ...]
    falls: tuple[Share, ...]
    is_gone: bool


@dataclass(frozen=True, slots=True)
class InstrumentBack:
    """An instrument's use comes back: whole, or a value by who bore it."""

    used_id: UUID
    is_whole: bool
    funders: Mapping[str, int] = field(hash=False)


def instruments_back(
    used: Sequence[Instrument], ends: Sequence[LineEnd], at: datetime, rules: PriceRules
) -> list[InstrumentBack]:
    """What comes back now, sorted by instrument; only of instruments on whose lines something falls."""
    backs = []
    for instrument in sorted(used, key=lambda each: str(each.instrument_id)):
        name = str(instrument.instrument_id)
        mine = [end for end in ends if any(str(share.instrument_id) == name for share in end.shares)]
        falls = tuple(
            share._replace(instrument_id=instrument.instrument_id)
            for end in mine
            for share in end.falls
            if str(share.instrument_id) == name
        )
        if not falls or not isinstance(instrument.instrument_id, UUID):
            continue
        how = OrderEnd.REFUNDED_WHOLE if all(end.is_gone for end in mine) else OrderEnd.REFUNDED_PARTLY
        refund = LineRefund("", 0, 0, falls)
        for back in instruments_returned([instrument], how, [refund], at, rules):
            is_whole = back.minor is None
            backs.append(InstrumentBack(instrument.instrument_id, is_whole, {} if is_whole else _by_funder(falls)))
    return backs


def _by_funder(shares: Sequence[Share]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for share in shares:
        sums[share.funder.value] = sums.get(share.funder.value, 0) + share.minor
    return sums
