"""What does a gateway's notice do to a payment?

Notices come late, twice and in any order. Captured is final at a bank, so it wins over whatever was told before or is
told after; a decline counts only while nothing was captured. Money of another sum or currency than was asked for is
never counted as the payment.
"""

from peakday.trade.payments.model import Effect, Notice, NoticeKind, Payment, PaymentStatus
from peakday.trade.payments.rules.payment_states import can_move


def effect_of(payment: Payment | None, notice: Notice) -> Effect:
    """What a notice that was not taken before does; `payment` as it stands now, None: there is none such."""
    if payment is None or payment.gateway != notice.gateway:
        return Effect.UNKNOWN
    if notice.kind is NoticeKind.DECLINED:
        return Effect.DECLINED if can_move(payment.status, PaymentStatus.DECLINED) else Effect.STALE
    if (notice.amount_minor, notice.currency) != (payment.amount_minor, payment.currency):
        return Effect.AMOUNT_DIFFERS
    return Effect.CAPTURED if can_move(payment.status, PaymentStatus.CAPTURED) else Effect.REPEATED
