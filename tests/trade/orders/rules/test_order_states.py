"""Does an order move only along the allowed moves?"""

import pytest

from peakday.trade.orders.model import OrderKind, OrderStatus
from peakday.trade.orders.rules.order_states import ALLOWED_MOVES, FINAL_STATES, can_move

S = OrderStatus


def test_every_state_has_its_moves():
    assert set(ALLOWED_MOVES) == set(OrderStatus)


def test_completed_and_closed_orders_move_no_more():
    assert {S.COMPLETED, S.CLOSED} == FINAL_STATES
    assert not any(can_move(OrderKind.SPOT, S.COMPLETED, there) for there in OrderStatus)


@pytest.mark.parametrize("here, there", [
    (S.AWAITING_PAYMENT, S.AWAITING_SHIPMENT), (S.AWAITING_SHIPMENT, S.SHIPPED), (S.SHIPPED, S.COMPLETED),
    (S.AWAITING_PAYMENT, S.CLOSED), (S.AWAITING_SHIPMENT, S.CLOSED), (S.SHIPPED, S.CLOSED),
])  # fmt: skip
def test_a_spot_order_is_paid_shipped_and_completed_or_closed_on_the_way(here, there):
    assert can_move(OrderKind.SPOT, here, there)


@pytest.mark.parametrize("here, there", [
    (S.AWAITING_PAYMENT, S.SHIPPED), (S.SHIPPED, S.AWAITING_PAYMENT), (S.AWAITING_SHIPMENT, S.COMPLETED),
    (S.CLOSED, S.AWAITING_PAYMENT),
])  # fmt: skip
def test_a_step_is_neither_skipped_nor_taken_back(here, there):
    assert not can_move(OrderKind.SPOT, here, there)


def test_only_a_presale_awaits_a_balance():
    assert can_move(OrderKind.PRESALE, S.AWAITING_PAYMENT, S.AWAITING_BALANCE)
    assert not can_move(OrderKind.SPOT, S.AWAITING_PAYMENT, S.AWAITING_BALANCE)
