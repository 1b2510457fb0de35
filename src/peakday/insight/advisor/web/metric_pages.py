"""What does a figure mean, and which facts stand behind it? A definition for every metric, and its rows, paged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from peakday.insight.advisor.model import Cell, Column, Line, PageModel, Sheet
from peakday.insight.advisor.names import COLUMNS, EVENT_TYPES, KINDS, STATUSES, TERMINALS
from peakday.insight.advisor.web.files import FileKind, send_sheet
from peakday.insight.advisor.web.seat import FIGURES, Seat, region_names, sit
from peakday.insight.advisor.web.view import read_key
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.model import Dimension, FactPage, Metric, Question, Unit
from peakday.kernel.actor import require
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.ids import show_id
from peakday.kernel.text import Text
from peakday.kernel.web.paths import ShownId

router = APIRouter(prefix="/metrics/{name}")
ShopId = Annotated[UUID, ShownId("shp")]
ROWS_A_PAGE = 50
ROWS_A_FILE = 50_000
ROWS_A_READ = 10_000
OURS = ("our definition", "own knowledge", "our precise reading")
UNITS = {
    Unit.MONEY: Text("金额", "money"),
    Unit.PEOPLE: Text("人", "people"),
    Unit.COUNT: Text("个数", "count"),
    Unit.SHARE: Text("百分比", "share"),
    Unit.SECONDS: Text("秒", "seconds"),
    Unit.RATIO: Text("比值", "ratio"),
}


@router.get("")
async def definition(request: Request, shop_id: ShopId, name: str, part: str = "") -> Response:
    """What a metric counts; with `part` only the inside of the drawer."""
    seat = await sit(request, shop_id)
    metric = metrics.get_metric(name)
    reader = seat.reader
    return seat.render(
        "definition_part" if part else "definition", f"metrics/{name}", page=PageModel(),
        metric=metric,
        is_part=bool(part),
        unit=reader.say(UNITS[metric.unit]) + (f" ({reader.currency})" if metric.unit is Unit.MONEY else ""),
        is_ours=any(word in metric.source for word in OURS),
        dimensions=[reader.say(COLUMNS[one.value]) for one in metrics.dimensions_of(name)],
        sql=metrics.render_sql(name),
        rows_href=reader.rows_href(name),
        full_href=reader.definition_href(name),
    )  # fmt: skip


@router.get("/rows")
async def rows(request: Request, shop_id: ShopId, name: str, cursor: str = "") -> Response:
    """The facts behind a figure."""
    seat = await sit(request, shop_id)
    metric = metrics.get_metric(name)
    path = f"metrics/{name}/rows"
    if not seat.allowed:
        return seat.render("rows", path, page=PageModel(is_empty=True), metric=metric)
    question = _question(seat, metric)
    found = await metrics.rows_of(seat.actor, seat.desk.store, name, question, cursor or None, ROWS_A_PAGE)
    reader = seat.reader
    sheet = await rows_sheet(seat, metric, found)
    table = reader.table(sheet)
    at = {column: index for index, column in enumerate(found.columns)}
    for row, cells in zip(found.rows, table["rows"], strict=True):
        _link(seat, row, at, cells)
    if {"created_at", "paid_at"} <= at.keys() and all(
        row[at["created_at"]] == row[at["paid_at"]] for row in found.rows
    ):
        _drop(table, at["created_at"])  # paid when placed: one of the two says it all
    return seat.render(
        "rows", path, page=PageModel(), metric=metric, table=table,
        filters=await _filters(seat),
        is_first=not cursor,
        first_href=reader.href(path),
        next_href=reader.href(path, cursor=found.next_cursor) if found.next_cursor else None,
        definition_href=reader.definition_href(name),
        exports=(reader.href(f"{path}.csv"), reader.href(f"{path}.xlsx")),
    )  # fmt: skip


@router.get("/rows.{kind}")
async def rows_file(request: Request, shop_id: ShopId, name: str, kind: FileKind) -> Response:
    """The facts behind a figure as a file, at most 50,000 of them."""
    seat = await sit(request, shop_id)
    require(seat.actor, FIGURES, shop_id)
    metric = metrics.get_metric(name)
    question = _question(seat, metric)
    found = await metrics.rows_of(seat.actor, seat.desk.store, name, question, None, ROWS_A_READ)
    lines, cursor = list(found.rows), found.next_cursor
    while cursor and len(lines) < ROWS_A_FILE:
        more = await metrics.rows_of(seat.actor, seat.desk.store, name, question, cursor, ROWS_A_READ)
        lines, cursor = lines + list(more.rows), more.next_cursor
    sheet = await rows_sheet(seat, metric, replace(found, rows=tuple(lines)))
    return await send_sheet(seat, sheet, f"{name}-rows", kind)


def _question(seat: Seat, metric: Metric) -> Question:
    filters = {
        dimension: read_key(dimension, seat.reader.filters[dimension.value])
        for dimension in Dimension
        if dimension.value in seat.reader.filters
    }
    return Question((metric.name,), seat.desk.shop_id, seat.desk.window, filters=filters)


async def rows_sheet(seat: Seat, metric: Metric, page: FactPage) -> Sheet:
    """Facts as a sheet: known columns in words, ids with their prefix, codes and ids of parts by name."""
    named = {
        "item_id": await seat.desk.labels(Dimension.ITEM, _keys(page, "item_id")),
        "category_id": await seat.desk.labels(Dimension.CATEGORY, _keys(page, "category_id")),
        "region_id": await region_names(seat) if "region_id" in page.columns else {},
        "terminal": TERMINALS,
        "type": EVENT_TYPES,
        "kind": KINDS,
        "status": STATUSES,
    }
    columns = tuple(
        Column(name, COLUMNS.get(name, Text(name, name)), Unit.MONEY if name.endswith("_minor") else
               Unit.COUNT if name in {"quantity", "line_no"} else None)
        for name in page.columns
    )  # fmt: skip
    lines = tuple(
        Line(
            tuple(_cell(column, value, named.get(column, {})) for column, value in zip(page.columns, row, strict=True))
        )
        for row in page.rows
    )
    return Sheet("rows", Text(f"{metric.title.zh}明细", f"{metric.title.en}: rows"), columns, lines)


SHOWN_IDS = {"order_id": "ord", "buyer_id": "byr", "refund_id": "rfd", "sku_id": "sku", "person_id": "byr"}


def _cell(column: str, value: Any, named: Any) -> Cell:
    if value is None:
        return None
    if column in SHOWN_IDS:
        return show_id(SHOWN_IDS[column], UUID(value)) if _is_uuid(value) else str(value)
    if isinstance(value, str) and value in named:
        label = named[value]
        assert isinstance(label, Text)
        return label
    return value if isinstance(value, int | float | str | date | datetime) else str(value)


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4


def _keys(page: FactPage, column: str) -> list[str]:
    if column not in page.columns:
        return []
    at = page.columns.index(column)
    return [str(row[at]) for row in page.rows if row[at]]


def _link(seat: Seat, row: Sequence[object], at: dict[str, int], cells: list[dict[str, Any]]) -> None:
    """Ids are shortened, orders lead to the order, items to the item, and instants are written short."""
    for name, index in at.items():
        value = row[index]
        if name in SHOWN_IDS and _is_uuid(value):
            text = cells[index]["text"]
            cells[index] |= {"text": f"{text[:4]}…{text[-6:]}", "title": text}
        elif isinstance(value, datetime):
            cells[index] |= {"text": f"{value.astimezone(MARKET_ZONE):%m-%d %H:%M:%S}", "title": cells[index]["text"]}
    order = row[at["order_id"]] if "order_id" in at else None
    if _is_uuid(order):
        cells[at["order_id"]]["href"] = f"/shop/{seat.reader.shop_ref}/orders/{show_id('ord', UUID(str(order)))}"
    item = row[at["item_id"]] if "item_id" in at else None
    if _is_uuid(item):
        cells[at["item_id"]]["href"] = seat.reader.part_href(Dimension.ITEM, str(item))


def _drop(table: dict[str, Any], at: int) -> None:
    for row in (table["columns"], *table["rows"]):
        del row[at]


async def _filters(seat: Seat) -> list[dict[str, str]]:
    """The filters of the address in words, each with the address without it."""
    drawn = []
    for dimension in Dimension:
        text = seat.reader.filters.get(dimension.value)
        if text is None:
            continue
        key = read_key(dimension, text)
        regions = await region_names(seat) if dimension is Dimension.REGION else {}
        labels = {**(await seat.desk.labels(dimension, [key])), **TERMINALS, **regions}
        label = labels.get(key, Text(key, key))
        title = COLUMNS.get(dimension.value, Text(dimension.value, dimension.value))
        drawn.append({
            "title": seat.reader.say(title), "label": seat.reader.say(label),
            "without": seat.reader.href(seat.request.url.path.split("/", 3)[3], **{dimension.value: None}),
        })  # fmt: skip
    return drawn
