"""How is a time in a form or a body read? With its zone; a form's wall clock is the market's."""

from datetime import UTC, datetime

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.money import parse_minor
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.operations.health.errors import BadRedLine


def utc(field: str, at: datetime) -> datetime:
    """The instant in UTC. Refuses `BadRedLine` when it has no zone or is beyond the calendar."""
    if at.tzinfo is None:
        raise _bad(field, "zone_missing", "时间没有时区", "The time has no zone", str(at))
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise _bad(field, "out_of_range", "时间超出范围", "The time is out of range", str(at)) from None


def read_typed_day(field: str, typed: str) -> datetime:
    """The end of a typed day of the market. Refuses `BadRedLine`."""
    try:
        return datetime.fromisoformat(f"{typed}T23:59:59").replace(tzinfo=MARKET_ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad(field, "not_a_day", "日期无效", "This is not a day", typed) from None


def read_typed_money(field: str, typed: str, currency: str) -> int | None:
    """A typed amount in minor units; None when nothing was typed. Refuses `BadRedLine`."""
    if not typed.strip():
        return None
    try:
        return parse_minor(typed, currency)
    except ValueError:
        raise _bad(field, "not_money", "金额无效", "This is not an amount", typed) from None


def read_typed_share(field: str, typed: str) -> int | None:
    """A typed percentage in basis points; None when nothing was typed. Refuses `BadRedLine`."""
    if not typed.strip():
        return None
    try:
        return parse_minor(typed.strip().rstrip("%％"), "CNY")  # two decimals, as an amount
    except ValueError:
        raise _bad(field, "not_a_share", "百分比无效", "This is not a percentage", typed) from None


def _bad(field: str, code: str, zh: str, en: str, typed: str) -> BadRedLine:
    return BadRedLine(Problem(field, code, Text(zh, en), Text("请修改", "Change it"), value=typed[:60]))
