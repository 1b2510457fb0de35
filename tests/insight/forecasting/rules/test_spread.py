"""Do the ranges around a forecast hold as many truths as they say, whatever its size?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.spread import LEVELS, learn_spread


def test_ranges_learnt_from_the_past_hold_in_the_future_for_small_and_large_alike():
    draw = np.random.default_rng(2022)
    size = np.exp(draw.uniform(np.log(20), np.log(500), 20_000))
    truth = draw.negative_binomial(5, 5 / (5 + size)).astype(float)
    around = learn_spread(size[:10_000], truth[:10_000]).around(size[10_000:])
    for part in (size[10_000:] < 50, size[10_000:] >= 200):
        inside = (around[part, 1] <= truth[10_000:][part]) & (truth[10_000:][part] <= around[part, 5])
        assert inside.mean() == pytest.approx(0.8, abs=0.03)


def test_a_shop_without_a_past_gets_a_wide_range_around_its_forecast():
    around = learn_spread(np.zeros(3), np.ones(3)).around(np.array([[0.0, 16.0]]))
    assert around.shape == (1, 2, len(LEVELS))
    assert around[0, 1, 3] == pytest.approx(16.0)
    assert around[0, 1, 1] < 12 < 20 < around[0, 1, 5]
    assert around.min() == 0.0


def test_a_shop_alone_has_the_range_of_its_own_misses_and_not_of_a_guess():
    draw = np.random.default_rng(4)
    said = np.full(56, 1_000.0)
    low, high = learn_spread(said, draw.normal(1_000, 300, 56)).around(np.array([1_000.0]))[0, [1, 5]]
    assert 450 < low < 750
    assert 1_250 < high < 1_550


def test_what_sells_a_thousand_times_more_than_the_rest_has_a_range_of_its_own():
    draw = np.random.default_rng(5)
    small = np.full(3_000, 4.0)
    said = np.concatenate([small, np.full(56, 50_000.0)])
    truth = np.concatenate([draw.negative_binomial(0.5, 0.1, 3_000), draw.normal(50_000, 5_000, 56)])
    around = learn_spread(said, truth).around(np.array([4.0, 50_000.0]))
    assert around[1, 5] < 62_000
    assert around[1, 1] > 38_000
    assert around[0, 5] > 8  # the small ones are as wild as they were
