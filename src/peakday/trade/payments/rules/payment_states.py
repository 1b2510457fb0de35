"""Which way may a payment go?

A decline is not the end, since a buyer may take another card. Captured is: a bank that took the money cannot untake it,
it can only give it back, which is a refund. A cancelled payment can still be captured, because a bank may be late; then
whoever cancelled gives the money back.
"""

from collections.abc import Mapping
from types import MappingProxyType

from peakday.trade.payments.model import PaymentStatus

MOVES: Mapping[PaymentStatus, frozenset[PaymentStatus]] = MappingProxyType({
    PaymentStatus.PENDING: frozenset({PaymentStatus.CAPTURED, PaymentStatus.DECLINED, PaymentStatus.CANCELLED}),
    PaymentStatus.DECLINED: frozenset({PaymentStatus.CAPTURED, PaymentStatus.CANCELLED}),
    PaymentStatus.CANCELLED: frozenset({PaymentStatus.CAPTURED}),
    PaymentStatus.CAPTURED: frozenset(),
})  # fmt: skip


def can_move(status: PaymentStatus, to: PaymentStatus) -> bool:
    """Whether a payment may go there."""
    return to in MOVES[status]
