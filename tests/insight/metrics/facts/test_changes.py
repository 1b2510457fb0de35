"""Do changed rows touch every day that an answer may have read them for, and no answer that stays right?"""

from datetime import date

import pytest

from peakday.insight.metrics.definitions.registry import METRICS
from peakday.insight.metrics.facts.changes import ANY, ROWS_MAX, find_changed
from peakday.insight.metrics.facts.relations import RELATIONS
from peakday.insight.metrics.model import Question
from peakday.insight.metrics.queries import fetch_figures, fetch_rows
from peakday.insight.metrics.rules.windows import parse_window
from tests.insight.metrics.small_market import SHOP, MemoryFacts, SmallMarket, at
from tests.insight.metrics.test_conformance import NOW, adversarial_market

INSTANTS = ("created_day", "paid_day")
DAYS = {"orders": INSTANTS, "order_lines": INSTANTS, "refunds": ("completed_day",), "events": ("day",)}


class NarrowFacts(MemoryFacts):
    """A market that forgets, before each question, all facts that the question promised not to read."""

    def __init__(self, market: SmallMarket) -> None:
        super().__init__(market)
        for name in DAYS:
            self.connection.execute(f"alter table {name} rename to all_{name}")
        self.forgotten = 0

    async def fetch(self, sql, parameters, reach=None):
        within = "between '{}' and '{}'".format(*reach.days)
        for name, columns in DAYS.items():
            spoken = " or ".join(f"{column} {within}" for column in columns)
            if name == "orders":  # it also speaks of the days of its refunds
                spoken += f" or order_id in (select order_id from all_refunds where completed_day {within})"
            shop = f" and shop_id = '{reach.own_shop}'" if reach.own_shop else ""
            self.connection.execute(f"create or replace view {name} as select * from all_{name} where ({spoken}){shop}")
            self.forgotten += self.connection.execute(
                f"select (select count(*) from all_{name}) - (select count(*) from {name})"
            ).fetchone()[0]
        return await super().fetch(sql, parameters)


@pytest.fixture(scope="module")
def facts():
    market = adversarial_market()
    whole, narrow = MemoryFacts(market), NarrowFacts(market)
    yield whole, narrow
    whole.close()
    narrow.close()


@pytest.mark.parametrize("name", METRICS)
async def test_no_figure_reads_facts_beyond_the_days_and_shop_that_it_promises(facts, name) -> None:
    for window in ("today", "day:2026-11-11", "day:2026-10-13", "7d", "month:2026-10"):
        question = Question((name,), SHOP, parse_window(window, NOW))
        expected, found = [(await fetch_figures(one, question)).rows for one in facts]
        assert found == expected, window
        expected, found = [(await fetch_rows(one, name, question, None, 1000)).rows for one in facts]
        assert found == expected, window
    assert facts[1].forgotten > 0


def changed_by(market: SmallMarket, after: SmallMarket, relation: str):
    """What the rows of `after` touch where `market` is what was known."""
    before, later = MemoryFacts(market), MemoryFacts(after)
    try:
        before.connection.register("fresh", later.connection.execute(f"from {relation}").to_arrow_table())
        before.connection.execute("create table changed as from fresh")
        return find_changed(before.connection, RELATIONS[relation])
    finally:
        before.close()
        later.close()


def test_an_order_touches_the_days_that_it_spoke_of_before_and_those_of_its_refunds() -> None:
    known, after = SmallMarket(), SmallMarket()
    known.order("ann", at("2026-11-01 10:00"), at("2026-11-02 10:00"), order_id="o1")
    known.refund("o1", 100, at("2026-11-05 23:59"))
    known.order("bob", at("2026-11-03 10:00"), order_id="o2")
    after.order("ann", at("2026-11-08 00:00"), order_id="o1")
    days = frozenset(date(2026, 11, day) for day in (1, 2, 5, 8))
    assert changed_by(known, after, "orders") == {str(SHOP): days}
    assert changed_by(known, after, "order_lines") == {str(SHOP): days - {date(2026, 11, 5)}}


def test_rows_without_days_and_rows_in_great_number_touch_every_day_of_their_shop() -> None:
    known, after = SmallMarket(), SmallMarket()
    after.item("i1")
    for number in range(ROWS_MAX + 1):
        after.order("ann", at("2026-11-01 10:00"), order_id=f"o{number}")
    assert changed_by(known, after, "items") == {str(SHOP): None}
    assert changed_by(known, after, "orders") == {str(SHOP): None}
    assert changed_by(known, known, "orders") == {}
    assert changed_by(known, known, "categories") == ANY
