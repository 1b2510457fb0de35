"""Who buys, how often, and do they come back?"""

import asyncio
from dataclasses import dataclass

from peakday.insight.advisor.desk import Desk, figures_of, sheet_by_day
from peakday.insight.advisor.model import Column, Figure, Line, Sheet, sheets_by_name
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.model import Answer, Dimension, Unit
from peakday.kernel.text import Text

FIGURES = (
    "paying_buyers", "new_buyers", "returning_buyers", "returning_share", "orders_per_buyer", "average_order_value",
)  # fmt: skip
KINDS = ("new_buyers", "new_buyer_amount", "returning_buyers", "returning_buyer_amount")
TIMES = ("single_buyers", "repeat_buyers")
DAYS = ("new_buyers", "returning_buyers", "average_order_value")


@dataclass(frozen=True, slots=True)
class BuyersPage:
    """The buyers of one shop in one window."""

    figures: tuple[Figure, ...]
    sheets: dict[str, Sheet]
    is_empty: bool


async def buyers_page(desk: Desk) -> BuyersPage:
    """Everything on the page of buyers."""
    both, kinds, times, days = await asyncio.gather(
        desk.compare(*FIGURES),
        desk.ask(*KINDS),
        desk.ask(*TIMES),
        desk.by(Dimension.DAY, *DAYS),
    )
    by_day = sheet_by_day("days", Text("新老买家趋势", "New and returning buyers by day"), days, DAYS, desk.window)
    sheets = sheets_by_name([by_day, buyer_kinds(kinds), buying_times(times)])
    return BuyersPage(figures_of(both, FIGURES, {}), sheets, not both.now.values["paying_buyers"])


def buyer_kinds(asked: Answer) -> Sheet:
    """New and returning buyers: what they paid, and how many they are."""
    values = asked.values
    columns = (
        Column("part", Text("买家", "Buyers")),
        Column("paid_amount", metrics.METRICS["paid_amount"].title, Unit.MONEY),
        Column("paying_buyers", metrics.METRICS["paying_buyers"].title, Unit.PEOPLE),
    )
    names = {"new": Text("新客", "New"), "returning": Text("老客", "Returning")}
    lines = tuple(
        Line((title, values[f"{kind}_buyer_amount"], values[f"{kind}_buyers"]), f"{kind}_buyers")
        for kind, title in names.items()
    )
    return Sheet("buyer-kinds", Text("新老买家", "New and returning"), columns, lines)


def buying_times(asked: Answer) -> Sheet:
    """How many bought once in the window, and how many several times."""
    columns = (
        Column("part", Text("购买次数", "Times")),
        Column("paying_buyers", metrics.METRICS["paying_buyers"].title, Unit.PEOPLE),
    )
    lines = tuple(Line((metrics.METRICS[name].title, asked.values[name]), name) for name in TIMES)
    return Sheet("times", Text("购买频次", "How often they bought"), columns, lines)
