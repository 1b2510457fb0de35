"""How do other rooms ask about a shop's consumers?

    picture = await picture_of(actor, store, shop_id, first_day, last_day)
    people = await people_in_cell(actor, store, shop_id, (first_day, Stage.AWARE), (last_day, Stage.PURCHASED))

Every function takes the actor first and needs `data:view` on the shop.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from peakday.insight.consumers import queries, steps
from peakday.insight.consumers.lifetimes import Lifetimes, find_lifetimes
from peakday.insight.consumers.model import Assets, Depth, Flow, Place
from peakday.insight.consumers.rules.fast import Fast, fast_of
from peakday.insight.consumers.rules.growth import Lever, Trade, split_by_factors, split_growth
from peakday.insight.consumers.rules.rfm import SegmentTotal, count_segments
from peakday.insight.consumers.store import KeptFacts
from peakday.kernel.actor import Actor, require

__all__ = [
    "Growth",
    "KeptFacts",
    "Lifetimes",
    "Picture",
    "lifetimes_of",
    "people_in_cell",
    "picture_of",
    "split_by_factors",
    "stage_question",
    "tell_stages",
]

DATA_VIEW = "data:view"
ACTIVE_DAYS = 30  # of the T in FAST; another text says 180
HABIT_DAYS = 365


@dataclass(frozen=True, slots=True)
class Growth:
    """What a period sold, what the period of the same length before it sold, and which levers made the difference."""

    before: Trade
    after: Trade
    levers: dict[Lever, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """A shop's consumers over one period: the flow goes from the evening before its first day to its last day."""

    before: Assets
    after: Assets
    depths: dict[Depth, int]
    flow: Flow
    fast: Fast
    growth: Growth
    segments: tuple[SegmentTotal, ...]


async def picture_of(actor: Actor, facts: KeptFacts, shop_id: UUID, first_day: date, last_day: date) -> Picture:
    """Everything about the consumers of one period; refuses with NotFound (another's shop) and NotAllowed."""
    require(actor, DATA_VIEW, shop_id)
    eve = first_day - timedelta(days=1)
    length = last_day - eve
    then, now, depths = await asyncio.gather(
        queries.find_stages(facts, shop_id, eve),
        queries.find_stages(facts, shop_id, last_day),
        queries.fetch_depths(facts, shop_id, last_day),
    )
    sold, sold_before, habits, (members, active) = await asyncio.gather(
        queries.fetch_trade(facts, shop_id, first_day, last_day),
        queries.fetch_trade(facts, shop_id, first_day - length, eve),
        queries.fetch_habits(facts, shop_id, last_day - timedelta(days=HABIT_DAYS - 1), last_day),
        queries.fetch_members(facts, shop_id, last_day, ACTIVE_DAYS),
    )
    flow = queries.flow_between(shop_id, (eve, then), (last_day, now))
    return Picture(
        before=queries.count_stages(shop_id, eve, then),
        after=queries.count_stages(shop_id, last_day, now),
        depths=depths,
        flow=flow,
        fast=fast_of(flow, members, active),
        growth=Growth(sold_before, sold, split_growth(sold_before, sold)),
        segments=count_segments(habits.values()),
    )


async def people_in_cell(
    actor: Actor, facts: KeptFacts, shop_id: UUID, before: tuple[date, Place], after: tuple[date, Place]
) -> list[str]:
    """The buyers who stood in one place on one day and in another on the other: a crowd; refuses as `picture_of`."""
    require(actor, DATA_VIEW, shop_id)
    (first_day, left), (last_day, reached) = before, after
    then, now = await asyncio.gather(
        queries.find_stages(facts, shop_id, first_day), queries.find_stages(facts, shop_id, last_day)
    )
    return sorted(buyer for buyer in then.keys() | now.keys() if (then.get(buyer), now.get(buyer)) == (left, reached))


async def lifetimes_of(actor: Actor, facts: KeptFacts, shop_id: UUID, day: date) -> Lifetimes | None:
    """What the shop's buyers until that day will still spend; None when too few came back. Refuses as `picture_of`."""
    require(actor, DATA_VIEW, shop_id)
    return await find_lifetimes(facts, shop_id, day)


async def tell_stages(facts: KeptFacts, day: date) -> bool:
    """Write down the stages of all shops' people on a day, once; whether this call did it. The platform's own duty."""
    return await queries.keep_stages(facts, day)


def stage_question(day: date) -> tuple[str, dict[str, object]]:
    """What `tell_stages` asks of the facts: one select (shop, buyer, stage) and its parameters, for another engine."""
    return steps.STAGES_OF_DAY, queries.stage_parameters(day, None)
