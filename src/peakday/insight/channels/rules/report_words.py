"""What does the daily report say in words: the day, what moved it, what deserves a look?"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from peakday.insight.channels.model import DayFigures, Report
from peakday.kernel.text import Language, Text, day_text, money_text, number_text, percent_text

DAYS_RANKED_MIN = 3


def headlines(report: Report, language: Language) -> list[str]:
    """The report in sentences: the day, what moved it, and what deserves a look."""
    now, eve, week = (_net(rows) for rows in (report.today, report.eve, report.week_ago))
    first = Text(
        "{day}:{orders} 单,净收入 {net};比前一天 {eve},比上周同日 {week}。",
        "{day}: {orders} orders, {net} net; {eve} on the day before, {week} on the same weekday a week before.",
    )
    told = first.of(
        language, day=day_text(report.day, language), net=money_text(now, report.currency, language),
        orders=number_text(sum(one.orders for one in report.today), language, 0),
        eve=_change(now, eve, language), week=_change(now, week, language),
    )  # fmt: skip
    return [told, *_mover(report, language), *_refunds(report, language), *_rank(report, now, language)]


def letter_body(report: Report, language: Language) -> str:
    """The report as plain text: its sentences, then a line a channel."""
    names = {one.connection_id: one.name for one in report.channels}
    row = Text(
        "{name}:{orders} 单,支付 {paid},退款 {refund},净收入 {net}",
        "{name}: {orders} orders, {paid} paid, {refund} refunded, {net} net",
    )
    lines = [
        row.of(
            language, name=names.get(one.connection_id, ""), orders=number_text(one.orders, language, 0),
            paid=money_text(one.paid_minor, report.currency, language),
            refund=money_text(one.refund_minor, report.currency, language),
            net=money_text(one.net_minor, report.currency, language),
        )
        for one in report.today
    ]  # fmt: skip
    saved = Text(
        "这份日报省下约 {minutes} 分钟(自定义口径)。", "This report saved about {minutes} minutes (our definition)."
    )
    return "\n".join([*headlines(report, language), "", *lines, "", saved.of(language, minutes=report.minutes_saved)])


def _change(now: int, before: int, language: Language) -> str:
    """By which share a figure changed; nothing to compare with is a dash."""
    if before <= 0:
        return "–"
    share = (now - before) / before
    return ("+" if share > 0 else "") + percent_text(share, language, 1)


def _mover(report: Report, language: Language) -> list[str]:
    """The channel that moved the day most against its eve."""
    names = {one.connection_id: one.name for one in report.channels}
    moves = {channel: _net(report.today, channel) - _net(report.eve, channel) for channel in names}
    channel = max(moves, key=lambda one: abs(moves[one]), default=None)
    if channel is None or not report.eve or moves[channel] == 0:
        return []
    text = Text("变化最大的渠道:{name}({move})。", "The channel that moved most: {name} ({move}).")
    sign = "+" if moves[channel] > 0 else ""
    return [text.of(language, name=names[channel], move=sign + money_text(moves[channel], report.currency, language))]


def _refunds(report: Report, language: Language) -> list[str]:
    """Refunds of the day against those of the thirty days."""
    paid, back = (sum(getattr(one, name) for one in report.today) for name in ("paid_minor", "refund_minor"))
    paid_30, back_30 = (sum(getattr(one, name) for one in report.month) for name in ("paid_minor", "refund_minor"))
    if not paid or not paid_30:
        return []
    text = Text(
        "退款为支付的 {share},30 天平均 {usual}。", "Refunds are {share} of what was paid; over 30 days {usual}."
    )
    now, usual = back / paid, back_30 / paid_30
    more = Text(" 明显高于平时,先看退款原因。", " Clearly more than usual: look at the reasons first.")
    told = text.of(language, share=percent_text(now, language, 1), usual=percent_text(usual, language, 1))
    return [told + (more.of(language) if now > 2 * usual and back else "")]


def _rank(report: Report, now: int, language: Language) -> list[str]:
    """Where the day stands among the thirty."""
    days: dict[date, int] = {}
    for one in report.month:
        days[one.day] = days.get(one.day, 0) + one.net_minor
    if len(days) < DAYS_RANKED_MIN:
        return []
    place = 1 + sum(1 for net in days.values() if net > now)
    text = Text(
        "在近 30 天有交易的 {days} 天中排第 {place}。", "It is number {place} of the {days} days with trade in 30."
    )
    return [text.of(language, days=len(days), place=place)]


def _net(rows: Iterable[DayFigures], channel: UUID | None = None) -> int:
    return sum(one.net_minor for one in rows if channel in {None, one.connection_id})
