"""Does a guest's cart become the buyer's, whole and once?"""

import asyncio

import pytest

from peakday.trade.carts import api
from peakday.trade.carts.model import Merged


async def merge(aisle):
    async with aisle.house.database.transaction() as tx:
        return await api.merge_carts(tx, aisle.guest, aisle.buyer)


@pytest.mark.capability("TE-02")
async def test_a_sku_in_both_keeps_the_larger_number_of_pieces(aisle):
    await aisle.add(1, 2)
    await aisle.add(2, 5)
    for number, pieces in ((1, 3), (2, 1), (3, 4)):
        await aisle.add(number, pieces, aisle.guest)
    assert await merge(aisle) == Merged(moved=1, joined=2, to_favourites=0)
    assert await aisle.pieces() == {1: 3, 2: 5, 3: 4}
    assert await aisle.pieces(aisle.guest) == {}
    assert await merge(aisle) == Merged(0, 0, 0)
    async with aisle.house.database.read() as tx:
        assert await api.count_lines(tx, aisle.actor) == 3


async def test_what_does_not_fit_goes_to_the_favourites_the_oldest_first(aisle):
    await aisle.fill(range(200))
    await aisle.fill(range(150, 305), aisle.guest)
    assert await merge(aisle) == Merged(moved=105, joined=50, to_favourites=5)
    pieces = await aisle.pieces()
    assert len(pieces) == 300
    assert set(range(200, 305)) <= pieces.keys()
    kept = await aisle.act(api.list_favourites)
    assert {line.quoted.sku_id for line in kept} == {aisle.sku(n) for n in range(305) if n not in pieces}


async def test_merging_twice_at_once_merges_once(aisle):
    await aisle.fill(range(5), aisle.guest)
    answers = await asyncio.gather(merge(aisle), merge(aisle), merge(aisle))
    assert sorted(answer.moved for answer in answers) == [0, 0, 5]
    assert await aisle.pieces() == dict.fromkeys(range(5), 1)


async def test_the_guests_favourites_come_along(aisle):
    await aisle.fill([1, 2], aisle.guest)
    async with aisle.house.database.transaction() as tx:
        from tests.trade.carts.aisle import as_buyer

        await api.move_to_favourites(tx, as_buyer(aisle.guest), [aisle.sku(1)])
    await merge(aisle)
    assert [line.quoted.sku_id for line in await aisle.act(api.list_favourites)] == [aisle.sku(1)]
    assert await aisle.pieces() == {2: 1}
