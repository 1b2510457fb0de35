"""Does a market day begin when the shops' clocks strike midnight?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.clock import FixedClock, SystemClock, day_of, day_start
from peakday.kernel.database.record_clock import record_now


def test_the_eleventh_begins_at_16_00_utc_of_the_tenth():
    assert day_start(date(2022, 11, 11)) == datetime(2022, 11, 10, 16, 0, tzinfo=UTC)
    assert day_of(datetime(2022, 11, 10, 16, 0, tzinfo=UTC)) == date(2022, 11, 11)
    assert day_of(datetime(2022, 11, 10, 15, 59, 59, 999999, tzinfo=UTC)) == date(2022, 11, 10)


@given(st.dates(date(1992, 1, 1), date(2100, 1, 1)))
def test_a_day_holds_its_own_start_and_lasts_24_hours(day):
    assert day_of(day_start(day)) == day
    assert day_of(day_start(day) - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert day_start(day + timedelta(days=1)) - day_start(day) == timedelta(hours=24)


def test_a_fixed_clock_stands_until_it_is_moved_and_never_goes_back(clock):
    before = clock.now()
    assert clock.now() == before
    clock.advance(timedelta(hours=3))
    assert clock.now() == before + timedelta(hours=3)
    with pytest.raises(AssertionError):
        clock.advance(timedelta(seconds=-1))
    assert clock.now() == before + timedelta(hours=3)


def test_the_system_clock_tells_utc():
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert FixedClock(now).now() == now


class FastClock(SystemClock):
    """The clock of a machine that is an hour ahead."""

    def now(self):
        return super().now() + timedelta(hours=1)


async def test_processes_with_different_clocks_agree_on_the_record_s(database, clock):
    async with database.read() as tx:
        told = await record_now(FastClock(), tx)
        assert abs(told - await tx.fetchval("select clock_timestamp()")) < timedelta(seconds=10)
        assert await record_now(clock, tx) == clock.now()
