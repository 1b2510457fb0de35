"""What does a merchant see first in the morning? To-dos, three figures, today against yesterday and last week.

Where nothing has happened today the page says so and shows the last day that has anything.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from peakday.insight.advisor.desk import (
    HOUR_COLUMN,
    HOURS,
    Desk,
    Heading,
    day_window,
    days_window,
    figures_of,
    sheet_by_day,
    sheet_by_part,
    today_of,
    zero_of,
)
from peakday.insight.advisor.model import Column, Figure, Line, Sheet, sheets_by_name
from peakday.insight.advisor.names import hour_text
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.model import Dimension, FigureRow, Unit, Window, WindowKind
from peakday.kernel.text import Text

TREND_DAYS = 30
TOP_ITEMS = 5
FIRST = ("paid_amount", "uv", "pay_conversion")  # the three figures
FIRST_UNVISITED = ("paid_amount", "paying_buyers", "average_order_value")  # where no visit is collected
SECOND = (
    "paid_orders", "pieces", "paying_buyers", "average_order_value", "discount_amount", "refund_amount",
    "pv", "cart_people",
)  # fmt: skip
BEST = ("item_paid_amount", "pieces", "item_buyers")
TREND = ("paid_amount", "paying_buyers", "uv", "pay_conversion", "average_order_value")


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home of one shop."""

    day: date  # the day that is shown
    is_today: bool
    has_visits: bool
    first: tuple[Figure, ...] = ()
    second: tuple[Figure, ...] = ()
    sheets: dict[str, Sheet] = field(default_factory=dict)
    window: Window | None = None  # the day as a period
    is_empty: bool = False


async def home_page(desk: Desk) -> HomePage:
    """Everything on the home page; `desk.window` is today."""
    today = today_of(desk.now)
    days = await desk.over(days_window(today - timedelta(days=TREND_DAYS), today)).by(Dimension.DAY, *TREND)
    shown = last_busy_day(days) or await metrics.last_day_of(desk.actor, desk.store, desk.shop_id)
    if shown is None:
        return HomePage(today, is_today=False, has_visits=False, is_empty=True)
    running = metrics.parse_window(WindowKind.TODAY.value, desk.now)  # to the end of the minute: one question a minute
    window = running if shown == today else day_window(shown)
    shop = desk.over(window)
    first_day = shown - timedelta(days=TREND_DAYS - 1)
    both, hours, best, a_week_ago = await asyncio.gather(
        shop.compare(*dict.fromkeys((*FIRST, *FIRST_UNVISITED, *SECOND))),
        _hours(shop, shown),
        shop.by(Dimension.ITEM, *BEST, limit=TOP_ITEMS),
        desk.over(_week_before(window)).ask(*dict.fromkeys((*FIRST, *FIRST_UNVISITED))),
    )
    if first_day < today - timedelta(days=TREND_DAYS):
        days = await desk.over(days_window(first_day, shown)).by(Dimension.DAY, *TREND)
    by_day = sheet_by_day("days", Text("近 30 天", "Last 30 days"), days, TREND, days_window(first_day, shown))
    trend = {name: tuple(_numbers(by_day, name)) for name in TREND}
    has_visits = any(trend["uv"])
    first = FIRST if has_visits else FIRST_UNVISITED
    second = [name for name in SECOND if name not in first and (has_visits or name not in {"uv", "pv", "cart_people"})]
    labels = await desk.labels(Dimension.ITEM, [str(row.key) for row in best])
    heading = Heading("items", Text("当日热销商品", "Best sellers of the day"), Text("商品", "Item"))
    top = sheet_by_part(heading, Dimension.ITEM, best, BEST, labels)
    return HomePage(
        shown, shown == today, has_visits,
        tuple(
            replace(one, last_week=a_week_ago.values[one.metric.name]) for one in figures_of(both, first, trend)
        ), figures_of(both, second, {}),
        sheets_by_name([hours, by_day, top]), window,
    )  # fmt: skip


def _week_before(window: Window) -> Window:
    """The same weekday a week before; of today, until the same time."""
    week = timedelta(days=7)
    return replace(window, start=window.start - week, end=window.end - week)


def last_busy_day(rows: Sequence[FigureRow]) -> date | None:
    """The last day on which anything was paid or anybody came."""
    busy = [row.key for row in rows if row.values.get("paid_amount") or row.values.get("uv")]
    return max((day for day in busy if isinstance(day, date)), default=None)


async def _hours(desk: Desk, day: date) -> Sheet:
    """Paid amount by hour: the day, the day before, the same weekday a week before."""
    others = (day, day - timedelta(days=1), day - timedelta(days=7))
    windows = (desk.window, *(day_window(one) for one in others[1:]))
    answers = await asyncio.gather(*(desk.over(one).by(Dimension.HOUR, "paid_amount") for one in windows))
    found = [{int(str(row.key)): row.values["paid_amount"] for row in rows} for rows in answers]
    is_running = desk.window.kind is WindowKind.TODAY
    title = metrics.METRICS["paid_amount"].title
    columns = tuple(
        replace(Column(key, text, Unit.MONEY), metric="paid_amount" if key == "now" else None)
        for key, text in [
            ("now", Text("今天", "Today") if is_running else Text(f"{day:%m-%d}", f"{day:%m-%d}")),
            ("yesterday", Text("前一日", "Day before")),
            ("last_week", Text("上周同日", "Same day last week")),
        ]
    )
    hour_now = (desk.now - desk.window.start) // timedelta(hours=1) if is_running else 23
    zero = zero_of("paid_amount")
    lines = tuple(
        Line((hour_text(hour), found[0].get(hour, zero) if hour <= hour_now else None,
              *(one.get(hour, zero) for one in found[1:])), str(hour))
        for hour in HOURS
    )  # fmt: skip
    heading = Text(f"分时{title.zh}", f"{title.en} by hour")
    return Sheet("hours", heading, (HOUR_COLUMN, *columns), lines, Dimension.HOUR)


def _numbers(sheet: Sheet, name: str) -> list[int | float | None]:
    return [cell if isinstance(cell, int | float) else None for cell in sheet.column(name)]
