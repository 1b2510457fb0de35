"""Is the calendar feed one correct iCalendar object, in both languages, and whose events does it tell?"""

import importlib.util

import pytest

from peakday.trade.sale_events import api
from peakday.trade.sale_events.web.feed import escape, feed_text, fold
from tests.trade.sale_events.builders import OPENING, at
from tests.trade.sale_events.web.calendar_reader import instant, read_calendar


async def feed(database, stand, language="zh", now=OPENING):
    async with database.read() as tx:
        calendar = await api.feed_of(tx, stand.shop_id, now)
    return feed_text(calendar, stand.shop_id, "茶,店;一", language).encode()


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
async def test_every_wave_and_date_is_an_event_of_the_calendar(database, stand):
    events = read_calendar(await feed(database, stand))
    assert len(events) == 1 + 7 + 6 + 6
    by_name = {event["SUMMARY"]: event for event in events}
    sale = by_name["双11 2026 · 第一波现货: 开卖"]
    assert (instant(sale["DTSTART"]), instant(sale["DTEND"])) == (at(10, 31, 20), at(11, 4, 0))
    assert "TRIGGER=-PT2H" in sale["ALARM"]
    assert "DTEND" not in by_name["双11 2026 · 第一波现货: 库存锁定"]
    english = read_calendar(await feed(database, stand, "en", at(11, 30)))
    assert {event["UID"] for event in english} == {event["UID"] for event in events}
    assert all("ALARM" not in event for event in english)


@pytest.mark.skipif(importlib.util.find_spec("icalendar") is None, reason="icalendar is not installed")
async def test_another_reader_understands_it(database, stand):
    from icalendar import Calendar

    parsed = Calendar.from_ical(await feed(database, stand))
    assert len(list(parsed.walk("VEVENT"))) == 20


def test_long_lines_are_folded_between_characters():
    line = "SUMMARY:" + "预售" * 60
    folded = "".join(fold(line))
    parts = folded[:-2].split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert folded.replace("\r\n ", "") == f"{line}\r\n"
    assert list(fold("a" * 75)) == ["a" * 75 + "\r\n"]


def test_text_is_escaped():
    assert escape("a,b;c\\d\r\ne\nf\rg") == "a\\,b\\;c\\\\d\\ne\\nf\\ng"
