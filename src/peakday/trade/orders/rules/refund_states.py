"""From which state may a refund move to which?

    asked ──► returning ──► paying ──► completed
      ├────────────────────►  ▲            ▲
      ├─────────────────────────────────── ┘
      ├──► declined
      └──► withdrawn ◄── returning

`returning` waits for goods on their way back, `paying` for money that the merchant's balance does not cover yet. A
cancellation before shipping and a price protection are decided by rule: they begin where they end.
"""

from types import MappingProxyType

from peakday.trade.orders.errors import RefundMoveRefused
from peakday.trade.orders.model import RefundState

_S = RefundState

ALLOWED_MOVES: MappingProxyType[RefundState, frozenset[RefundState]] = MappingProxyType({
    _S.ASKED: frozenset({_S.RETURNING, _S.PAYING, _S.COMPLETED, _S.DECLINED, _S.WITHDRAWN}),
    _S.RETURNING: frozenset({_S.PAYING, _S.COMPLETED, _S.WITHDRAWN}),
    _S.PAYING: frozenset({_S.COMPLETED}),
    _S.COMPLETED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.WITHDRAWN: frozenset(),
})  # fmt: skip
OPEN_STATES = frozenset(state for state, moves in ALLOWED_MOVES.items() if moves)


def require_refund_move(here: RefundState, there: RefundState) -> None:
    """Refuses `RefundMoveRefused` unless a refund may go from `here` to `there`."""
    if there not in ALLOWED_MOVES[here]:
        raise RefundMoveRefused(here=here.value, there=there.value)
