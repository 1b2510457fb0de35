"""How do channels' figures become what a template draws, and the daily report a text worth reading?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from peakday.insight.channels.goods_model import GoodsProfit
from peakday.insight.channels.model import Connection, DayFigures, Report
from peakday.insight.channels.rules.report_words import headlines
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Language, Text, day_text, money_text, number_text

TITLE_LETTERS = 24


@dataclass(frozen=True, slots=True)
class View:
    """One reader of one shop's channels."""

    language: Language
    currency: str
    address: str

    def say(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.of(self.language)

    def money(self, minor: int) -> str:
        """An amount of the shop's currency."""
        return money_text(minor, self.currency, self.language)

    def count(self, number: int) -> str:
        """A number."""
        return number_text(number, self.language, 0)

    def day(self, day: date) -> str:
        """A day."""
        return day_text(day, self.language)

    def chart(self, figures: Sequence[DayFigures], channels: Sequence[Connection]) -> dict[str, Any]:
        """What each channel kept, by day."""
        unit = 10 ** MINOR_DIGITS[self.currency]
        days = sorted({one.day for one in figures})
        series = []
        for channel in channels:
            by_day = {one.day: one.net_minor for one in figures if one.connection_id == channel.connection_id}
            amounts = [by_day.get(day, 0) for day in days]
            series.append({
                "name": channel.name, "role": "main", "axis": 0, "unit": "money",
                "data": [minor / unit for minor in amounts], "texts": [self.money(minor) for minor in amounts],
            })  # fmt: skip
        return {
            "kind": "line", "title": self.say(Text("各渠道每日净收入", "Net by channel and day")),
            "currency": self.currency, "unit": "money", "x": [str(day) for day in days],
            "x_label": self.say(Text("日期", "Day")), "series": series,
        }  # fmt: skip

    def profit_chart(self, profits: Sequence[GoodsProfit], titles: Mapping[UUID, str]) -> dict[str, Any]:
        """What the goods that brought most kept."""
        unit = 10 ** MINOR_DIGITS[self.currency]

        amounts = [one.net_minor for one in profits]
        return {
            "kind": "hbar", "title": self.say(Text("净收入最高的商品", "The goods with most net")),
            "currency": self.currency, "unit": "money",
            "x": [titles.get(one.item_id, "")[:TITLE_LETTERS] for one in profits],
            "x_label": self.say(Text("商品", "Item")),
            "series": [{
                "name": self.say(Text("净收入", "Net")), "role": "main", "axis": 0, "unit": "money",
                "data": [minor / unit for minor in amounts], "texts": [self.money(minor) for minor in amounts],
            }],
        }  # fmt: skip

    def rows(self, figures: Iterable[DayFigures], channels: Sequence[Connection]) -> list[dict[str, Any]]:
        """One row a channel, and the sum of all as the last."""
        figures = list(figures)
        groups = [(one.name, [row for row in figures if row.connection_id == one.connection_id]) for one in channels]
        told = [(name, rows) for name, rows in groups if rows]
        return [self._row(name, rows) for name, rows in [*told, (self.say(Text("合计", "All")), figures)]]

    def _row(self, name: str, rows: Sequence[DayFigures]) -> dict[str, Any]:
        return {
            "name": name,
            "orders": self.count(sum(row.orders for row in rows)),
            "paid": self.money(sum(row.paid_minor for row in rows)),
            "tax": self.money(sum(row.tax_minor for row in rows)),
            "postage": self.money(sum(row.postage_minor for row in rows)),
            "refund": self.money(sum(row.refund_minor for row in rows)),
            "fees": self.money(sum(row.fees_minor for row in rows)),
            "net": self.money(sum(row.net_minor for row in rows)),
        }

    def headlines(self, report: Report) -> list[str]:
        """The report in sentences."""
        return headlines(report, self.language)
