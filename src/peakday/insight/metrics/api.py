"""How do other rooms ask for figures?

Open the store once per process (a `FactStore`, kept as an engine of the house), then ask:

    window = parse_window("7d", house.clock.now())
    question = Question(("paid_amount", "uv", "pay_conversion"), shop_id, window)
    both = await compare(actor, store, question)          # .now.values["paid_amount"], .change("paid_amount")
    days = await measure(actor, store, replace(question, by=Dimension.DAY))     # one row a day
    page = await rows_of(actor, store, "paid_amount", question)                 # the facts behind it

Every function that reads a shop's figures takes the actor first and needs `data:view` on that shop.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from peakday.insight.behaviour.api import EVENTS_SHAPE
from peakday.insight.metrics import queries
from peakday.insight.metrics.definitions.compose import compose_figures
from peakday.insight.metrics.definitions.registry import METRICS, PARAMETERS, dimensions_of, get_metric
from peakday.insight.metrics.facts import CopyFacts, EventSource, Extracted, FactStore, Providers, Reach
from peakday.insight.metrics.model import (
    Answer,
    Comparison,
    Dimension,
    FactPage,
    MarketRank,
    Question,
    RankQuestion,
)
from peakday.insight.metrics.ranking import fetch_rank
from peakday.insight.metrics.rules.windows import parse_window
from peakday.kernel.actor import Actor, require
from peakday.kernel.eventlog import log_files
from peakday.kernel.house import House
from peakday.kernel.text import Text

__all__ = [
    "METRICS",
    "PARAMETERS",
    "CopyFacts",
    "EventSource",
    "Extracted",
    "FactStore",
    "Providers",
    "Reach",
    "compare",
    "dimensions_of",
    "get_metric",
    "hold_largest",
    "labels_of",
    "last_day_of",
    "market_rank",
    "measure",
    "open_fact_store",
    "parse_window",
    "render_sql",
    "rows_of",
]

DATA_VIEW = "data:view"


def open_fact_store(house: House, providers: Providers) -> FactStore:
    """The store of this process over the installation's facts and event log; `providers` stream the record's relations.

    Keep it with `house.add(store)`; call `store.close()` at the end. The worker calls `await store.extract()`.
    """
    events = EventSource(lambda: log_files(house.settings.events_dir), EVENTS_SHAPE)
    return FactStore(house.database, house.clock, house.settings.facts_dir, providers, events)


async def hold_largest(store: FactStore) -> list[UUID]:
    """Bring the facts of the largest shops into memory, as their first question would; returns the shops."""
    return [UUID(shop_id) for shop_id in await store.hold_largest()]


async def measure(actor: Actor, store: FactStore, question: Question) -> Answer:
    """The figures asked for, in one statement in which each step is computed once.

    Refuses with NotFound (another's shop), NotAllowed, MetricUnknown, DimensionNotOffered.
    """
    require(actor, DATA_VIEW, question.shop_id)
    return await queries.fetch_figures(store, question)


async def compare(actor: Actor, store: FactStore, question: Question) -> Comparison:
    """The figures of the window, of the window before and of the same window a year ago; refuses as `measure`."""
    require(actor, DATA_VIEW, question.shop_id)
    windows = (question.window, question.window.previous(), question.window.last_year())
    answers = await asyncio.gather(
        *(queries.fetch_figures(store, replace(question, window=window)) for window in windows)
    )
    return Comparison(*answers)


async def rows_of(
    actor: Actor, store: FactStore, name: str, question: Question, cursor: str | None = None, limit: int = 50
) -> FactPage:
    """The facts behind a figure in the order of time, paged; `names` and `by` of the question are not looked at.

    For the rows of one part, filter by it: {Dimension.DAY: "2026-11-11"}. At most 10,000 rows a page.
    """
    require(actor, DATA_VIEW, question.shop_id)
    return await queries.fetch_rows(store, name, question, cursor, limit)


async def labels_of(
    store: FactStore, by: Dimension, keys: Iterable[str], shop_id: UUID | None = None
) -> Mapping[str, Text]:
    """Names for keys of a dimension: item titles, category names; other dimensions name themselves, '' is not known.

    With `shop_id` the titles of that shop only: who asks by an id from an address must not read another's titles.
    """
    return await queries.fetch_labels(store, by, keys, shop_id)


async def last_day_of(actor: Actor, store: FactStore, shop_id: UUID) -> date | None:
    """The last day on which the shop has an order: what an empty page may offer instead."""
    require(actor, DATA_VIEW, shop_id)
    return await queries.fetch_last_day(store, str(shop_id))


async def market_rank(actor: Actor, store: FactStore, question: RankQuestion) -> MarketRank:
    """Who sells most in a market: order and a monotone index, never another shop's value."""
    require(actor, DATA_VIEW, question.shop_id)
    return await fetch_rank(store, question)


def render_sql(name: str, by: Dimension | None = None) -> str:
    """The full SQL text of one metric, exactly as it runs: readable, with named parameters (see `PARAMETERS`)."""
    return compose_figures([name], by)
