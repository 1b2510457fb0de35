"""Which nouns does the room `orders` know?

An `Order` is what one buyer bought from one shop in one act; its `OrderLine`s are the items; a `Refund` gives money
back. Money is in minor units of the order's currency. A line's `paid_minor` excludes postage, the order's includes it;
both hold the *agreed* amount, and `paid_at` (the instant of full payment) says whether it was paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

ShopId = NewType("ShopId", UUID)
OrderId = NewType("OrderId", UUID)
RefundId = NewType("RefundId", UUID)

ORDER_PREFIX, CHECKOUT_PREFIX, REFUND_PREFIX = "ord", "chk", "rfd"
NATIVE_SOURCE = "peakday"  # of orders that were placed here; all others were imported


class OrderKind(StrEnum):
    """How it was sold: at once, or as a presale with a deposit."""

    SPOT = "spot"
    PRESALE = "presale"


class Terminal(StrEnum):
    """Where it was placed; `store` is a shop floor."""

    PC = "pc"
    APP = "app"
    WAP = "wap"
    STORE = "store"


class OrderStatus(StrEnum):
    """Where an order stands; the allowed moves are in `rules/order_states.py`."""

    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_BALANCE = "awaiting_balance"  # presale: the deposit is paid, the balance is not
    AWAITING_SHIPMENT = "awaiting_shipment"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CLOSED = "closed"


class Funder(StrEnum):
    """Who bears a discount."""

    PLATFORM = "platform"
    MERCHANT = "merchant"
    BRAND = "brand"
    CREATOR = "creator"
    BUYER = "buyer"  # a gift card: paid before, so it is taken off what is paid now


class DiscountLevel(StrEnum):
    """Where a discount acts: `promotions.model.Level` by name (`rules/discount_levels.py`)."""

    ITEM = "item"
    SHOP = "shop"
    CROSS_SHOP = "cross_shop"
    PAYMENT = "payment"


class OrderFlag(StrEnum):
    """Oddities of a source: facts that are kept and marked, never dropped."""

    NOT_IN_PRODUCT_TABLE = "not_in_product_table"
    ZERO_QUANTITY = "zero_quantity"
    COUPON_EXCEEDS_PRICE = "coupon_exceeds_price"  # the coupon's face is kept as the discount's raw_minor
    ORDER_LEVEL_ONLY = "order_level_only"  # the source has no lines: one line stands for the whole order
    ZERO_PRICE = "zero_price"
    ADJUSTMENT = "adjustment"  # a correction in the books (bad debt, written-off stock): may be negative
    UNMATCHED_CANCELLATION = "unmatched_cancellation"  # a cancellation whose sale is not in the file
    REFUND_EXCEEDS_PAID = "refund_exceeds_paid"
    PAID_DIFFERS_FROM_AMOUNT = "paid_differs_from_amount"
    REFUND_TIME_UNKNOWN = "refund_time_unknown"  # dated with the payment
    PAYMENT_TIME_UNKNOWN = "payment_time_unknown"  # dated with the order
    GIFT = "gift"  # a line that came for nothing
    HELD = "held"  # somebody stopped it: neither shipped nor paid out until the hold is lifted


class RefundState(StrEnum):
    """Where a refund stands; the allowed moves are in `rules/refund_states.py`."""

    ASKED = "asked"
    RETURNING = "returning"  # agreed, the goods are on their way back
    PAYING = "paying"  # agreed, the money is on its way back
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RefundKind(StrEnum):
    """Why money goes back, and whether goods come with it."""

    REFUND_ONLY = "refund_only"
    RETURN_GOODS = "return_goods"
    CANCELLATION = "cancellation"  # paid and not shipped: the order closes
    PRICE_PROTECTION = "price_protection"  # the price fell after the purchase: money only, the goods stay
    DEPOSIT = "deposit"  # of a presale without a sale


@dataclass(frozen=True, slots=True)
class Discount:
    """One reduction of a line: by which instrument, at which `DiscountLevel`, borne by which `Funder`.

    `raw_minor` is the instrument's face value where it is larger than what it could take off the price.
    """

    instrument: str
    level: str
    funder: str
    minor: int
    raw_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One item of an order. `list_minor` and `paid_minor` are for the whole quantity."""

    line_no: int
    item_id: UUID
    quantity: int
    list_minor: int
    paid_minor: int
    sku_id: UUID | None = None
    category_id: UUID | None = None
    refund_minor: int = 0
    discounts: tuple[Discount, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back for a line, or for the order as a whole; `completed_at` while and only while it is completed.

    `quantity` are the pieces that it undoes; None where money goes back and the sale stays. `funders` are the discount
    shares that fell with those pieces, by who bore them.
    """

    shop_id: UUID
    refund_id: UUID
    order_id: UUID
    amount_minor: int
    line_no: int | None = None
    completed_at: datetime | None = None
    state: RefundState = RefundState.COMPLETED
    kind: RefundKind = RefundKind.REFUND_ONLY
    quantity: int | None = None
    reason: str = ""
    asked_at: datetime | None = None
    decided_at: datetime | None = None
    decision_note: str = ""
    return_carrier: str | None = None
    return_tracking_no: str | None = None
    returned_at: datetime | None = None
    funders: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase from one shop. `order_id` is `order_id_of(…)` and sorts by `created_at`."""

    shop_id: UUID
    order_id: UUID
    source: str
    source_ref: str
    status: OrderStatus
    currency: str
    created_at: datetime
    list_minor: int
    discount_minor: int
    postage_minor: int
    paid_minor: int
    refund_minor: int = 0
    checkout_id: UUID | None = None
    buyer_id: UUID | None = None
    kind: OrderKind = OrderKind.SPOT
    terminal: Terminal = Terminal.PC
    region_id: str | None = None
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    flags: tuple[str, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order with its lines, ready to be stored."""

    order: Order
    lines: tuple[OrderLine, ...]
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """An order as its page shows it. Without `shows_money` all amounts read 0 and discounts are left out."""

    order: Order
    lines: tuple[OrderLine, ...]
    refunds: tuple[Refund, ...]
    shows_money: bool


class Waiting(StrEnum):
    """What an order may wait for. A presale without its balance waits for payment."""

    PAYMENT = "payment"
    SHIPMENT = "shipment"
    RECEIPT = "receipt"
    REFUND = "refund"  # a refund that is asked for and not settled, in whatever state the order is


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders of a shop to list; None asks for all. Days are market days of `created_at`, both included."""

    status: OrderStatus | None = None
    terminal: Terminal | None = None
    region_id: str | None = None
    buyer_id: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None
    flag: str | None = None
    has_refund: bool | None = None
    waits_for: Waiting | None = None
    search: str | None = None  # an order number: ours (ord_…) or the source's


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, newest first, and where the next ones begin. Without `shows_money` all amounts read 0."""

    items: tuple[Order, ...]
    next_cursor: UUID | None
    shows_money: bool


@dataclass(frozen=True, slots=True)
class Todos:
    """How many orders wait, and for what: as many as a list of them with the filter `waits_for` holds."""

    awaiting_payment: int
    awaiting_shipment: int
    shipped: int
    awaiting_refund: int
    oldest_unshipped_paid_at: datetime | None = None  # since when the first of `awaiting_shipment` is paid


@dataclass(frozen=True, slots=True)
class ShopSize:
    """A shop and how many orders it has."""

    shop_id: UUID
    orders: int


@dataclass(frozen=True, slots=True)
class Copied:
    """What a bulk copy really added, and how many orders it was given."""

    orders: int
    lines: int
    refunds: int
    given: int = field(default=0, compare=False)
