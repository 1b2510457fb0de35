"""Which instants does a named period span?

Days are days of the market (Asia/Shanghai). 1d, 7d and 30d are full days that end yesterday; real time runs from
midnight to the end of the present minute, so that its comparison with yesterday ends at the same time of day.
"""

import re
from datetime import date, datetime, timedelta

from peakday.insight.metrics.errors import WindowUnreadable
from peakday.insight.metrics.model import Window, WindowKind
from peakday.kernel.clock import day_of, day_start

DAYS_MAX = 3 * 366
_LAST_DAYS = {WindowKind.LAST_1: 1, WindowKind.LAST_7: 7, WindowKind.LAST_30: 30}
_RANGE = re.compile(r"^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$")
_NAMED = re.compile(r"^(day|week|month):(\d{4}-\d{2}(?:-\d{2})?)$")
_ONE_DAY = timedelta(days=1)


def parse_window(text: str, now: datetime) -> Window:
    """Read a period as addresses write it; refuses with WindowUnreadable.

    `today`, `1d`, `7d`, `30d`, `day:2026-11-11`, `week:2026-11-11` (the week of that day), `month:2026-11`,
    `2026-11-01..2026-11-11` (both days included, at most three years).
    """
    try:
        return _parse(text.strip(), now)
    except (ValueError, OverflowError) as error:
        raise WindowUnreadable(text[:100]) from error


def _parse(text: str, now: datetime) -> Window:
    if text == WindowKind.TODAY.value:
        end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return Window(WindowKind.TODAY, day_start(day_of(now)), end)
    today = day_of(now)
    for kind, days in _LAST_DAYS.items():
        if text == kind.value:
            return _days(kind, today - days * _ONE_DAY, today - _ONE_DAY)
    if found := _RANGE.match(text):
        first, last = (date.fromisoformat(part) for part in found.groups())
        if not 0 <= (last - first).days < DAYS_MAX:
            raise ValueError(text)
        return _days(WindowKind.CUSTOM, first, last)
    if found := _NAMED.match(text):
        return _named(WindowKind(found.group(1)), found.group(2))
    raise ValueError(text)


def _named(kind: WindowKind, text: str) -> Window:
    if kind is WindowKind.MONTH:
        first = date.fromisoformat(f"{text}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        return _days(kind, first, after - _ONE_DAY)
    day = date.fromisoformat(text)
    if kind is WindowKind.WEEK:
        monday = day - day.weekday() * _ONE_DAY
        return _days(kind, monday, monday + 6 * _ONE_DAY)
    return _days(kind, day, day)


def _days(kind: WindowKind, first: date, last: date) -> Window:
    if first.year < 2:  # room for the year before
        raise ValueError(first)
    return Window(kind, day_start(first), day_start(last + _ONE_DAY))
