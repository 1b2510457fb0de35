"""Which pages do orders have for a merchant? The list with search and filters, its CSV; one order is `order_pages`."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response, StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId, read_cursor
from peakday.kernel.web.spooling import spooled
from peakday.market.shops import api as shops
from peakday.trade.orders import api
from peakday.trade.orders.model import ORDER_PREFIX, Order, OrderFilter, OrderStatus, Terminal, Waiting
from peakday.trade.orders.web import order_pages
from peakday.trade.orders.web.v1 import BUYER_PREFIX, FIRST_DAY, LAST_DAY, SHOP_PREFIX
from peakday.trade.orders.web.words import FLAG_TEXTS, STATUS_TEXTS, TERMINAL_TEXTS, WAITING_TEXTS

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

PAGE = 50
EXPORT_LINES = 1_000
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]


def _none_if_empty(typed: object) -> object:
    """A form sends an empty field for what was not chosen."""
    return typed or None


Day = Annotated[Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None, BeforeValidator(_none_if_empty)]
Status = Annotated[OrderStatus | None, BeforeValidator(_none_if_empty)]
From = Annotated[Terminal | None, BeforeValidator(_none_if_empty)]
WaitsFor = Annotated[Waiting | None, BeforeValidator(_none_if_empty)]
_FILTERS = ("q", "status", "terminal", "start", "end", "flag", "refund", "waits_for")
_PLAIN_COLUMNS = (
    "order_id", "source", "source_ref", "buyer_id", "kind", "terminal", "region_id", "status", "created_at", "paid_at",
    "closed_at", "flags",
)  # fmt: skip
_MONEY_COLUMNS = ("currency", "list", "discount", "postage", "paid", "refund")


@dataclass(frozen=True, slots=True)
class OrderForm:
    """The search form of the list as it stands in the address; what was not chosen is empty."""

    q: Line = ""
    status: Status = None
    terminal: From = None
    start: Day = None
    end: Day = None
    flag: Line = ""
    refund: Line = ""
    waits_for: WaitsFor = None

    def as_filter(self) -> OrderFilter:
        """The same wish in the room's own words."""
        return OrderFilter(
            status=self.status, terminal=self.terminal, first_day=self.start, last_day=self.end,
            flag=self.flag or None, search=self.q or None, has_refund=True if self.refund else None,
            waits_for=self.waits_for,
        )  # fmt: skip


Wanted = Annotated[OrderForm, Depends()]


@router.get("/orders")
async def show_orders(request: Request, shop_id: ShopRef, wanted: Wanted, after: Line = "") -> Response:
    """The shop's orders, newest first, a page at a time."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        cursor = read_cursor(ORDER_PREFIX, after)
        page = await api.list_orders(connection, actor, shop_id, wanted.as_filter(), cursor, PAGE)
        shop = await shops.get_shop(connection, actor, shop_id)
        regions = {region.region_id: region.name for region in await shops.list_regions(connection)}
    base = f"/shop/{show_id(SHOP_PREFIX, shop_id)}/orders"
    typed = {name: request.query_params.get(name, "") for name in _FILTERS}
    kept = {name: value for name, value in typed.items() if value}
    more = urlencode({**kept, "after": show_id(ORDER_PREFIX, page.next_cursor)}) if page.next_cursor else None
    return house.get(Pages).render(
        request, "orders/orders.html", shop=shop, active="orders", page=page, base=base, typed=typed,
        is_filtered=bool(kept), regions=regions, show=_show, status_texts=STATUS_TEXTS, terminal_texts=TERMINAL_TEXTS,
        flag_texts=FLAG_TEXTS, waiting_texts=WAITING_TEXTS, csv_href=f"{base}.csv?{urlencode(kept)}",
        paging={
            "total": None, "page": None, "pages": None, "next_href": f"{base}?{more}" if more else None,
            "previous_href": f"{base}?{urlencode(kept)}" if after else None,
        },
    )  # fmt: skip


@router.get("/orders.csv")
async def export_orders(request: Request, shop_id: ShopRef, wanted: Wanted) -> Response:
    """The filtered orders as CSV, streamed; without the amounts for who may not see them."""
    actor = actor_of(request)
    require(actor, api.VIEW, shop_id)
    return StreamingResponse(
        spooled(_csv_lines(request, shop_id, wanted.as_filter())),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="orders.csv"'},
    )


async def _csv_lines(request: Request, shop_id: UUID, wanted: OrderFilter) -> AsyncIterator[bytes]:
    house: House = house_of(request)
    actor = actor_of(request)
    shows_money = actor.can(api.SEE_MONEY)
    rows: list[tuple[object, ...]] = [_PLAIN_COLUMNS + (_MONEY_COLUMNS if shows_money else ())]
    yield b"\xef\xbb\xbf"  # spreadsheets need the mark to read Chinese
    async with house.database.transaction() as tx:
        async for order in api.iterate_orders(tx, actor, shop_id, wanted):
            rows.append(_plain_cells(order) + (_money_cells(order) if shows_money else ()))
            if len(rows) == EXPORT_LINES:
                yield _as_csv(rows)
                rows = []
    yield _as_csv(rows)


def _plain_cells(order: Order) -> tuple[object, ...]:
    instants = (order.created_at, order.paid_at, order.closed_at)
    return (
        _show(order.order_id), inert(order.source), inert(order.source_ref),
        show_id(BUYER_PREFIX, order.buyer_id) if order.buyer_id else "", order.kind.value, order.terminal.value,
        inert(order.region_id or ""), order.status.value,
        *(at.astimezone(MARKET_ZONE).isoformat(sep=" ", timespec="seconds") if at else "" for at in instants),
        inert("|".join(order.flags)),
    )  # fmt: skip


def _money_cells(order: Order) -> tuple[object, ...]:
    amounts = (order.list_minor, order.discount_minor, order.postage_minor, order.paid_minor, order.refund_minor)
    return (order.currency, *(decimal_text(minor, order.currency) for minor in amounts))


def _as_csv(rows: list[tuple[object, ...]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _show(order_id: UUID) -> str:
    return show_id(ORDER_PREFIX, order_id)


list_router = router
router = APIRouter(include_in_schema=False)
router.include_router(list_router)
router.include_router(order_pages.router)
