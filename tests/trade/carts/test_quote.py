"""Does a quote price what a shopper wants, over shops, by the database's clock?"""

from peakday.trade.carts.api import Wanted, quote
from tests.trade.promotions.shop_floor import open_floor


async def test_two_pieces_cost_what_the_catalogue_asks(house):
    floor = await open_floor(house)
    async with house.database.read() as tx:
        answer = await quote(tx, floor.buyer, [Wanted(floor.shop_id, floor.tea, 2)])
    assert answer.payable_minor == 20_000
    assert answer.lines[0].price_minor == 10_000
    assert answer.lines[0].problem is None
