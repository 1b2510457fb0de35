"""What time is it, and which day of the market is that?

Time is an aware UTC instant that comes from a `Clock` which is handed in, so tests and the simulation own it.
What several processes must agree upon (is a window open?) is asked of the record's clock: `database/record_clock.py`.
A *day* is a day of the market's wall clock, Asia/Shanghai: it begins at 16:00 UTC of the day before.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

MARKET_ZONE = ZoneInfo("Asia/Shanghai")
MARKET_ZONE_NAME = "Asia/Shanghai"


class Clock(Protocol):
    """Whoever can say what time it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands until it is moved; for tests and the simulation."""

    at: datetime

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move it forward."""
        assert by >= timedelta(0), by
        self.at += by


def day_of(instant: datetime) -> date:
    """The market's day in which an instant lies."""
    return instant.astimezone(MARKET_ZONE).date()


def day_start(day: date) -> datetime:
    """The instant, in UTC, at which a market day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=MARKET_ZONE).astimezone(UTC)
