"""Which of eight segments does a buyer belong to?

RFM (SYSTEMS 4.2): recency, frequency and money are each compared with the average of the shop's buyers, or with values
that the shop sets; three yes-or-no answers make eight segments. Equal to the average counts as good.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from peakday.kernel.text import Text


class Segment(StrEnum):
    """The eight segments, named by whether recency, frequency and money are good."""

    HIGH_VALUE = "rfm"
    KEEP = "-fm"
    DEVELOP = "r-m"
    WIN_BACK = "--m"
    COMMON_VALUE = "rf-"
    COMMON_KEEP = "-f-"
    COMMON_DEVELOP = "r--"
    POTENTIAL = "---"

    @property
    def label(self) -> Text:
        return _TITLES[self]


_TITLES = {
    Segment.HIGH_VALUE: Text("高价值客户", "High value"),
    Segment.KEEP: Text("重点保持客户", "Important to keep"),
    Segment.DEVELOP: Text("重点发展客户", "Important to develop"),
    Segment.WIN_BACK: Text("重点挽留客户", "Important to win back"),
    Segment.COMMON_VALUE: Text("一般价值客户", "Common value"),
    Segment.COMMON_KEEP: Text("一般保持客户", "Common, to keep"),
    Segment.COMMON_DEVELOP: Text("一般发展客户", "Common, to develop"),
    Segment.POTENTIAL: Text("潜在客户", "Potential"),
}


@dataclass(frozen=True, slots=True)
class Habits:
    """What one buyer did: days since the last purchase, orders, money paid in minor units."""

    recency_days: float
    orders: float
    paid_minor: float


def segment_of(habits: Habits, marks: Habits) -> Segment:
    """The segment of a buyer against the marks (the shop's averages, or set values)."""
    answers = (
        ("r", habits.recency_days <= marks.recency_days),
        ("f", habits.orders >= marks.orders),
        ("m", habits.paid_minor >= marks.paid_minor),
    )
    return Segment("".join(letter if is_good else "-" for letter, is_good in answers))


def average_of(habits: Collection[Habits]) -> Habits:
    """The marks of a shop that set none: the averages of its buyers. Needs at least one buyer."""
    count = len(habits)
    return Habits(
        sum(one.recency_days for one in habits) / count,
        sum(one.orders for one in habits) / count,
        sum(one.paid_minor for one in habits) / count,
    )


@dataclass(frozen=True, slots=True)
class SegmentTotal:
    """One segment: its buyers and what they paid in minor units."""

    segment: Segment
    people: int
    paid_minor: int


def count_segments(habits: Collection[Habits], marks: Habits | None = None) -> tuple[SegmentTotal, ...]:
    """All eight segments, also the empty ones; against the averages when no marks are set. Nobody: no segments."""
    if not habits:
        return ()
    marks = marks or average_of(habits)
    people, paid = dict.fromkeys(Segment, 0), dict.fromkeys(Segment, 0)
    for one in habits:
        segment = segment_of(one, marks)
        people[segment] += 1
        paid[segment] += round(one.paid_minor)
    return tuple(SegmentTotal(segment, people[segment], paid[segment]) for segment in Segment)
