"""How does a shop's past become what its buyers will still spend, with a range and the looks that missed?

The shop's buyers are looked at from two earlier days first: what each look expected, and what then came, tells how far
to trust the look from the last day.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np

from peakday.insight.consumers import queries
from peakday.insight.consumers.queries import Facts
from peakday.insight.consumers.rules.lifetime import (
    REPEATERS_MIN,
    Array,
    Histories,
    Outlook,
    expected_purchases,
    expected_spend,
    fit_habit,
    fit_spend,
    look_ahead,
    spread_range,
)
from peakday.insight.consumers.rules.rfm import Segment, average_of, segment_of

AHEAD_DAYS = 90
WATCHED_DAYS_MIN = 60
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
_BACK = (1.0, 1.5)  # earlier looks, in times of what lies ahead


@dataclass(frozen=True, slots=True)
class Expected:
    """What a group is expected to pay in the time ahead, in minor units; the range holds four cases in five."""

    people: int
    alive: float  # how many of them are expected to buy at all from now on, were they watched for good
    purchases: float
    money_minor: int
    low_minor: int
    high_minor: int


@dataclass(frozen=True, slots=True)
class EarlierLook:
    """A look from an earlier day: what it expected until the last day, and what came."""

    day: date
    expected_minor: int
    came_minor: int


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """What buyers until `day` will still spend in `ahead_days`."""

    day: date
    ahead_days: int
    whole: Expected
    segments: dict[Segment, Expected]
    earlier: tuple[EarlierLook, ...]
    people: tuple[tuple[str, float, float, int], ...]  # buyer, chance to be still a buyer, purchases, money in minor


async def find_lifetimes(facts: Facts, shop_id: UUID, day: date) -> Lifetimes | None:
    """The lifetimes of a shop's buyers as seen on a day; None when too few came back or the shop is too young."""
    now = await queries.fetch_histories(facts, shop_id, day, day)
    if not _says_enough(now.people):
        return None
    ahead = min(AHEAD_DAYS, int(now.people.age.max()) // 3)
    looks = []
    for times in _BACK:
        back = round(ahead * times)
        looks.append((back, await queries.fetch_histories(facts, shop_id, day - timedelta(days=back), day)))
    return await asyncio.to_thread(_compute, now, looks, day, ahead)


def _says_enough(people: Histories) -> bool:
    return int(np.sum(people.repeats > 0)) >= REPEATERS_MIN and float(people.age.max()) >= WATCHED_DAYS_MIN


def _compute(now: queries.Watched, looks: list[tuple[int, queries.Watched]], day: date, ahead: int) -> Lifetimes:
    earlier = [
        EarlierLook(day - timedelta(days=back), _expected_minor(then.people, back), then.later_minor)
        for back, then in looks
        if _says_enough(then.people)
    ]
    misses = [look.came_minor / look.expected_minor for look in earlier if look.expected_minor > 0]
    marks = average_of(now.habits)
    named = list(Segment)
    groups = np.array([named.index(segment_of(habits, marks)) for habits in now.habits], dtype=np.int64)
    outlook = look_ahead(fit_habit(now.people)[0], fit_spend(now.people), now.people, ahead, groups)
    return Lifetimes(
        day,
        ahead,
        _expect(outlook, np.ones(len(groups), dtype=bool), outlook.draws.sum(axis=0), misses),
        {
            segment: _expect(outlook, groups == number, outlook.draws[number], misses)
            for number, segment in enumerate(named)
            if number < len(outlook.draws) and bool(np.any(groups == number))
        },
        tuple(earlier),
        tuple(
            (buyer, float(alive), float(purchases), round(float(money)))
            for buyer, alive, purchases, money in zip(
                now.buyers, outlook.alive, outlook.purchases, outlook.money, strict=True
            )
        ),
    )


def _expected_minor(people: Histories, ahead: int) -> int:
    habit, spend = fit_habit(people)[0], fit_spend(people)
    return round(float(np.sum(expected_purchases(habit, people, ahead) * expected_spend(spend, people))))


def _expect(outlook: Outlook, mine: Mask, drawn: Array, misses: list[float]) -> Expected:
    money = float(outlook.money[mine].sum())
    low, high = spread_range(money, drawn, misses)
    alive, purchases = float(outlook.alive[mine].sum()), float(outlook.purchases[mine].sum())
    return Expected(int(mine.sum()), alive, purchases, round(money), round(low), round(high))
