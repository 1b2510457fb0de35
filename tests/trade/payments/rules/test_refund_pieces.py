"""Out of which payments does a refund come, and how much of it can?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.payments.errors import PaymentNotCaptured, RefundAbovePayment
from peakday.trade.payments.model import NewRefund, RefundPiece, StoredPart
from peakday.trade.payments.rules.refund_pieces import left_of, refund_pieces
from tests.trade.payments.builders import ORDER, a_part, an_id

DEPOSIT, BALANCE = an_id("deposit"), an_id("balance")
PARTS = [StoredPart(DEPOSIT, a_part(2_000)), StoredPart(BALANCE, a_part(8_000), refunded_minor=500)]


def a_refund(amount_minor, payment_id=None):
    return NewRefund(an_id("refund"), ORDER, amount_minor, "why", payment_id)


def test_the_balance_goes_back_before_the_deposit():
    assert refund_pieces(a_refund(7_500), PARTS) == (RefundPiece(BALANCE, 7_500),)
    assert refund_pieces(a_refund(8_000), PARTS) == (RefundPiece(BALANCE, 7_500), RefundPiece(DEPOSIT, 500))


def test_a_named_payment_alone_gives_the_money():
    assert refund_pieces(a_refund(2_000, DEPOSIT), PARTS) == (RefundPiece(DEPOSIT, 2_000),)
    with pytest.raises(RefundAbovePayment) as refused:
        refund_pieces(a_refund(2_001, DEPOSIT), PARTS)
    assert refused.value.data == {"left_minor": 2_000}


def test_one_minor_unit_above_what_is_left_is_refused():
    with pytest.raises(RefundAbovePayment) as refused:
        refund_pieces(a_refund(9_501), PARTS)
    assert refused.value.data == {"left_minor": 9_500}


def test_nothing_goes_back_of_what_was_never_paid():
    with pytest.raises(PaymentNotCaptured):
        refund_pieces(a_refund(1), [])
    with pytest.raises(PaymentNotCaptured):
        refund_pieces(a_refund(1, an_id("another")), PARTS)


@given(
    st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 1_000)), min_size=1, max_size=5),
    st.integers(1, 5_000),
)
def test_pieces_add_up_and_none_is_above_what_its_payment_has_left(figures, amount_minor):
    parts = [
        StoredPart(an_id(str(i)), a_part(paid + gone), refunded_minor=gone) for i, (paid, gone) in enumerate(figures)
    ]
    left = {part.payment_id: left_of(part) for part in parts}
    if amount_minor > sum(left.values()):
        with pytest.raises(RefundAbovePayment):
            refund_pieces(a_refund(amount_minor), parts)
        return
    pieces = refund_pieces(a_refund(amount_minor), parts)
    assert sum(piece.amount_minor for piece in pieces) == amount_minor
    assert all(0 < piece.amount_minor <= left[piece.payment_id] for piece in pieces)
