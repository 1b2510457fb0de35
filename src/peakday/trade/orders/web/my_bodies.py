"""How do a buyer's checkouts, orders, refunds and addresses look on the wire? Ids are shown with prefixes."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from peakday.kernel.ids import show_id
from peakday.trade.orders.checkouts import ADDRESS_PREFIX, Address, Placed
from peakday.trade.orders.model import (
    CHECKOUT_PREFIX,
    ORDER_PREFIX,
    REFUND_PREFIX,
    Discount,
    OrderKind,
    OrderStatus,
    Refund,
    RefundKind,
    RefundState,
)
from peakday.trade.orders.rules.deadlines import pay_until
from peakday.trade.orders.rules.timeline import WORDS
from peakday.trade.orders.stories import INVOICE_PREFIX, Invoice, InvoiceKind, InvoiceState, OrderStory
from peakday.trade.orders.web.my_forms import SHOP_PREFIX, SKU_PREFIX, AddressForm
from peakday.trade.payments.model import PAYMENT_PREFIX, Payment, PaymentStatus

ITEM_PREFIX = "itm"


class AddressBody(AddressForm):
    """An address that is kept."""

    address_id: str


class AddressList(BaseModel):
    """A buyer's addresses, the usual one first."""

    items: list[AddressBody]
    next_cursor: str | None = None


class PlacedOrderBody(BaseModel):
    """An order of a checkout."""

    shop_id: str
    order_id: str


class PlacedBody(BaseModel):
    """A checkout that stands; it closes unless `payable_minor` is paid before `pay_until`."""

    checkout_id: str
    currency: str
    payable_minor: int
    created_at: datetime
    pay_until: datetime
    orders: list[PlacedOrderBody]
    is_repeated: bool


class DueBody(BaseModel):
    """The payment of what a checkout waits for; `simulated`: no real money moves."""

    payment_id: str
    amount_minor: int
    currency: str
    status: PaymentStatus
    pay_url: str
    simulated: bool


class MyLineBody(BaseModel):
    """A line of an order, called as the buyer saw it."""

    line_no: int
    item_id: str
    sku_id: str | None
    title: str
    spec: dict[str, str]
    image: str | None
    quantity: int
    list_minor: int
    paid_minor: int
    refund_minor: int
    discounts: list[Discount]


class MyRefundBody(BaseModel):
    """A refund; `quantity` null: money only."""

    refund_id: str
    order_id: str
    line_no: int | None
    state: RefundState
    kind: RefundKind
    quantity: int | None
    amount_minor: int
    reason: str
    decision_note: str
    asked_at: datetime | None
    decided_at: datetime | None
    completed_at: datetime | None


class EventBody(BaseModel):
    """One thing that happened to an order, in both languages."""

    at: datetime
    code: str
    text: str
    text_zh: str
    by: str
    detail: str
    amount_minor: int | None


class ParcelBody(BaseModel):
    """How goods left; `simulated`: no real carrier."""

    carrier: str
    tracking_no: str
    simulated: bool
    shipped_at: datetime
    receipt_due_at: datetime
    received_at: datetime | None


class PresaleBody(BaseModel):
    """What a presale still asks for."""

    state: str
    deposit_minor: int
    tail_minor: int
    deposit_due_at: datetime
    tail_from: datetime
    tail_until: datetime


class InvoiceBody(BaseModel):
    """An invoice; simulated, no tax office knows it."""

    invoice_id: str
    order_id: str
    state: InvoiceState
    kind: InvoiceKind
    title: str
    tax_no: str
    invoice_no: int | None
    amount_minor: int
    currency: str
    note: str


class MyOrderBody(BaseModel):
    """A buyer's order with everything beside it."""

    order_id: str
    checkout_id: str
    shop_id: str
    kind: OrderKind
    status: OrderStatus
    currency: str
    created_at: datetime
    pay_until: datetime | None
    paid_at: datetime | None
    closed_at: datetime | None
    list_minor: int
    discount_minor: int
    postage_minor: int
    paid_minor: int
    refund_minor: int
    simulated: bool
    lines: list[MyLineBody]
    refunds: list[MyRefundBody]
    timeline: list[EventBody]
    address: AddressBody | None
    parcel: ParcelBody | None
    presale: PresaleBody | None
    invoice: InvoiceBody | None


class MyOrderList(BaseModel):
    """A page of a buyer's orders, newest first."""

    items: list[MyOrderBody]
    next_cursor: str | None


class MyCheckoutBody(BaseModel):
    """A checkout with its orders."""

    checkout_id: str
    currency: str
    payable_minor: int
    created_at: datetime
    orders: list[MyOrderBody]


class AmountBody(BaseModel):
    """How much went back, minor units."""

    amount_minor: int


class ProtectionBody(BaseModel):
    """What price protection gave for a line (minor units), why, and until when it may be asked for."""

    verdict: str
    amount_minor: int
    until: datetime | None


class ClosedBody(BaseModel):
    """The orders that closed now; none when they were closed before."""

    order_ids: list[str]


def placed_body(placed: Placed) -> PlacedBody:
    """A checkout as answered."""
    return PlacedBody(
        checkout_id=show_id(CHECKOUT_PREFIX, placed.checkout_id), currency=placed.currency,
        payable_minor=placed.payable_minor, created_at=placed.created_at, pay_until=placed.pay_until,
        orders=[
            PlacedOrderBody(shop_id=show_id(SHOP_PREFIX, each.shop_id), order_id=show_id(ORDER_PREFIX, each.order_id))
            for each in placed.orders
        ],
        is_repeated=placed.is_repeated,
    )  # fmt: skip


def due_body(payment: Payment) -> DueBody:
    """A payment as answered."""
    return DueBody(
        payment_id=show_id(PAYMENT_PREFIX, payment.payment_id), amount_minor=payment.amount_minor,
        currency=payment.currency, status=payment.status, pay_url=payment.pay_url, simulated=payment.is_simulated,
    )  # fmt: skip


def address_body(address: Address) -> AddressBody:
    """An address as answered."""
    return AddressBody(
        address_id=show_id(ADDRESS_PREFIX, address.address_id), recipient=address.recipient, phone=address.phone,
        city=address.city, street=address.street, region_id=address.region_id, postcode=address.postcode,
        is_default=address.is_default,
    )  # fmt: skip


def refund_body(refund: Refund) -> MyRefundBody:
    """A refund as answered."""
    return MyRefundBody(
        refund_id=show_id(REFUND_PREFIX, refund.refund_id), order_id=show_id(ORDER_PREFIX, refund.order_id),
        line_no=refund.line_no, state=refund.state, kind=refund.kind, quantity=refund.quantity,
        amount_minor=refund.amount_minor, reason=refund.reason, decision_note=refund.decision_note,
        asked_at=refund.asked_at, decided_at=refund.decided_at, completed_at=refund.completed_at,
    )  # fmt: skip


def invoice_body(invoice: Invoice) -> InvoiceBody:
    """An invoice as answered."""
    return InvoiceBody(
        invoice_id=show_id(INVOICE_PREFIX, invoice.invoice_id), order_id=show_id(ORDER_PREFIX, invoice.order_id),
        state=invoice.state, kind=invoice.kind, title=invoice.title, tax_no=invoice.tax_no,
        invoice_no=invoice.invoice_no, amount_minor=invoice.amount_minor, currency=invoice.currency, note=invoice.note,
    )  # fmt: skip


def order_body(story: OrderStory) -> MyOrderBody:
    """An order with its story as answered."""
    order = story.order
    assert order.checkout_id is not None, order
    due = pay_until(order.created_at) if order.status is OrderStatus.AWAITING_PAYMENT else None
    return MyOrderBody(
        order_id=show_id(ORDER_PREFIX, order.order_id), checkout_id=show_id(CHECKOUT_PREFIX, order.checkout_id),
        shop_id=show_id(SHOP_PREFIX, order.shop_id), kind=order.kind, status=order.status, currency=order.currency,
        created_at=order.created_at, pay_until=due, paid_at=order.paid_at, closed_at=order.closed_at,
        list_minor=order.list_minor, discount_minor=order.discount_minor, postage_minor=order.postage_minor,
        paid_minor=order.paid_minor, refund_minor=order.refund_minor, simulated=order.simulated,
        lines=[_line(story, line_no) for line_no in range(len(story.lines))],
        refunds=[refund_body(refund) for refund in story.refunds],
        timeline=[
            EventBody(at=e.at, code=e.code, text=WORDS[e.code].en, text_zh=WORDS[e.code].zh, by=e.by, detail=e.detail,
                      amount_minor=e.amount_minor) for e in story.timeline
        ],
        address=address_body(story.address) if story.address else None, parcel=_parcel(story),
        presale=_presale(story), invoice=invoice_body(story.invoice) if story.invoice else None,
    )  # fmt: skip


def _line(story: OrderStory, place: int) -> MyLineBody:
    line = story.lines[place]
    good = story.goods.get(line.line_no)
    return MyLineBody(
        line_no=line.line_no, item_id=show_id(ITEM_PREFIX, line.item_id),
        sku_id=show_id(SKU_PREFIX, line.sku_id) if line.sku_id else None, title=good.title if good else "",
        spec=dict(good.spec) if good else {}, image=good.image if good else None, quantity=line.quantity,
        list_minor=line.list_minor, paid_minor=line.paid_minor, refund_minor=line.refund_minor,
        discounts=list(line.discounts),
    )  # fmt: skip


def _parcel(story: OrderStory) -> ParcelBody | None:
    shipment = story.shipment
    if shipment is None:
        return None
    return ParcelBody(
        carrier=shipment.carrier, tracking_no=shipment.tracking_no, simulated=shipment.is_simulated,
        shipped_at=shipment.shipped_at, receipt_due_at=shipment.receipt_due_at, received_at=shipment.received_at,
    )  # fmt: skip


def _presale(story: OrderStory) -> PresaleBody | None:
    presale: Any = story.presale
    if presale is None:
        return None
    return PresaleBody(
        state=presale.state.value, deposit_minor=presale.deposit_minor, tail_minor=presale.tail_minor,
        deposit_due_at=presale.deposit_due_at, tail_from=presale.tail_from, tail_until=presale.tail_until,
    )  # fmt: skip
