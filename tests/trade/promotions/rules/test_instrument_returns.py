"""Which instruments come back after an order was closed or refunded?"""

from datetime import timedelta

import pytest

from peakday.trade.promotions.rules.instrument_returns import OrderEnd, ReturnedInstrument, instruments_returned
from peakday.trade.promotions.rules.refund_shares import refund_everything, refund_line
from tests.trade.promotions.builders import SALE_NIGHT, TMALL, instruments, price

WORDS = (
    "r: tiered reduction, 20 off from 100",
    "c: shop coupon, 10 off, until 2022-11-20",
    "p: red packet, 6 off, until 2022-11-20",
    "g: gift card, 8 off, until 2022-11-20",
)
LATER = SALE_NIGHT + timedelta(days=30)
CASES = [
    ("an unpaid order gives every card back", OrderEnd.CLOSED_UNPAID, SALE_NIGHT, {"c": None, "p": None, "g": None}),
    ("a whole refund gives the coupon back", OrderEnd.REFUNDED_WHOLE, SALE_NIGHT, {"c": None, "p": 600, "g": 800}),
    ("a part gives cards of value back", OrderEnd.REFUNDED_PARTLY, SALE_NIGHT, {"p": 300, "g": 400}),
    ("what has expired does not come back", OrderEnd.REFUNDED_WHOLE, LATER, {"g": 800}),
]


@pytest.mark.parametrize("end, at, wanted", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_kind_comes_back_by_its_rule(end, at, wanted):
    priced = price(["2 x A: 100.00"], *WORDS)
    refunds = {
        OrderEnd.CLOSED_UNPAID: [],
        OrderEnd.REFUNDED_WHOLE: refund_everything(priced, {}),
        OrderEnd.REFUNDED_PARTLY: [refund_line(priced.lines[0], 1)],
    }[end]
    found = instruments_returned(instruments(*WORDS), end, refunds, at, TMALL)
    assert found == [ReturnedInstrument(name, minor) for name, minor in wanted.items()]


def test_a_card_that_gave_nothing_to_the_refunded_line_does_not_come_back_by_it():
    words = ("p: red packet, 6 off, items A",)
    priced = price(["A: 100.00", "B: 100.00"], *words)
    refunds = [refund_line(line, 1) for line in priced.lines if line.line_id == "B"]
    assert instruments_returned(instruments(*words), OrderEnd.REFUNDED_PARTLY, refunds, SALE_NIGHT, TMALL) == []
