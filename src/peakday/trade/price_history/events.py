"""Which facts does the room `price_history` announce?"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ProtectionGranted:
    """A buyer is due this difference for a line; whoever moves money pays it once."""

    shop_id: UUID
    order_id: UUID
    line_no: int
    grant_no: int
    amount_minor: int
    currency: str
    topic: str = "price_history.ProtectionGranted.v1"
