"""Which instruments does a buyer get back after an order was closed or refunded?

An order that was never paid gives everything back. After payment a coupon comes back only when the whole order is
refunded and the coupon has not expired; cards of value (red packets, coins, gift cards) come back by the shares of
the refunded lines, red packets and coins only if they have not expired; an offer has nothing to give back. What kind
does what is the rule set's word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from peakday.trade.promotions.model import Id, Instrument, Kind, PriceRules, Returns
from peakday.trade.promotions.rules.refund_shares import LineRefund


class OrderEnd(StrEnum):
    """What happened to the order."""

    CLOSED_UNPAID = "closed_unpaid"
    REFUNDED_WHOLE = "refunded_whole"
    REFUNDED_PARTLY = "refunded_partly"


@dataclass(frozen=True, slots=True)
class ReturnedInstrument:
    """An instrument that comes back; `minor` is the value on a card of value, None when it comes back as it was."""

    instrument_id: Id
    minor: int | None


def instruments_returned(
    used: Iterable[Instrument], end: OrderEnd, refunds: Iterable[LineRefund], at: datetime, rules: PriceRules
) -> list[ReturnedInstrument]:
    """What comes back of the instruments that an order used; `refunds` are the lines that are refunded now."""
    value: dict[Id, int] = {}
    for refund in refunds:
        for share in refund.shares:
            value[share.instrument_id] = value.get(share.instrument_id, 0) + share.minor
    back = []
    for instrument in used:
        identity, returns = instrument.instrument_id, rules.kinds[instrument.kind].returns
        if _comes_back_itself(returns, end) and (end is OrderEnd.CLOSED_UNPAID or _holds(instrument, at)):
            back.append(ReturnedInstrument(identity, None))
        elif returns is Returns.SHARE and value.get(identity) and _holds(instrument, at):
            back.append(ReturnedInstrument(identity, value[identity]))
    return back


def _comes_back_itself(returns: Returns, end: OrderEnd) -> bool:
    if returns is Returns.NEVER:
        return False
    return end is OrderEnd.CLOSED_UNPAID or (returns is Returns.WHOLE_ORDER and end is OrderEnd.REFUNDED_WHOLE)


def _holds(instrument: Instrument, at: datetime) -> bool:
    """Whether it has not expired; a gift card is the buyer's own money and does not lapse by this rule."""
    return instrument.kind is Kind.GIFT_CARD or instrument.valid_until is None or at < instrument.valid_until
