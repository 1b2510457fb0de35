"""Does each named period span the instants that a merchant means?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.insight.metrics.errors import WindowUnreadable
from peakday.insight.metrics.model import Window, WindowKind
from peakday.insight.metrics.rules.windows import parse_window

NOW = datetime(2026, 11, 11, 12, 34, 56, tzinfo=UTC)  # 20:34:56 in Shanghai


def spans(window: Window) -> str:
    return f"{window.start:%m-%d %H:%M} {window.end:%m-%d %H:%M}"


def test_today_runs_from_shanghais_midnight_to_the_end_of_the_present_minute() -> None:
    today = parse_window("today", NOW)
    assert spans(today) == "11-10 16:00 11-11 12:35"
    assert spans(today.previous()) == "11-09 16:00 11-10 12:35"
    assert today.last_year().start == datetime(2025, 11, 10, 16, tzinfo=UTC)
    assert today.last_year().end == datetime(2025, 11, 11, 12, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first", "last", "before_first", "year_first", "year_last"),
    [
        ("1d", "2026-11-10", "2026-11-10", "2026-11-09", "2025-11-10", "2025-11-10"),
        ("7d", "2026-11-04", "2026-11-10", "2026-10-28", "2025-11-04", "2025-11-10"),
        ("30d", "2026-10-12", "2026-11-10", "2026-09-12", "2025-10-12", "2025-11-10"),
        ("day:2024-02-29", "2024-02-29", "2024-02-29", "2024-02-28", "2023-02-28", "2023-02-28"),
        ("week:2026-11-11", "2026-11-09", "2026-11-15", "2026-11-02", "2025-11-10", "2025-11-16"),
        ("month:2024-03", "2024-03-01", "2024-03-31", "2024-02-01", "2023-03-01", "2023-03-31"),
        ("month:2025-02", "2025-02-01", "2025-02-28", "2025-01-01", "2024-02-01", "2024-02-29"),
        ("2026-11-01..2026-11-11", "2026-11-01", "2026-11-11", "2026-10-21", "2025-11-01", "2025-11-11"),
    ],
)
def test_a_period_its_predecessor_and_its_year_before(text, first, last, before_first, year_first, year_last) -> None:
    window = parse_window(text, NOW)
    assert (str(window.first_day), str(window.last_day)) == (first, last)
    assert window.previous().end == window.start
    assert str(window.previous().first_day) == before_first
    assert (str(window.last_year().first_day), str(window.last_year().last_day)) == (year_first, year_last)


@pytest.mark.parametrize(
    "text", ["", "8d", "yesterday", "day:2026-13-01", "day:2026-11", "month:2026-11-11", "2026-11-11..2026-11-01",
             "2020-01-01..2026-01-01", "0001-01-01..0001-01-02", "week:9999-12-31", "day:2026-11-11x", "today\x00"],
)  # fmt: skip
def test_a_period_that_cannot_be_read_is_refused_with_a_remedy(text) -> None:
    with pytest.raises(WindowUnreadable) as refused:
        parse_window(text, NOW)
    assert refused.value.problems[0].field == "window"


@given(st.sampled_from(["day", "week", "custom"]), st.dates(date(2001, 1, 1), date(2099, 1, 1)), st.integers(0, 90))
def test_a_window_reads_back_from_its_address(kind, first, more) -> None:
    text = f"{first}..{first + timedelta(days=more)}" if kind == "custom" else f"{kind}:{first}"
    window = parse_window(text, NOW)
    assert parse_window(window.text, NOW) == window
    assert window.kind is WindowKind(kind)
    assert window.previous().days == window.days
