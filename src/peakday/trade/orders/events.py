"""Which facts does the room `orders` announce? Money is minor units; the ids are the shop's and the order's."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OrdersImported:
    """A batch of orders was stored. One event a batch: a year of trade is not a million events."""

    source: str
    orders: int
    lines: int
    refunds: int
    topic: str = "orders.OrdersImported.v1"


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order stands and awaits its payment (a presale: its deposit)."""

    shop_id: UUID
    order_id: UUID
    buyer_id: UUID
    checkout_id: UUID
    paid_minor: int
    currency: str
    simulated: bool
    topic: str = "orders.OrderPlaced.v1"


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """An order is paid in full, and the money is in escrow."""

    shop_id: UUID
    order_id: UUID
    buyer_id: UUID
    paid_minor: int
    currency: str
    simulated: bool
    topic: str = "orders.OrderPaid.v1"


@dataclass(frozen=True, slots=True)
class OrderClosed:
    """An order ended without a sale: unpaid, cancelled, or wholly refunded. `reason` is a code."""

    shop_id: UUID
    order_id: UUID
    buyer_id: UUID
    reason: str
    topic: str = "orders.OrderClosed.v1"


@dataclass(frozen=True, slots=True)
class OrderShipped:
    """The goods are on their way."""

    shop_id: UUID
    order_id: UUID
    buyer_id: UUID
    carrier: str
    tracking_no: str
    topic: str = "orders.OrderShipped.v1"


@dataclass(frozen=True, slots=True)
class OrderCompleted:
    """The goods were received, or the days for it are over; the merchant has the money."""

    shop_id: UUID
    order_id: UUID
    buyer_id: UUID
    topic: str = "orders.OrderCompleted.v1"


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """A buyer asks for money back; the merchant decides."""

    shop_id: UUID
    order_id: UUID
    refund_id: UUID
    amount_minor: int
    currency: str
    topic: str = "orders.RefundAsked.v1"


@dataclass(frozen=True, slots=True)
class RefundCompleted:
    """Money went back."""

    shop_id: UUID
    order_id: UUID
    refund_id: UUID
    amount_minor: int
    currency: str
    topic: str = "orders.RefundCompleted.v1"
