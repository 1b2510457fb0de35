"""How are stages, flows and the trade of a period asked of the facts?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

import numpy as np

from peakday.insight.consumers import steps, store
from peakday.insight.consumers.model import Assets, Depth, Flow, Place, Stage, StageRules
from peakday.insight.consumers.rules.growth import Trade
from peakday.insight.consumers.rules.lifetime import Histories
from peakday.insight.consumers.rules.rfm import Habits
from peakday.insight.consumers.rules.stage_rules import first_days, rules_of


class Facts(Protocol):
    """What a question is put to: the fact store, Spark, or a table in memory."""

    async def fetch(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
        """The rows of one select."""
        ...


def stage_parameters(
    day: date, shop_id: UUID | None, rules: StageRules | None = None, *, with_simulated: bool = False
) -> dict[str, object]:
    """Every parameter of the steps."""
    rules = rules or rules_of(day)
    return {
        "day": day,
        "shop_id": str(shop_id) if shop_id else None,
        "loyal_purchase_days": rules.loyal_purchase_days,
        "keen_purchase_days": rules.keen_purchase_days,
        "with_simulated": with_simulated,
        **first_days(rules, day),
    }


async def fetch_stages(
    facts: Facts, shop_id: UUID, day: date, rules: StageRules | None = None, *, with_simulated: bool = False
) -> dict[str, Stage]:
    """The stage of each person who stands in one on that day."""
    parameters = stage_parameters(day, shop_id, rules, with_simulated=with_simulated)
    return {str(buyer): Stage(str(stage)) for _, buyer, stage in await facts.fetch(steps.STAGES_OF_DAY, parameters)}


async def keep_stages(facts: store.KeptFacts, day: date) -> bool:
    """Write down the stages that all shops' people have on a day, once; whether this call did it."""
    return await store.take_snapshot(facts, day, steps.STAGES_OF_DAY, stage_parameters(day, None))


async def find_stages(facts: store.KeptFacts, shop_id: UUID, day: date) -> dict[str, Stage]:
    """The stages as they were told on the night after that day; from the facts where none were."""
    path = await store.snapshot_path(facts, day)
    if not await asyncio.to_thread(path.exists):
        return await fetch_stages(facts, shop_id, day)
    rows = await facts.fetch(store.snapshot_select(path), {"shop_id": str(shop_id)})
    return {str(buyer): Stage(str(stage)) for _, buyer, stage in rows}


async def fetch_depths(facts: Facts, shop_id: UUID, day: date) -> dict[Depth, int]:
    """How many people stand at each of the seven depths on that day."""
    rows = await facts.fetch(steps.PEOPLE_BY_DEPTH, stage_parameters(day, shop_id))
    found = {str(depth): int(str(people)) for depth, people in rows}
    return {depth: found.get(depth, 0) for depth in Depth}


def count_stages(shop_id: UUID, day: date, stages: Mapping[str, Stage]) -> Assets:
    """How many people stand in each stage."""
    places = list(stages.values())
    return Assets(shop_id, day, {stage: places.count(stage) for stage in Stage})


def flow_between(
    shop_id: UUID, before: tuple[date, Mapping[str, Stage]], after: tuple[date, Mapping[str, Stage]]
) -> Flow:
    """Who moved from which place to which between two days."""
    (first_day, then), (last_day, now) = before, after
    people: dict[tuple[Place, Place], int] = {}
    for buyer in then.keys() | now.keys():
        cell = then.get(buyer), now.get(buyer)
        people[cell] = people.get(cell, 0) + 1
    return Flow(shop_id, first_day, last_day, people)


async def fetch_trade(facts: Facts, shop_id: UUID, first_day: date, last_day: date) -> Trade:
    """What the shop sold to known buyers from `first_day` to `last_day`, both included, by the day of full payment."""
    rows = await facts.fetch(steps.TRADE, _period(shop_id, first_day, last_day))
    paid, buyers, orders, pairs = (int(str(value)) for value in rows[0])
    return Trade(paid, buyers, orders, pairs)


async def fetch_habits(facts: Facts, shop_id: UUID, first_day: date, last_day: date) -> dict[str, Habits]:
    """What each buyer of the period did, recency counted from its last day."""
    rows = await facts.fetch(steps.HABITS, _period(shop_id, first_day, last_day))
    habits = {}
    for buyer, last_paid, orders, paid in rows:
        assert isinstance(last_paid, date)
        habits[str(buyer)] = Habits((last_day - last_paid).days, int(str(orders)), int(str(paid)))
    return habits


@dataclass(frozen=True, slots=True)
class Watched:
    """Who bought by a day: their histories in days and minor units, their habits, and what all paid after it."""

    buyers: tuple[str, ...]
    people: Histories
    habits: tuple[Habits, ...]
    later_minor: int


async def fetch_histories(facts: Facts, shop_id: UUID, day: date, last_day: date) -> Watched:
    """The buyers until `day`, and the money that they paid from then to `last_day`; days are days with a purchase."""
    parameters = {"shop_id": str(shop_id), "day": day, "last_day": last_day, "with_simulated": False}
    rows = await facts.fetch(steps.LIFETIMES, parameters)
    return await asyncio.to_thread(_read_histories, rows, day)


def _read_histories(rows: list[tuple[object, ...]], day: date) -> Watched:
    columns, habits, later = [], [], 0
    for _, first, last, *numbers in rows:
        assert isinstance(first, date)
        assert isinstance(last, date)
        repeats, repeated, paid, after = (int(str(number)) for number in numbers)
        mean = repeated / repeats if repeats else 0.0
        columns.append((repeats, (last - first).days, (day - first).days, mean))
        habits.append(Habits((day - last).days, repeats + 1, paid))
        later += after
    table = np.array(columns, dtype=np.float64).reshape(-1, 4).T
    return Watched(tuple(str(row[0]) for row in rows), Histories(*table), tuple(habits), later)


async def fetch_members(facts: Facts, shop_id: UUID, last_day: date, active_days: int) -> tuple[int, int]:
    """The shop's members, and how many of them were active in the days that end with `last_day`."""
    first_day = last_day - timedelta(days=active_days - 1)
    rows = await facts.fetch(steps.MEMBERS, _period(shop_id, first_day, last_day))
    members, active = (int(str(value)) for value in rows[0])
    return members, active


def _period(shop_id: UUID, first_day: date, last_day: date) -> dict[str, object]:
    return {"shop_id": str(shop_id), "first_day": first_day, "last_day": last_day, "with_simulated": False}
