"""Do parts and whole agree, to the last thousandth, moved as their past misses say?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.insight.forecasting.rules.adding_up import reconcile, share_out, shrunk_shares


def test_who_was_more_often_wrong_moves_more():
    met = reconcile(np.array([[10.0], [20.0]]), np.array([36.0]), np.array([1.0, 3.0]), 2.0)
    assert met.ravel().tolist() == pytest.approx([11.0, 23.0])  # 6 too few: 1/6 and 3/6 of it, the whole gives 2/6


def test_a_whole_that_was_never_wrong_is_met_exactly_and_one_that_says_nothing_not_at_all():
    parts, variance = np.array([[10.0, 1.0], [20.0, 1.0]]), np.array([1.0, 1.0])
    assert reconcile(parts, np.array([40.0, 2.0]), variance, 0.0).sum(axis=0) == pytest.approx([40.0, 2.0])
    assert reconcile(parts, np.array([40.0, 2.0]), variance, 1e15) == pytest.approx(parts)


def test_no_part_goes_below_zero():
    met = reconcile(np.array([[1.0], [9.0]]), np.array([0.0]), np.array([9.0, 1.0]), 0.0)
    assert met.min() == 0.0


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=14),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any),
)
def test_shares_sum_to_each_step_exactly(milli, shares):
    parts = share_out(milli, shares)
    assert [sum(part[at] for part in parts) for at in range(len(milli))] == milli


def test_a_sku_that_sold_little_is_shared_as_the_shop_usually_is():
    assert shrunk_shares([0.0, 0.0], [30.0, 10.0], 20.0) == [750_000, 250_000]
    assert shrunk_shares([20.0, 0.0], [30.0, 10.0], 20.0) == [875_000, 125_000]
    assert shrunk_shares([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 20.0) == [333_334, 333_333, 333_333]
    assert shrunk_shares([0.0], [0.0], 0.0) == [1_000_000]
