"""What does the worker do for this room? In the small hours it settles what was shown and forecasts every shop anew.

Shops go by in the order of their ids, some at a time; where the round stands is kept, so a killed worker goes on there.
A beat works for a bounded time. Outside the night nothing is made unless somebody asks for a shop (`api.make_now`).
"""

import time
from collections.abc import Sequence
from uuid import UUID

from peakday.insight.forecasting import api
from peakday.insight.metrics.api import FactStore
from peakday.kernel.clock import MARKET_ZONE, day_of
from peakday.kernel.duties import Duty
from peakday.kernel.house import House

BEAT_SECONDS = 300
NIGHT_HOURS = range(1, 7)  # of the market
SERIES_A_BATCH = 1_500
WORK_SECONDS = 240.0


async def forecast_by_night(house: House) -> int:
    """Do some of tonight's round; how many forecasts it made."""
    if house.clock.now().astimezone(MARKET_ZONE).hour not in NIGHT_HOURS:
        return 0
    return await go_round(house, WORK_SECONDS)


async def go_round(house: House, seconds: float) -> int:
    """Go on with the round of today's day for so long."""
    facts, now = house.get(FactStore), house.clock.now()
    through, is_over = await api.where_night_stands(house, day_of(now))
    if is_over:
        return 0
    if through is None:
        await api.settle(house, facts)
    begun, made = time.monotonic(), 0
    waiting = [
        (shop, skus) for shop, skus in await api.list_active_shops(facts, now) if through is None or shop > through
    ]
    while waiting:
        if time.monotonic() - begun > seconds:
            return made
        batch, waiting = _take(waiting)
        made += await api.make_batch(house, facts, batch, is_last=not waiting)
    if not made:
        await api.make_batch(house, facts, [], is_last=True)
    return made


def _take(waiting: Sequence[tuple[UUID, int]]) -> tuple[list[UUID], list[tuple[UUID, int]]]:
    """The next shops with at most SERIES_A_BATCH series together, at least one; and the others."""
    count, series = 1, waiting[0][1]
    while count < len(waiting) and series + waiting[count][1] <= SERIES_A_BATCH:
        series += waiting[count][1]
        count += 1
    return [shop for shop, _ in waiting[:count]], list(waiting[count:])


DUTIES = [Duty("forecasting.forecast_by_night", BEAT_SECONDS, forecast_by_night)]
