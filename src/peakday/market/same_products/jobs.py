"""Which work of same products is done again and again? New and changed items find their cluster, batch by batch."""

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.market.same_products import api

COMPARE_EVERY_SECONDS = 30


async def compare(house: House) -> None:
    """One batch."""
    await api.compare_items(house.database, house.clock)


DUTIES = [Duty("same_products.compare", COMPARE_EVERY_SECONDS, compare)]
