"""What may others ask of trends?

    told = await trends_of(actor, facts, shop_id, today)
    alarms = find_rises(panel)      # which series rise, whatever they are of

`trends_of` takes the actor first and needs `data:view` on the shop.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from peakday.insight.consumers.api import KeptFacts
from peakday.insight.trends import queries
from peakday.insight.trends.model import Life, OwnCard, Rise
from peakday.insight.trends.queries import keep_week, week_end
from peakday.insight.trends.rules.rising import Alarm, Panel, find_rises, sum_up
from peakday.insight.trends.rules.super_report import SuperYear, report_year
from peakday.kernel.actor import Actor, require

__all__ = ["Alarm", "Panel", "Rise", "Trends", "find_rises", "keep_week", "sum_up", "trends_of", "week_end"]
DATA_VIEW = "data:view"


@dataclass(frozen=True, slots=True)
class Trends:
    """What rises in the market and how old the shop's items are, by whole weeks until `end_day`."""

    end_day: date
    cards: tuple[OwnCard, ...] | None  # None: not worked out yet
    lives: tuple[Life, ...]
    year: SuperYear


async def trends_of(actor: Actor, facts: KeptFacts, shop_id: UUID, today: date) -> Trends:
    """Everything on the page of trends; refuses NotFound (another's shop) and NotAllowed."""
    require(actor, DATA_VIEW, shop_id)
    end_day = week_end(today)
    cards = await queries.find_cards(facts, shop_id, end_day)
    lives = [] if cards is None else await queries.find_lives(facts, shop_id, end_day)
    year = report_year({life.item_id: life.steps for life in lives}, (end_day).year)
    return Trends(end_day, None if cards is None else tuple(cards), tuple(lives), year)
