"""Which page does stock have for a merchant? All levels with what is available, held and sold; a form to adjust one."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Conflict, Invalid, NotFound, Refusal
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.market.shops import api as shops
from peakday.trade.stock import api
from peakday.trade.stock.model import DeductMode, StockLine
from peakday.trade.stock.web.v1 import (
    ITEM_PREFIX,
    SHOP_PREFIX,
    SKU_PREFIX,
    read_level_cursor,
    write_level_cursor,
)

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

PAGE = 50
EXPORT_LINES = 200
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
SkuRef = Annotated[UUID, ShownId(SKU_PREFIX)]
Shown = Annotated[str, Query(pattern="^(|low|sold-out)$")]
Word = Annotated[str, Form(max_length=200, pattern=LINE_PATTERN)]
MODE_TEXTS = {
    DeductMode.ORDER: Text("下单减库存", "taken with the order"),
    DeductMode.PAYMENT: Text("付款减库存", "taken with the payment"),
}


@router.get("/stock")
async def show_stock(
    request: Request, shop_id: ShopRef, only: Shown = "",
    after: Annotated[str, Query(max_length=300, pattern=LINE_PATTERN)] = "",
    refused: Annotated[str, Query(max_length=300, pattern=LINE_PATTERN)] = "",
) -> Response:  # fmt: skip
    """The shop's levels, a page at a time."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        lines = await api.list_stock(connection, actor, shop_id, _filter(only), read_level_cursor(after), PAGE + 1)
        counts = {
            name: await api.count_stock(connection, actor, shop_id, _filter(name)) for name in ("", "low", "sold-out")
        }
        shop = await shops.get_shop(connection, actor, shop_id)
    base = f"/shop/{show_id(SHOP_PREFIX, shop_id)}"
    shown = lines[:PAGE]
    more = {"only": only, "after": write_level_cursor(shown[-1])} if len(lines) > PAGE else None
    return house.get(Pages).render(
        request, "stock/levels.html", shop=shop, active="stock", base=base, lines=shown, only=only, counts=counts,
        refused=refused, mode_texts=MODE_TEXTS, can_edit=actor.can(api.EDIT), sees_items=actor.can("items:view"),
        show_sku=lambda one: show_id(SKU_PREFIX, one), show_item=lambda one: show_id(ITEM_PREFIX, one),
        has_simulated=any(line.is_simulated for line in shown),
        paging={
            "total": counts[only], "page": None, "pages": None,
            "next_href": f"{base}/stock?{urlencode(more)}" if more else None,
            "previous_href": f"{base}/stock?{urlencode({'only': only})}" if after else None,
        },
    )  # fmt: skip


@router.post("/stock/{sku_id}/adjustments")
async def adjust(
    request: Request, shop_id: ShopRef, sku_id: SkuRef, delta: Annotated[int, Form()], reason: Word, key: Word,
    only: Annotated[str, Form(pattern="^(|low|sold-out)$")] = "",
) -> Response:  # fmt: skip
    """Add or take units; back to the list, with the reason where it was refused."""
    house = house_of(request)
    where = {"only": only}
    try:
        async with house.database.transaction() as tx:
            change = api.Adjustment(shop_id, sku_id, delta, reason, key)
            await api.adjust_stock(tx, actor_of(request), change, house.clock.now())
    except (Conflict, Invalid, NotFound) as refusal:
        where["refused"] = _told(refusal, request)
    return RedirectResponse(f"/shop/{show_id(SHOP_PREFIX, shop_id)}/stock?{urlencode(where)}", 303)


@router.get("/stock.csv")
async def export_stock(request: Request, shop_id: ShopRef, only: Shown = "") -> Response:
    """All levels as CSV, streamed."""
    async with house_of(request).database.read() as connection:
        await api.count_stock(connection, actor_of(request), shop_id, _filter(only))  # refuses before the file begins
    return StreamingResponse(
        _csv_lines(request, shop_id, only), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="stock.csv"'},
    )  # fmt: skip


def _filter(only: str) -> api.StockFilter:
    return api.StockFilter(is_low=True if only == "low" else None, is_sold_out=True if only == "sold-out" else None)


def _told(refusal: Refusal, request: Request) -> str:
    return refusal.message.of(request.state.visit.language, **refusal.data)


async def _csv_lines(request: Request, shop_id: UUID, only: str) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf"  # spreadsheets need the mark to read Chinese
    yield _as_csv(
        [("sku_id", "title", "spec", "event", "available", "held", "sold", "mode", "buyer_limit", "low_mark")]
    )
    cursor = None
    while True:
        async with house_of(request).database.read() as connection:
            lines = await api.list_stock(
                connection, actor_of(request), shop_id, _filter(only), cursor, EXPORT_LINES
            )  # fmt: skip
        yield _as_csv([_cells(line) for line in lines])
        if len(lines) < EXPORT_LINES:
            return
        cursor = (lines[-1].key.sku_id, lines[-1].key.event_ref)


def _cells(line: StockLine) -> tuple[object, ...]:
    return (
        show_id(SKU_PREFIX, line.key.sku_id), inert(line.title), inert(" · ".join(line.spec.values())),
        inert(line.key.event_ref), line.available, line.held, line.sold, line.mode.value, line.buyer_limit,
        line.low_mark,
    )  # fmt: skip


def _as_csv(rows: Sequence[tuple[object, ...]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
