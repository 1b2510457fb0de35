"""What does the room `payments` announce?"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NoticeIsOdd:
    """A gateway told of money that nobody asked for, or of another sum: a person must look. `effect` says which."""

    gateway: str
    event_id: str
    payment_id: UUID
    effect: str
    amount_minor: int
    topic: str = "payments.NoticeIsOdd.v1"


@dataclass(frozen=True, slots=True)
class RefundSent:
    """The gateway gave a piece of a refund back to the buyer."""

    shop_id: UUID
    order_id: UUID
    refund_id: UUID
    payment_id: UUID
    amount_minor: int
    topic: str = "payments.RefundSent.v1"
