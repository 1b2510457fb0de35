"""What does the worker do for this room? Once a week it works out what rose and how old items are."""

from peakday.insight.metrics.api import FactStore
from peakday.insight.trends import queries
from peakday.kernel.clock import day_of
from peakday.kernel.duties import Duty
from peakday.kernel.house import House

LOOK_EVERY_SECONDS = 600


async def tell_week(house: House) -> bool:
    """Work out the weeks that are over, once; whether this call did it."""
    return await queries.keep_week(house.get(FactStore), queries.week_end(day_of(house.clock.now())))


DUTIES = [Duty("trends.tell_week", LOOK_EVERY_SECONDS, tell_week)]
