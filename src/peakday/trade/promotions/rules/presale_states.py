"""From which state may a presale move to which, and when does time move it?

    awaiting_deposit ──► awaiting_tail ──► paid
           │                  ├──► forfeited          the tail was not paid in time: the deposit is kept
           ▼                  ├──► returned           on good terms: the deposit goes back once
        closed                └──► returned_double    the seller is at fault

A paid presale is a sale like any other: what happens then is the order's and the refund's business. Turnover counts
on the day of full payment.
"""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from peakday.trade.promotions.errors import PresaleMoveRefused
from peakday.trade.promotions.model import PresaleRules
from peakday.trade.promotions.rules.presale import DepositFate, deposit_due_at


class PresaleState(StrEnum):
    """Where a presale stands."""

    AWAITING_DEPOSIT = "awaiting_deposit"
    AWAITING_TAIL = "awaiting_tail"
    PAID = "paid"
    CLOSED = "closed"
    FORFEITED = "forfeited"
    RETURNED = "returned"
    RETURNED_DOUBLE = "returned_double"


_S = PresaleState
ALLOWED_MOVES: MappingProxyType[PresaleState, frozenset[PresaleState]] = MappingProxyType({
    _S.AWAITING_DEPOSIT: frozenset({_S.AWAITING_TAIL, _S.CLOSED}),
    _S.AWAITING_TAIL: frozenset({_S.PAID, _S.FORFEITED, _S.RETURNED, _S.RETURNED_DOUBLE}),
    _S.PAID: frozenset(),
    _S.CLOSED: frozenset(),
    _S.FORFEITED: frozenset(),
    _S.RETURNED: frozenset(),
    _S.RETURNED_DOUBLE: frozenset(),
})  # fmt: skip
STATE_AFTER: MappingProxyType[DepositFate, PresaleState] = MappingProxyType({
    DepositFate.TAIL_NOT_PAID: _S.FORFEITED,
    DepositFate.SELLER_AT_FAULT: _S.RETURNED_DOUBLE,
    DepositFate.ON_GOOD_TERMS: _S.RETURNED,
})  # fmt: skip


def move(here: PresaleState, there: PresaleState) -> PresaleState:
    """The new state. Refuses with `PresaleMoveRefused` when the move is not allowed."""
    if there not in ALLOWED_MOVES[here]:
        raise PresaleMoveRefused(here=here, there=there)
    return there


def state_at(
    state: PresaleState, created_at: datetime, tail_until: datetime, at: datetime, rules: PresaleRules
) -> PresaleState:
    """Where a presale stands at an instant when nobody acted: unpaid deposits close, unpaid tails forfeit.

    `tail_until` is the first instant at which the tail can no longer be paid.
    """
    if state is PresaleState.AWAITING_DEPOSIT and at >= deposit_due_at(created_at, rules):
        return PresaleState.CLOSED
    if state is PresaleState.AWAITING_TAIL and at >= tail_until:
        return PresaleState.FORFEITED
    return state
