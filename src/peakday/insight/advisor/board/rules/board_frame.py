"""What does a page show of a board at an instant? The figures, the first places, and last year at the same wave hour.

Wave hour: hours since the window's opening, not the hour of the day, so that a wave that opens at 20:00 is held beside
one that opened at midnight: our definition. Money is what was paid less what was given back. A place's share is of the
sum of its dimension; domestic share is the part of brands that their shops state to be domestic.
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from peakday.insight.advisor.board.model import DOMESTIC, Dimension, Milestone, Sums, Window
from peakday.insight.advisor.board.rules.milestones import STEPS
from peakday.kernel.money import MINOR_DIGITS

PLACES = {
    Dimension.ITEM: 8, Dimension.SHOP: 8, Dimension.BRAND: 10, Dimension.CATEGORY: 8, Dimension.REGION: 10,
    Dimension.BELT: 8,
}  # fmt: skip
MILESTONES_SHOWN = 12
RATE_MINUTES = 5


class Place(msgspec.Struct, omit_defaults=True):
    """One row of a list. `growth` is against last year at the same wave hour, where that is known."""

    key: str
    net: int
    count: int
    share: float
    zh: str = ""
    en: str = ""
    growth: float | None = None


class Mark(msgspec.Struct):
    """A milestone as a page shows it; instants are seconds since 1970."""

    dimension: str
    key: str
    step: int  # of major units
    at: float
    taken_back: float | None
    zh: str = ""
    en: str = ""


class Frame(msgspec.Struct):
    """A board at an instant. `curve` is (minute since the opening, money) of the minutes that moved, or of all."""

    change: int
    at: float
    elapsed: int
    length: int
    net: int
    paid: int
    refund: int
    orders: int
    buyers: int
    pieces: int
    per_minute: float  # orders, over the last minutes
    domestic: float | None
    before_net: int | None  # last year at the same wave hour
    growth: float | None
    tops: dict[str, list[Place]]
    reached: dict[str, dict[int, int]]  # by dimension and step: how many stand above it
    marks: list[Mark]
    curve: list[tuple[int, int]]
    whole: bool = False  # whether `curve` is all of it, with last year's beside it
    before: list[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """Last year's same window: money by minute since its opening, and what each place had sold by which minute."""

    minutes: Mapping[int, int]
    sold: Mapping[str, Mapping[str, tuple[list[int], list[int]]]] = field(default_factory=dict)  # minutes, sums so far

    def net_by(self, dimension: str, key: str, minute: int) -> int:
        """What a place had sold by the end of a minute since the opening."""
        found = self.sold.get(dimension, {}).get(key)
        if found is None:
            return 0
        position = bisect_right(found[0], minute)
        return found[1][position - 1] if position else 0


class Sold(msgspec.Struct):
    """What a frame is drawn of: the sums of a board."""

    change_no: int
    paid_minor: int
    refund_minor: int
    orders: int
    buyers: int
    minutes: Mapping[int, Sums]
    totals: Mapping[str, Mapping[str, Sums]]
    milestones: list[Milestone]
    departments: Mapping[str, str] = {}  # of a category: the one at the top of its branch


def draw_frame(sold: Sold, window: Window, currency: str, at: datetime, before: Before | None) -> Frame:
    """The board of a window at an instant, without names and without a curve."""
    instant = min(max(at, window.opens_at), window.closes_at)
    elapsed = int((instant - window.opens_at).total_seconds())
    minute = elapsed // 60
    net = sold.paid_minor - sold.refund_minor
    then = sum(minor for each, minor in before.minutes.items() if each <= minute) if before else None
    origins = {key: sums[0] - sums[1] for key, sums in sold.totals.get(Dimension.ORIGIN, {}).items()}
    return Frame(
        sold.change_no, at.timestamp(), elapsed, int((window.closes_at - window.opens_at).total_seconds()), net,
        sold.paid_minor, sold.refund_minor, sold.orders, sold.buyers,
        sum(sums[2] for sums in sold.totals.get(Dimension.ITEM, {}).values()),
        _rate(sold.minutes, int(instant.timestamp()) // 60),
        origins.get(DOMESTIC, 0) / sum(origins.values()) if sum(origins.values()) > 0 else None,
        then, growth_of(net, then), _tops(_by_department(sold), minute, before), _reached(sold.totals, currency),
        _marks(sold.milestones, currency), [],
    )  # fmt: skip


def curve_of(minutes: Mapping[int, Sums], wanted: Iterable[int], window: Window) -> list[tuple[int, int]]:
    """(minute since the opening, money) of these minutes, in order."""
    first = int(window.opens_at.timestamp()) // 60
    return sorted((each - first, minutes[each][0] - minutes[each][1]) for each in wanted if each in minutes)


def growth_of(now: int, then: int | None) -> float | None:
    """By which share it grew; nothing can be said against nothing."""
    return (now - then) / then if then is not None and then > 0 else None


def _by_department(sold: Sold) -> Mapping[str, Mapping[str, Sums]]:
    """Categories added up to the tops of their branches: thousands of leaves say little on a wall."""
    tops: dict[str, Sums] = {}
    for key, sums in sold.totals.get(Dimension.CATEGORY, {}).items():
        known = tops.setdefault(sold.departments.get(key, key), [0, 0, 0])
        for place, figure in enumerate(sums):
            known[place] += figure
    return {**sold.totals, Dimension.CATEGORY.value: tops}


def _rate(minutes: Mapping[int, Sums], now: int) -> float:
    return sum(minutes[each][2] for each in range(now - RATE_MINUTES, now) if each in minutes) / RATE_MINUTES


def _tops(totals: Mapping[str, Mapping[str, Sums]], minute: int, before: Before | None) -> dict[str, list[Place]]:
    tops = {}
    for dimension, places in PLACES.items():
        named = [(s[0] - s[1], key, s[2]) for key, s in totals.get(dimension, {}).items() if key]
        whole = sum(net for net, _, _ in named)
        best = heapq.nsmallest(places, named, key=lambda row: (-row[0], row[1]))
        tops[dimension.value] = [
            Place(
                key, net, count, net / whole if whole > 0 else 0.0,
                growth=growth_of(net, before.net_by(dimension, key, minute)) if before else None,
            )
            for net, key, count in best
            if net > 0
        ]  # fmt: skip
    return tops


def _reached(totals: Mapping[str, Mapping[str, Sums]], currency: str) -> dict[str, dict[int, int]]:
    unit = 10 ** MINOR_DIGITS[currency]
    counts = {}
    for dimension in (Dimension.BRAND, Dimension.SHOP):
        nets = [sums[0] - sums[1] for key, sums in totals.get(dimension, {}).items() if key]
        counts[dimension.value] = {step: sum(net >= step * unit for net in nets) for step in STEPS}
    return counts


def _marks(milestones: Iterable[Milestone], currency: str) -> list[Mark]:
    unit = 10 ** MINOR_DIGITS[currency]
    marks = [
        Mark(one.dimension, one.key, one.step_minor // unit, one.crossed_at.timestamp(), _seconds(one.taken_back_at))
        for one in milestones
    ]
    marks.sort(key=lambda mark: (-mark.step, -mark.at))  # the rarest first
    return marks[:MILESTONES_SHOWN]


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None
