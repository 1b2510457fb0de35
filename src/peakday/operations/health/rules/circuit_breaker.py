"""Is a running instrument to be stopped at once, because orders show the loss that was feared?

It is when the loss realised by its orders exceeds a limit, or when orders come many times faster than usual (and are
not just a few). Loss of a line is what it was paid below its red line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from peakday.operations.health.rules.check_limits import CheckLimits


class Trip(StrEnum):
    """Why the breaker trips."""

    LOSS = "loss"
    VELOCITY = "velocity"


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A paid line in which an instrument had a share, and the red line of its SKU (none: unknown)."""

    paid_minor: int
    quantity: int
    red_minor: int | None


def realised_loss(lines: Iterable[SoldLine]) -> int:
    """What lines were paid below their red lines, in minor units."""
    return sum(max(line.red_minor * line.quantity - line.paid_minor, 0) for line in lines if line.red_minor is not None)


def trips(loss_minor: int, orders_hour: int, usual_hour: Fraction, limits: CheckLimits) -> Trip | None:
    """Why to stop: the loss, or orders of the last hour against those of a usual hour; None: let it run."""
    if loss_minor > limits.breaker_loss_minor:
        return Trip.LOSS
    is_many = orders_hour >= limits.breaker_orders_min
    return Trip.VELOCITY if is_many and orders_hour > limits.breaker_times * usual_hour else None
