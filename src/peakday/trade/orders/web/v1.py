"""Which JSON doors do orders have? A shop's list, and one order with its lines and refunds.

Callers without the right to see figures get the same orders with `money` null everywhere.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from peakday.kernel.ids import show_id
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.trade.orders import api
from peakday.trade.orders.model import (
    ORDER_PREFIX,
    Discount,
    Order,
    OrderFilter,
    OrderKind,
    OrderLine,
    OrderStatus,
    Refund,
    Terminal,
    Waiting,
)

router = APIRouter(prefix="/v1", tags=["orders"])

SHOP_PREFIX, BUYER_PREFIX, ITEM_PREFIX, SKU_PREFIX = "shp", "byr", "itm", "sku"
CHECKOUT_PREFIX, REFUND_PREFIX, CATEGORY_PREFIX = "chk", "rfd", "cat"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
OrderRef = Annotated[UUID, ShownId(ORDER_PREFIX)]
Line = Annotated[str | None, Query(max_length=100, pattern=LINE_PATTERN)]
Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY)]


_answers = answers_beside(401, 429)


class OrderMoney(BaseModel):
    """An order's amounts in minor units; `paid_minor` is list − discount + postage, agreed whether paid or not."""

    list_minor: int
    discount_minor: int
    postage_minor: int
    paid_minor: int
    refund_minor: int


class LineMoney(BaseModel):
    """A line's amounts in minor units, without postage."""

    list_minor: int
    paid_minor: int
    refund_minor: int
    discounts: list[Discount]


class OrderBody(BaseModel):
    """An order. `paid_at` is the instant of full payment, null while unpaid; `money` is null without the right."""

    order_id: str
    source: str
    source_ref: str
    checkout_id: str | None
    buyer_id: str | None
    kind: OrderKind
    terminal: Terminal
    region_id: str | None
    status: OrderStatus
    currency: str
    created_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    flags: list[str]
    simulated: bool
    money: OrderMoney | None


class LineBody(BaseModel):
    """One item of an order."""

    line_no: int
    item_id: str
    sku_id: str | None
    category_id: str | None
    quantity: int
    flags: list[str]
    money: LineMoney | None


class RefundBody(BaseModel):
    """Money given back; `line_no` null means the order as a whole, `completed_at` null that it is not settled."""

    refund_id: str
    line_no: int | None
    completed_at: datetime | None
    amount_minor: int | None


class OrderDetailBody(OrderBody):
    """An order with its lines and refunds."""

    lines: list[LineBody]
    refunds: list[RefundBody]


class OrderList(BaseModel):
    """A page of orders, newest first."""

    items: list[OrderBody]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """The filters of a listing as they stand in an address; days are market days of creation, both included."""

    status: OrderStatus | None = None
    terminal: Terminal | None = None
    region_id: Line = None
    first_day: Day = None
    last_day: Day = None
    flag: Line = None
    has_refund: bool | None = None
    waits_for: Waiting | None = None
    search: Line = None

    def as_filter(self) -> OrderFilter:
        """The same wish in the room's own words."""
        return OrderFilter(**asdict(self))


@router.get("/shops/{shop_id}/orders", responses=_answers(403, 404, 422))
async def list_orders(
    request: Request,
    shop_id: ShopRef,
    wanted: Annotated[OrderQuery, Depends()],
    cursor: Annotated[str | None, Query(max_length=60)] = None,
    limit: PageLimit = 50,
) -> OrderList:
    """The shop's orders, newest first."""
    after = read_cursor(ORDER_PREFIX, cursor)
    async with house_of(request).database.read() as connection:
        page = await api.list_orders(connection, actor_of(request), shop_id, wanted.as_filter(), after, limit)
    return OrderList(
        items=[OrderBody(**_order(order, shows_money=page.shows_money)) for order in page.items],
        next_cursor=show_id(ORDER_PREFIX, page.next_cursor) if page.next_cursor else None,
    )


@router.get("/shops/{shop_id}/orders/{order_id}", responses=_answers(403, 404))
async def read_order(request: Request, shop_id: ShopRef, order_id: OrderRef) -> OrderDetailBody:
    """One order."""
    async with house_of(request).database.read() as connection:
        detail = await api.get_order(connection, actor_of(request), shop_id, order_id)
    money = detail.shows_money
    return OrderDetailBody(
        **_order(detail.order, shows_money=money),
        lines=[_line(line, shows_money=money) for line in detail.lines],
        refunds=[_refund(refund, shows_money=money) for refund in detail.refunds],
    )


def _order(order: Order, *, shows_money: bool) -> dict[str, Any]:
    money = OrderMoney(
        list_minor=order.list_minor, discount_minor=order.discount_minor, postage_minor=order.postage_minor,
        paid_minor=order.paid_minor, refund_minor=order.refund_minor,
    )  # fmt: skip
    return {
        "order_id": show_id(ORDER_PREFIX, order.order_id), "source": order.source, "source_ref": order.source_ref,
        "checkout_id": _shown(CHECKOUT_PREFIX, order.checkout_id), "buyer_id": _shown(BUYER_PREFIX, order.buyer_id),
        "kind": order.kind, "terminal": order.terminal, "region_id": order.region_id, "status": order.status,
        "currency": order.currency, "created_at": order.created_at, "paid_at": order.paid_at,
        "closed_at": order.closed_at, "flags": list(order.flags), "simulated": order.simulated,
        "money": money if shows_money else None,
    }  # fmt: skip


def _line(line: OrderLine, *, shows_money: bool) -> LineBody:
    money = LineMoney(
        list_minor=line.list_minor, paid_minor=line.paid_minor, refund_minor=line.refund_minor,
        discounts=list(line.discounts),
    )  # fmt: skip
    return LineBody(
        line_no=line.line_no, item_id=show_id(ITEM_PREFIX, line.item_id), sku_id=_shown(SKU_PREFIX, line.sku_id),
        category_id=_shown(CATEGORY_PREFIX, line.category_id), quantity=line.quantity, flags=list(line.flags),
        money=money if shows_money else None,
    )  # fmt: skip


def _refund(refund: Refund, *, shows_money: bool) -> RefundBody:
    return RefundBody(
        refund_id=show_id(REFUND_PREFIX, refund.refund_id), line_no=refund.line_no,
        completed_at=refund.completed_at, amount_minor=refund.amount_minor if shows_money else None,
    )  # fmt: skip


def _shown(prefix: str, value: UUID | None) -> str | None:
    return show_id(prefix, value) if value else None
