"""Is every limit counted on the account's normal side, with what holds may do?"""

import pytest

from peakday.trade.ledger.model import FIGURE_MINOR_MAX, NormalSide, RefusalCode
from peakday.trade.ledger.rules.account_limits import Book, broken_limit, credit_excess, debit_excess
from tests.trade.ledger.builders import ALICE

DEBIT, CREDIT = NormalSide.DEBIT, NormalSide.CREDIT


def a_book(side, net=0, debits=0, credits_=0, floor=None, ceiling=None):
    book = Book(ALICE, "CNY", side).limit(floor, ceiling)
    book.net, book.pending_debits, book.pending_credits = net, debits, credits_
    return book


@pytest.mark.parametrize("book, debit, credit", [
    (a_book(CREDIT, net=-100, floor=0), 1, None),  # 100 in it
    (a_book(CREDIT, net=-100, debits=40, credits_=1_000, floor=0), 41, None),  # what may come does not help
    (a_book(CREDIT, net=-100, floor=-50), -49, None),
    (a_book(DEBIT, net=100, floor=0), None, 1),
    (a_book(DEBIT, net=100, credits_=40, debits=1_000, floor=0), None, 41),
    (a_book(DEBIT, net=100, debits=60, ceiling=200), 61, None),
    (a_book(CREDIT, net=-100, credits_=60, ceiling=200), None, 61),
])  # fmt: skip
def test_a_hundred_and_one_more_goes_too_far_by_so_much(book, debit, credit):
    assert debit_excess(book, 101) == (
        debit if debit is not None else 101 + book.net + book.pending_debits - 4 * 10**18
    )
    if credit is not None:
        assert credit_excess(book, 101) == credit


@pytest.mark.parametrize("book, side, code", [
    (a_book(CREDIT, floor=0), DEBIT, RefusalCode.BELOW_FLOOR),
    (a_book(CREDIT, ceiling=9), CREDIT, RefusalCode.ABOVE_CEILING),
    (a_book(DEBIT, floor=0), CREDIT, RefusalCode.BELOW_FLOOR),
    (a_book(DEBIT, ceiling=9), DEBIT, RefusalCode.ABOVE_CEILING),
    (a_book(DEBIT, ceiling=9), CREDIT, RefusalCode.FIGURE_TOO_LARGE),
    (a_book(CREDIT), DEBIT, RefusalCode.FIGURE_TOO_LARGE),
])  # fmt: skip
def test_the_limit_in_the_way_has_its_name(book, side, code):
    assert broken_limit(book, side) is code


def test_no_limit_lies_beyond_what_a_column_holds():
    book = Book(ALICE, "CNY", DEBIT).limit(-(10**19), 10**19)
    assert (book.credit_reach_min, book.debit_reach_max) == (-FIGURE_MINOR_MAX, FIGURE_MINOR_MAX)
