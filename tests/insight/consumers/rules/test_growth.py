"""Do the levers of GROW explain a growth to the cent, and does each lever alone get it all?"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.insight.consumers.rules.growth import Lever, Trade, split_growth


@st.composite
def trades(draw) -> Trade:
    buyers = draw(st.integers(1, 10**6))
    orders = buyers + draw(st.integers(0, 10**6))
    return Trade(draw(st.integers(0, 10**13)), buyers, orders, orders + draw(st.integers(0, 10**6)))


@given(trades(), trades())
def test_the_four_parts_sum_to_the_growth_to_the_cent(before, after):
    assert sum(split_growth(before, after).values()) == after.paid_minor - before.paid_minor


@given(trades(), trades())
def test_the_way_back_undoes_the_way_there_but_for_rounding(before, after):
    there, back = split_growth(before, after), split_growth(after, before)
    tolerance = 2 + 1e-9 * max(before.paid_minor, after.paid_minor)
    assert all(abs(there[lever] + back[lever]) <= tolerance for lever in Lever)


@pytest.mark.parametrize(
    ("after", "lever"),
    [
        (Trade(20_000, 20, 40, 60), Lever.GAIN),
        (Trade(20_000, 10, 40, 60), Lever.RETAIN),
        (Trade(20_000, 10, 20, 30), Lever.BOOST),
        (Trade(20_000, 10, 20, 60), Lever.WIDEN),
    ],
)
def test_a_lever_that_moved_alone_gets_the_whole_growth(after, lever):
    parts = split_growth(Trade(10_000, 10, 20, 30), after)
    assert parts == {each: 10_000 if each is lever else 0 for each in Lever}


def test_a_growth_worked_out_by_hand():
    # 100.00 by 10 buyers x 2 orders x 1 category at 5.00, then 176.00 by 11 x 2 x 1.6 categories at 5.00
    parts = split_growth(Trade(10_000, 10, 20, 20), Trade(17_600, 11, 22, 35))
    mean = 7_600 / math.log(1.76)
    assert parts[Lever.GAIN] == round(mean * math.log(1.1)) == 1_281
    assert parts[Lever.RETAIN] == 0
    assert parts[Lever.BOOST] == round(mean * math.log((17_600 / 35) / 500)) == 77
    assert parts[Lever.WIDEN] == round(mean * math.log(35 / 22)) == 6_242
    assert sum(parts.values()) == 7_600


def test_a_shop_that_sold_nothing_before_grew_by_its_buyers():
    assert split_growth(Trade(0, 0, 0, 0), Trade(500, 1, 1, 1)) == {
        Lever.GAIN: 500, Lever.RETAIN: 0, Lever.BOOST: 0, Lever.WIDEN: 0,
    }  # fmt: skip


def test_money_without_a_buyer_is_a_bug():
    with pytest.raises(AssertionError):
        Trade(1, 0, 0, 0)
