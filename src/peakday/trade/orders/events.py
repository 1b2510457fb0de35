"""Which facts does the room `orders` announce?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrdersImported:
    """A batch of orders was stored. One event a batch: a year of trade is not a million events."""

    source: str
    orders: int
    lines: int
    refunds: int
    topic: str = "orders.OrdersImported.v1"
