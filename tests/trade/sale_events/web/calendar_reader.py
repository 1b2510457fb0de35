"""Is a text one iCalendar object as RFC 5545 wants it? A strict reader: any breach is an assertion."""

import re
from datetime import UTC, datetime

_LINE = re.compile(r"(?P<name>[A-Z-]+)(?P<parameters>(?:;[A-Z-]+=[^;:]+)*):(?P<value>.*)", re.DOTALL)
_INSTANT = re.compile(r"\d{8}T\d{6}Z")
TEXTS = {"SUMMARY", "DESCRIPTION", "X-WR-CALNAME"}
ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY"}


def read_calendar(raw: bytes) -> list[dict[str, str]]:
    """The events of the calendar, each a mapping of property to unescaped value, alarms as `ALARM`."""
    text = raw.decode("utf-8")
    assert text.endswith("\r\n")
    for line in text[:-2].split("\r\n"):
        assert "\r" not in line
        assert "\n" not in line
        assert len(line.encode()) <= 75, line
    lines = text.replace("\r\n ", "")[:-2].split("\r\n")
    stack: list[str] = []
    events: list[dict[str, str]] = []
    seen: list[str] = []
    for line in lines:
        match = _LINE.fullmatch(line)
        assert match, line
        name, value = match["name"], match["value"]
        if name == "BEGIN":
            stack.append(value)
            events += [{}] if value == "VEVENT" else []
        elif name == "END":
            assert stack.pop() == value
            if value == "VEVENT":
                assert {"UID", "DTSTAMP", "DTSTART"} <= events[-1].keys()
        elif stack == ["VCALENDAR"]:
            seen.append(name)
        elif stack == ["VCALENDAR", "VEVENT"]:
            assert name not in events[-1], name
            events[-1][name] = _value(name, value)
        elif stack == ["VCALENDAR", "VEVENT", "VALARM"]:
            events[-1]["ALARM"] = events[-1].get("ALARM", "") + f"{name}={value};"
        else:
            raise AssertionError(stack)
    assert stack == []
    assert seen.count("VERSION") == seen.count("PRODID") == 1
    assert len({event["UID"] for event in events}) == len(events)
    for event in events:
        assert "DTEND" not in event or instant(event["DTSTART"]) < instant(event["DTEND"])
        assert "ALARM" not in event or {"ACTION", "DESCRIPTION", "TRIGGER"} == {
            part.split("=")[0] for part in event["ALARM"].split(";") if part
        }
    return events


def instant(text: str) -> datetime:
    assert _INSTANT.fullmatch(text), text
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _value(name: str, value: str) -> str:
    if name in {"DTSTAMP", "DTSTART", "DTEND"}:
        instant(value)
    if name not in TEXTS:
        return value
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), value
    assert not re.search(r"\\(?![\\,;nN])", value.replace("\\\\", "")), value
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
