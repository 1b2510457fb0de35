"""What do the advisor's pages read in tests? A small market whose every figure can be counted by hand, in memory."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from peakday.insight.advisor.desk import Desk, days_window
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from tests.insight.metrics.small_market import SHOP, MemoryFacts, SmallMarket, at

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)  # 20:00 on the wall clock


@pytest.fixture
def market() -> SmallMarket:
    """On the 9th ann buys, on the 10th ann and bob do, and bob's second order is unpaid."""
    market = SmallMarket()
    market.item("i1")
    market.item("i2")
    market.item("i3")
    market.order("ann", at("2026-11-09 10:00"), at("2026-11-09 10:05"), lines=[("i1", "c1", 1, 1000)])
    market.order("ann", at("2026-11-10 20:00"), at("2026-11-10 20:01"), lines=[("i1", "c1", 2, 2000)], terminal="pc")
    market.order("bob", at("2026-11-10 21:00"), at("2026-11-10 21:01"), lines=[("i2", "c2", 1, 5000)])
    market.order("bob", at("2026-11-10 22:00"), None, lines=[("i2", "c2", 1, 5000)])
    return market


@pytest.fixture
def open_desk() -> Iterator:
    """A desk over a market, by default over the two days."""
    opened = []

    def open_one(market: SmallMarket, window=None, now=NOW) -> Desk:
        facts = MemoryFacts(market)
        opened.append(facts)
        week = days_window(day_of(at("2026-11-09 12:00").replace(tzinfo=UTC)), day_of(NOW))
        return Desk(SYSTEM, facts, SHOP, window or week, now)

    yield open_one
    for facts in opened:
        facts.close()
