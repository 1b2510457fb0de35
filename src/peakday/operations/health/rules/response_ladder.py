"""How far does the platform go when something is wrong: tell, ask, hold, or stop?

Inform → require the merchant's confirmation → hold the instrument until a second person approves → the circuit breaker
(`circuit_breaker`). Every fault needs confirmation, except where only a prediction says that there is a loss and the
loss is small: that is told. A large expected loss and a very deep cut need two persons. The steps are dated figures.
"""

from peakday.operations.health.model import Fault, FaultKind, Ware
from peakday.operations.health.rules.check_limits import CheckLimits
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import BASIS


def severity_of(fault: Fault, ware: Ware | None, limits: CheckLimits) -> Severity:
    """The step of the ladder on which a fault stands. `ware` is the fault's SKU, None when it has none."""
    if fault.loss_minor >= limits.hold_loss_minor or needs_two_persons(fault, ware, limits):
        return Severity.HOLD
    is_predicted = fault.red_line is not None and fault.red_line.is_predicted
    if fault.kind is FaultKind.BELOW_RED_LINE and is_predicted and fault.loss_minor < limits.confirm_loss_minor:
        return Severity.INFORM
    return Severity.CONFIRM


def needs_two_persons(fault: Fault, ware: Ware | None, limits: CheckLimits) -> bool:
    """Whether the cut is so deep that one person alone must not let it pass."""
    if fault.reach is None or ware is None or ware.price_minor <= 0:
        return False
    return (ware.price_minor - fault.reach.price) * BASIS >= limits.hold_cut_bp * ware.price_minor
