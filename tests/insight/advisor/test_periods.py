"""Which period does an address ask for?"""

from datetime import UTC, datetime

import pytest

from peakday.insight.advisor.periods import period_text, picker
from peakday.insight.metrics.api import parse_window

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "period,start,end,expected",
    [
        (None, None, None, "7d"),
        ("30d", None, None, "30d"),
        ("custom", "2026-11-01", "2026-11-05", "2026-11-01..2026-11-05"),
        ("custom", "2026-11-05", "2026-11-01", "2026-11-01..2026-11-05"),
        ("custom", "2026-11-05", None, "7d"),
    ],
)
def test_a_form_and_an_address_ask_the_same_way(period, start, end, expected):
    assert period_text(period, start, end) == expected


def test_every_choice_can_be_read_back_and_one_is_current():
    choices = picker(parse_window("week:2026-11-02", NOW), NOW, parse_window)
    assert [one.period for one in choices.choices if one.is_current] == ["week:2026-11-02"]
    assert all(parse_window(one.period, NOW) for one in choices.choices)


def test_a_week_steps_back_always_and_forward_until_today():
    past = picker(parse_window("week:2026-11-02", NOW), NOW, parse_window)
    assert (past.before, past.after) == ("week:2026-10-26", "week:2026-11-09")
    present = picker(parse_window("week:2026-11-09", NOW), NOW, parse_window)
    assert (present.before, present.after) == ("week:2026-11-02", None)


def test_a_month_steps_over_the_turn_of_the_year():
    january = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
    found = picker(parse_window("month:2025-12", january), january, parse_window)
    assert (found.before, found.after) == ("month:2025-11", "month:2026-01")
