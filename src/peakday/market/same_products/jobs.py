"""Which work of same products is done again and again? New and changed items find their cluster, batch by batch."""

import time

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.market.same_products import api

COMPARE_EVERY_SECONDS = 30
BUSY_SECONDS = 3  # of a beat: a tenth of one processor, also while a whole catalogue is new


async def compare(house: House) -> None:
    """Batches, until nothing waits or the beat's share is spent."""
    spent_at = time.monotonic() + BUSY_SECONDS
    while await api.compare_items(house.database, house.clock) and time.monotonic() < spent_at:
        pass


DUTIES = [Duty("same_products.compare", COMPARE_EVERY_SECONDS, compare)]
