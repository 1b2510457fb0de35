"""Are the largest shops' figures there before anybody asks?"""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from peakday.insight.advisor.desk import Desk
from peakday.insight.advisor.pages.trade import trade_page
from peakday.insight.advisor.warming import PERIODS, warm_up
from peakday.insight.metrics.api import FactStore, parse_window
from peakday.insight.metrics.facts import store as facts_store
from peakday.kernel.actor import SYSTEM
from tests.insight.metrics.small_market import RIVAL, SHOP, SmallMarket, at


@pytest.fixture
async def store(house) -> AsyncIterator[FactStore]:
    market = SmallMarket()
    for shop, orders in ((SHOP, 3), (RIVAL, 2)):
        for _ in range(orders):
            item = ("01900000-0000-7000-8000-0000000000a1", "01900000-0000-7000-8000-0000000000c1", 1, 1000)
            market.order("ann", at("2026-11-09 10:00"), at("2026-11-09 10:05"), lines=[item], shop_id=str(shop))
    store = FactStore(house.database, house.clock, house.settings.facts_dir, market.csv_providers())
    house.add(store)
    yield store
    store.close()


async def test_the_pages_of_the_largest_shops_run_no_statement_for_the_first_reader(house, store) -> None:
    assert await warm_up(house) == [SHOP, RIVAL]
    asked = store.asked
    for shop_id in (SHOP, RIVAL):
        for period in PERIODS:
            now = house.clock.now()
            page = await trade_page(Desk(SYSTEM, store, shop_id, parse_window(period, now), now), {})
            assert page.is_empty is (period == "1d")
    assert store.asked == asked


async def test_what_does_not_fit_into_memory_is_left_to_its_first_reader(house, store, monkeypatch) -> None:
    monkeypatch.setattr(facts_store, "WARM_LINES", 4)
    assert await warm_up(house) == [SHOP]
    assert UUID(str(RIVAL)) not in await warm_up(house)
