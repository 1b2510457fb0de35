"""From which state may an order move to which, and why?

    awaiting_payment ──► awaiting_balance (presale) ──► awaiting_shipment ──► shipped ──► completed
           │                      │                            │                │
           └──────────────────────┴────────────────────────────┴────────────────┴──────► closed

A completed or closed order moves no more: a refund after completion is a fact beside it, not a state. `MOVES` says for
every reason from where to where it leads; nothing else moves an order.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from peakday.trade.orders.errors import OrderMoveRefused
from peakday.trade.orders.model import OrderKind, OrderStatus

_S = OrderStatus

ALLOWED_MOVES: MappingProxyType[OrderStatus, frozenset[OrderStatus]] = MappingProxyType({
    _S.AWAITING_PAYMENT: frozenset({_S.AWAITING_BALANCE, _S.AWAITING_SHIPMENT, _S.CLOSED}),
    _S.AWAITING_BALANCE: frozenset({_S.AWAITING_SHIPMENT, _S.CLOSED}),
    _S.AWAITING_SHIPMENT: frozenset({_S.SHIPPED, _S.CLOSED}),
    _S.SHIPPED: frozenset({_S.COMPLETED, _S.CLOSED}),
    _S.COMPLETED: frozenset(),
    _S.CLOSED: frozenset(),
})  # fmt: skip
FINAL_STATES = frozenset(state for state, moves in ALLOWED_MOVES.items() if not moves)
UNPAID_STATES = frozenset({_S.AWAITING_PAYMENT, _S.AWAITING_BALANCE})


class MoveReason(StrEnum):
    """Why an order moves; the code stands in its timeline."""

    DEPOSIT_PAID = "deposit_paid"
    PAID = "paid"
    UNPAID_IN_TIME = "unpaid_in_time"
    CANCELLED = "cancelled"  # before it was paid
    TAIL_UNPAID = "tail_unpaid"
    DEPOSIT_RETURNED = "deposit_returned"
    SHIPPED = "shipped"
    RECEIVED = "received"
    RECEIVED_BY_TIME = "received_by_time"
    REFUNDED_WHOLE = "refunded_whole"


@dataclass(frozen=True, slots=True)
class OrderMove:
    """Where a reason leads, and from which states."""

    there: OrderStatus
    here: frozenset[OrderStatus]


_R = MoveReason
MOVES: MappingProxyType[MoveReason, OrderMove] = MappingProxyType({
    _R.DEPOSIT_PAID: OrderMove(_S.AWAITING_BALANCE, frozenset({_S.AWAITING_PAYMENT})),
    _R.PAID: OrderMove(_S.AWAITING_SHIPMENT, frozenset({_S.AWAITING_PAYMENT, _S.AWAITING_BALANCE})),
    _R.UNPAID_IN_TIME: OrderMove(_S.CLOSED, frozenset({_S.AWAITING_PAYMENT})),
    _R.CANCELLED: OrderMove(_S.CLOSED, frozenset({_S.AWAITING_PAYMENT})),
    _R.TAIL_UNPAID: OrderMove(_S.CLOSED, frozenset({_S.AWAITING_BALANCE})),
    _R.DEPOSIT_RETURNED: OrderMove(_S.CLOSED, frozenset({_S.AWAITING_BALANCE})),
    _R.SHIPPED: OrderMove(_S.SHIPPED, frozenset({_S.AWAITING_SHIPMENT})),
    _R.RECEIVED: OrderMove(_S.COMPLETED, frozenset({_S.SHIPPED})),
    _R.RECEIVED_BY_TIME: OrderMove(_S.COMPLETED, frozenset({_S.SHIPPED})),
    _R.REFUNDED_WHOLE: OrderMove(_S.CLOSED, frozenset({_S.AWAITING_SHIPMENT, _S.SHIPPED})),
})  # fmt: skip


def can_move(kind: OrderKind, here: OrderStatus, there: OrderStatus) -> bool:
    """Whether an order of this kind may go from `here` to `there`; only a presale awaits a balance."""
    if there is OrderStatus.AWAITING_BALANCE and kind is not OrderKind.PRESALE:
        return False
    return there in ALLOWED_MOVES[here]


def moved_by(reason: MoveReason, kind: OrderKind, here: OrderStatus) -> OrderStatus:
    """The state that a reason leads to. Refuses `OrderMoveRefused` when an order in `here` may not move by it."""
    move = MOVES[reason]
    if here not in move.here or not can_move(kind, here, move.there):
        raise OrderMoveRefused(here=here.value, there=move.there.value)
    return move.there
