"""What does the mall do by itself? Every few minutes it notes what sells, so that lists show it first."""

from datetime import timedelta

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.market.catalog import api as catalog
from peakday.trade.orders import api as orders

POPULAR_DAYS = 30
POPULAR_EVERY_SECONDS = 600


async def note_popularity(house: House) -> None:
    """Set in how many paid orders of the last `POPULAR_DAYS` each item was."""
    async with house.database.transaction() as tx:
        sold = await orders.bought_lately(tx, house.clock.now() - timedelta(days=POPULAR_DAYS))
        await catalog.write_popularity(tx, sold)


DUTIES = [Duty("storefront.popularity", POPULAR_EVERY_SECONDS, note_popularity)]
