"""Which steps does a sum cross, and by which payment?"""

from datetime import timedelta

import pytest

from peakday.insight.advisor.board.model import PostedLine
from peakday.insight.advisor.board.rules.milestones import crossed_steps, crossing_instant
from tests.insight.advisor.board.rules.test_board_fold import OPENS, SHOPS, posting


@pytest.mark.parametrize(
    ("before", "after", "currency", "steps"),
    [
        (0, 999_999, "CNY", []),
        (0, 1_000_000, "CNY", [(1_000_000, True)]),
        (1_000_000, 1_000_001, "CNY", []),
        (0, 10_000_000_000, "CNY", [(10**6, True), (10**7, True), (10**8, True), (10**9, True), (10**10, True)]),
        (1_000_000, 999_999, "CNY", [(1_000_000, False)]),
        (9_999, 10_000, "JPY", [(10_000, True)]),
        (5, 5, "CNY", []),
    ],
)  # fmt: skip
def test_a_step_is_crossed_when_the_sum_reaches_it_or_falls_below_it(before, after, currency, steps):
    assert [tuple(one) for one in crossed_steps(before, after, currency)] == steps


def test_the_payment_that_reaches_the_step_is_told():
    every = [posting(OPENS + timedelta(minutes=minute), shop=minute % 2, paid=400) for minute in range(6)]
    assert crossing_instant(every, ("shop", str(SHOPS[0])), 0, 800) == OPENS + timedelta(minutes=2)
    assert crossing_instant(every, ("brand", "b"), 0, 800) == OPENS + timedelta(minutes=1)


def test_when_a_refund_lies_between_the_last_payment_of_the_round_is_told():
    back = posting(OPENS + timedelta(minutes=1), paid=0, refund=300, orders=0)
    last = OPENS + timedelta(minutes=2)
    assert crossing_instant([posting(paid=900), back, posting(last, paid=300)], ("brand", "b"), 0, 1000) == last
    other = posting()._replace(lines=(PostedLine("i", "x", "c", 9, 0, 1),))
    assert crossing_instant([posting(paid=500), other], ("brand", "b"), 0, 1000) == OPENS
