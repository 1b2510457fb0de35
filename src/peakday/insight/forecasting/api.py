"""How do other rooms ask what will be sold, and how sure that is?

    demand = await demand_of(house, actor, shop_id, [sku_id], region_id)       # what is told is kept for ever (X-04)
    quantiles = forecast_promoted(panel, plan, horizon, season).quantiles()     # pure: any series

Functions that read a shop's figures take the actor and need `data:view` on the shop; making needs `data:edit`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from peakday.insight.forecasting import queries, store
from peakday.insight.forecasting.actions.make_forecasts import make_forecasts
from peakday.insight.forecasting.actions.settle_forecasts import settle_forecasts
from peakday.insight.forecasting.errors import RegionNotForecast, SkuNotForecast
from peakday.insight.forecasting.model import MILLI, WHOLE_SHOP, Demand, Forecast, Score
from peakday.insight.forecasting.queries import Facts
from peakday.insight.forecasting.rules.adding_up import share_out
from peakday.insight.forecasting.rules.alike_steps import Plan, no_plan, planned_depth
from peakday.insight.forecasting.rules.blend import forecast_blend
from peakday.insight.forecasting.rules.calibration import add_scores
from peakday.insight.forecasting.rules.panels import panel_of
from peakday.insight.forecasting.rules.promoted_demand import forecast_promoted
from peakday.insight.forecasting.rules.scores import bias, coverage, mase, pinball, smape, wape
from peakday.insight.forecasting.rules.spread import LEVELS, Spread, learn_spread
from peakday.insight.forecasting.rules.theta import forecast_last_season, forecast_theta
from peakday.kernel.actor import Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.house import House

__all__ = [
    "LEVELS",
    "Plan",
    "bias",
    "coverage",
    "demand_of",
    "forecast_default",
    "forecast_last_season",
    "forecast_promoted",
    "forecast_theta",
    "learn_spread",
    "mase",
    "no_plan",
    "panel_of",
    "pinball",
    "planned_depth",
    "smape",
    "wape",
]

VIEW, EDIT = "data:view", "data:edit"
PAST_DAYS = 56


@dataclass(frozen=True, slots=True)
class Compared:
    """Forecast and truth of one SKU or of the whole shop: what was sold by day, and what was said of it."""

    sku_id: UUID
    item_id: UUID
    sold: dict[date, int]  # pieces; a day without is 0, from `since` to yesterday
    since: date
    until: date  # yesterday
    said: tuple[Demand, ...]  # live and backtest, oldest first
    score: Score | None  # of what is settled among `said`


@dataclass(frozen=True, slots=True)
class Calibration:
    """How good a shop's forecasts were: what was shown, what was tried again, by making; and all shops' together."""

    shown: Score | None
    shown_whole: Score | None
    backtest: Score | None
    backtest_whole: Score | None
    market: Score | None
    by_day: tuple[tuple[date, bool, bool, Score], ...]


async def demand_of(
    house: House, actor: Actor, shop_id: UUID, sku_ids: Sequence[UUID] | None = None, region_id: str | None = None
) -> list[Demand]:
    """The latest forecasts of these SKUs (or of the hundred largest), those that will sell most first.

    None of a SKU that is not forecast. With a region: its share, with a range of its own. What is told is kept.
    Refuses `RegionNotForecast` where none of them names the region.
    """
    require(actor, VIEW, shop_id)
    now = house.clock.now()
    async with house.database.transaction() as tx:
        first_day = await queries.find_last_made(tx, shop_id, day_of(now))
        if first_day is None:
            return []
        forecasts = await queries.list_forecasts(tx, shop_id, first_day, sku_ids)
        await store.mark_shown(tx, shop_id, first_day, [one.sku_id for one in forecasts], now)
        spreads = await queries.find_spreads(tx, [one.spread_id for one in forecasts])
    if region_id is not None:
        if forecasts and all(region_id not in one.regions for one in forecasts):
            raise RegionNotForecast(region=region_id)
        forecasts = [one for one in forecasts if region_id in one.regions]
    return [_demand(one, spreads[one.spread_id], region_id) for one in forecasts]


async def compare(house: House, actor: Actor, facts: Facts, shop_id: UUID, sku_id: UUID = WHOLE_SHOP) -> Compared:
    """Forecast and truth of one SKU, or of the whole shop. Refuses `SkuNotForecast`. What is told is kept."""
    require(actor, VIEW, shop_id)
    now = house.clock.now()
    today = day_of(now)
    since = today - timedelta(days=PAST_DAYS)
    async with house.database.transaction() as tx:
        rows = await queries.list_history(tx, shop_id, sku_id, since)
        if not rows:
            raise SkuNotForecast
        await store.mark_shown(tx, shop_id, max(one.first_day for one in rows), [sku_id], now)
        spreads = await queries.find_spreads(tx, [one.spread_id for one in rows])
    wanted = None if sku_id == WHOLE_SHOP else sku_id
    sold: dict[date, int] = {}
    for days in (await queries.fetch_days(facts, shop_id, wanted, since, today)).values():
        for day, units in days.items():
            sold[day] = sold.get(day, 0) + units
    said = tuple(_demand(one, spreads[one.spread_id], None) for one in rows)
    return Compared(sku_id, rows[0].item_id, sold, since, today - timedelta(days=1), said, None)


async def calibration_of(house: House, actor: Actor, shop_id: UUID) -> Calibration:
    """How good the shop's forecasts were, and those of the whole market (sums, no shop's figure)."""
    require(actor, VIEW, shop_id)
    async with house.database.read() as connection:
        rows = await queries.list_scores(connection, shop_id)
        market = await queries.find_market_score(connection)

    def of(is_backtest: bool, is_whole: bool) -> Score | None:
        return add_scores([one for _, back, whole, one in rows if (back, whole) == (is_backtest, is_whole)])

    return Calibration(of(False, False), of(False, True), of(True, False), of(True, True), market, tuple(rows))


async def make_now(house: House, actor: Actor, facts: Facts, shop_id: UUID) -> int:
    """Forecast one shop now, by the people of the shop; how many SKUs. None where nothing was sold lately."""
    require(actor, EDIT, shop_id)
    made = await make_forecasts(house.database, facts, [shop_id], house.clock.now())
    return sum(one.sku_id != WHOLE_SHOP for one in made)


async def find_made(house: House, actor: Actor, shop_id: UUID) -> date | None:
    """From which day on the latest forecasts of the shop go; None when there are none."""
    require(actor, VIEW, shop_id)
    async with house.database.read() as connection:
        return await queries.find_last_made(connection, shop_id, day_of(house.clock.now()))


async def where_night_stands(house: House, first_day: date) -> tuple[UUID | None, bool]:
    """Through which shop the nightly round came, and whether it is over. The platform's own duty."""
    async with house.database.read() as connection:
        return await queries.find_night(connection, first_day)


async def list_active_shops(facts: Facts, now: datetime) -> list[tuple[UUID, int]]:
    """The shops that sold something lately and of how many SKUs. The platform's own duty."""
    return await queries.list_active_shops(facts, day_of(now))


async def make_batch(house: House, facts: Facts, shop_ids: Sequence[UUID], *, is_last: bool) -> int:
    """Forecast some shops as a part of the nightly round; how many forecasts. The platform's own duty."""
    now = house.clock.now()
    made = await make_forecasts(house.database, facts, shop_ids, now) if shop_ids else []
    async with house.database.transaction() as tx:
        await store.save_night(
            tx, day_of(now), max(shop_ids, default=None), len(made), house.clock.now() if is_last else None
        )
    return len(made)


async def settle(house: House, facts: Facts) -> int:
    """Write down what happened after forecasts whose days are over; how many. The platform's own duty."""
    return await settle_forecasts(house.database, facts, day_of(house.clock.now()))


def forecast_default(
    panel: np.ndarray[Any, np.dtype[np.float64]], horizon: int, season: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The forecast of series of which nothing but the past is known: series x steps."""
    return forecast_blend(panel, horizon, season).forecast


def _demand(forecast: Forecast, spread: Spread, region_id: str | None) -> Demand:
    milli = forecast.milli
    if region_id is not None:
        milli = tuple(share_out(milli, forecast.shares_ppm)[forecast.regions.index(region_id)])
    return Demand(forecast, region_id, milli, spread.around(np.array(milli) / MILLI))
