"""Does a refund return exactly what its pieces paid, whatever went back before?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.ids import derived_id
from peakday.trade.orders.errors import RefundAboveLine
from peakday.trade.orders.model import Discount, OrderLine
from peakday.trade.orders.rules.refund_amounts import RefundedBefore, refund_money, refund_pieces

ITEM = derived_id(None, "item")


def a_line(quantity=3, paid=1_000, off=500):
    discounts = (Discount("coupon", "shop", "merchant", off),) if off else ()
    return OrderLine(1, ITEM, quantity, paid + off, paid, discounts=discounts)


def test_odd_cents_go_to_the_pieces_that_are_refunded_first():
    line, amounts = a_line(), []
    gone = RefundedBefore()
    for _ in range(3):
        amount = refund_pieces(line, gone, 1)
        amounts.append((amount.minor, amount.funders))
        gone = RefundedBefore(gone.minor + amount.minor, gone.pieces + 1)
    assert amounts == [(334, {"merchant": 167}), (333, {"merchant": 167}), (333, {"merchant": 166})]


def test_what_went_back_without_pieces_lowers_what_each_kept_piece_has():
    assert refund_pieces(a_line(2, 20_000, 0), RefundedBefore(2_000, 0), 1).minor == 9_000
    assert refund_pieces(a_line(2, 20_000, 0), RefundedBefore(11_000, 1), 1).minor == 9_000


@given(st.integers(1, 50), st.integers(0, 10**7), st.integers(0, 10**6), st.data())
def test_refunds_in_any_steps_add_up_to_the_payment(quantity, paid, off, data):
    line, gone, shares = a_line(quantity, paid, off), RefundedBefore(), 0
    while gone.pieces < quantity:
        left = max(paid - gone.minor, 0)
        if left and data.draw(st.booleans()):
            given_back = refund_money(line, gone, data.draw(st.integers(1, left)))
            gone = RefundedBefore(gone.minor + given_back.minor, gone.pieces)
        amount = refund_pieces(line, gone, data.draw(st.integers(1, quantity - gone.pieces)))
        shares += sum(share.minor for share in amount.shares)
        gone = RefundedBefore(gone.minor + amount.minor, gone.pieces + (amount.pieces or 0))
        assert gone.minor <= paid
    assert (gone.minor, shares) == (paid, off)


@pytest.mark.parametrize("pieces", [0, 3, -1])
def test_more_pieces_than_are_left_are_refused(pieces):
    with pytest.raises(RefundAboveLine) as refusal:
        refund_pieces(a_line(3), RefundedBefore(334, 1), pieces)
    assert (refusal.value.data["left_minor"], refusal.value.data["left_pieces"]) == (666, 2)


@pytest.mark.parametrize("minor", [0, 667])
def test_more_money_than_is_left_is_refused(minor):
    with pytest.raises(RefundAboveLine):
        refund_money(a_line(3), RefundedBefore(334, 1), minor)


def test_money_alone_moves_no_pieces_and_no_shares():
    amount = refund_money(a_line(3), RefundedBefore(), 1_000)
    assert (amount.minor, amount.pieces, amount.shares, amount.funders) == (1_000, None, (), {})
