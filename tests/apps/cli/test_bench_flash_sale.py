"""Does the bench of the hot minute count units and orders from the raw rows, and sell none twice in any form?"""

import asyncio

import pytest

from peakday.apps.cli.bench_flash_sale import recount
from peakday.apps.cli.bench_flash_sale_client import Tally
from peakday.apps.cli.bench_flash_sale_market import make_market
from peakday.apps.cli.bench_flash_sale_naive import NaiveWriter
from peakday.kernel.ids import derived_id
from peakday.trade.orders.actions.write_orders import OrdersCompanion
from peakday.trade.orders.flash.flash_desk import FlashDesk, FlashWish
from peakday.trade.orders.flash.flash_part import FlashPart
from peakday.trade.orders.web.flash_v1 import told
from peakday.trade.stock.api import StockWriter

pytestmark = pytest.mark.capability("TE-09")
UNITS = 10


async def sell(database, goods, writer, part, buyers=8):
    """So many buyers at once, before anybody knows the price or its event."""
    desk = FlashDesk(database, writer, part)
    wish = [FlashWish(f"key{n}", good.shop_id, good.sku_id) for n in range(buyers) for good in goods]
    ids = [derived_id(None, "bench", str(n)) for n in range(len(wish))]
    placed = await asyncio.gather(*(desk.place(buyer, one) for buyer, one in zip(ids, wish, strict=True)))
    await desk.close()
    return Tally(accepted=[told(each)[1] for each in placed])


@pytest.mark.parametrize("skus", [1, 10])
async def test_every_unit_is_there_or_held_by_an_order_in_the_fast_form(database, database_url, skus):
    goods = await make_market(database, skus, UNITS)
    part = FlashPart()
    tally = await sell(database, goods, StockWriter(database, OrdersCompanion(part)), part)
    assert await recount(database_url, goods, UNITS, [tally]) == (0, 0, 0)


async def test_every_unit_is_there_or_held_by_an_order_in_the_naive_form(database, database_url):
    goods = await make_market(database, 1, UNITS)
    part = FlashPart()
    tally = await sell(database, goods, NaiveWriter(database, part), part)
    assert await recount(database_url, goods, UNITS, [tally]) == (0, 0, 0)


async def test_a_lost_order_a_unit_sold_twice_and_a_missing_unit_are_seen(database, database_url):
    goods = await make_market(database, 1, UNITS)
    part = FlashPart()
    tally = await sell(database, goods, StockWriter(database, OrdersCompanion(part)), part)
    async with database.transaction() as tx:
        await tx.execute("update stock.level set available = available + 2")
    assert await recount(database_url, goods, UNITS, [tally]) == (0, 2, 0)
    async with database.transaction() as tx:
        await tx.execute("update stock.level set available = 0")
        await tx.execute("delete from orders.line where order_id = (select min(order_id::text)::uuid from orders.line)")
    assert await recount(database_url, goods, UNITS, [tally]) == (1, 0, 2)
