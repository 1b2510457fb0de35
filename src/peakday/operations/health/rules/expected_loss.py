"""What will a price below the red line cost, if nobody acts?

Σ over spans of max(0, B − A) × min(stock left, forecast units at A). The forecast is an elasticity model, our
definition: units a day grow with the power of usual price / A, at most so many times what was sold a day in the last
thirty days; a SKU that never sold is taken to sell the least. All spans together count for at most a stated number
of days; what holds already counts from the beginning of today, so that the figure does not change by the second.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from peakday.kernel.clock import day_of, day_start
from peakday.operations.health.model import Reach, Ware
from peakday.operations.health.rules.check_limits import CheckLimits

SECOND = timedelta(seconds=1)


def expected_loss(ware: Ware, reaches: Sequence[Reach], red_minor: int, now: datetime, limits: CheckLimits) -> int:
    """The loss in minor units, rounded down, over the spans in which `reaches` (in order of time) hold."""
    left = Fraction(ware.stock) if ware.stock is not None else None
    total = Fraction(0)
    today = day_start(day_of(now))
    starts = [reach.at if reach.at > now else today for reach in reaches]
    for reach, start in zip(reaches, starts, strict=True):
        horizon = starts[0] + timedelta(days=limits.days_max)
        until = horizon if reach.until is None else min(reach.until, horizon)
        sold = units_daily(ware, reach.price, limits) * max(Fraction((until - start) // SECOND, 86_400), Fraction(0))
        units = sold if left is None else min(left, sold)
        if left is not None:
            left -= units
        total += max(red_minor - reach.price, Fraction(0)) * units
    return int(total)


def units_daily(ware: Ware, price: Fraction, limits: CheckLimits) -> Fraction:
    """How many pieces a day are forecast at a price."""
    usual = ware.usual_minor if ware.usual_minor is not None else ware.price_minor
    usually = max(Fraction(ware.units_30_days, 30), Fraction(limits.units_daily_min))
    boost = (Fraction(usual) / price) ** limits.power if price > 0 else Fraction(limits.boost_max)
    return usually * max(Fraction(1), min(boost, Fraction(limits.boost_max)))
