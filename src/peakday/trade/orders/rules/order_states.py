"""From which state may an order move to which?

    awaiting_payment ──► awaiting_balance (presale) ──► awaiting_shipment ──► shipped ──► completed
           │                      │                            │                │
           └──────────────────────┴────────────────────────────┴────────────────┴──────► closed

A completed or closed order moves no more: a refund after completion is a fact beside it, not a state.
"""

from types import MappingProxyType

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


def can_move(kind: OrderKind, here: OrderStatus, there: OrderStatus) -> bool:
    """Whether an order of this kind may go from `here` to `there`; only a presale awaits a balance."""
    if there is OrderStatus.AWAITING_BALANCE and kind is not OrderKind.PRESALE:
        return False
    return there in ALLOWED_MOVES[here]
