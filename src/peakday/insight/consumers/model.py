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


class Depth(StrEnum):
    """The seven depths of DEEPLINK: A, I and L split once more (SYSTEMS 4.3; windows: our definition)."""

    DISCOVER = "D"  # aware: saw it on one day
    ENGAGE = "E"  # aware: saw it on two days or more
    ENTHUSE = "E2"  # interested: looks, follows, comments
    PERFORM = "P"  # interested: searches, asks, keeps it or puts it into the cart
    INITIAL = "I"  # purchased
    NUMEROUS = "N"  # loyal
    KEEN = "K"  # loyal: bought on many days

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _DEPTH_TITLES[self]

    @property
    def stage(self) -> Stage:
        """The stage that it is a part of."""
        return _STAGE_OF[self]


_DEPTH_TITLES = {
    Depth.DISCOVER: Text("发现 D", "Discover (D)"),
    Depth.ENGAGE: Text("种草 E", "Engage (E)"),
    Depth.ENTHUSE: Text("互动 E", "Enthuse (E)"),
    Depth.PERFORM: Text("行动 P", "Perform (P)"),
    Depth.INITIAL: Text("首购 I", "Initial (I)"),
    Depth.NUMEROUS: Text("复购 N", "Numerous (N)"),
    Depth.KEEN: Text("至爱 K", "Keen (K)"),
}
_STAGE_OF = {
    Depth.DISCOVER: Stage.AWARE, Depth.ENGAGE: Stage.AWARE, Depth.ENTHUSE: Stage.INTERESTED,
    Depth.PERFORM: Stage.INTERESTED, Depth.INITIAL: Stage.PURCHASED, Depth.NUMEROUS: Stage.LOYAL,
    Depth.KEEN: Stage.LOYAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StageRules:
    """The windows by which stages are told, in days that end with the day itself. Dated: rules change by year."""

    valid_from: date
    aware_days: int
    interested_days: int
    purchased_days: int
    loyal_days: int
    loyal_purchase_days: int  # distinct days with a purchase that make a buyer loyal
    keen_purchase_days: int  # and keen
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
