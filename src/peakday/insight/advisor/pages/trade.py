"""How did visits become money? The funnel, the trend, and what the money is made of."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from peakday.insight.advisor.desk import (
    HOURS,
    Desk,
    Heading,
    ask_exposure,
    figures_of,
    sheet_by_day,
    sheet_by_part,
    with_previous,
)
from peakday.insight.advisor.model import Column, Figure, Line, Sheet, sheets_by_name
from peakday.insight.advisor.names import TERMINALS, WEEKDAYS, hour_text
from peakday.insight.advisor.pages.buyers import KINDS, buyer_kinds
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.model import Dimension, FigureRow, Unit, Value
from peakday.kernel.text import Text

FIGURES = (
    "paid_amount", "paying_buyers", "paid_orders", "average_order_value", "pay_conversion",
    "discount_amount", "discount_depth", "refund_amount", "refund_rate", "placed_orders", "order_amount",
)  # fmt: skip
VISIT_FUNNEL = ("uv", "order_buyers", "paying_buyers")
FUNNELS = (  # the first whose first step has anybody
    VISIT_FUNNEL,
    ("exposed_people", "exposed_buyers"),
    ("order_buyers", "paying_buyers"),
)
DAYS = ("paid_amount", "paying_buyers", "paid_orders", "discount_depth")
PARTS = ("paid_amount", "paying_buyers", "paid_orders", "average_order_value")
CATEGORY_PARTS = ("item_paid_amount", "item_paid_share", "item_buyers", "pieces")
PARTS_MAX = 10


@dataclass(frozen=True, slots=True)
class TradePage:
    """Trade of one shop in one window."""

    figures: tuple[Figure, ...]
    funnel: tuple["FunnelStep", ...]
    sheets: dict[str, Sheet]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step: how many people, and which share of the step before."""

    name: str
    title: Text
    people: Value
    rate: float | None


async def trade_page(desk: Desk, regions: Mapping[str, Text]) -> TradePage:
    """Everything on the trade page; `regions` names them."""
    (both, days, before, hours), (terminals, places, kinds, buyers) = await asyncio.gather(
        asyncio.gather(
            desk.compare(*dict.fromkeys((*FIGURES, *VISIT_FUNNEL))),
            desk.by(Dimension.DAY, *DAYS),
            desk.over(desk.window.previous()).by(Dimension.DAY, "paid_amount"),
            desk.by(Dimension.WEEK_HOUR, "paid_orders"),
        ),
        asyncio.gather(
            desk.by(Dimension.TERMINAL, *PARTS),
            desk.by(Dimension.REGION, *PARTS, limit=PARTS_MAX),
            desk.by(Dimension.CATEGORY, *CATEGORY_PARTS, limit=PARTS_MAX),
            desk.ask(*KINDS),
        ),
    )
    has_visits = bool(both.now.values["uv"])
    funnel = both.now.values if has_visits else {**both.now.values, **(await ask_exposure(desk)).values}
    categories = await desk.labels(Dimension.CATEGORY, [str(row.key) for row in kinds])
    by_day = sheet_by_day("days", Text("成交趋势", "Sales trend"), days, DAYS, desk.window)
    sheets = [
        with_previous(by_day, before, "paid_amount", desk.window),
        _week(hours),
        sheet_by_part(Heading("terminals", Text("按下单终端", "By terminal"), Text("终端", "Terminal")),
                      Dimension.TERMINAL, terminals, PARTS, TERMINALS),
        sheet_by_part(Heading("regions", Text("按地区(前 10)", "By region (top 10)"), Text("地区", "Region")),
                      Dimension.REGION, places, PARTS, regions),
        sheet_by_part(Heading("categories", Text("按类目(前 10)", "By category (top 10)"), Text("类目", "Category")),
                      Dimension.CATEGORY, kinds, CATEGORY_PARTS, categories),
        buyer_kinds(buyers),
    ]  # fmt: skip
    return TradePage(
        figures_of(both, FIGURES, {}), funnel_of(funnel), sheets_by_name(sheets),
        not both.now.values["paid_amount"] and not both.now.values["order_amount"],
    )  # fmt: skip


def funnel_of(values: Mapping[str, Value]) -> tuple[FunnelStep, ...]:
    """Visitors, buyers who ordered, buyers who paid; without visits, exposed people and who of them paid."""
    names = next((names for names in FUNNELS if values.get(names[0])), FUNNELS[-1])
    steps = []
    earlier: Value = None
    for name in names:
        people = values[name]
        rate = people / earlier if people is not None and earlier else None
        steps.append(FunnelStep(name, metrics.METRICS[name].title, people, rate))
        earlier = people
    return tuple(steps)


def _week(rows: tuple[FigureRow, ...]) -> Sheet:
    """Paid orders by weekday and hour: one line a weekday, one column an hour."""
    found = {int(str(row.key)): row.values["paid_orders"] for row in rows}
    columns = (
        Column("weekday", Text("星期", "Weekday")),
        *(Column(f"h{hour:02d}", hour_text(hour), Unit.COUNT) for hour in HOURS),
    )
    lines = tuple(
        Line((name, *(found.get(100 * day + hour, 0) for hour in HOURS)), str(day)) for day, name in WEEKDAYS.items()
    )
    return Sheet("week", Text("一周时段热度(支付订单)", "Paid orders by weekday and hour"), columns, lines)
