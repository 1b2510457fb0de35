"""Where do visitors come from, what do they look at, which words do they search for?

Sources overlap, because one visitor may use several, so their shares are bars beside each other and never added. A shop
that sends no events sees how its items were shown on the shelf and in the mailer, where the market knows it.
"""

import asyncio
from dataclasses import dataclass

from peakday.insight.advisor.desk import (
    EXPOSURE,
    Desk,
    Heading,
    ask_exposure,
    figures_of,
    sheet_by_day,
    sheet_by_part,
    with_previous,
)
from peakday.insight.advisor.model import Figure, Sheet, sheets_by_name
from peakday.insight.advisor.names import SOURCES, TERMINALS
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.model import Dimension, FigureRow
from peakday.kernel.text import Text

FIGURES = (
    "uv", "pv", "pv_per_visitor", "bounce_rate", "dwell_mean", "cart_rate", "fav_rate", "search_people",
    "inquiry_conversion", "pay_conversion", "uv_value",
)  # fmt: skip
DAYS = ("uv", "pv", "bounce_rate", "pay_conversion")
SOURCE_FIGURES = ("uv", "visitor_share", "pv", "cart_people")
PAGE_FIGURES = ("pv", "uv", "dwell_mean")
WORD_FIGURES = ("search_people", "uv", "cart_people")
TERMINAL_FIGURES = ("uv", "pv", "bounce_rate")
PARTS_MAX = 50


@dataclass(frozen=True, slots=True)
class TrafficPage:
    """Traffic of one shop in one window."""

    figures: tuple[Figure, ...]
    exposure: tuple[Figure, ...]  # how the shop was shown, where the market knows it
    sheets: dict[str, Sheet]
    has_visits: bool
    is_empty: bool = False


async def traffic_page(desk: Desk) -> TrafficPage:
    """Everything on the page of traffic."""
    (both, days, before), (sources, seen, words, terminals) = await asyncio.gather(
        asyncio.gather(
            desk.compare(*FIGURES),
            desk.by(Dimension.DAY, *DAYS),
            desk.over(desk.window.previous()).by(Dimension.DAY, "uv"),
        ),
        asyncio.gather(
            desk.by(Dimension.SOURCE, *SOURCE_FIGURES, limit=PARTS_MAX),
            desk.by(Dimension.PAGE, *PAGE_FIGURES, limit=PARTS_MAX),
            desk.by(Dimension.SEARCH_WORD, *WORD_FIGURES, limit=PARTS_MAX),
            desk.by(Dimension.TERMINAL, *TERMINAL_FIGURES),
        ),
    )
    by_day = sheet_by_day("days", Text("访客趋势", "Visitors by day"), days, DAYS, desk.window)
    overlap = Text("一位访客可来自多个来源,占比之和可超过 100%,不可相加",
                   "One visitor may use several sources: shares may pass 100 % and are never added")  # fmt: skip
    sheets = [
        with_previous(by_day, before, "uv", desk.window),
        sheet_by_part(Heading("sources", Text("流量来源", "Sources"), Text("来源", "Source"), overlap),
                      Dimension.SOURCE, sources, SOURCE_FIGURES, SOURCES),
        sheet_by_part(Heading("pages", Text("页面", "Pages"), Text("页面", "Page")),
                      Dimension.PAGE, _stated(seen), PAGE_FIGURES),
        sheet_by_part(Heading("words", Text("搜索词", "Search words"), Text("搜索词", "Word")),
                      Dimension.SEARCH_WORD, _stated(words), WORD_FIGURES),
        sheet_by_part(Heading("terminals", Text("终端", "Terminals"), Text("终端", "Terminal")),
                      Dimension.TERMINAL, terminals, TERMINAL_FIGURES, TERMINALS),
    ]  # fmt: skip
    has_visits = bool(both.now.values["pv"])
    exposure = () if has_visits else await _exposure(desk)
    return TrafficPage(figures_of(both, FIGURES, {}), exposure, sheets_by_name(sheets), has_visits)


async def _exposure(desk: Desk) -> tuple[Figure, ...]:
    found = (await ask_exposure(desk)).values
    if not found["exposed_people"]:
        return ()
    return tuple(Figure(metrics.METRICS[name], found[name]) for name in EXPOSURE)


def _stated(rows: tuple[FigureRow, ...]) -> tuple[FigureRow, ...]:
    """Only the parts that the events name."""
    return tuple(row for row in rows if row.key not in {None, ""})
