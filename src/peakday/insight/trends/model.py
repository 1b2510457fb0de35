"""What are the nouns of trends: cards and lives?"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from peakday.insight.trends.rules.life_cycle import Age, Step
from peakday.insight.trends.rules.rising import Rise
from peakday.kernel.text import Text

SHOPS_MIN = 3  # fewer sellers, and a reader could work out another's figures: nothing is shown


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
