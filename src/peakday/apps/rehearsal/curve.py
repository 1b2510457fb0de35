"""When do shoppers arrive? A warm-up, the spike at 20:00:00, a tail.

The curve is the rate of arrivals over the rehearsal's time, relative to its mean: it rises slowly to `OPENING`, the
share of the time at which the sale opens, jumps to `SPIKE` times the mean, and falls off. The number of shoppers is
exact and so are their instants: the same curve, the same run.
"""

import math
from bisect import bisect_left

OPENING = 0.3
SPIKE = 3.0
WARM_UP_FROM, WARM_UP_TO = 0.3, 0.7
FALL_OFF = 0.12  # of the time, until the spike is down to a third
TAIL = 0.5
_STEPS = 2_000


def rate_at(share: float) -> float:
    """The rate at a share (0 to 1) of the time; its mean is about 1."""
    if share < OPENING:
        return WARM_UP_FROM + (WARM_UP_TO - WARM_UP_FROM) * share / OPENING
    return TAIL + (SPIKE - TAIL) * math.exp(-(share - OPENING) / FALL_OFF)


def arrivals(count: int, seconds: float) -> list[float]:
    """The instants, in seconds from the start, at which `count` shoppers arrive; sorted."""
    sums = [0.0]
    for step in range(_STEPS):
        sums.append(sums[-1] + rate_at((step + 0.5) / _STEPS))
    instants = []
    for number in range(count):
        wanted = sums[-1] * (number + 0.5) / count
        step = max(1, bisect_left(sums, wanted))
        inside = (wanted - sums[step - 1]) / (sums[step] - sums[step - 1])
        instants.append((step - 1 + inside) / _STEPS * seconds)
    return instants


def planned_rates(count: int, seconds: float) -> list[float]:
    """Arrivals planned in each whole second."""
    rates = [0.0] * max(1, math.ceil(seconds))
    for instant in arrivals(count, seconds):
        rates[min(int(instant), len(rates) - 1)] += 1
    return rates
