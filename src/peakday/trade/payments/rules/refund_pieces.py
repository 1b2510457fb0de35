"""Out of which payments does a refund come, and how much of it can?

Of one payment when one is named; otherwise of those that the order was paid with, the newest first: the balance of a
presale before its deposit. Never more than what was captured and has not gone back.
"""

from collections.abc import Sequence

from peakday.trade.payments.errors import PaymentNotCaptured, RefundAbovePayment
from peakday.trade.payments.model import NewRefund, RefundPiece, StoredPart


def refund_pieces(refund: NewRefund, parts: Sequence[StoredPart]) -> tuple[RefundPiece, ...]:
    """The pieces; `parts` are the order's captured ones, oldest first.

    Refuses `PaymentNotCaptured` and `RefundAbovePayment`.
    """
    usable = [part for part in parts if refund.payment_id in {None, part.payment_id}]
    if not usable:
        raise PaymentNotCaptured
    left_minor = sum(map(left_of, usable))
    if refund.amount_minor > left_minor:
        raise RefundAbovePayment(left_minor=left_minor)
    missing, pieces = refund.amount_minor, []
    for part in reversed(usable):
        minor = min(missing, left_of(part))
        if minor:
            pieces.append(RefundPiece(part.payment_id, minor))
            missing -= minor
    return tuple(pieces)


def left_of(stored: StoredPart) -> int:
    """What of a part has not gone back."""
    return stored.part.paid_minor - stored.refunded_minor
