"""Do the parts of items, and their drivers, sum to the growth to the cent?"""

import math
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from peakday.insight.trends.rules.growth_shares import Driver, ItemSales, share_growth


def sales(before, after, buyers=(1, 1), pieces=(1, 1), number=1):
    return ItemSales(UUID(int=number), "x", before, after, buyers, pieces, 0)


@pytest.mark.capability("SI-18")
@given(
    some.integers(1, 10**9), some.integers(1, 10**9), some.tuples(some.integers(1, 999), some.integers(1, 999)),
    some.tuples(some.integers(0, 99), some.integers(0, 99)),
)  # fmt: skip
def test_the_drivers_sum_to_the_items_part_and_follow_the_logarithmic_mean(before, after, buyers, more):
    pieces = (buyers[0] + more[0], buyers[1] + more[1])
    (share,) = share_growth([sales(before, after, buyers, pieces)])
    assert sum(share.drivers.values()) == after - before
    mean = before if before == after else (after - before) / math.log(after / before)
    assert share.drivers[Driver.BUYERS] == pytest.approx(mean * math.log(buyers[1] / buyers[0]), abs=1.01)
    price = after / pieces[1] / (before / pieces[0])
    assert share.drivers[Driver.PRICE] == pytest.approx(mean * math.log(price), abs=1.01)


def test_twice_the_buyers_at_the_same_price_are_buyers_only():
    (share,) = share_growth([sales(1_000, 2_000, (10, 20), (10, 20))])
    assert share.drivers == {Driver.BUYERS: 1_000, Driver.PIECES: 0, Driver.PRICE: 0}


def test_what_is_new_or_gone_is_told_as_such_and_gains_stand_first():
    shares = share_growth([sales(500, 0, number=1), sales(0, 300, number=2), sales(100, 100, number=3)])
    assert [one.sales.item_id.int for one in shares] == [2, 3, 1]
    assert [one.drivers for one in shares] == [
        {Driver.NEW: 300}, {Driver.BUYERS: 0, Driver.PIECES: 0, Driver.PRICE: 0}, {Driver.GONE: -500},
    ]  # fmt: skip


def test_money_without_a_known_buyer_changes_as_a_sum_only():
    (share,) = share_growth([sales(500, 700, (0, 3), (2, 3))])
    assert share.drivers == {Driver.PRICE: 200}
