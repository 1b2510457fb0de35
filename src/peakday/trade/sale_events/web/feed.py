"""How does a shop's calendar look to a calendar program? RFC 5545: waves and dates as events with an alarm.

Lines end in CRLF and are folded at 75 octets, never inside a character; commas, semicolons, backslashes and line ends
in text are escaped; instants are UTC; an event's UID stays, its SEQUENCE grows with the version of the sale event.
Figures are not in it: whoever has the address may read it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.kernel.text import Language, Text
from peakday.trade.sale_events.model import EVENT_PREFIX, SHOP_PREFIX, Calendar, EventPlace, Milestone, TrackPlace
from peakday.trade.sale_events.web.words import MILESTONE_TEXTS, WHOLE_EVENT

LINE_OCTETS_MAX = 75
ALARM_BEFORE = "-PT2H"


def feed_text(calendar: Calendar, shop_id: UUID, shop_name: str, language: Language) -> str:
    """The whole calendar of a shop as one iCalendar object."""
    title = Text(f"{shop_name} 活动波段", f"{shop_name}: sale events").of(language)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Peakday//Sale events//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{escape(title)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    for place in calendar.events:
        lines += _event_lines(place, shop_id, calendar.now, language)
    lines.append("END:VCALENDAR")
    return "".join(folded for line in lines for folded in fold(line))


def fold(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, each but the first behind a blank; CRLF behind each."""
    rest, room, lead = line, LINE_OCTETS_MAX, ""
    while len(rest.encode()) > room:
        cut = room
        while len(rest[:cut].encode()) > room:
            cut -= 1
        yield f"{lead}{rest[:cut]}\r\n"
        rest, room, lead = rest[cut:], LINE_OCTETS_MAX - 1, " "
    yield f"{lead}{rest}\r\n"


def escape(text: str) -> str:
    """A value of kind TEXT."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(plain, written)
    return text


def _event_lines(place: EventPlace, shop_id: UUID, now: datetime, language: Language) -> Iterator[str]:
    plan = place.event.plan
    span = (plan.enrols_from, plan.enrols_until)
    yield from _entry(place, (shop_id, "", "join"), span, WHOLE_EVENT.of(language), (now, language))
    for one in place.tracks:
        for milestone in one.milestones:
            yield from _milestone_lines(place, one, milestone, shop_id, (now, language))


def _milestone_lines(
    place: EventPlace, one: TrackPlace, milestone: Milestone, shop_id: UUID, how: tuple[datetime, Language]
) -> Iterator[str]:
    name = f"{one.track.name.of(how[1])}: {MILESTONE_TEXTS[milestone.kind].of(how[1])}"
    key = (shop_id, one.track.code, milestone.kind.value)
    yield from _entry(place, key, (milestone.at, milestone.until), name, how)


def _entry(
    place: EventPlace, key: tuple[UUID, str, str], span: tuple[datetime, datetime | None], name: str,
    how: tuple[datetime, Language],
) -> Iterator[str]:  # fmt: skip
    now, language = how
    event = place.event
    shop_id, track, kind = key
    shop, shown = show_id(SHOP_PREFIX, shop_id), show_id(EVENT_PREFIX, event.event_id)
    uid = f"{shown}-{track}-{kind}-{shop}@peakday"
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{_instant(now)}"
    yield f"DTSTART:{_instant(span[0])}"
    if span[1] is not None:
        yield f"DTEND:{_instant(span[1])}"
    yield f"SEQUENCE:{event.version}"
    yield f"SUMMARY:{escape(f'{event.plan.name.of(language)} · {name}')}"
    if event.plan.note.zh:
        yield f"DESCRIPTION:{escape(event.plan.note.of(language))}"
    yield "TRANSP:TRANSPARENT"
    if span[0] > now:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escape(name)}", f"TRIGGER:{ALARM_BEFORE}")
        yield "END:VALARM"
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
