"""When is a recipient's morning?"""

from datetime import UTC, date, datetime

from peakday.insight.channels.rules.morning import is_morning


def test_the_hour_is_the_markets_and_each_day_has_one_morning():
    at = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)  # 07:30 of the 11th in Shanghai

    assert is_morning(at, 7, None)
    assert not is_morning(at, 8, None)
    assert is_morning(at, 7, date(2026, 11, 10))
    assert not is_morning(at, 7, date(2026, 11, 11))
