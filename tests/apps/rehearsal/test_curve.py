"""Do exactly so many shoppers arrive, few before eight, many at eight?"""

import pytest

from peakday.apps.rehearsal.curve import OPENING, SPIKE, arrivals, planned_rates, rate_at


@pytest.mark.parametrize(("count", "seconds"), [(1, 10.0), (7, 3.0), (20_000, 400.0)])
def test_exactly_so_many_arrive_in_order_and_in_time(count, seconds):
    instants = arrivals(count, seconds)
    assert len(instants) == count
    assert instants == sorted(instants)
    assert 0 <= instants[0] <= instants[-1] <= seconds


def test_the_spike_comes_at_the_opening_and_falls_off():
    rates = planned_rates(10_000, 100)
    opening = int(100 * OPENING)
    assert sum(rates) == 10_000
    assert max(rates) == rates[opening]
    assert rates[opening] > 3 * rates[opening - 1]
    assert rates[-1] < rates[opening] / 4


def test_the_curve_is_the_same_each_time():
    assert arrivals(100, 60) == arrivals(100, 60)
    assert rate_at(OPENING) == SPIKE
