"""What time is it by the record's clock, which all processes share?"""

from datetime import datetime

from peakday.kernel.clock import Clock, SystemClock
from peakday.kernel.database.pool import Tx


async def record_now(clock: Clock, tx: Tx) -> datetime:
    """The record's instant, which all processes share; of a clock that tests or the simulation own, its instant."""
    if not isinstance(clock, SystemClock):
        return clock.now()
    now: datetime = await tx.fetchval("select clock_timestamp()")
    return now
