"""How do channels' figures become what a template draws, and the daily report a text worth reading?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from peakday.insight.channels.api import Report
from peakday.insight.channels.goods_model import GoodsProfit
from peakday.insight.channels.model import Connection, DayFigures
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Language, Text, day_text, money_text, number_text, percent_text

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

    def change(self, now: int, before: int) -> str:
        """By which share a figure changed; nothing to compare with is a dash."""
        if before <= 0:
            return "–"
        share = (now - before) / before
        return ("+" if share > 0 else "") + percent_text(share, self.language, 1)

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
        """The report in sentences: the day, what moved it, and what deserves a look."""
        now, eve, week = (_net(rows) for rows in (report.today, report.eve, report.week_ago))
        orders = sum(one.orders for one in report.today)
        values: dict[str, object] = {
            "day": self.day(report.day), "net": self.money(now), "orders": self.count(orders),
            "eve": self.change(now, eve), "week": self.change(now, week),
        }  # fmt: skip
        first = Text(
            "{day}:{orders} 单,净收入 {net};比前一天 {eve},比上周同日 {week}。",
            "{day}: {orders} orders, {net} net; {eve} on the day before, {week} on the same weekday a week before.",
        )
        return [self.say(Text(first.zh.format(**values), first.en.format(**values))),
                *self._mover(report), *self._refunds(report), *self._rank(report, now)]  # fmt: skip

    def _mover(self, report: Report) -> list[str]:
        """The channel that moved the day most against its eve."""
        names = {one.connection_id: one.name for one in report.channels}
        moves = {channel: _net(report.today, channel) - _net(report.eve, channel) for channel in names}
        channel = max(moves, key=lambda one: abs(moves[one]), default=None)
        if channel is None or not report.eve or moves[channel] == 0:
            return []
        text = Text("变化最大的渠道:{name}({move})。", "The channel that moved most: {name} ({move}).")
        sign = "+" if moves[channel] > 0 else ""
        return [text.of(self.language, name=names[channel], move=sign + self.money(moves[channel]))]

    def _refunds(self, report: Report) -> list[str]:
        """Refunds of the day against those of the thirty days."""
        paid, back = (sum(getattr(one, name) for one in report.today) for name in ("paid_minor", "refund_minor"))
        paid_30, back_30 = (sum(getattr(one, name) for one in report.month) for name in ("paid_minor", "refund_minor"))
        if not paid or not paid_30:
            return []
        text = Text(
            "退款为支付的 {share},30 天平均 {usual}。", "Refunds are {share} of what was paid; over 30 days {usual}."
        )
        now, usual = back / paid, back_30 / paid_30
        shares = {"share": percent_text(now, self.language, 1), "usual": percent_text(usual, self.language, 1)}
        more = Text(" 明显高于平时,先看退款原因。", " Clearly more than usual: look at the reasons first.")
        return [text.of(self.language, **shares) + (self.say(more) if now > 2 * usual and back else "")]

    def _rank(self, report: Report, now: int) -> list[str]:
        """Where the day stands among the thirty."""
        days: dict[date, int] = {}
        for one in report.month:
            days[one.day] = days.get(one.day, 0) + one.net_minor
        if len(days) < 3:
            return []
        place = 1 + sum(1 for net in days.values() if net > now)
        text = Text(
            "在近 30 天有交易的 {days} 天中排第 {place}。", "It is number {place} of the {days} days with trade in 30."
        )
        return [text.of(self.language, days=len(days), place=place)]


def _net(rows: Iterable[DayFigures], channel: UUID | None = None) -> int:
    return sum(one.net_minor for one in rows if channel in {None, one.connection_id})
