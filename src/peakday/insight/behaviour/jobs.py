"""What does the worker do for this room? It compacts the log."""

import asyncio

from peakday.insight.behaviour.api import EVENTS_SHAPE, BehaviourLog
from peakday.kernel.eventlog import Compacted, compact_log
from peakday.kernel.house import House

COMPACT_EVERY_SECONDS = 30


async def compact(house: House) -> Compacted:
    """Bring what was acknowledged into Parquet by day; safe at any moment, in any number of workers."""
    await house.get(BehaviourLog).settle()
    return await asyncio.to_thread(compact_log, house.settings.events_dir, EVENTS_SHAPE, house.clock.now())
