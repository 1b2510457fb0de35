"""Are rises found, and seasons, categories and single sellers left alone?"""

import numpy as np

from peakday.apps.cli import bench_trends
from peakday.insight.trends.api import Panel, Rise, find_rises

SERIES, SELLERS, WEEKS = 60, 3, 110


def market(seed=1):
    """Sixty steady series in six categories, three sellers each."""
    draw = np.random.default_rng(seed)
    units = draw.poisson(20, (SERIES * SELLERS, WEEKS)).astype(float)
    return units, np.repeat(np.arange(SERIES), SELLERS), np.arange(SERIES) // 10


def lift(units, series, weeks, times, sellers=SELLERS):
    units[series * SELLERS : series * SELLERS + sellers, weeks] *= times


def flagged(units, series, parent):
    return {alarm.series: alarm.rise for alarm in find_rises(Panel(units, series, parent))}


def test_a_burst_and_a_slow_growth_are_told_apart_and_the_rest_is_quiet():
    units, series, parent = market()
    lift(units, 7, slice(-4, None), 3)
    lift(units, 21, slice(-24, None), np.linspace(1, 4, 24))
    found = flagged(units, series, parent)
    assert (found.pop(7), found.pop(21)) == (Rise.BURST, Rise.GROWTH)
    assert len(found) <= 1


def test_a_season_a_category_and_one_seller_are_no_rise():
    units, series, parent = market()
    lift(units, 7, slice(-4, None), 3)
    lift(units, 7, slice(-56, -52), 3)  # last year as well
    for one in range(10, 20):
        lift(units, one, slice(-4, None), 3)  # the whole category
    lift(units, 30, slice(-4, None), 7, sellers=1)
    assert flagged(units, series, parent).keys().isdisjoint({7, 30, *range(10, 20)})


def test_a_short_history_zeros_and_an_empty_market_raise_no_alarm():
    units, series, parent = market()
    assert find_rises(Panel(units[:, :40], series, parent)) == []
    assert find_rises(Panel(np.zeros_like(units), series, parent)) == []
    nothing = np.zeros(0, dtype=np.int64)
    assert find_rises(Panel(np.zeros((0, WEEKS)), nothing, nothing)) == []


def test_rises_planted_into_a_real_year_are_found_among_their_look_alikes():
    found = bench_trends.run(draws=3)
    assert found["precision"] >= 0.9, found
    assert found["recall"] >= 0.88, found  # of 108; 0.93 of 720
    assert found["false_alarms_per_1000"] <= 40, found
