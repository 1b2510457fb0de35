"""Does a message wait for the morning, unless too much money is at risk?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.money import Money
from peakday.operations.workbench.model import Desk, QuietHours
from peakday.operations.workbench.rules.quiet_hours import leaves_at

NIGHT = Desk(quiet=QuietHours(22 * 60, 8 * 60))
NOON_REST = Desk(quiet=QuietHours(12 * 60, 14 * 60))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on the market's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=MARKET_ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("desk", "now", "expected"),
    [
        (NIGHT, at(10, 21, 59), at(10, 21, 59)),
        (NIGHT, at(10, 22), at(11, 8)),
        (NIGHT, at(11, 3, 30), at(11, 8)),
        (NIGHT, at(11, 8), at(11, 8)),
        (NOON_REST, at(11, 13), at(11, 14)),
        (Desk(), at(11, 3), at(11, 3)),
        (Desk(quiet=QuietHours(480, 480)), at(11, 3), at(11, 3)),  # no minute between: never quiet
    ],
)
def test_a_message_leaves_when_the_quiet_hours_are_over(desk, now, expected):
    assert leaves_at(desk, ChannelName.MAIL, None, now) == expected


def test_much_money_and_the_desk_know_no_quiet_hours():
    asleep = at(11, 3)
    assert leaves_at(NIGHT, ChannelName.MAIL, Money(NIGHT.urgent_minor, "CNY"), asleep) == asleep
    assert leaves_at(NIGHT, ChannelName.MAIL, Money(NIGHT.urgent_minor - 1, "CNY"), asleep) == at(11, 8)
    assert leaves_at(NIGHT, ChannelName.DESK, None, asleep) == asleep


MINUTES = st.integers(0, 1439)


@given(MINUTES, MINUTES, st.integers(0, 3 * 86_400))
def test_nobody_waits_for_a_day_and_nothing_leaves_in_quiet_hours(start, end, seconds):
    desk, now = Desk(quiet=QuietHours(start, end)), at(10, 0) + timedelta(seconds=seconds)
    leaves = leaves_at(desk, ChannelName.WEBHOOK, None, now)
    assert now <= leaves <= now + timedelta(days=1)
    assert leaves_at(desk, ChannelName.WEBHOOK, None, leaves) == leaves
