"""Which nouns has the story of an order: what happened when, by whom, and what stands beside it?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from peakday.kernel.text import Text
from peakday.trade.orders.checkouts import Address
from peakday.trade.orders.model import Order, OrderLine, Refund
from peakday.trade.orders.presale_store import PresaleOrder
from peakday.trade.payments.model import Amends

INVOICE_PREFIX = "inv"


class InvoiceState(StrEnum):
    """Where an invoice stands."""

    ASKED = "asked"
    ISSUED = "issued"
    DECLINED = "declined"
    VOID = "void"


class InvoiceKind(StrEnum):
    """For a person, or for a company with its tax number."""

    PERSONAL = "personal"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice that a buyer asked for; numbered by its shop when it is issued. Simulated: no tax office knows it."""

    shop_id: UUID
    invoice_id: UUID
    order_id: UUID
    buyer_id: UUID
    state: InvoiceState
    kind: InvoiceKind
    title: str
    tax_no: str
    currency: str
    amount_minor: int
    asked_at: datetime
    invoice_no: int | None = None
    note: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """How goods left: `is_simulated` is a carrier that is none."""

    carrier: str
    tracking_no: str
    is_simulated: bool
    shipped_at: datetime
    receipt_due_at: datetime
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldNote:
    """A stop on an order, with its reason."""

    reason: Text
    held_at: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened: an instant, a stable code (`rules/timeline.py` has the words), who, and a detail."""

    at: datetime
    code: str
    by: str = ""  # buyer, merchant, staff, system
    detail: str = ""
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class SoldGood:
    """What a line is called, as the buyer saw it."""

    title: str
    spec: Mapping[str, str] = field(default_factory=dict, hash=False)
    image: str | None = None


@dataclass(frozen=True, slots=True)
class OrderStory:
    """An order with everything beside it. Without `shows_money` all amounts read 0."""

    order: Order
    lines: tuple[OrderLine, ...]
    refunds: tuple[Refund, ...]
    timeline: tuple[TimelineEntry, ...]
    goods: Mapping[int, SoldGood] = field(hash=False)  # by line
    address: Address | None
    shipment: Shipment | None
    holds: tuple[HoldNote, ...]
    presale: PresaleOrder | None
    invoice: Invoice | None
    shows_money: bool = True
    amends: Amends | None = None  # what the shop owes beyond the price: the second half of a double deposit


@dataclass(frozen=True, slots=True)
class MyOrders:
    """Some of a buyer's orders, newest first, and where the next ones begin."""

    items: tuple[OrderStory, ...]
    next_cursor: UUID | None
