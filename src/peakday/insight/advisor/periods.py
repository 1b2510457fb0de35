"""Which period does an address ask for, and which others can a reader choose from there?

An address carries `?period=` as the registry writes windows (`7d`, `week:2026-11-09`, `2026-11-01..2026-11-11`); the
form of a custom period sends `period=custom&start=…&end=…`, which is the same as `start..end`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from peakday.insight.metrics.model import Window, WindowKind
from peakday.kernel.clock import day_of
from peakday.kernel.text import Text

DEFAULT_PERIOD = "7d"
STEPPED = {WindowKind.DAY, WindowKind.WEEK, WindowKind.MONTH}

_TITLES = {
    WindowKind.TODAY: Text("实时", "Today"),
    WindowKind.LAST_1: Text("1 天", "1 d"),
    WindowKind.LAST_7: Text("7 天", "7 d"),
    WindowKind.LAST_30: Text("30 天", "30 d"),
    WindowKind.DAY: Text("日", "Day"),
    WindowKind.WEEK: Text("周", "Week"),
    WindowKind.MONTH: Text("月", "Month"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One period that a reader may choose."""

    title: Text
    period: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """The choices from one window; `before` and `after` step by a day, week or month."""

    choices: tuple[Choice, ...]
    window: Window
    today: date
    before: str | None
    after: str | None


def period_text(period: str | None, start: str | None, end: str | None) -> str:
    """What the address asks for, as the registry reads it."""
    if period == "custom" and start and end:
        return f"{min(start, end)}..{max(start, end)}"
    return period if period and period != "custom" else DEFAULT_PERIOD


def picker(window: Window, now: datetime, parse: Callable[[str, datetime], Window]) -> Picker:
    """The choices next to a window; changing to day, week or month stays near the window's last day."""
    today = day_of(now)
    anchor = min(window.last_day, today - timedelta(days=1)) if window.kind is WindowKind.TODAY else window.last_day
    texts = {
        WindowKind.DAY: f"day:{anchor}",
        WindowKind.WEEK: f"week:{anchor - timedelta(days=anchor.weekday())}",
        WindowKind.MONTH: f"month:{anchor:%Y-%m}",
    }
    choices = tuple(Choice(title, texts.get(kind, kind.value), kind is window.kind) for kind, title in _TITLES.items())
    before = after = None
    if window.kind in STEPPED:
        before = window.previous().text
        following = window.last_day + timedelta(days=1)
        after = _stepped(window.kind, following) if following <= today else None
        after = parse(after, now).text if after else None
    return Picker(choices, window, today, before, after)


def _stepped(kind: WindowKind, first: date) -> str:
    return f"month:{first:%Y-%m}" if kind is WindowKind.MONTH else f"{kind.value}:{first}"
