"""Is the median the middle deal, and the higher of two?"""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.price_history.rules.counted_prices import judge_deal
from peakday.trade.price_history.rules.event_median import event_median
from tests.trade.price_history.builders import COUNTING, a_deal, a_scope, deals_of


def judged(deals):
    return [judge_deal(deal, a_scope(), COUNTING) for deal in deals]


@pytest.mark.capability("JH-08")
@pytest.mark.parametrize("prices, median", [
    ((100, 90), 100), ((90,), 90), ((100, 90, 80), 90), ((1, 2, 3, 4), 3), ((), None),
])  # fmt: skip
def test_of_two_middle_prices_the_higher_is_taken(prices, median):
    assert event_median(judged(deals_of(*prices))) == median


def test_a_deal_that_does_not_count_has_no_vote():
    assert event_median(judged([*deals_of(100, 90), a_deal(1, ref="x", simulated=True)])) == 100


def test_a_deal_of_many_pieces_is_one_vote():
    assert event_median(judged([*deals_of(100, 90, 95), a_deal(1_000, ref="x", quantity=100)])) == 95


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 4)), max_size=30))
def test_it_is_the_plain_sorted_middle_and_grouped_deals_vote_alike(parts):
    deals = [a_deal(paid, ref=str(n), quantity=pieces) for n, (paid, pieces) in enumerate(parts)]
    plain = sorted(Fraction(paid, pieces) for paid, pieces in parts)
    expected = plain[len(plain) // 2] if plain else None
    assert event_median(judged(deals)) == expected
    kinds = sorted(set(parts))
    grouped = [
        replace(a_deal(paid, ref=str(n), quantity=pieces), deals=parts.count((paid, pieces)))
        for n, (paid, pieces) in enumerate(kinds)
    ]
    assert event_median(judged(grouped)) == expected
