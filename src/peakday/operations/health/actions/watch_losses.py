"""What do deals really lose under the warnings that stand, and is an instrument to be stopped for it?

For each warning of a SKU with a red line: what its deals fell short of it since the warning's price can be reached.
That is the calibration (predicted against realised). Where the breaker trips, the instrument that is to be changed
first is held, until a second person has looked.
"""

from datetime import timedelta
from fractions import Fraction
from uuid import UUID

from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.refusal import Conflict, NotFound
from peakday.kernel.rulesets import in_force
from peakday.operations.health import queries, store
from peakday.operations.health.model import KeptFinding
from peakday.operations.health.rules import check_limits
from peakday.operations.health.rules.circuit_breaker import Trip, trips
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import Window
from peakday.trade.promotions import api as promotions

WATCHED_MAX = 500
USUAL_DAYS = 28
_REASONS = {
    Trip.LOSS: "熔断:已实现亏损超限 / breaker: realised loss",
    Trip.VELOCITY: "熔断:订单过快 / breaker: orders too fast",
}


async def watch_losses(house: House) -> int:
    """Measure the warnings that can hurt by now, and hold what the breaker stops; how many were held."""
    now = house.clock.now()
    async with house.database.read() as connection:
        watched = await queries.list_watched(connection, now, WATCHED_MAX)
    held = 0
    for finding in watched:
        async with house.database.transaction() as tx:
            held += await _watch(house, tx, finding)
    return held


async def _watch(house: House, tx: Tx, finding: KeptFinding) -> bool:
    now = house.clock.now()
    limits = check_limits.read_limits(in_force(check_limits.NAME, day_of(now)))
    assert finding.sku_id is not None, finding
    assert finding.red_line is not None, finding
    assert finding.reached_at is not None, finding
    since = max(finding.reached_at, finding.found_at)
    until = finding.closed_at or now
    red_minor, sku_id = finding.red_line.price_minor, finding.sku_id
    if since >= until:
        return False
    sold = await price_history.sold_below(tx, finding.shop_id, sku_id, red_minor, Window(since, until))
    await store.save_realised(tx, finding.shop_id, finding.finding_id, sold.below_minor, now)
    if finding.closed_at is not None or not finding.instrument_ids:
        return False
    hour = await price_history.sold_below(tx, finding.shop_id, sku_id, 0, Window(now - timedelta(hours=1), now))
    before = Window(since - timedelta(days=USUAL_DAYS), since)
    usual = await price_history.sold_below(tx, finding.shop_id, sku_id, 0, before)
    trip = trips(sold.below_minor, hour.orders, Fraction(usual.orders, USUAL_DAYS * 24), limits)
    return trip is not None and await _hold(tx, finding, finding.instrument_ids[0], _REASONS[trip], house)


async def _hold(tx: Tx, finding: KeptFinding, instrument_id: UUID, reason: str, house: House) -> bool:
    """Hold the instrument, unless it has moved on or is the platform's."""
    try:
        async with tx.transaction():
            await promotions.hold_instrument(tx, finding.shop_id, instrument_id, reason, house.clock.now())
    except (NotFound, Conflict):
        return False
    return True
