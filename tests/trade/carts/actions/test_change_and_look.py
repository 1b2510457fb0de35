"""Is the cart told as it is after a change, whatever else changes it, and whenever it was read?"""

import asyncio

import pytest

from peakday.trade.carts import api
from peakday.trade.carts.errors import LineNotFound, NotEnoughStock
from peakday.trade.carts.reader import Ask, ShelfReader, read_many
from peakday.trade.promotions.model import Kind, Tier


def to(aisle, number, quantity=None, is_selected=None):
    return api.change_and_look(aisle.house, aisle.actor, api.LineChange(aisle.sku(number), quantity, is_selected))


async def told_and_shown(aisle, told):
    """The cart as it was told in figures, and as it is shown to who opens it."""
    shown = await aisle.cart()
    return [
        (view.version, view.lines, view.selected, view.pieces, [(till.payable_minor, till.quote.token, till.advice)
         for till in view.tills])
        for view in (told, shown)
    ]  # fmt: skip


class LateReader(ShelfReader):
    """Reads when the change has been written."""

    def __init__(self, aisle, version):
        super().__init__(aisle.house.database)
        self._aisle, self._version = aisle, version

    async def read(self, ask):
        while (await self._aisle.cart()).version < self._version:
            await asyncio.sleep(0.005)
        return await super().read(ask)


@pytest.mark.capability("TE-02")
@pytest.mark.parametrize("is_late", [False, True])
async def test_the_cart_is_told_with_its_best_price_as_one_sees_it_afterwards(aisle, is_late):
    await aisle.promote(Kind.CROSS_SHOP_TIER, Tier(30_000, 5_000))
    await aisle.fill([0, 1, 2])
    if is_late:
        aisle.house.engines[ShelfReader] = LateReader(aisle, (await aisle.cart()).version + 1)
    told, line = await to(aisle, 1, quantity=4)
    assert (line.quoted.quantity, line.quoted.list_minor) == (4, 40_000)
    assert told.tills[0].payable_minor == 55_000
    first, second = await told_and_shown(aisle, told)
    assert first == second
    told, line = await to(aisle, 1, is_selected=False)
    assert (line.is_counted, line.quoted.payable_minor, told.selected, told.pieces) == (False, 0, 2, 2)
    first, second = await told_and_shown(aisle, told)
    assert first == second


async def test_what_another_device_does_meanwhile_is_told_too(aisle):
    await aisle.fill([0, 1])
    async with aisle.house.database.transaction() as tx:
        await api.add_line(tx, aisle.actor, aisle.wish(2, 5))  # holds the cart; nobody sees it yet
        changing = asyncio.create_task(to(aisle, 1, quantity=4))
        await _until_waiting(aisle)
    told, _ = await changing
    assert (told.lines, told.pieces) == (3, 10)
    first, second = await told_and_shown(aisle, told)
    assert first == second


async def test_what_is_refused_changes_nothing_and_leaves_no_reading_behind(aisle):
    await aisle.stock(1, 3)
    await aisle.fill([0, 1])
    before = await aisle.cart()
    with pytest.raises(NotEnoughStock):
        await to(aisle, 1, quantity=4)
    with pytest.raises(LineNotFound):
        await to(aisle, 7, quantity=4)
    assert (await aisle.cart()).version == before.version
    assert await aisle.pieces() == {0: 1, 1: 1}
    assert aisle.house.database.pool.get_idle_size() == aisle.house.database.pool.get_size()


async def test_a_large_cart_is_read_by_two_connections_as_by_one(aisle):
    await aisle.fill(range(150))
    await aisle.stock(4, 2)
    await aisle.price(3, 9_000, event="e1")
    ask = Ask(aisle.buyer, has_stock=True)
    async with aisle.house.database.read() as tx, aisle.house.database.read() as beside:
        (alone,), (both,) = await read_many(tx, [ask]), await read_many(tx, [ask], beside)
    assert (both.lines, both.left, both.version) == (alone.lines, alone.left, alone.version)
    assert both.alone == alone.alone
    assert both.left[aisle.shop_of(4), aisle.sku(4)] == 2


async def _until_waiting(aisle):
    async with aisle.house.database.read() as look:
        while not await look.fetchval("select count(*) from pg_locks where not granted and locktype = 'transactionid'"):
            await asyncio.sleep(0.005)
