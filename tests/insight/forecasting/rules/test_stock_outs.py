"""Is a day on which the goods ran out taken for what it wanted, and not for what it sold?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.stock_outs import wanted


def test_half_a_day_on_sale_wanted_twice_what_it_sold():
    assert wanted(np.array([[10.0, 6.0, 9.0]]), np.array([[1.0, 0.5, 1.0]])).tolist() == [[10.0, 12.0, 9.0]]


def test_it_is_never_more_than_twice_the_best_full_day_nor_less_than_was_sold():
    assert wanted(np.array([[10.0, 8.0, 30.0]]), np.array([[1.0, 0.2, 0.5]])).tolist() == [[10.0, 20.0, 30.0]]


def test_a_day_that_hardly_sold_says_nothing():
    found = wanted(np.array([[10.0, 0.0, 1.0]]), np.array([[1.0, 0.0, 0.1]]))
    assert np.isnan(found[0]).tolist() == [False, True, True]


def test_without_a_full_day_the_hours_alone_tell():
    assert wanted(np.array([[3.0]]), np.array([[0.25]])).tolist() == [[12.0]]
    with pytest.raises(AssertionError, match="one shape"):
        wanted(np.zeros((1, 2)), np.zeros((1, 3)))
