"""Which pages does the advisor show to a merchant?

Each route asks a page for its model and hands it, drawn by the `Reader`, to a template. They decide nothing.
"""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from peakday.insight.advisor.model import PageModel, Sheet
from peakday.insight.advisor.pages.buyers import buyers_page
from peakday.insight.advisor.pages.home import HomePage, home_page
from peakday.insight.advisor.pages.items import ItemsPage, Wanted, item_page, items_page
from peakday.insight.advisor.pages.market import TITLES, MarketPage, market_page
from peakday.insight.advisor.pages.todos import list_todos
from peakday.insight.advisor.pages.trade import FunnelStep, TradePage, trade_page
from peakday.insight.advisor.pages.traffic import traffic_page
from peakday.insight.advisor.rules import Todo
from peakday.insight.advisor.web import files, metric_pages
from peakday.insight.advisor.web.seat import Seat, region_names, sit
from peakday.insight.advisor.web.view import Reader, read_key, shown_key
from peakday.insight.metrics.model import Dimension, Ranked
from peakday.kernel.ids import show_id
from peakday.kernel.text import Text, instant_text
from peakday.kernel.web.paths import LINE_PATTERN, ShownId

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)
ShopId = Annotated[UUID, ShownId("shp")]
SEARCH_LENGTH_MAX = 100
CATEGORY_COLUMNS = ("item_paid_amount", "item_paid_share", "item_buyers")
REGION_COLUMNS = ("paid_amount", "paying_buyers", "average_order_value")
CATEGORY_LINES = 14  # on the page; a file has them all
EMPTY = PageModel(is_empty=True)


@router.get("/")
async def home(request: Request, shop_id: ShopId) -> Response:
    """To-dos, three figures, today against yesterday and last week."""
    seat = await sit(request, shop_id, "today")
    async with seat.house.database.read() as connection:
        todos = await list_todos(connection, seat.actor, shop_id, seat.desk.now)
    page = await home_page(seat.desk) if seat.allowed else HomePage(seat.desk.window.first_day, False, False)
    reader = seat.reader_of(page.window) if page.window else seat.reader
    drawn = _draw_home(seat, reader, page) if seat.allowed and not page.is_empty else {}
    return seat.render(
        "home", "", page=page, todos=[_draw_todo(seat, todo) for todo in todos], drawn_reader=reader, **drawn
    )


def _draw_home(seat: Seat, reader: Reader, page: HomePage) -> dict[str, Any]:
    top = page.sheets["items"]
    week = seat.reader
    return {
        "first": [reader.figure(one) for one in page.first],
        "second": [reader.figure(one) for one in page.second],
        "hours": reader.chart(
            page.sheets["hours"], ("now", "yesterday", "last_week"), compare=("yesterday", "last_week")
        ),
        "days": reader.chart(page.sheets["days"], ("paid_amount", "paying_buyers"), "bar", second=("paying_buyers",)),
        "best": reader.shares(top, "item_paid_amount"),
        "best_title": reader.say(top.title),
        "hours_exports": reader.exports("home", "hours"),
        "days_exports": reader.exports("home", "days"),
        "items_href": week.href("data/items", period="7d"),
        "traffic_href": week.href("data/traffic", period="7d"),
    }


def _draw_todo(seat: Seat, todo: Todo) -> dict[str, Any]:
    """A to-do; whoever may not see figures sees its name only."""
    due = todo.due_at if todo.count else None
    words = Text("最晚 {at} 前发货", "Ship by {at}") if due else Text("", "")
    if due and todo.is_late(seat.desk.now):
        words = Text("已超时,应在 {at} 前发货", "Overdue: was to ship by {at}")
    language = seat.reader.language
    return {
        "title": seat.reader.say(todo.title),
        "count": todo.count if seat.allowed else None,
        "deadline": words.of(language, at=instant_text(due, language)) if due and seat.allowed else "",
        "is_late": seat.allowed and todo.is_late(seat.desk.now),
        "href": f"/shop/{seat.reader.shop_ref}/{todo.path}",
    }


@router.get("/data/traffic")
async def traffic(request: Request, shop_id: ShopId) -> Response:
    """Visitors, sources, pages, search words."""
    seat = await sit(request, shop_id)
    if not seat.allowed:
        return seat.render("traffic", "data/traffic", page=EMPTY)
    page, reader = await traffic_page(seat.desk), seat.reader
    sheets = page.sheets
    visitors = sheets["sources"].column("uv")
    whole = next((one.value for one in page.figures if one.metric.name == "uv"), None)
    return seat.render(
        "traffic", "data/traffic", page=page,
        figures=[reader.figure(one) for one in page.figures],
        exposure=[reader.figure(one) for one in page.exposure],
        days=reader.chart(sheets["days"], ("uv", "uv_before", "pv"), compare=("uv_before",), second=("pv",)),
        source_bars=reader.shares(sheets["sources"], "uv", whole) if visitors else [],
        tables={name: reader.table(sheets[name]) for name in ("sources", "terminals", "pages", "words")},
        sources_note=reader.say(sheets["sources"].note),
        exports=_exports(reader, "traffic", sheets),
    )  # fmt: skip


@router.get("/data/items")
async def items(
    request: Request,
    shop_id: ShopId,
    q: Annotated[str, Query(max_length=SEARCH_LENGTH_MAX, pattern=LINE_PATTERN)] = "",
    sort: str = "",
    p: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Items, categories, price bands, unsaleable items."""
    seat = await sit(request, shop_id)
    if not seat.allowed:
        return seat.render("items", "data/items", page=EMPTY)
    wanted = read_wanted(q, sort, p)
    model, reader = await items_page(seat.desk, wanted), seat.reader
    sheets = model.sheets
    return seat.render(
        "items", "data/items", page=model, q=q, sort=sort,
        figures=[reader.figure(one) for one in model.figures],
        listed=_draw_items(reader, model, wanted),
        categories=reader.table(sheets["categories"], "item_paid_amount", CATEGORY_COLUMNS, CATEGORY_LINES),
        bands=reader.chart(sheets["bands"], ("item_paid_amount", "pieces"), "bar", second=("pieces",)),
        unsold=_draw_unsold(reader, sheets["unsold"]),
        unsold_href=reader.rows_href("unsaleable_items"),
        exports=_exports(reader, "items", sheets),
    )  # fmt: skip


def read_wanted(q: str, sort: str, page: int = 1, *, is_whole: bool = False) -> Wanted:
    """What the address asks of the list; an unknown order is the usual one. `-pieces` is smallest first."""
    name, rising = sort.removeprefix("-"), sort.startswith("-")
    known = name in Wanted.SORTS
    return Wanted(
        name if known else Wanted.SORTS[0], rising and known, q.strip(), page, None if is_whole else Wanted.PAGE_LINES
    )


def _draw_items(reader: Reader, model: ItemsPage, wanted: Wanted) -> dict[str, Any]:
    """The list with links that sort and turn pages, each item leading to its own page."""
    sheet = model.sheets["items"]
    table = reader.table(sheet, wanted.sort)
    for line, row in zip(sheet.lines, table["rows"], strict=True):
        if line.key:
            row[0]["href"] = reader.href(f"data/items/{shown_key(Dimension.ITEM, line.key)}", q=None, sort=None)
    for column in table["columns"][1:]:
        is_current = column["key"] == wanted.sort
        column["sorted"] = ("asc" if wanted.is_rising else "desc") if is_current else ""
        turned = f"-{column['key']}" if is_current and not wanted.is_rising else column["key"]
        column["sort_href"] = reader.href("data/items", sort=turned)
    pages = -(-sheet.total // Wanted.PAGE_LINES) if sheet.total is not None else None
    return table | {
        "page": wanted.page,
        "pages": pages,
        "previous_href": reader.href("data/items", p=wanted.page - 1) if wanted.page > 1 else None,
        "next_href": reader.href("data/items", p=wanted.page + 1) if model.has_more else None,
    }


def _draw_unsold(reader: Reader, sheet: Sheet) -> dict[str, Any]:
    table = reader.table(sheet)
    for line, row in zip(sheet.lines, table["rows"], strict=True):
        if line.key:
            row[0]["href"] = reader.href(f"data/items/{shown_key(Dimension.ITEM, line.key)}", q=None, sort=None)
    return table


@router.get("/data/items/{item_id}")
async def item(request: Request, shop_id: ShopId, item_id: Annotated[UUID, ShownId("itm")]) -> Response:
    """One item with its trend."""
    seat = await sit(request, shop_id, "30d")
    path = f"data/items/{show_id('itm', item_id)}"
    if not seat.allowed:
        return seat.render("item", path, page=EMPTY, item_title="")
    page = await item_page(seat.desk, str(item_id), await region_names(seat))
    reader = replace(seat.reader, filters={Dimension.ITEM.value: show_id("itm", item_id)})
    return seat.render(
        "item", path, page=EMPTY_NOT, item_title=reader.say(page.title), item_ref=show_id("itm", item_id),
        figures=[reader.figure(one) for one in page.figures],
        days=reader.chart(page.sheets["days"], ("item_paid_amount", "pieces"), "bar", second=("pieces",)),
        prices=reader.chart(page.sheets["days"], ("piece_price",)),
        regions=reader.table(page.sheets["regions"], "item_paid_amount"),
        exports=_exports(reader, "item", page.sheets),
    )  # fmt: skip


@router.get("/data/trade")
async def trade(request: Request, shop_id: ShopId) -> Response:
    """Funnel, trend, composition, discounts, hours."""
    seat = await sit(request, shop_id)
    if not seat.allowed:
        return seat.render("trade", "data/trade", page=EMPTY)
    page, reader = await trade_page(seat.desk, await region_names(seat)), seat.reader
    sheets = page.sheets
    keys = ("paid_amount", "paid_amount_before", "paying_buyers")
    return seat.render(
        "trade", "data/trade", page=page,
        figures=[reader.figure(one) for one in page.figures],
        days=reader.chart(sheets["days"], keys, compare=keys[1:2], second=keys[2:]),
        discounts=reader.chart(sheets["days"], ("discount_depth",), title=Text("优惠深度", "Discount depth")),
        funnel=[_draw_step(reader, page, step) for step in page.funnel],
        starts_with=page.funnel[0].name,
        kind_bars=reader.shares(sheets["buyer-kinds"], "paid_amount", _sum(sheets["buyer-kinds"], "paid_amount")),
        terminal_bars=reader.shares(sheets["terminals"], "paid_amount", _sum(sheets["terminals"], "paid_amount")),
        categories=reader.table(sheets["categories"], "item_paid_amount", CATEGORY_COLUMNS),
        regions=reader.table(sheets["regions"], "paid_amount", REGION_COLUMNS),
        titles={name: reader.say(sheet.title) for name, sheet in sheets.items()},
        week=reader.heat(sheets["week"]),
        exports=_exports(reader, "trade", sheets),
    )  # fmt: skip


def _draw_step(reader: Reader, page: TradePage, step: FunnelStep) -> dict[str, Any]:
    widest = max((float(one.people or 0) for one in page.funnel), default=0.0)
    at = page.funnel.index(step)
    return {
        "title": reader.say(step.title),
        "people": reader.value(None, step.people),
        "rate": reader.share(step.rate) if step.rate is not None else "",
        "width": max(1, round(100 * float(step.people or 0) / widest)) if widest else 1,
        "tone": 92 - 24 * at,
        "definition_href": reader.definition_href(step.name),
        "rows_href": reader.rows_href(step.name),
    }


@router.get("/data/buyers")
async def buyers(request: Request, shop_id: ShopId) -> Response:
    """New and returning buyers, how often they buy."""
    seat = await sit(request, shop_id, "30d")
    if not seat.allowed:
        return seat.render("buyers", "data/buyers", page=EMPTY)
    page, reader = await buyers_page(seat.desk), seat.reader
    kinds, times = page.sheets["buyer-kinds"], page.sheets["times"]
    return seat.render(
        "buyers", "data/buyers", page=page,
        figures=[reader.figure(one) for one in page.figures],
        days=reader.chart(page.sheets["days"], ("returning_buyers", "new_buyers"), "stack"),
        value_days=reader.chart(page.sheets["days"], ("average_order_value",), title=Text("客单价", "Order value")),
        kind_people=reader.shares(kinds, "paying_buyers", _sum(kinds, "paying_buyers")),
        kind_money=reader.shares(kinds, "paid_amount", _sum(kinds, "paid_amount")),
        times=reader.shares(times, "paying_buyers", _sum(times, "paying_buyers")),
        times_title=reader.say(times.title),
        exports=_exports(reader, "buyers", page.sheets),
    )  # fmt: skip


@router.get("/data/market")
async def market(request: Request, shop_id: ShopId, category: str = "", ranked: Ranked = Ranked.SHOPS) -> Response:
    """Order and index of the market, never another shop's value."""
    seat = await sit(request, shop_id, "30d")
    if not seat.allowed:
        return seat.render("market", "data/market", page=EMPTY)
    page = await market_page(seat.desk, ranked, read_key(Dimension.CATEGORY, category) if category else None)
    reader = seat.reader
    return seat.render(
        "market", "data/market", page=EMPTY_NOT, model=page,
        tabs=[
            {"label": reader.say(title), "href": reader.href("data/market", ranked=one.value), "active": one is ranked}
            for one, title in TITLES.items()
        ],
        categories=[
            {"value": shown_key(Dimension.CATEGORY, key), "label": reader.say(title), "active": key == page.category_id}
            for key, title in page.categories
        ],
        rows=_draw_rank(reader, page),
        loss=[reader.figure(one) for one in page.loss],
        exports=_exports(reader, "market", page.sheets),
    )  # fmt: skip


def _draw_rank(reader: Reader, page: MarketPage) -> list[dict[str, Any]]:
    top = max((row.index for row in page.rank.rows), default=0)
    listed = [*page.rank.rows, *(row for row in page.rank.own if row not in page.rank.rows)]
    return [
        {
            "place": row.place, "name": row.name, "is_own": row.is_own,
            "index": reader.value(None, row.index), "width": round(100 * row.index / top, 1) if top else 0,
            "own": reader.money(row.own_minor) if row.own_minor is not None else "",
            "after_gap": at >= len(page.rank.rows),
        }
        for at, row in enumerate(listed)
    ]  # fmt: skip


def _exports(reader: Reader, page: str, sheets: dict[str, Sheet]) -> dict[str, tuple[str, str]]:
    return {name: reader.exports(page, name) for name in sheets}


def _sum(sheet: Sheet, key: str) -> float:
    return sum(cell for cell in sheet.column(key) if isinstance(cell, int | float))


EMPTY_NOT = PageModel()
router.include_router(files.router)
router.include_router(metric_pages.router)
