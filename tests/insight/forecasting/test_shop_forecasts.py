"""Are a shop's forecasts made, kept once shown, told by region, and held against what happened?"""

from datetime import datetime, timedelta

import numpy as np
import pytest

from peakday.insight.forecasting import api, jobs, queries
from peakday.insight.forecasting.errors import RegionNotForecast, SkuNotForecast
from peakday.insight.forecasting.model import HORIZON_DAYS, WHOLE_SHOP
from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.clock import FixedClock, day_of
from peakday.kernel.refusal import NotFound
from tests.insight.forecasting.small_shops import sell, sell_steadily, sku_no, two_shops
from tests.insight.metrics.small_market import MemoryFacts, SmallMarket

DAYS = 84


@pytest.fixture
async def shop(house):
    return (await two_shops(house.database, house.clock.now()))[0]


@pytest.fixture
def market(house, shop):
    market = SmallMarket()
    sell_steadily(market, shop, house.clock.now(), DAYS)
    return market


@pytest.fixture
def facts(market):
    return MemoryFacts(market)


async def count(house, where: str = "true") -> int:
    async with house.database.read() as connection:
        return await connection.fetchval(f"select count(*) from forecasting.forecast where {where}")


@pytest.mark.capability("CN-01")
async def test_each_sku_region_and_day_has_quantiles_and_the_sums_hold_exactly(house, shop, facts):
    assert await api.make_now(house, SYSTEM, facts, shop) == 12
    told = await api.demand_of(house, SYSTEM, shop)
    assert len(told) == 12
    assert all(one.quantiles.shape == (HORIZON_DAYS, 7) for one in told)
    assert all((np.diff(one.quantiles, axis=1) >= 0).all() for one in told)
    weekend = [day.weekday() >= 5 for day in told[0].forecast.days]
    largest = told[0].units
    assert largest[weekend].mean() == pytest.approx(40, rel=0.2)
    assert largest[~np.array(weekend)].mean() == pytest.approx(20, rel=0.2)

    async with house.database.read() as connection:
        (whole,) = await queries.list_history(connection, shop, WHOLE_SHOP, day_of(house.clock.now()))
    assert np.sum([one.milli for one in told], axis=0).tolist() == list(whole.milli)
    sku = [told[0].forecast.sku_id]
    parts = [await api.demand_of(house, SYSTEM, shop, sku, region) for region in told[0].forecast.regions]
    assert np.sum([part[0].milli for part in parts], axis=0).tolist() == list(told[0].milli)
    assert parts[0][0].quantiles[0, 5] < told[0].quantiles[0, 5]
    with pytest.raises(RegionNotForecast):
        await api.demand_of(house, SYSTEM, shop, sku, "nowhere")


@pytest.mark.capability("X-04")
async def test_what_was_shown_stays_and_is_scored_once_its_days_are_over(house, shop, market, facts):
    first_day = day_of(house.clock.now())
    await api.make_now(house, SYSTEM, facts, shop)
    shown = (await api.demand_of(house, SYSTEM, shop, [sku_no(12)]))[0]
    assert await count(house, "shown_at is not null") == 1
    before = await api.calibration_of(house, SYSTEM, shop)
    assert before.shown is None
    assert before.backtest.cells == 12 * HORIZON_DAYS * 2
    assert 0.7 <= before.backtest.cover_80 <= 0.92
    assert before.backtest.wape < before.backtest.naive_wape

    for day in range(HORIZON_DAYS):
        sell(market, shop, sku_no(12), first_day + timedelta(days=day), 1_000)  # far beyond every range
    later = MemoryFacts(market)
    house.clock = FixedClock(house.clock.now() + timedelta(days=HORIZON_DAYS))
    assert await api.settle(house, later) == 1
    assert await api.settle(house, later) == 0
    await api.make_now(house, SYSTEM, later, shop)

    after = await api.calibration_of(house, SYSTEM, shop)
    assert (after.shown.cells, after.shown.inside_95, after.shown.sold) == (HORIZON_DAYS, 0, 14_000.0)
    assert after.shown.miss == pytest.approx(shown.units.sum() - 14_000, abs=0.01)
    assert after.market is None  # one shop alone is not a market
    compared = await api.compare(house, SYSTEM, later, shop, sku_no(12))
    kept = [one for one in compared.said if not one.forecast.is_backtest]
    assert [one.forecast.first_day for one in kept] == [first_day, first_day + timedelta(days=HORIZON_DAYS)]
    assert kept[0].milli == shown.milli
    assert kept[0].forecast.sold_milli == (1_000_000,) * HORIZON_DAYS
    assert await count(house, f"first_day = '{first_day}' and not is_backtest and sku_id <> '{sku_no(12)}'") == 0


async def test_making_twice_has_the_effect_of_once_and_what_was_shown_is_not_changed(house, shop, market, facts):
    await api.make_now(house, SYSTEM, facts, shop)
    shown = (await api.demand_of(house, SYSTEM, shop, [sku_no(3)]))[0]
    rows = await count(house)
    sell(market, shop, sku_no(3), day_of(house.clock.now()) - timedelta(days=1), 500)
    await api.make_now(house, SYSTEM, MemoryFacts(market), shop)
    assert await count(house) == rows
    assert (await api.demand_of(house, SYSTEM, shop, [sku_no(3)]))[0].milli == shown.milli


@pytest.mark.parametrize("days", [1, 2, 9], ids=["one day", "two days", "nine days"])
async def test_a_young_shop_gets_a_forecast_without_a_fault(house, shop, days):
    market = SmallMarket()
    sell_steadily(market, shop, house.clock.now(), days, skus=2)
    assert await api.make_now(house, SYSTEM, MemoryFacts(market), shop) == 2
    told = await api.demand_of(house, SYSTEM, shop)
    assert all(np.isfinite(one.quantiles).all() for one in told)
    assert sum(one.units.mean() for one in told) < 60


async def test_an_empty_shop_has_no_forecast_and_says_so(house, shop):
    assert await api.make_now(house, SYSTEM, MemoryFacts(SmallMarket()), shop) == 0
    assert await api.demand_of(house, SYSTEM, shop) == []
    with pytest.raises(SkuNotForecast):
        await api.compare(house, SYSTEM, MemoryFacts(SmallMarket()), shop)
    assert await count(house) == 0


async def test_another_shops_people_see_and_make_nothing(house, shop, facts):
    stranger = Actor(
        kind=ActorKind.MERCHANT, account_id=sku_no(1), name="b", shop_id=sku_no(2), permissions=frozenset({"*"})
    )
    for ask in (
        api.make_now(house, stranger, facts, shop),
        api.demand_of(house, stranger, shop),
        api.compare(house, stranger, facts, shop),
        api.calibration_of(house, stranger, shop),
    ):
        with pytest.raises(NotFound):
            await ask
    assert await count(house) == 0


async def test_the_nightly_round_goes_through_all_shops_once_and_goes_on_where_it_stopped(house, monkeypatch):
    first, second = await two_shops(house.database, house.clock.now())
    market = SmallMarket()
    for shop_id in (first, second):
        sell_steadily(market, shop_id, house.clock.now(), 20, skus=2)
    monkeypatch.setattr(jobs, "SERIES_A_BATCH", 1)
    facts = MemoryFacts(market)
    monkeypatch.setattr(house, "get", lambda kind: facts)
    assert await jobs.forecast_by_night(house) == 0  # it is evening
    assert await count(house) == 0
    assert await jobs.go_round(house, seconds=-1) == 0
    house.clock = FixedClock(datetime.fromisoformat("2026-11-12T02:00:00+08:00"))
    assert await jobs.forecast_by_night(house) == 2 * (2 + 1)
    assert await jobs.forecast_by_night(house) == 0
    assert await count(house, "not is_backtest") == 2 * (2 + 1)
