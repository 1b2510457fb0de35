"""What does a benefit give on goods of this much money and this many pieces?

The highest tier that is reached gives its amount or its rate; a repeating tier gives its amount once for every time
that it fits. Which money is counted (single-item totals or the remainder) is the rule set's word and decided before.
A rate's discount is rounded down to the minor unit: nothing is given that was not promised.
"""

from typing import NamedTuple

from peakday.trade.promotions.model import BASIS, Counts, Gives, Tier, Tiers


class Reached(NamedTuple):
    """What was counted, the tier that it reaches, how often, and what that gives in minor units."""

    counted: int
    tier: Tier
    times: int
    amount_minor: int


def reach_tier(benefit: Tiers, base_minor: int, pieces: int) -> Reached | None:
    """The highest tier that these goods reach and what it gives; None when they reach none.

    A reduction repeats as often as the tier fits, at most `times_max`; a threshold of 0 is always reached, once.
    """
    counted = base_minor if benefit.counts is Counts.MONEY else pieces
    reached = [tier for tier in benefit.tiers if tier.at <= counted]
    if not reached:
        return None
    tier = max(reached, key=lambda tier: tier.at)
    times = _times_reached(tier.at, counted, benefit.times_max) if benefit.repeats else 1
    amount = base_minor * tier.off // BASIS if benefit.gives is Gives.RATE else tier.off * times
    return Reached(counted, tier, times, amount)


def missing_to(benefit: Tiers, base_minor: int, pieces: int) -> int:
    """What is missing to the next tier, in minor units or pieces; 0 when there is none above."""
    counted = base_minor if benefit.counts is Counts.MONEY else pieces
    if benefit.repeats:
        return _missing_to_next_time(benefit.tiers[0].at, counted, benefit.times_max)
    return min((tier.at - counted for tier in benefit.tiers if tier.at > counted), default=0)


def _missing_to_next_time(at: int, counted: int, times_max: int | None) -> int:
    done = counted // at
    return 0 if times_max is not None and done >= times_max else (done + 1) * at - counted


def _times_reached(at: int, counted: int, times_max: int | None) -> int:
    """How often a threshold fits into what was counted."""
    times = counted // at if at else 1
    return times if times_max is None else min(times, times_max)
