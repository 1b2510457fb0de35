"""At which stage is a presale at an instant: before its deposits, taking them, waiting for the tail, taking it, over?

Windows end before their last instant. A withdrawn presale takes no deposit any more, whatever its windows say.
"""

from datetime import datetime
from enum import StrEnum

from peakday.trade.promotions.stored import PresaleOffer


class PresaleStage(StrEnum):
    """Where a presale of the shop stands."""

    UPCOMING = "upcoming"
    DEPOSITS = "deposits"
    BETWEEN = "between"
    TAILS = "tails"
    OVER = "over"
    WITHDRAWN = "withdrawn"


def presale_stage(offer: PresaleOffer, at: datetime) -> PresaleStage:
    """The stage at an instant. Tails may be taken while deposits still are: then it is the stage of tails."""
    if offer.ended_at is not None and at >= offer.ended_at:
        return PresaleStage.WITHDRAWN
    if at >= offer.tail_until:
        return PresaleStage.OVER
    if at >= offer.tail_from:
        return PresaleStage.TAILS
    if at >= offer.deposit_until:
        return PresaleStage.BETWEEN
    return PresaleStage.DEPOSITS if at >= offer.deposit_from else PresaleStage.UPCOMING
