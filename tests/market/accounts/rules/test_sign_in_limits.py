"""When is an attempt to sign in one too many?"""

from datetime import UTC, datetime, timedelta

import pytest

from peakday.market.accounts.rules.sign_in_limits import (
    address_key,
    is_over,
    login_key,
    retry_after_seconds,
    window_start,
)

NOON = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("login_hits", "address_hits", "over"), [(10, 200, False), (11, 1, True), (1, 201, True), (1, 1, False)]
)
def test_the_eleventh_try_of_a_login_and_the_201st_of_an_address_are_too_many(login_hits, address_hits, over):
    assert is_over(login_hits, address_hits) is over


def test_a_window_begins_at_each_quarter_of_an_hour():
    assert window_start(NOON + timedelta(minutes=14, seconds=59)) == NOON
    assert window_start(NOON + timedelta(minutes=15)) == NOON + timedelta(minutes=15)


def test_the_wait_ends_with_the_window_and_is_at_least_a_second():
    assert retry_after_seconds(NOON) == 900
    assert retry_after_seconds(NOON + timedelta(minutes=14, seconds=59, milliseconds=900)) == 1


def test_the_counter_of_a_login_does_not_tell_what_was_typed():
    assert "hunter2" not in login_key("hunter2")
    assert address_key("203.0.113.7") == "sign_in:address:203.0.113.7"
