"""Does a buyer's money lie in escrow until receipt, and do refunds undo it to the cent, in any slices?"""

from dataclasses import replace
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.trade.ledger.model import NormalSide, Refunding, RefusalCode
from peakday.trade.ledger.rules.escrow import (
    goods_received,
    payment_captured,
    payment_held,
    payment_received,
    payment_voided,
)
from peakday.trade.ledger.rules.refund_reversal import (
    cover_after_release,
    cover_from_escrow,
    refund_after_release,
    refund_from_escrow,
)
from tests.trade.ledger.builders import CASH, NOW, SALE_ACCOUNTS, SECOND, MemoryLedger, a_posting, a_sale, a_transfer

NAMES = ("clearing", "escrow", "merchant", "commission", "subsidy", "creator")


@pytest.fixture
def books():
    return sale_books()


def sale_books():
    """The accounts of a sale; the creator has 1,000 of earlier earnings."""
    ledger = MemoryLedger()
    for name in NAMES:
        side = NormalSide.DEBIT if name in {"clearing", "subsidy"} else NormalSide.CREDIT
        ledger.open(getattr(SALE_ACCOUNTS, f"{name}_id"), side)
    ledger.open(CASH, NormalSide.DEBIT)
    ledger.post(a_posting(a_transfer(1_000, CASH, SALE_ACCOUNTS.creator_id)))
    return ledger


def balances(ledger):
    """Each on its normal side."""
    books = [ledger.accounts[getattr(SALE_ACCOUNTS, f"{name}_id")] for name in NAMES]
    return [book.net if book.side is NormalSide.DEBIT else -book.net for book in books]


def accepted(answers):
    assert [answer.refusal for answer in answers] == [None] * len(answers)


def test_a_payment_brings_the_shops_whole_price_into_escrow(books):
    accepted(books.post(payment_received(a_sale(), SALE_ACCOUNTS)))
    assert balances(books) == [10_000, 11_500, 0, 0, 1_001, 501]


def test_receipt_pays_fees_and_merchant_out_of_escrow(books):
    accepted(books.post(payment_received(a_sale(), SALE_ACCOUNTS), goods_received(a_sale(), SALE_ACCOUNTS)))
    assert balances(books) == [10_000, 0, 9_775, 575, 1_001, 501 + 1_150]


def test_the_same_act_twice_has_one_effect(books):
    paid = payment_received(a_sale(), SALE_ACCOUNTS)
    answers = books.post(paid, payment_received(a_sale(), SALE_ACCOUNTS))
    assert answers[0] == answers[1]
    assert balances(books)[0] == 10_000


def test_an_order_paid_otherwise_than_before_is_a_conflict(books):
    books.post(payment_received(a_sale(), SALE_ACCOUNTS))
    (answer,) = books.post(payment_received(a_sale(paid_minor=1), SALE_ACCOUNTS))
    assert answer.refusal is RefusalCode.ID_REUSED


def test_a_payment_in_two_phases_ends_where_a_payment_at_once_does(books):
    sale = a_sale()
    accepted(books.post(payment_held(sale, SALE_ACCOUNTS, 900)))
    assert balances(books) == [0, 0, 0, 0, 0, 1_000]
    accepted(books.post(payment_captured(sale, SALE_ACCOUNTS)))
    assert balances(books) == [10_000, 11_500, 0, 0, 1_001, 501]


def test_a_payment_that_is_voided_or_comes_too_late_moves_nothing(books):
    accepted(books.post(payment_held(a_sale(), SALE_ACCOUNTS, 900), payment_voided(a_sale(), SALE_ACCOUNTS)))
    late = a_sale(order_id=uuid4())
    accepted(books.post(payment_held(late, SALE_ACCOUNTS, 900)))
    (answer,) = books.post(payment_captured(late, SALE_ACCOUNTS), at=NOW + 900 * SECOND)
    assert answer.refusal is RefusalCode.HOLD_EXPIRED
    assert balances(books) == [0, 0, 0, 0, 0, 1_000]


def test_a_creator_who_cannot_fund_his_share_stops_the_whole_payment(books):
    (answer,) = books.post(payment_received(a_sale(creator_minor=1_001), SALE_ACCOUNTS))
    assert (answer.refusal, answer.refused_step, answer.short_minor) == (RefusalCode.BELOW_FLOOR, 2, 1)
    assert balances(books) == [0, 0, 0, 0, 0, 1_000]


def test_a_merchant_who_drew_the_money_cannot_refund_it(books):
    books.post(payment_received(a_sale(), SALE_ACCOUNTS), goods_received(a_sale(), SALE_ACCOUNTS))
    accepted(books.post(a_posting(a_transfer(9_775, SALE_ACCOUNTS.merchant_id, SALE_ACCOUNTS.clearing_id))))
    before = balances(books)
    (answer,) = books.post(refund_after_release(a_sale(), SALE_ACCOUNTS, Refunding(uuid4(), 0, 10_000)))
    assert answer.refusal is RefusalCode.BELOW_FLOOR
    assert balances(books) == before


@settings(max_examples=60, deadline=None)
@given(
    paid=st.integers(1, 50_000), platform=st.integers(0, 9_000), creator=st.integers(0, 1_000), fee=st.integers(0, 900),
    cuts=st.lists(st.floats(0, 1), max_size=6), received_after=st.integers(0, 7),
)  # fmt: skip
def test_refunds_in_any_slices_before_and_after_receipt_leave_everybody_as_before(
    paid, platform, creator, fee, cuts, received_after
):
    ledger = sale_books()
    sale = a_sale(paid_minor=paid, platform_minor=platform, creator_minor=creator, commission_bp=fee)
    accepted(ledger.post(payment_received(sale, SALE_ACCOUNTS)))
    ends = sorted({int(paid * cut) for cut in cuts} | {0, paid})
    is_received = False
    for number, (before, after) in enumerate(pairwise(ends)):
        if number == received_after:
            accepted(ledger.post(goods_received(sale, SALE_ACCOUNTS, before)))
            is_received = True
        rule = refund_after_release if is_received else refund_from_escrow
        accepted(ledger.post(rule(sale, SALE_ACCOUNTS, Refunding(uuid4(), before, after - before))))
    assert balances(ledger) == [0, 0, 0, 0, 0, 1_000]


@settings(max_examples=60)
@given(
    paid=st.integers(1, 10_000), platform=st.integers(1, 10_000), fee=st.integers(0, 2_000),
    back=st.floats(0, 1), covered=st.floats(0, 1), order=st.permutations(["refund", "cover", "receipt"]),
)  # fmt: skip
def test_a_returned_cover_leaves_the_books_as_if_it_had_never_been_given(paid, platform, fee, back, covered, order):
    """In whatever order refund, cover and receipt come, the same is with everybody in the end."""
    refund, cover, is_received = int(paid * back), int(platform * covered), False
    sale = a_sale(paid_minor=paid, platform_minor=platform, creator_minor=0, commission_bp=fee)
    ledger, plain, less = sale_books(), sale_books(), replace(sale, platform_minor=platform - cover)
    accepted(ledger.post(payment_received(sale, SALE_ACCOUNTS)))
    now, gone = sale, 0
    for act in order:
        if act == "receipt":
            posting, is_received = goods_received(now, SALE_ACCOUNTS, gone), True
        elif act == "refund":
            rule = refund_after_release if is_received else refund_from_escrow
            posting, gone = rule(now, SALE_ACCOUNTS, Refunding(uuid4(), 0, refund)), refund
        else:
            rule = cover_after_release if is_received else cover_from_escrow
            posting, now = rule(now, SALE_ACCOUNTS, Refunding(uuid4(), gone, cover)), less
        accepted(ledger.post(*([posting] if posting.steps else [])))
    first = [payment_received(less, SALE_ACCOUNTS)]
    first += [refund_from_escrow(less, SALE_ACCOUNTS, Refunding(uuid4(), 0, refund))] if refund else []
    accepted(plain.post(*first, *(p for p in [goods_received(less, SALE_ACCOUNTS, refund)] if p.steps)))
    assert balances(ledger) == balances(plain)
