"""Is a gap what anybody can recompute, is chance not told as one, is a full segment told from an open one?"""

import math
import random

import numpy as np
import pytest

from peakday.insight.trends.rules.segments import (
    ORDERS_MIN,
    Fill,
    Half,
    fill_of,
    find_emerging,
    find_gaps,
    reach_levels,
)


def half(orders, items=20):
    return Half(orders, orders, orders, items, 5)


@pytest.mark.capability("SI-09")
def test_a_gap_is_demands_growth_over_supplys():
    (gap,) = find_gaps([(half(100, 20), half(300, 30))])
    assert (gap.demand, gap.supply, gap.times, gap.is_sure) == (3.0, 1.5, 2.0, True)


def test_its_chance_is_the_normal_one_of_two_poisson_counts():
    norm = pytest.importorskip("scipy.stats").norm
    (gap,) = find_gaps([(half(100), half(120))])
    assert gap.chance == pytest.approx(norm.sf(math.log(1.2) / math.sqrt(1 / 100 + 1 / 120)))


def test_among_segments_without_news_few_are_told_as_sure():
    draw = random.Random(7)
    pairs = [(half(int(draw.gauss(400, 20))), half(int(draw.gauss(400, 20)))) for _ in range(500)]
    assert sum(gap.is_sure for gap in find_gaps(pairs)) <= 2
    real = [(half(400), half(560))] * 20
    assert sum(gap.is_sure for gap in find_gaps(pairs + real)) >= 20


def test_what_was_rejected_is_what_scipy_rejects():
    control = pytest.importorskip("scipy.stats").false_discovery_control
    draw = random.Random(8)
    pairs = [(half(draw.randint(50, 90)), half(draw.randint(50, 130))) for _ in range(60)]
    gaps = find_gaps(pairs)
    adjusted = control([gap.chance for gap in gaps], method="bh")
    assert [gap.is_sure for gap in gaps] == [bool(p <= 0.1) for p in adjusted]
    assert {gap.is_sure for gap in gaps} == {True, False}


def test_few_orders_and_nothing_on_offer_tell_nothing():
    few = ORDERS_MIN - 1
    assert find_gaps([(half(few), half(900)), (half(900), half(few)), (half(900, 0), half(900))]) == [None] * 3
    assert find_gaps([]) == []


@pytest.mark.capability("SI-10")
def test_a_market_that_levels_off_is_full_and_one_that_goes_straight_on_is_open():
    weeks = np.arange(1, 53)
    curves = np.array([1_000 * (1 - np.exp(-weeks / 8)), 20.0 * weeks, 1_000 * (1 - np.exp(-weeks / 40)), 0 * weeks])
    levels = reach_levels(curves)
    assert levels[0] == pytest.approx(1 - math.exp(-52 / 8), abs=0.01)
    assert levels[1] == 0.0
    assert levels[2] == pytest.approx(1 - math.exp(-52 / 40), abs=0.03)
    assert levels[3] == 0.0
    assert [fill_of(level, 1.0, 1.1) for level in levels.tolist()] == [Fill.FULL, Fill.OPEN, Fill.OPEN, Fill.OPEN]
    assert fill_of(0.99, 1.5, 1.1) is Fill.FILLING  # it grows faster than the market
    assert fill_of(0.85, 1.0, 1.1) is Fill.FILLING


def test_the_level_is_the_one_that_scipys_least_squares_finds():
    fit = pytest.importorskip("scipy.optimize").curve_fit
    draw, weeks = np.random.default_rng(3), np.arange(1.0, 53)
    curve = np.cumsum(draw.poisson(60 * np.exp(-weeks / 15)))
    (level, _), _ = fit(lambda t, top, span: top * (1 - np.exp(-t / span)), weeks, curve, p0=(900, 15))
    assert reach_levels(curve[None, :].astype(float))[0] == pytest.approx(curve[-1] / level, abs=0.01)


def test_no_segments_and_one_week_have_no_level():
    assert reach_levels(np.zeros((0, 52))).tolist() == []
    assert reach_levels(np.ones((2, 1))).tolist() == [0.0, 0.0]


@pytest.mark.capability("SI-19")
def test_a_small_brand_that_outgrows_its_segment_emerges_and_no_large_or_lucky_one_does():
    whole = half(10_000), half(12_000)
    small, large, with_it, lucky, none = [(20, 90), (900, 2_500), (100, 120), (3, 9), (0, 60)]
    found = find_emerging([(*orders, *whole) for orders in (small, large, with_it, lucky, none)])
    assert found == [True, False, False, False, True]
    assert find_emerging([]) == []


def test_among_brands_that_go_with_their_segment_few_emerge():
    draw = np.random.default_rng(4)
    same = [(int(one), int(two), half(5_000), half(5_000)) for one, two in draw.poisson(80, (800, 2))]
    assert sum(find_emerging(same)) <= 2
