"""How does a picture of consumers become what a template draws?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peakday.insight.consumers.api import Lifetimes, Picture
from peakday.insight.consumers.lifetimes import Expected
from peakday.insight.consumers.model import Assets, Place, Stage
from peakday.insight.consumers.rules.fast import is_nearer
from peakday.insight.metrics.model import Window
from peakday.kernel.clock import day_of
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Language, Text, money_text, number_text, percent_text

PLACES: tuple[Place, ...] = (*Stage, None)
NOWHERE = "none"  # in addresses and files: in no stage
_OUTSIDE = Text("未入资产", "Not among them")
_SPANS = ((7, Text("7 天", "7 d")), (30, Text("30 天", "30 d")), (90, Text("90 天", "90 d")))


@dataclass(frozen=True, slots=True)
class View:
    """One reader of one shop's consumers over one window."""

    language: Language
    currency: str
    address: str  # of the page
    window: Window
    now: datetime

    def say(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.of(self.language)

    def people(self, count: int) -> str:
        """A number of people."""
        return number_text(count, self.language, 0)

    def money(self, minor: int) -> str:
        """An amount of the shop's currency."""
        return money_text(minor, self.currency, self.language)

    def share(self, share: float | None) -> str:
        """A share as a percentage; a share of nobody is a dash."""
        return "–" if share is None else percent_text(share, self.language, 1)

    def place(self, place: Place) -> str:
        """What a place of the flow is called."""
        return self.say(place.label if place else _OUTSIDE)

    def stages(self, before: Assets, after: Assets) -> list[dict[str, Any]]:
        """The stages with their people and how many there were before."""
        top = max(after.people.values(), default=0) or 1
        return [
            {
                "label": self.place(stage),
                "people": self.people(after.people[stage]),
                "change": _signed(after.people[stage] - before.people[stage], self.language),
                "share": self.share(after.people[stage] / after.total if after.total else None),
                "width": round(100 * after.people[stage] / top, 1),
            }
            for stage in Stage
        ]

    def depths(self, picture: Picture) -> list[dict[str, Any]]:
        """The seven depths with their people, under the letter of their stage."""
        top = max(picture.depths.values(), default=0) or 1
        return [
            {
                "label": self.say(depth.label),
                "stage": depth.stage.value,
                "people": self.people(people),
                "width": round(100 * people / top, 1),
            }
            for depth, people in picture.depths.items()
        ]

    def matrix(self, picture: Picture) -> list[dict[str, Any]]:
        """The flow as rows of cells: who stood where, and where they stand now. A cell leads to its people."""
        rows = []
        for before in PLACES:
            counts = [picture.flow.count(before, after) for after in PLACES]
            whole = sum(counts)
            cells = [self._cell(before, after, count, whole) for after, count in zip(PLACES, counts, strict=True)]
            rows.append({"label": self.place(before), "cells": cells, "people": self.people(whole)})
        return rows

    def _cell(self, before: Place, after: Place, count: int, whole: int) -> dict[str, Any]:
        left, reached = before or NOWHERE, after or NOWHERE
        is_nobody = before is None and after is None
        return {
            "people": "" if is_nobody else self.people(count),
            "share": self.share(count / whole) if whole and not is_nobody else "",
            "strength": round(count / whole, 3) if whole else 0,
            "is_nearer": count > 0 and is_nearer(before, after),
            "href": f"{self.address}/people.csv?{self.query}&from={left}&to={reached}" if count else "",
        }

    def waterfall(self, picture: Picture) -> dict[str, Any]:
        """The levers as a chart."""
        levers = picture.growth.levers
        unit = 10 ** MINOR_DIGITS[self.currency]
        return {
            "kind": "bar", "title": self.say(Text("增长来自哪里", "Where the growth came from")),
            "currency": self.currency, "unit": "money", "x": [lever.value for lever in levers],
            "x_label": self.say(Text("杠杆", "Lever")),
            "series": [{
                "name": self.say(Text("对增长的贡献", "Part of the growth")),
                "role": "main", "axis": 0, "unit": "money",
                "data": [minor / unit for minor in levers.values()],
                "texts": [self.money(minor) for minor in levers.values()],
            }],
        }  # fmt: skip

    def expected(self, found: Lifetimes) -> list[dict[str, Any]]:
        """The buyers' groups with what each is expected to pay, the dearest first."""
        top = max((one.high_minor for one in found.segments.values()), default=0) or 1
        rows = sorted(found.segments.items(), key=lambda pair: -pair[1].money_minor)
        return [
            {
                "label": self.say(segment.label),
                "people": self.people(one.people),
                "alive": self.share(one.alive / one.people),
                "purchases": number_text(one.purchases, self.language, 0),
                "money": self.money(one.money_minor),
                "range": self.range(one),
                "low": round(100 * one.low_minor / top, 1),
                "width": round(100 * (one.high_minor - one.low_minor) / top, 1),
                "middle": round(100 * one.money_minor / top, 1),
            }
            for segment, one in rows
        ]

    def range(self, one: Expected) -> str:
        """From where to where four cases in five lie."""
        return f"{self.money(one.low_minor)} – {self.money(one.high_minor)}"

    @property
    def query(self) -> str:
        """The period as addresses write it."""
        return f"start={self.window.first_day}&end={self.window.last_day}"

    def picker(self) -> dict[str, Any]:
        """The choices of the period."""
        yesterday = day_of(self.now) - timedelta(days=1)
        spans: Sequence[tuple[date, str]] = [
            (yesterday - timedelta(days=days - 1), self.say(title)) for days, title in _SPANS
        ]
        ends = f"{self.window.first_day:%Y-%m-%d} – {self.window.last_day:%Y-%m-%d}"
        current = (self.window.first_day, self.window.last_day)
        return {
            "options": [
                {"label": title, "href": f"{self.address}?start={first}&end={yesterday}",
                 "active": current == (first, yesterday)}
                for first, title in spans
            ],
            "start": str(current[0]), "end": str(current[1]), "today": str(yesterday), "kept": [],
            "is_custom": all(current != (first, yesterday) for first, _ in spans), "action": self.address,
            "summary": ends, "before_href": None, "after_href": None,
        }  # fmt: skip


def _signed(change: int, language: Language) -> str:
    return ("+" if change > 0 else "") + number_text(change, language, 0)
