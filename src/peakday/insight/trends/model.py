"""What are the nouns of trends: rises and cards, ages and lives?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from peakday.kernel.text import Text

SHOPS_MIN = 3  # fewer sellers, and a reader could work out another's figures: nothing is shown


class Rise(StrEnum):
    """How a series rises."""

    BURST = "burst"
    GROWTH = "growth"


class Age(StrEnum):
    """Where an item stands."""

    CANDIDATE = "candidate"  # listed, nothing sold
    NEW = "new"
    PROMISING = "promising"
    SUPER_NEW = "super_new"
    SUPER = "super"
    MATURE = "mature"
    DECLINING = "declining"
    PLAIN = "plain"  # no longer new, and no super item

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _LABELS[self]


_LABELS = {
    Age.CANDIDATE: Text("候选", "Candidate"),
    Age.NEW: Text("新品", "New"),
    Age.PROMISING: Text("潜力新品", "Promising new"),
    Age.SUPER_NEW: Text("超级新品", "Super new"),
    Age.SUPER: Text("超级单品", "Super item"),
    Age.MATURE: Text("成熟", "Mature"),
    Age.DECLINING: Text("衰退", "Declining"),
    Age.PLAIN: Text("普通", "Plain"),
}


@dataclass(frozen=True, slots=True)
class ItemWeek:
    """An item's week: its money, its leaf's, and what share of the leaf's items sold more over the rolling weeks."""

    begins: date
    minor: int
    leaf_minor: int
    rank_share: float  # 0: it sold most; 1: everybody sold more


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures that a step was taken on."""

    rolling_minor: int
    leaf_share: float
    rank_share: float
    growth: float  # the last weeks against those before; 0 where there is nothing to compare
    leaf_growth: float
    days_listed: int


@dataclass(frozen=True, slots=True)
class Step:
    """Since when an item has an age, from which one it came, and why."""

    on: date
    age: Age
    before: Age | None
    evidence: Evidence

    @property
    def is_graduation(self) -> bool:
        """Whether a super new item became a super item."""
        return self.age is Age.SUPER and self.before is Age.SUPER_NEW


@dataclass(frozen=True, slots=True)
class Card:
    """A segment of the market that rises, told in ratios and an index only: nobody's money."""

    category_id: str
    name: Text
    rise: Rise
    ratio: float  # times what was to be expected
    chance: float  # of such an answer in weeks without news
    shops: int  # that sold in the last half year
    weeks: tuple[date, ...]
    index: tuple[int, ...]  # units by week, 100: the mean of the weeks shown
    is_season_known: bool  # whether last year's weeks were there to take its season off


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A card as one shop reads it: whether the shop sells there at all."""

    card: Card
    is_sold_here: bool


@dataclass(frozen=True, slots=True)
class Life:
    """How far one of the shop's items has come."""

    item_id: UUID
    title: str
    steps: tuple[Step, ...]

    @property
    def now(self) -> Step:
        """The last step."""
        return self.steps[-1]

    @property
    def age(self) -> Age:
        """Where it stands."""
        return self.now.age
