"""How do other rooms ask for figures?

Open the store once per process (`open_fact_store`, kept as an engine of the house), then ask:

    window = parse_window("7d", house.clock.now())
    question = Question(("paid_amount", "uv", "pay_conversion"), shop_id, window)
    both = await compare(actor, store, question)          # .now.values["paid_amount"], .change("paid_amount")
    days = await measure(actor, store, replace(question, by=Dimension.DAY))     # one row a day
    page = await rows_of(actor, store, "paid_amount", question, cursor=None)    # the facts behind it

Every function that reads a shop's figures takes the actor first and needs `data:view` on that shop.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from peakday.insight.metrics.facts import FactStore
from peakday.insight.metrics.model import (
    Answer,
    Comparison,
    Dimension,
    FactPage,
    MarketRank,
    Metric,
    Question,
    RankQuestion,
    Window,
)
from peakday.kernel.actor import Actor
from peakday.kernel.text import Text

METRICS: Mapping[str, Metric] = {}


async def measure(actor: Actor, store: FactStore, question: Question) -> Answer:
    """The figures asked for, in one statement with one scan per relation."""
    raise NotImplementedError


async def compare(actor: Actor, store: FactStore, question: Question) -> Comparison:
    """The figures of the window, of the window before and of the same window a year ago (question without `by`)."""
    raise NotImplementedError


async def rows_of(
    actor: Actor, store: FactStore, name: str, question: Question, cursor: str | None = None, limit: int = 50
) -> FactPage:
    """The facts behind a figure in the order of time, paged; `question.names` is not looked at."""
    raise NotImplementedError


async def labels_of(store: FactStore, by: Dimension, keys: Iterable[str]) -> Mapping[str, Text]:
    """Names for keys of a dimension: item titles, category names; other dimensions name themselves."""
    raise NotImplementedError


async def market_rank(actor: Actor, store: FactStore, question: RankQuestion) -> MarketRank:
    """Who sells most in a market: order and a monotone index, never another shop's value."""
    raise NotImplementedError


def render_sql(name: str, by: Dimension | None = None) -> str:
    """The full SQL text of one metric, as it runs: readable, with named parameters."""
    raise NotImplementedError


def parse_window(text: str, now: datetime) -> Window:
    """Read a period as addresses write it: today, 1d, 7d, 30d, day:…, week:…, month:…, FIRST..LAST. Refuses others."""
    raise NotImplementedError


def dimensions_of(name: str) -> tuple[Dimension, ...]:
    """By what a metric may be taken apart."""
    raise NotImplementedError
