"""Which items and categories sell, at which price, and which do not move?

The list is sorted and cut by the registry. A search, or the smallest first, reads the whole list and sorts here.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import ClassVar

from peakday.insight.advisor.desk import Desk, Heading, figures_of, sheet_by_day, sheet_by_part
from peakday.insight.advisor.model import Column, Figure, Line, Sheet, metric_columns, sheets_by_name
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.model import Dimension, FigureRow, Question, Unit, Value
from peakday.kernel.text import Text

FIGURES = (
    "item_paid_amount", "pieces", "piece_price", "items_sold", "items_on_sale", "sell_through", "unsaleable_items",
    "new_items", "new_item_amount", "item_visitors", "item_conversion",
)  # fmt: skip
ITEM_FIGURES = ("item_paid_amount", "item_paid_share", "pieces", "item_buyers", "piece_price")
VISIT_FIGURES = ("item_visitors", "item_cart_people", "item_conversion")
CATEGORY_FIGURES = ("item_paid_amount", "item_paid_share", "pieces", "item_buyers", "items_sold")
BAND_FIGURES = ("item_paid_amount", "pieces", "item_buyers")
ONE_ITEM = (
    "item_paid_amount", "pieces", "item_buyers", "piece_price", "pieces_per_buyer", "item_visitors", "item_cart_people",
    "item_conversion",
)  # fmt: skip
ONE_ITEM_DAYS = ("item_paid_amount", "pieces", "item_buyers", "piece_price")
PAGE_LINES = 20
LINES_MAX = 20_000
CATEGORIES_MAX = 30
UNSOLD_LINES = 10
ITEM_HEAD = Text("商品", "Item")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the list of items is wanted: sorted by which figure, smallest first or not, searched, which page."""

    SORTS: ClassVar[tuple[str, ...]] = ITEM_FIGURES + VISIT_FIGURES
    PAGE_LINES: ClassVar[int] = PAGE_LINES

    sort: str = "item_paid_amount"
    is_rising: bool = False
    search: str = ""
    page: int = 1
    lines: int | None = PAGE_LINES  # None: all of them, for a file


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Items and categories of one shop in one window."""

    figures: tuple[Figure, ...]
    sheets: dict[str, Sheet]
    has_more: bool
    is_empty: bool


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item."""

    title: Text
    figures: tuple[Figure, ...]
    sheets: dict[str, Sheet]


async def items_page(desk: Desk, wanted: Wanted) -> ItemsPage:
    """Everything on the page of items."""
    both, listed, categories, bands, unsold = await asyncio.gather(
        desk.compare(*FIGURES),
        _listed(desk, wanted),
        desk.by(Dimension.CATEGORY, *CATEGORY_FIGURES, limit=CATEGORIES_MAX),
        desk.by(Dimension.PRICE_BAND, *BAND_FIGURES),
        unsold_sheet(desk),
    )
    rows, has_more, total = listed
    has_visits = bool(both.now.values["item_visitors"])
    names = ITEM_FIGURES + VISIT_FIGURES if has_visits else ITEM_FIGURES
    titles = await desk.labels(Dimension.ITEM, [str(row.key) for row in rows])
    labels = await desk.labels(Dimension.CATEGORY, [str(row.key) for row in categories])
    heading = Heading("items", Text("商品", "Items"), ITEM_HEAD)
    if total is None and not has_visits and not wanted.search:
        sold = both.now.values["items_sold"]
        total = int(sold) if sold is not None else None
    sheets = [
        replace(sheet_by_part(heading, Dimension.ITEM, rows, names, titles), total=total),
        sheet_by_part(Heading("categories", Text("类目", "Categories"), Text("类目", "Category")),
                      Dimension.CATEGORY, categories, CATEGORY_FIGURES, labels),
        price_bands(bands),
        unsold,
    ]  # fmt: skip
    figures = figures_of(both, FIGURES if has_visits else FIGURES[:-2], {})
    is_empty = not both.now.values["items_on_sale"] and not both.now.values["items_sold"]
    return ItemsPage(figures, sheets_by_name(sheets), has_more, is_empty)


async def item_page(desk: Desk, item_id: str, regions: dict[str, Text]) -> ItemPage:
    """Everything on the page of one item."""
    only = {Dimension.ITEM: item_id}
    both, days, places, titles = await asyncio.gather(
        desk.compare(*ONE_ITEM, filters=only),
        desk.by(Dimension.DAY, *ONE_ITEM_DAYS, filters=only),
        desk.by(Dimension.REGION, "item_paid_amount", "pieces", "item_buyers", limit=10, filters=only),
        desk.labels(Dimension.ITEM, [item_id]),
    )
    names = [name for name in ONE_ITEM if name not in VISIT_FIGURES or both.now.values["item_visitors"]]
    sheets = [
        sheet_by_day("days", Text("商品趋势", "Trend of the item"), days, ONE_ITEM_DAYS, desk.window),
        sheet_by_part(Heading("regions", Text("购买地区(前 10)", "Regions (top 10)"), Text("地区", "Region")),
                      Dimension.REGION, places, ("item_paid_amount", "pieces", "item_buyers"), regions),
    ]  # fmt: skip
    title = titles.get(item_id, Text("(无此商品资料)", "(not in the catalogue)"))
    return ItemPage(title, figures_of(both, names, {}), sheets_by_name(sheets))


async def _listed(desk: Desk, wanted: Wanted) -> tuple[tuple[FigureRow, ...], bool, int | None]:
    """The lines wanted, whether more follow, and how many there are where that is known."""
    names = (wanted.sort, *(name for name in ITEM_FIGURES + VISIT_FIGURES if name != wanted.sort))
    if wanted.lines is not None and not wanted.search and not wanted.is_rising:
        skipped = (wanted.page - 1) * wanted.lines
        rows = await _asked(desk, names, wanted.lines + 1, skipped)
        return rows[: wanted.lines], len(rows) > wanted.lines, None
    rows = await _asked(desk, names, LINES_MAX, 0)
    if wanted.search:
        titles = await desk.labels(Dimension.ITEM, [str(row.key) for row in rows])
        sought = wanted.search.casefold()
        rows = tuple(row for row in rows if _matches(sought, titles.get(str(row.key)), str(row.key)))
    if wanted.is_rising:
        rows = tuple(sorted(rows, key=lambda row: _rank(row.values[wanted.sort])))
    if wanted.lines is None:
        return rows, False, len(rows)
    first = (wanted.page - 1) * wanted.lines
    return rows[first : first + wanted.lines], len(rows) > first + wanted.lines, len(rows)


async def _asked(desk: Desk, names: tuple[str, ...], limit: int, offset: int) -> tuple[FigureRow, ...]:
    question = Question(names, desk.shop_id, desk.window, Dimension.ITEM, {}, names[0], limit, offset)
    return (await metrics.measure(desk.actor, desk.store, question)).rows


def _matches(sought: str, title: Text | None, key: str) -> bool:
    return sought in key or (title is not None and (sought in title.zh.casefold() or sought in title.en.casefold()))


def _rank(value: Value) -> tuple[bool, float]:
    return value is None, value or 0


def price_bands(rows: tuple[FigureRow, ...]) -> Sheet:
    """Sales by what was paid per piece; a band reaches to the next one that the registry knows."""
    columns = (
        Column("part", Text("件单价从", "Paid per piece from"), Unit.MONEY),
        *metric_columns([metrics.METRICS[name] for name in BAND_FIGURES]),
    )
    lines = tuple(
        Line(
            (row.key if isinstance(row.key, int) else None, *(row.values[name] for name in BAND_FIGURES)), str(row.key)
        )
        for row in rows
    )
    return Sheet("bands", Text("价格带", "Price bands"), columns, lines, Dimension.PRICE_BAND)


async def unsold_sheet(desk: Desk, limit: int = UNSOLD_LINES) -> Sheet:
    """Items on sale that nobody bought in the window."""
    question = Question(("unsaleable_items",), desk.shop_id, desk.window)
    page = await metrics.rows_of(desk.actor, desk.store, "unsaleable_items", question, None, limit)
    at = {name: index for index, name in enumerate(page.columns)}
    columns = (
        Column("part", ITEM_HEAD),
        Column("list_price", Text("一口价", "List price"), Unit.MONEY),
        Column("since", Text("首次上架", "First listed")),
    )
    lines = []
    for row in page.rows:
        price, since = row[at["list_price_minor"]], row[at["first_listed_day"]]
        cells = (str(row[at["title"]] or ""), price if isinstance(price, int) else None, str(since or ""))
        lines.append(Line(cells, str(row[at["item_id"]])))
    return Sheet("unsold", Text("滞销商品", "Unsaleable items"), columns, tuple(lines))
