"""Is the log of events whole? The kernel recounts its files; the findings are this room's."""

import asyncio

from peakday.insight.behaviour.api import EVENTS_SHAPE
from peakday.kernel.audit import Finding
from peakday.kernel.eventlog import inspect_log
from peakday.kernel.house import House


async def audit(house: House) -> list[Finding]:
    """Parts that are missing or miscounted, events stored twice, lines that could not be read."""
    return await asyncio.to_thread(inspect_log, house.settings.events_dir, EVENTS_SHAPE, "behaviour")
