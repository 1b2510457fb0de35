"""Do two web processes, each with its own pool, writer and reader, keep one cart of one shopper?"""

import asyncio
from collections import Counter

from peakday.kernel.database import connect
from peakday.trade.carts.audit import audit
from peakday.trade.carts.reader import Ask, ShelfReader
from peakday.trade.carts.writer import CartWriter

ADDS, GOODS = 60, 7


async def test_what_two_processes_add_to_one_cart_is_all_there_and_both_see_it(aisle, database_url):
    other = await connect(database_url, pool_size=2)
    databases = [aisle.house.database, other]
    writers, readers = [CartWriter(each) for each in databases], [ShelfReader(each) for each in databases]
    try:
        added = await asyncio.gather(*(
            writers[number % 2].add(aisle.wish(number % GOODS, 1 + number % 3)) for number in range(ADDS)
        ))  # fmt: skip
        seen = [await each.read(Ask(aisle.buyer, has_stock=True)) for each in readers]
        last = await writers[0].add(aisle.wish(0))
        after = await readers[1].read(Ask(aisle.buyer, has_stock=True))
    finally:
        await other.close()
    expected = Counter[int]()
    for number in range(ADDS):
        expected[number % GOODS] += 1 + number % 3
    assert await aisle.pieces() == {**expected, 0: expected[0] + 1}
    assert sum(each.is_new for each in added) == GOODS
    assert [(each.version, each.lines) for each in seen] == [(seen[0].version, seen[0].lines)] * 2
    assert {each.sku_id: each.quantity for each in seen[1].wanted} == {
        aisle.sku(number): pieces for number, pieces in expected.items()
    }
    assert {each.sku_id: each.quantity for each in after.wanted}[aisle.sku(0)] == last.quantity == expected[0] + 1
    assert after.version == seen[1].version + 1
    assert await audit(aisle.house) == []
