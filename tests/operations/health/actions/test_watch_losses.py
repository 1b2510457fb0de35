"""Are warnings measured by real deals, and does the breaker hold what loses?"""

from datetime import timedelta

import pytest

from peakday.kernel.ids import derived_id
from peakday.operations.health import api
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import Deal, DealKind
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.stored import InstrumentStatus
from tests.operations.health.desk import a_price, go_live, look, open_tea_shop


async def sell(floor, paid_minor, quantity, orders=1, minutes=5):
    when = floor.now - timedelta(minutes=minutes)
    deals = [
        Deal(
            shop_id=floor.shop_id, order_id=derived_id(when, "order", str(number)), line_no=1, item_id=floor.tea_item,
            sku_id=floor.tea, kind=DealKind.SPOT, quantity=quantity, paid_minor=paid_minor, currency="CNY",
            paid_at=when,
        )
        for number in range(orders)
    ]  # fmt: skip
    async with floor.house.database.transaction() as tx:
        await price_history.record_deals(tx, deals)


async def status_of(floor, instrument):
    async with floor.house.database.read() as tx:
        stored, _ = await promotions.get_instrument(tx, floor.owner, floor.shop_id, instrument.instrument_id)
    return stored.status


async def calibration(floor):
    async with floor.house.database.read() as tx:
        return await api.find_calibration(tx, floor.owner, floor.shop_id)


@pytest.fixture
async def floor(house, clock):
    """A tea shop in which a price below the red line has been live for an hour."""
    floor = await open_tea_shop(house)
    floor_price = a_price(floor, 6_000)
    await go_live(floor, floor_price)
    await look(floor)
    clock.advance(timedelta(days=1, hours=1))
    return floor, floor_price


@pytest.mark.capability("QN-04")
async def test_what_deals_fell_short_is_the_realised_loss(house, floor):
    shop, price = floor
    await sell(shop, 6_000, 1, orders=3)
    await sell(shop, 18_000, 2, orders=1, minutes=4)
    assert await api.watch_losses(house) == 0
    came = await calibration(shop)
    assert (came.measured, came.hurt, came.realised_minor) == (1, 1, 3 * 1_000)
    assert await status_of(shop, price) is InstrumentStatus.LIVE


@pytest.mark.capability("QN-04")
async def test_a_large_realised_loss_holds_the_instrument_until_a_second_person_looks(house, floor):
    shop, price = floor
    await sell(shop, 6_000 * 501, 501)
    assert await api.watch_losses(house) == 1
    assert await status_of(shop, price) is InstrumentStatus.HELD


async def test_a_rush_of_orders_trips_the_breaker(house, floor):
    shop, price = floor
    await sell(shop, 6_900, 1, orders=30)
    assert await api.watch_losses(house) == 1
    assert await status_of(shop, price) is InstrumentStatus.HELD


async def test_before_the_price_can_be_reached_nothing_is_measured(house):
    shop = await open_tea_shop(house)
    await go_live(shop, a_price(shop, 6_000))
    await look(shop)
    await sell(shop, 6_000, 1)
    assert await api.watch_losses(house) == 0
    assert (await calibration(shop)).measured == 0
