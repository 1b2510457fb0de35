"""How are sheets taken away? `/data/<page>/export/<sheet>.csv|.xlsx` with the same period and filters as the page.

Whoever takes a file leaves an entry in the audit trail. A workbook is written to a temporary file in constant memory.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi import Path as Segment
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from peakday.insight.advisor.export import csv_lines, write_xlsx
from peakday.insight.advisor.model import Sheet
from peakday.insight.advisor.pages.buyers import buyers_page
from peakday.insight.advisor.pages.home import home_page
from peakday.insight.advisor.pages.items import LINES_MAX, Wanted, item_page, items_page, unsold_sheet
from peakday.insight.advisor.pages.market import market_page
from peakday.insight.advisor.pages.trade import trade_page
from peakday.insight.advisor.pages.traffic import traffic_page
from peakday.insight.advisor.web.seat import FIGURES, Seat, region_names, sit
from peakday.insight.advisor.web.view import read_key
from peakday.insight.metrics.model import Dimension, Ranked
from peakday.kernel.actor import require
from peakday.kernel.refusal import NotFound
from peakday.kernel.web.paths import ShownId
from peakday.market.accounts import api as accounts

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FileKind = Literal["csv", "xlsx"]


@router.get("/data/{page}/export/{sheet}.{kind}")
async def export(
    request: Request,
    shop_id: Annotated[UUID, ShownId("shp")],
    page: Annotated[str, Segment(pattern="^[a-z-]+$")],
    sheet: Annotated[str, Segment(pattern="^[a-z-]+$")],
    kind: FileKind,
) -> Response:
    """One sheet of one page as a file."""
    seat = await sit(request, shop_id, "today" if page == "home" else request.query_params.get("period", "7d"))
    require(seat.actor, FIGURES, shop_id)
    if page not in PAGES:
        raise NotFound
    sheets = await PAGES[page](seat)
    if sheet not in sheets:
        raise NotFound
    return await send_sheet(seat, sheets[sheet], f"{page}-{sheet}", kind)


async def send_sheet(seat: Seat, sheet: Sheet, name: str, kind: FileKind) -> Response:
    """A sheet as a download, noted in the audit trail."""
    async with seat.house.database.transaction() as tx:
        await accounts.record_audit(
            tx, seat.actor, "exported", f"sheet:{name}", seat.desk.now,
            {"shop_id": seat.shop.shop_id, "period": seat.desk.window.text, "format": kind, "rows": len(sheet.lines)},
        )  # fmt: skip
    language, currency = seat.reader.language, seat.reader.currency
    title = f"{sheet.title.of(language)} {seat.desk.window.first_day}_{seat.desk.window.last_day}.{kind}"
    headers = {"content-disposition": f"attachment; filename=\"{name}.{kind}\"; filename*=UTF-8''{quote(title)}"}
    if kind == "csv":
        lines: Iterator[bytes] = csv_lines(sheet, language, currency)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    await asyncio.to_thread(write_xlsx, path, sheet, language, currency)
    return FileResponse(path, media_type=XLSX, headers=headers, background=BackgroundTask(path.unlink))


async def _home(seat: Seat) -> dict[str, Sheet]:
    return (await home_page(seat.desk)).sheets


async def _traffic(seat: Seat) -> dict[str, Sheet]:
    return (await traffic_page(seat.desk)).sheets


async def _items(seat: Seat) -> dict[str, Sheet]:
    wanted = Wanted(search=seat.request.query_params.get("q", "").strip(), lines=None)
    page = await items_page(seat.desk, wanted)
    return page.sheets | {"unsold": await unsold_sheet(seat.desk, LINES_MAX)}


async def _item(seat: Seat) -> dict[str, Sheet]:
    item_id = read_key(Dimension.ITEM, seat.request.query_params.get(Dimension.ITEM.value, ""))
    return (await item_page(seat.desk, item_id, await region_names(seat))).sheets


async def _trade(seat: Seat) -> dict[str, Sheet]:
    return (await trade_page(seat.desk, await region_names(seat))).sheets


async def _buyers(seat: Seat) -> dict[str, Sheet]:
    return (await buyers_page(seat.desk)).sheets


async def _market(seat: Seat) -> dict[str, Sheet]:
    query = seat.request.query_params
    category = read_key(Dimension.CATEGORY, query["category"]) if query.get("category") else None
    ranked = query.get("ranked", Ranked.SHOPS.value)
    if ranked not in {one.value for one in Ranked}:
        raise NotFound
    return (await market_page(seat.desk, Ranked(ranked), category)).sheets


PAGES: dict[str, Callable[[Seat], Awaitable[dict[str, Sheet]]]] = {
    "home": _home,
    "traffic": _traffic,
    "items": _items,
    "item": _item,
    "trade": _trade,
    "buyers": _buyers,
    "market": _market,
}
