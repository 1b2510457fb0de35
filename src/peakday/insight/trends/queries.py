"""How are rises and lives found in the facts?"""

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import numpy as np

from peakday.insight.consumers.api import KeptFacts
from peakday.insight.trends import steps, store
from peakday.insight.trends.model import SHOPS_MIN, Card, ItemWeek, Life, OwnCard
from peakday.insight.trends.rules.life_cycle import trace_life
from peakday.insight.trends.rules.rising import Alarm, Panel, find_rises, sum_up
from peakday.insight.trends.segment_queries import keep_segments
from peakday.kernel.rulesets import in_force
from peakday.kernel.text import Text

WEEKS = 104
SHOWN_WEEKS = 26
CARDS_MAX = 40
CARDS_FILE, ITEMS_FILE = "cards.json", "items.parquet"
WEEK = timedelta(days=7)
Row = tuple[Any, ...]


def week_end(today: date) -> date:
    """The day after the last whole week: its Monday."""
    return today - timedelta(days=today.weekday())


async def keep_week(facts: KeptFacts, end_day: date) -> bool:
    """Work out the weeks until `end_day`, once; whether this call did it."""
    items = await store.week_path(facts, end_day, ITEMS_FILE)
    cards = await store.week_path(facts, end_day, CARDS_FILE)
    if await asyncio.to_thread(cards.exists):
        return False
    before = int(in_force("item_life_cycle", end_day).params["rolling_weeks"]) - 1
    await store.keep_rows(facts, items, steps.ITEM_WEEKS, {"end_day": end_day, "before": before})
    await keep_segments(facts, end_day)
    first_day = end_day - WEEKS * WEEK
    rows = await facts.fetch(steps.SEGMENT_WEEKS, {"first_day": first_day, "end_day": end_day})
    found = await asyncio.to_thread(_find_cards, rows, first_day)
    await asyncio.to_thread(store.write_cards, cards, found)
    return True


async def find_cards(facts: KeptFacts, shop_id: UUID, end_day: date) -> list[OwnCard] | None:
    """What rises, the shop's own segments first; None: not worked out yet."""
    cards = await asyncio.to_thread(store.read_cards, await store.week_path(facts, end_day, CARDS_FILE))
    if cards is None:
        return None
    named = {"shop_id": str(shop_id), "first_day": end_day - SHOWN_WEEKS * WEEK, "end_day": end_day}
    own = {str(row[0]) for row in await facts.fetch(steps.OWN_SEGMENTS, named)}
    told = [OwnCard(card, card.category_id in own) for card in cards]
    return sorted(told, key=lambda one: (not one.is_sold_here, one.card.chance))


async def find_lives(facts: KeptFacts, shop_id: UUID, end_day: date) -> list[Life]:
    """The lives of the shop's items, those that came to where they stand last first."""
    path = await store.week_path(facts, end_day, ITEMS_FILE)
    if not await asyncio.to_thread(path.exists):
        return []
    rows = await facts.fetch(steps.OWN_WEEKS.format(path=store.quoted(path)), {"shop_id": str(shop_id)})
    return await asyncio.to_thread(_trace, rows, end_day)


def _trace(rows: list[Row], end_day: date) -> list[Life]:
    rules, lives = in_force("item_life_cycle", end_day), []
    for item_id, group in groupby(rows, key=itemgetter(0)):
        weeks = list(group)
        life = [ItemWeek(row[1], row[2], row[3], row[4]) for row in weeks]
        listed = weeks[0][6] or life[0].begins
        traced = trace_life(life, min(listed, life[0].begins), rules)
        lives.append(Life(UUID(item_id), str(weeks[0][5] or ""), tuple(traced)))
    return sorted(lives, key=lambda life: (life.now.on, life.now.evidence.rolling_minor), reverse=True)


def _find_cards(rows: list[Row], first_day: date) -> list[Card]:
    by_segment: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_segment[str(row[0])].append(row)
    segments = sorted(by_segment)
    parents = sorted({str(by_segment[one][0][4]) for one in segments})
    place = {parent: number for number, parent in enumerate(parents)}
    ordered = [row for one in segments for row in by_segment[one]]
    units = np.zeros((len(ordered), WEEKS))
    for number, row in enumerate(ordered):
        units[number, np.array(row[2], dtype=np.int64)] = row[3]
    series = np.repeat(np.arange(len(segments)), [len(by_segment[one]) for one in segments])
    parent = np.array([place[str(by_segment[one][0][4])] for one in segments], dtype=np.int64)
    first = int(np.argmax(units.sum(axis=0) > 0)) if len(units) else 0  # a young market has no last year
    panel = Panel(units[:, first:], series, parent, 52 if WEEKS - first >= 52 + 26 else None)
    totals = sum_up(units, series, len(segments))
    cards = []
    for alarm in find_rises(panel):
        sellers = by_segment[segments[alarm.series]]
        shops = int(sum(units[series == alarm.series][:, -SHOWN_WEEKS:].sum(axis=1) > 0))
        if shops >= SHOPS_MIN:
            sold = totals[alarm.series, -SHOWN_WEEKS:]
            cards.append(_card(alarm, sellers[0], shops, sold, first_day + (WEEKS - SHOWN_WEEKS) * WEEK))
    return [replace(card, is_season_known=panel.season is not None) for card in cards[:CARDS_MAX]]


def _card(alarm: Alarm, row: Row, shops: int, sold: Any, first_week: date) -> Card:
    usual = float(sold.mean()) or 1.0
    weeks = tuple(first_week + number * WEEK for number in range(SHOWN_WEEKS))
    index = tuple(round(100 * float(one) / usual) for one in sold)
    name = Text(str(row[5] or row[0]), str(row[6] or row[5] or row[0]))
    return Card(str(row[0]), name, alarm.rise, alarm.ratio, alarm.chance, shops, weeks, index, is_season_known=False)
