"""Does a refund return exactly what a line paid, piece by piece?"""

import pytest

from peakday.trade.promotions.errors import BadRefund
from peakday.trade.promotions.model import Funder, Level
from peakday.trade.promotions.priced import Share
from peakday.trade.promotions.rules.refund_shares import refund_everything, refund_line
from tests.trade.promotions.builders import price


def test_three_pieces_of_100_10_return_the_odd_cents_first():
    (line,) = price(["3 x A: 40.03"], "r: tiered reduction, 20 off from 100").lines
    assert line.payable_minor == 10009
    assert [refund_line(line, 1, before).money_minor for before in range(3)] == [3337, 3336, 3336]
    assert refund_line(line, 2, 1).money_minor == 6672


def test_shares_go_back_to_their_funders_and_to_the_gift_card():
    (line,) = price(["2 x A: 50.00"], "p: red packet, 5.01 off", "g: gift card, 30 off").lines
    refund = refund_line(line, 1)
    assert refund.money_minor == 3250
    assert refund.shares == (
        Share("p", Level.PAYMENT, Funder.PLATFORM, 251),
        Share("g", Level.PAYMENT, Funder.BUYER, 1500),
    )
    assert refund.returned_minor == 4750


def test_the_lines_that_stay_keep_their_discount_although_the_threshold_is_lost():
    priced = price(["A: 100.00", "B: 100.00"], "r: tiered reduction, 20 off from 200")
    first, second = priced.lines
    assert refund_line(first, 1).returned_minor == 9000
    assert [refund.line_id for refund in refund_everything(priced, {"A": 1})] == ["B"]
    assert refund_line(second, 1).returned_minor == 9000


@pytest.mark.parametrize("pieces, before", [(0, 0), (-1, 0), (4, 0), (2, 2), (1, 3), (1, -1)])
def test_more_pieces_than_are_left_are_refused(pieces, before):
    (line,) = price(["3 x A: 10.00"]).lines
    with pytest.raises(BadRefund) as caught:
        refund_line(line, pieces, before)
    assert [problem.field for problem in caught.value.problems] == ["pieces"]
