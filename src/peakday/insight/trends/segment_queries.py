"""How are the segments of the market worked out once a week, and what each item gave to a shop's growth?"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from peakday.insight.consumers.api import KeptFacts
from peakday.insight.trends import segment_steps as steps
from peakday.insight.trends import store
from peakday.insight.trends.model import SHOPS_MIN
from peakday.insight.trends.rules.growth_shares import GrowthShare, ItemSales, share_growth
from peakday.insight.trends.rules.segments import (
    ORDERS_MIN,
    Fill,
    Gap,
    Half,
    fill_of,
    find_emerging,
    find_gaps,
    reach_levels,
)
from peakday.kernel.text import Text

HALF_DAYS = 182
LEADERS = 10
SEGMENTS_FILE = "segments.json"
Row = tuple[Any, ...]
Key = tuple[str, str]  # category, currency


@dataclass(frozen=True, slots=True)
class Band:
    """A third of a segment's pieces by price: from, below (None: no end), and its pieces before and after."""

    low_minor: int | None
    high_minor: int | None
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Leader:
    """One of the items that sold most: its place is told, its money is not."""

    shop_id: str
    item_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A leaf category in one currency: demand against supply, how full it is, its price bands and its leaders."""

    category_id: str
    currency: str
    name: Text
    parent: Text
    before: Half
    after: Half
    gap: Gap
    level: float
    fill: Fill
    reach: tuple[int, ...]  # buyers so far, by week
    bands: tuple[Band, ...]
    leaders: tuple[Leader, ...]
    emerging: tuple[str, ...]  # names of brands, those of most orders first


@dataclass(frozen=True, slots=True)
class ShopGrowth:
    """A shop's growth between two spans of days, by item; `newcomers` bought here for the first time."""

    first_day: date
    middle_day: date
    end_day: date
    items: tuple[GrowthShare, ...]
    newcomers: int

    @property
    def growth_minor(self) -> int:
        """The whole growth, which the items' parts sum to."""
        return sum(one.sales.growth_minor for one in self.items)


async def keep_segments(facts: KeptFacts, end_day: date) -> None:
    """Work out the segments of the year until `end_day` and write them down."""
    path = await store.week_path(facts, end_day, SEGMENTS_FILE)
    named = {"end_day": end_day, "first_day": end_day - timedelta(days=2 * HALF_DAYS)}
    middle = {"middle_day": end_day - timedelta(days=HALF_DAYS)}
    halves: list[Row] = await facts.fetch(steps.HALVES, named | middle)
    reach: list[Row] = await facts.fetch(steps.REACH, named)
    bands: list[Row] = await facts.fetch(steps.BANDS, named | middle)
    leaders: list[Row] = await facts.fetch(steps.LEADERS, {"end_day": end_day, "leaders": LEADERS} | middle)
    brands: list[Row] = await facts.fetch(steps.BRANDS, named | middle | {"orders_min": ORDERS_MIN})
    found = await asyncio.to_thread(_segments, halves, reach, bands, leaders)
    found = await asyncio.to_thread(_with_emerging, found, brands)
    await asyncio.to_thread(_write, path, found)


async def find_segments(facts: KeptFacts, currency: str, end_day: date) -> list[Segment] | None:
    """The segments in a currency, those whose gap is sure and largest first; None: not worked out yet."""
    path = await store.week_path(facts, end_day, SEGMENTS_FILE)
    if not await asyncio.to_thread(path.exists):
        return None
    found = [one for one in await asyncio.to_thread(_read, path) if one.currency == currency]
    return sorted(found, key=lambda one: (not one.gap.is_sure, -one.gap.times, one.category_id))


async def find_growth(facts: KeptFacts, shop_id: UUID, end_day: date, days: int) -> ShopGrowth:
    """What each item gave to a shop's growth: the `days` before `end_day` against those before them."""
    middle, first = end_day - timedelta(days=days), end_day - timedelta(days=2 * days)
    named = {"shop_id": str(shop_id), "end_day": end_day, "middle_day": middle}
    rows: list[Row] = await facts.fetch(steps.ITEM_GROWTH, named | {"first_day": first})
    newcomers: list[Row] = await facts.fetch(steps.NEWCOMERS, named)
    items = [
        ItemSales(UUID(row[0]), str(row[1] or ""), row[2], row[3], (row[4], row[5]), (row[6], row[7]), row[8])
        for row in rows
        if row[0]
    ]
    return ShopGrowth(first, middle, end_day, tuple(share_growth(items)), int(newcomers[0][0]))


def _segments(
    halves: Sequence[Row], reach: Sequence[Row], bands: Sequence[Row], leaders: Sequence[Row]
) -> list[Segment]:  # fmt: skip
    weeks = 2 * HALF_DAYS // 7
    curves: dict[Key, list[int]] = {}
    for category, currency, numbers, people in reach:
        added = np.bincount(np.array(numbers), weights=np.array(people, dtype=float), minlength=weeks)
        curves[category, currency] = np.cumsum(added).astype(int).tolist()
    banded = {(row[0], row[1]): _bands(row) for row in bands}
    led: dict[Key, list[Leader]] = {}
    for category, currency, shop_id, item_id, title, _ in leaders:
        led.setdefault((category, currency), []).append(Leader(shop_id, item_id, str(title or "")))
    pairs = [(Half(*row[6:11]), Half(*row[11:16])) for row in halves]
    levels = reach_levels(np.array([curves[row[0], row[1]] for row in halves], dtype=float).reshape(len(halves), weeks))
    market = _growth(pairs)
    found = []
    for row, (before, after), gap, level in zip(halves, pairs, find_gaps(pairs), levels.tolist(), strict=True):
        key = row[0], row[1]
        if gap is not None and min(before.shops, after.shops) >= SHOPS_MIN:
            names = Text(row[2] or row[0], row[3] or row[2] or row[0]), Text(row[4] or "", row[5] or row[4] or "")
            found.append(Segment(
                *key, *names, before, after, gap, level, fill_of(level, gap.demand, market), tuple(curves[key]),
                banded.get(key, ()), tuple(led.get(key, ())), (),
            ))  # fmt: skip
    return found


def _with_emerging(segments: Sequence[Segment], brands: Sequence[Row]) -> list[Segment]:
    """The segments with the brands that emerge in each, of all segments judged together."""
    by_key = {(one.category_id, one.currency): one for one in segments}
    rows = [row for row in brands if (row[0], row[1]) in by_key]
    wholes = [by_key[row[0], row[1]] for row in rows]
    judged = find_emerging([(row[4], row[5], one.before, one.after) for row, one in zip(rows, wholes, strict=True)])
    names: dict[Key, list[Row]] = {}
    for row, is_emerging in zip(rows, judged, strict=True):
        if is_emerging:
            names.setdefault((row[0], row[1]), []).append(row)
    return [
        replace(
            one, emerging=tuple(str(row[3]) for row in sorted(names.get(key, []), key=lambda row: -row[5])[:LEADERS])
        )
        for key, one in by_key.items()
    ]


def _growth(pairs: Sequence[tuple[Half, Half]]) -> float:
    """The growth of the whole market's orders by segment."""
    before = sum(one.orders for one, _ in pairs)
    return sum(one.orders for _, one in pairs) / before if before else 1.0


def _bands(row: Row) -> tuple[Band, ...]:
    low, high = row[2], row[3]
    return (
        Band(None, low, row[4], row[5]),
        Band(low, high, row[6], row[7]),
        Band(high, None, row[8], row[9]),
    )


def _write(path: Any, segments: Sequence[Segment]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".fresh")
    fresh.write_text(json.dumps([asdict(one) for one in segments], default=str), encoding="utf-8")
    fresh.replace(path)


def _read(path: Any) -> list[Segment]:
    return [
        Segment(
            one["category_id"], one["currency"], Text(**one["name"]), Text(**one["parent"]), Half(**one["before"]),
            Half(**one["after"]), Gap(**one["gap"]), one["level"], Fill(one["fill"]), tuple(one["reach"]),
            tuple(Band(**each) for each in one["bands"]), tuple(Leader(**each) for each in one["leaders"]),
            tuple(one["emerging"]),
        )
        for one in json.loads(path.read_text(encoding="utf-8"))
    ]  # fmt: skip
