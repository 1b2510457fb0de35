"""When has a session been idle too long, and when is its use worth a write?"""

from datetime import UTC, datetime, timedelta

from peakday.market.accounts.rules.session_life import idle_since, is_worth_noting

NOON = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


def test_a_session_may_be_idle_for_eight_hours():
    assert idle_since(NOON) == NOON - timedelta(hours=8)


def test_use_is_noted_at_most_once_a_minute():
    assert not is_worth_noting(NOON, NOON + timedelta(seconds=59))
    assert is_worth_noting(NOON, NOON + timedelta(seconds=60))
