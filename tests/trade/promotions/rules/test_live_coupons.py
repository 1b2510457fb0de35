"""Which live coupon does a buyer get?"""

from datetime import UTC, datetime

import pytest

from peakday.trade.promotions.rules.live_coupons import pick_live_coupon
from tests.trade.promotions.builders import SALE_NIGHT, instruments


@pytest.mark.parametrize("words, picked", [
    (["a: live coupon, 20 off, stock 5", "b: live coupon, 50 off, stock 1"], "b"),
    (["a: live coupon, 50 off, stock 0", "b: live coupon, 20 off, stock 1"], "b"),
    (["a: live coupon, 50 off, until 2022-11-10", "b: live coupon, 20 off"], "b"),
    (["a: live coupon, 50 off, from 2022-11-11", "b: live coupon, 20 off"], "b"),
    (["a: live coupon, 50 off, stock 3", "b: live coupon, 50 off, stock 9"], "b"),
    (["a: live coupon, 50 off, stock 3", "b: live coupon, 50 off"], "b"),
    (["b: live coupon, 50 off, stock 3", "a: live coupon, 50 off, stock 3"], "a"),
    (["a: shop coupon, 50 off"], None),
])  # fmt: skip
def test_the_highest_face_in_stock_then_most_stock_then_the_smaller_id(words, picked):
    found = pick_live_coupon(instruments(*words), SALE_NIGHT)
    assert (found and found.instrument_id) == picked


def test_nothing_is_picked_of_nothing():
    assert pick_live_coupon([], datetime(2022, 11, 11, tzinfo=UTC)) is None
