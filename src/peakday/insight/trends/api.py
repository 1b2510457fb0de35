"""What may others ask of trends?

    told = await trends_of(actor, facts, shop_id, today)
    found = await segments_of(actor, facts, shop, today)            # demand against supply, fill, leaders
    growth = await growth_of(actor, facts, shop_id, today, days)    # an item's part of the shop's growth
    alarms = find_rises(panel)      # which series rise, whatever they are of

They take the actor first and need `data:view` on the shop.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from peakday.insight.consumers.api import KeptFacts
from peakday.insight.trends import matrix_queries, queries, segment_queries
from peakday.insight.trends.matrix_queries import Matrix
from peakday.insight.trends.model import Life, OwnCard, Rise
from peakday.insight.trends.queries import keep_week, week_end
from peakday.insight.trends.rules.rising import Alarm, Panel, find_rises, sum_up
from peakday.insight.trends.rules.super_report import SuperYear, report_year
from peakday.insight.trends.segment_queries import Segment, ShopGrowth
from peakday.kernel.actor import Actor, require
from peakday.market.shops.model import Shop

__all__ = [
    "Alarm",
    "Matrix",
    "Panel",
    "Rise",
    "Segment",
    "ShopGrowth",
    "Trends",
    "find_rises",
    "growth_of",
    "keep_week",
    "matrix_of",
    "segments_of",
    "sum_up",
    "trends_of",
    "week_end",
]
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


async def segments_of(actor: Actor, facts: KeptFacts, shop: Shop, today: date) -> list[Segment] | None:
    """The segments of the market in the shop's currency; None: not worked out yet. Refuses as `trends_of`."""
    require(actor, DATA_VIEW, shop.shop_id)
    return await segment_queries.find_segments(facts, shop.currency, week_end(today))


async def matrix_of(actor: Actor, facts: KeptFacts, shop: Shop, today: date) -> Matrix:
    """The parts that a shop's items play, its holes and its overlaps. Refuses as `trends_of`."""
    require(actor, DATA_VIEW, shop.shop_id)
    return await matrix_queries.find_matrix(facts, shop.shop_id, shop.currency, week_end(today), today)


async def growth_of(actor: Actor, facts: KeptFacts, shop_id: UUID, today: date, days: int) -> ShopGrowth:
    """What each item gave to the growth of the last `days` before today. Refuses as `trends_of`."""
    require(actor, DATA_VIEW, shop_id)
    return await segment_queries.find_growth(facts, shop_id, today, days)
