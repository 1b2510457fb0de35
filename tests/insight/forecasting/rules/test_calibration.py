"""Is it counted right how often a range held, and how far forecasts were off?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.calibration import add_scores, score


def test_a_case_counted_by_hand_and_two_of_it():
    truth = np.array([[5.0, 20.0]])
    quantiles = np.array([[[1, 2, 4, 6, 8, 9, 10], [1, 2, 4, 6, 8, 9, 10]]], dtype=float)
    one = score(np.array([[6.0, 7.0]]), np.array([[5.0, 5.0]]), quantiles, truth)
    assert (one.cells, one.inside_80, one.inside_95, one.miss, one.absolute) == (2, 1, 1, -12.0, 15.0)
    assert (one.cover_80, one.wape, one.naive_wape, one.bias) == (0.5, 15 / 25, 15 / 25, -12 / 25)
    both = add_scores([one, one])
    assert (both.cells, both.cover_80, both.wape) == (4, 0.5, one.wape)
    assert both.pinball == pytest.approx(2 * one.pinball)


def test_nothing_has_no_score_and_nothing_sold_has_no_share():
    assert add_scores([]) is None
    idle = score(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1, 7)), np.zeros((1, 1)))
    assert (idle.wape, idle.naive_wape, idle.bias, idle.cover_95) == (None, None, None, 1.0)
