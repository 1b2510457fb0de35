"""Which share of a year's super items were super new items first? Whatever the data give, never forced (SI-02).

The article tells 20 to 25 % of Tmall's super items of a year; an item counts in the year in which it became one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from peakday.insight.trends.model import Age, Step


@dataclass(frozen=True, slots=True)
class SuperYear:
    """The items that became super items in a year, and those of them that came from super new."""

    year: int
    items: tuple[UUID, ...]
    graduates: tuple[UUID, ...]

    @property
    def share(self) -> float | None:
        """The graduates' share; None where nothing became a super item."""
        return len(self.graduates) / len(self.items) if self.items else None


def report_year(lives: Mapping[UUID, Sequence[Step]], year: int) -> SuperYear:
    """The report of one year; an item that became a super item twice counts once, as the first time."""
    came = {}
    for item, steps in lives.items():
        first = next((step for step in steps if step.age is Age.SUPER and step.on.year == year), None)
        if first is not None:
            came[item] = first
    return SuperYear(year, tuple(came), tuple(item for item, step in came.items() if step.is_graduation))
