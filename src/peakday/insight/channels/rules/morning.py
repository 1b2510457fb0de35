"""Is it time for a recipient's morning report? Once a market day, from the recipient's hour on."""

from datetime import date, datetime

from peakday.kernel.clock import MARKET_ZONE, day_of


def is_morning(now: datetime, hour: int, looked_on: date | None) -> bool:
    """Whether the hour has come on a day on which nobody has looked yet."""
    return now.astimezone(MARKET_ZONE).hour >= hour and (looked_on is None or looked_on < day_of(now))
