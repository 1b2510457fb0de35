"""Is a running instrument to be stopped at once, because orders show the loss that was feared?

It is when the loss realised by its orders exceeds a limit, or when orders come many times faster than usual (and are
not just a few).
"""

from enum import StrEnum
from fractions import Fraction

from peakday.operations.health.rules.check_limits import CheckLimits


class Trip(StrEnum):
    """Why the breaker trips."""

    LOSS = "loss"
    VELOCITY = "velocity"


def trips(loss_minor: int, orders_hour: int, usual_hour: Fraction, limits: CheckLimits) -> Trip | None:
    """Why to stop: the loss, or orders of the last hour against those of a usual hour; None: let it run."""
    if loss_minor > limits.breaker_loss_minor:
        return Trip.LOSS
    is_many = orders_hour >= limits.breaker_orders_min
    return Trip.VELOCITY if is_many and orders_hour > limits.breaker_times * usual_hour else None
