"""Is money that does not add up found, and money that does left alone?"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.orders.rules.order_money import money_faults, order_totals
from tests.trade.orders.builders import a_line, an_order


def test_an_order_with_discount_postage_and_refund_adds_up():
    new = an_order(lines=[a_line(1, 1000, off=150), a_line(2, 300, refund=300)], postage=60)
    assert money_faults(new) == []
    assert order_totals(new.lines) == (1300, 150, 1150)
    assert new.order.paid_minor == 1210


def test_a_line_that_lost_a_fen_is_found():
    line = replace(a_line(list_minor=1000, off=150), paid_minor=849)
    assert money_faults(an_order(lines=[line])) == ["line 1: 1000 - 150 != 849"]


def test_an_order_that_forgets_its_postage_is_found():
    new = an_order(postage=60)
    wrong = replace(new, order=replace(new.order, paid_minor=1000))
    assert money_faults(wrong) == ["order paid: 1000 != 1060"]


def test_list_and_discount_of_the_order_are_those_of_its_lines():
    new = an_order(lines=[a_line(list_minor=1000, off=150)])
    wrong = replace(new, order=replace(new.order, list_minor=1001, discount_minor=151))
    assert money_faults(wrong) == ["order list: 1001 != 1000", "order discount: 151 != 150"]


def test_a_refund_above_the_payment_needs_its_flag():
    new = an_order(lines=[a_line(list_minor=100, refund=101)])
    assert money_faults(new) == ["line 1: refund 101 > paid 100", "order refund: 101 > paid 100"]
    flags = ("refund_exceeds_paid",)
    flagged = an_order(lines=[a_line(list_minor=100, refund=101, flags=flags)], flags=flags)
    assert money_faults(flagged) == []


def test_a_negative_amount_needs_its_flag():
    assert money_faults(an_order(lines=[a_line(list_minor=-100)])) == ["line 1: paid -100 is negative"]
    assert money_faults(an_order(lines=[a_line(list_minor=-100, flags=("adjustment",))])) == []


def test_refunds_are_those_of_the_order_and_of_its_lines():
    new = an_order(lines=[a_line(refund=200)])
    assert money_faults(replace(new, refunds=())) == ["order refund: 200 != 0", "line 1 refund: 200 != 0"]


def test_a_refund_that_is_still_open_does_not_count():
    new = an_order(lines=[a_line(refund=200)])
    still_open = replace(new, refunds=tuple(replace(refund, completed_at=None) for refund in new.refunds))
    assert money_faults(still_open) == ["order refund: 200 != 0", "line 1 refund: 200 != 0"]


amounts = st.integers(0, 10**9)


@given(st.lists(st.tuples(amounts, st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=8), amounts)
def test_whatever_is_built_from_its_lines_adds_up(parts, postage):
    lines = [
        a_line(n, listed, off=listed * off // 100, refund=(listed - listed * off // 100) * back // 100)
        for n, (listed, off, back) in enumerate(parts, 1)
    ]
    assert money_faults(an_order(lines=lines, postage=postage)) == []
