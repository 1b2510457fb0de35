"""Which facts does the room `stock` announce?"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LowStock:
    """The units of a SKU (or of its share of an event) fell to the merchant's mark or below."""

    shop_id: UUID
    sku_id: UUID
    event_ref: str
    available: int
    low_mark: int
    topic: str = "stock.LowStock.v1"
