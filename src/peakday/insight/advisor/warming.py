"""Who waits for the largest shops' figures? Nobody: a web process reckons them when it begins and after each midnight.

The largest shops take longest to read into memory, and the usual periods end with another day after midnight. So a
process brings both up by itself, one page after the other, while it already answers; first of all the templates.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from peakday.insight.advisor.desk import Desk
from peakday.insight.advisor.pages.buyers import buyers_page
from peakday.insight.advisor.pages.home import home_page
from peakday.insight.advisor.pages.items import Wanted, items_page
from peakday.insight.advisor.pages.market import market_page
from peakday.insight.advisor.pages.trade import trade_page
from peakday.insight.advisor.pages.traffic import traffic_page
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.api import FactStore
from peakday.insight.metrics.model import Ranked
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of, day_start
from peakday.kernel.house import House
from peakday.kernel.web.pages import Pages

PERIODS = ("7d", "30d", "1d")  # what readers open most

_log = logging.getLogger(__name__)


@asynccontextmanager
async def warming(house: House, after_seconds: float = 0.0) -> AsyncIterator[None]:
    """Keep the largest shops warm until the end of the block, beginning after so many seconds."""
    task = asyncio.create_task(_keep_warm(house, after_seconds))
    task.add_done_callback(_tell)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _tell(task: asyncio.Task[None]) -> None:
    """Without warmth pages are slower the first time, and right: it is told, and nothing else stops."""
    if not task.cancelled():
        _log.error("the largest shops are not kept warm", exc_info=task.exception())


async def _keep_warm(house: House, after_seconds: float) -> None:
    await asyncio.sleep(after_seconds)
    await asyncio.to_thread(house.get(Pages).compile)
    while True:
        await warm_up(house)
        now = house.clock.now()
        midnight = day_start(day_of(now) + timedelta(days=1))
        await asyncio.sleep((midnight - now).total_seconds() + 1)


async def warm_up(house: House) -> list[UUID]:
    """Read the largest shops into memory and reckon the pages of the usual periods; returns the shops."""
    store = house.get(FactStore)
    warm = await metrics.hold_largest(store)
    for shop_id in warm:
        for period in PERIODS:
            now = house.clock.now()
            await _reckon(Desk(SYSTEM, store, shop_id, metrics.parse_window(period, now), now))
    return warm


async def _reckon(desk: Desk) -> None:
    """Ask what the pages ask; the answers stay with the store."""
    await home_page(desk)
    await trade_page(desk, {})
    await items_page(desk, Wanted())
    await traffic_page(desk)
    await buyers_page(desk)
    await market_page(desk, Ranked.SHOPS, None)
