"""What are the nouns of a shop's consumers: stages, flows, the assets of a day?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from peakday.kernel.text import Text


class Stage(StrEnum):
    """How near a consumer stands to a shop's brand, the nearest last (SYSTEMS 4.2)."""

    AWARE = "A"
    INTERESTED = "I"
    PURCHASED = "P"
    LOYAL = "L"

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _TITLES[self]

    @property
    def rank(self) -> int:
        """How near: larger is nearer."""
        return list(Stage).index(self)


_TITLES = {
    Stage.AWARE: Text("认知 A", "Aware (A)"),
    Stage.INTERESTED: Text("兴趣 I", "Interested (I)"),
    Stage.PURCHASED: Text("购买 P", "Purchased (P)"),
    Stage.LOYAL: Text("忠诚 L", "Loyal (L)"),
}


@dataclass(frozen=True, slots=True)
class StageRules:
    """The windows by which stages are told, in days that end with the day itself. Dated: rules change by year."""

    valid_from: date
    aware_days: int
    interested_days: int
    purchased_days: int
    loyal_days: int
    loyal_purchase_days: int  # distinct days with a purchase that make a buyer loyal
    source: str


Place: TypeAlias = Stage | None  # None: in no stage on that day


@dataclass(frozen=True, slots=True)
class Assets:
    """The consumers of one shop on one day, by stage."""

    shop_id: UUID
    day: date
    people: Mapping[Stage, int]

    @property
    def total(self) -> int:
        """All who stand in some stage: the F of FAST."""
        return sum(self.people.values())


@dataclass(frozen=True, slots=True)
class Flow:
    """How many people moved from each place to each place between two days; cells of nobody are left out."""

    shop_id: UUID
    first_day: date
    last_day: date
    people: Mapping[tuple[Place, Place], int]

    def count(self, before: Place, after: Place) -> int:
        """The people of one cell."""
        return self.people.get((before, after), 0)
