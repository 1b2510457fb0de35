"""What does the worker do for this room? Every night it tells the stages of the day that ended."""

from datetime import timedelta

from peakday.insight.consumers import queries
from peakday.insight.metrics.api import FactStore
from peakday.kernel.clock import day_of, day_start
from peakday.kernel.duties import Duty
from peakday.kernel.house import House

TELL_EVERY_SECONDS = 600
GRACE = timedelta(minutes=30)  # what arrives later belongs to the next day's stages


async def tell_stages(house: House) -> bool:
    """Write yesterday's stages down, once; whether this call did it."""
    now = house.clock.now()
    today = day_of(now)
    if now < day_start(today) + GRACE:
        return False
    return await queries.keep_stages(house.get(FactStore), today - timedelta(days=1))


DUTIES = [Duty("consumers.tell_stages", TELL_EVERY_SECONDS, tell_stages)]
