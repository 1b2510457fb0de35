"""What becomes of a wish to go live: live, waiting for a confirmation, or held for a second person?

What the guard only tells goes live. What must be confirmed waits until the token of exactly these findings comes back.
What holds waits in the same way first, and is then held until another account approves.
"""

from peakday.trade.promotions.guard import Inspection, Severity
from peakday.trade.promotions.stored import InstrumentStatus


def status_after(inspection: Inspection, confirmed: str | None) -> InstrumentStatus:
    """The status to which a wish to go live leads; `confirmed` is the token that was seen."""
    severity = inspection.severity
    if severity is None or severity is Severity.INFORM:
        return InstrumentStatus.LIVE
    if confirmed != inspection.token:
        return InstrumentStatus.WAITING_CONFIRMATION
    return InstrumentStatus.HELD if severity is Severity.HOLD else InstrumentStatus.LIVE


def is_confirmed(inspection: Inspection, confirmed: str | None) -> bool:
    """Whether these findings are the ones that were seen, or ask for no confirmation."""
    return inspection.severity in {None, Severity.INFORM} or confirmed == inspection.token
