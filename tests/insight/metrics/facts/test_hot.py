"""Does a shop read the same figures from its own tables as from everybody's facts, also after changes?"""

from datetime import UTC, datetime

import pytest

from peakday.insight.metrics.definitions.registry import METRICS, counted_metrics, dimensions_of, reads_market
from peakday.insight.metrics.facts import FactStore, Reach
from peakday.insight.metrics.facts.hot import ShopTables
from peakday.insight.metrics.facts.relations import RELATIONS
from peakday.insight.metrics.model import Dimension, Question
from peakday.insight.metrics.queries import fetch_figures, fetch_rows
from peakday.insight.metrics.rules.windows import parse_window
from tests.insight.metrics.facts.test_store import JULY, NOVEMBER, PROVIDERS, place
from tests.insight.metrics.small_market import RIVAL, SHOP, MemoryFacts
from tests.insight.metrics.test_conformance import NOW, adversarial_market

OWN = tuple(name for name in METRICS if not reads_market(metric.step for metric in counted_metrics(name)))


class HeldFacts(MemoryFacts):
    """The small market with one shop in tables of its own; every statement runs on them."""

    def __init__(self, market) -> None:
        super().__init__(market)
        self.shops = ShopTables()
        self.shops.hold(self.connection, str(SHOP))
        self.connection.execute(f"set search_path = '{self.shops.use(str(SHOP))},main'")


@pytest.fixture(scope="module")
def facts():
    market = adversarial_market()
    everybody, own = MemoryFacts(market), HeldFacts(market)
    yield everybody, own
    everybody.close()
    own.close()


@pytest.mark.capability("LY-02")
@pytest.mark.parametrize("by", [None, *Dimension])
async def test_every_own_figure_is_the_same_from_the_shops_tables(facts, by) -> None:
    names = tuple(name for name in OWN if by is None or by in dimensions_of(name))
    for window in ("day:2026-11-11", "30d", "today"):
        question = Question(names, SHOP, parse_window(window, NOW), by)
        expected, found = [await fetch_figures(one, question) for one in facts]
        assert found.rows == expected.rows, (window, by)


async def test_the_facts_behind_an_own_figure_are_the_same_from_the_shops_tables(facts) -> None:
    question = Question((), SHOP, parse_window("30d", NOW))
    for name in OWN:
        expected, found = [await fetch_rows(one, name, question, None, 500) for one in facts]
        assert found == expected, name


def test_only_exposure_and_loss_read_other_shops() -> None:
    assert METRICS.keys() - set(OWN) == {
        "exposed_people", "exposed_buyers", "exposure_conversion", "lost_people", "lost_amount", "loss_rate",
    }  # fmt: skip


async def test_changed_rows_replace_those_of_the_shop_and_of_no_other() -> None:
    held = HeldFacts(adversarial_market())
    connection, relation = held.connection, RELATIONS["orders"]
    connection.execute(
        "create table changed as select * replace (7 as paid_minor) from main.orders"
        " order by shop_id, order_id limit 90"
    )
    before = connection.execute("select count(*) from orders").fetchone()
    held.shops.take_in(connection, relation)
    changed = "select count(*) from {} where paid_minor = 7 and shop_id = $shop_id"
    values = {"shop_id": str(SHOP)}
    expected = connection.execute(changed.format("changed"), values).fetchone()
    assert expected is not None
    assert expected[0] > 0
    assert connection.execute(changed.format("orders"), values).fetchone() == expected
    assert connection.execute("select count(*) from orders").fetchone() == before
    held.close()


def test_the_shop_asked_for_longest_ago_makes_room_and_a_giant_is_not_held(facts) -> None:
    connection = facts[0].connection
    count = " + ".join(f"(select count(*) from {name} where shop_id = ?)" for name in
                       ("orders", "order_lines", "refunds", "items"))  # fmt: skip
    sizes = {}
    for shop in (SHOP, RIVAL):
        sizes[shop] = connection.execute(f"select {count}", [str(shop)] * 4).fetchone()[0]
    shops = ShopTables(rows_max=max(sizes.values()))
    shops.hold(connection, str(RIVAL))
    assert shops.use(str(RIVAL))
    shops.hold(connection, str(SHOP))
    assert shops.use(str(SHOP))
    assert shops.use(str(RIVAL)) is None
    shops.forget(connection)
    assert shops.use(str(SHOP)) is None
    made = "select count(*) from duckdb_schemas() where starts_with(schema_name, 'shop_')"
    assert connection.execute(made).fetchone() == (0,)
    small = ShopTables(rows_max=min(sizes.values()) - 1)
    small.hold(connection, str(SHOP))
    assert small.is_settled(str(SHOP))
    assert small.use(str(SHOP)) is None


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_held_shop_reads_new_orders_and_new_files_at_once(house, database, keeps) -> None:
    store = FactStore(house.database, house.clock, house.settings.facts_dir, PROVIDERS)
    store.keeps = keeps
    sql = "select count(*), sum(paid_minor)::bigint from order_lines where shop_id = $shop_id"

    async def read() -> tuple[object, ...]:
        await store.refresh(at_once=True)
        return (await store.fetch(sql, {"shop_id": str(SHOP)}, Reach(str(SHOP))))[0]

    try:
        async with database.transaction() as tx:
            await place(tx, JULY, 5)
        assert await read() == (1, 5)
        async with database.transaction() as tx:
            order = await place(tx, NOVEMBER, 7)
        assert await read() == (2, 12)
        async with database.transaction() as tx:
            await tx.execute(
                "update orders.customer_order set changed_xid = pg_current_xact_id() where order_id = $1", order
            )
            await tx.execute("update orders.line set paid_minor = 8 where order_id = $1", order)
        assert await read() == (2, 13)
        await store.extract()
        assert await read() == (2, 13)
        async with database.transaction() as tx:
            await place(tx, datetime(2026, 11, 12, tzinfo=UTC), 100)
        assert await read() == (3, 113)
    finally:
        store.close()
