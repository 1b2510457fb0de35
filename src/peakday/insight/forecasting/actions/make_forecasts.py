"""How are the forecasts of some shops made and kept, with the same method tried again from earlier days?

Reading and computing come first and hold no transaction; then one transaction writes everything of these shops. What
was shown for the same day before stays as it was shown, so that making twice has the effect of once.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np

from peakday.insight.forecasting import queries, store
from peakday.insight.forecasting.model import (
    HORIZON_DAYS,
    MILLI,
    MODEL,
    PPM,
    WHOLE_SHOP,
    Array,
    Forecast,
    Sold,
)
from peakday.insight.forecasting.rules.calibration import score
from peakday.insight.forecasting.rules.shop_demand import Told, forecast_shops
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from peakday.kernel.database import Database, Tx
from peakday.kernel.ids import new_id
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.model import SELLING_KINDS


async def make_forecasts(
    database: Database, facts: queries.Facts, shop_ids: Sequence[UUID], now: datetime
) -> list[Forecast]:
    """Forecast the shops' active SKUs from today on; returns what was made live, nothing for shops without sales."""
    first_day = day_of(now)
    sold = await queries.fetch_sold(facts, shop_ids, first_day)
    if not sold.skus:
        return []
    async with database.read() as connection:
        events = await _event_days(connection, sold.first_day, first_day + timedelta(days=HORIZON_DAYS))
    shops = tuple(dict.fromkeys(sold.shops))
    numbers = [shops.index(shop) for shop in sold.shops]
    told = await asyncio.to_thread(forecast_shops, sold.units, numbers, events, sold.attributes)
    made = [(one, _forecasts(sold, shops, one, first_day, now)) for one in told]
    async with database.transaction() as tx:
        await store.lock_shops(tx, shops)
        kept = await store.drop_unseen(tx, shops, first_day)
        for one, forecasts in made:
            await _keep(tx, one, [each for each in forecasts if each.is_backtest or each.shop_id not in kept], now)
    return [forecast for _, forecasts in made for forecast in forecasts if not forecast.is_backtest]


async def _event_days(tx: Tx, first_day: date, end: date) -> Array:
    """1 on the days on which a sale event sells."""
    days = np.zeros((end - first_day).days)
    for event in await sale_events.list_events(tx, SYSTEM):
        for track in event.plan.tracks:
            for wave in track.waves:
                if wave.kind in SELLING_KINDS and event.published_at is not None:
                    since, until = (day_of(at) - first_day for at in (wave.starts_at, wave.ends_at))
                    days[max(0, since.days) : max(0, until.days + 1)] = 1.0
    return days


def _forecasts(sold: Sold, shops: Sequence[UUID], told: Told, today: date, now: datetime) -> list[Forecast]:
    """One a SKU and one a shop, with what happened where its days are over; looks back only at shops old enough."""
    first_day, spreads = today - timedelta(days=told.back_days), (new_id(now), new_id(now))
    end = sold.units.shape[1] - told.back_days
    past = np.round(np.nan_to_num(sold.units[:, end : end + HORIZON_DAYS]) * MILLI).astype(np.int64)

    def forecast(shop_id: UUID, row: int | None, at: int) -> Forecast:
        is_sku = row is not None
        mine = [number for number, shop in enumerate(sold.shops) if shop == shop_id] if row is None else [row]
        truth = past[mine].sum(axis=0)
        return Forecast(
            shop_id=shop_id,
            sku_id=sold.skus[at] if is_sku else WHOLE_SHOP,
            item_id=sold.items[at] if is_sku else WHOLE_SHOP,
            first_day=first_day,
            is_backtest=told.back_days > 0,
            model=MODEL,
            spread_id=spreads[0 if is_sku else 1],
            made_at=now,
            milli=tuple((told.skus if is_sku else told.shops)[at].tolist()),
            naive_milli=tuple((told.naive if is_sku else told.naive_shops)[at].tolist()),
            sold_milli=tuple(truth.tolist()) if told.back_days >= HORIZON_DAYS else None,
            regions=sold.regions[at] if is_sku else ("",),
            shares_ppm=sold.shares_ppm[at] if is_sku else (PPM,),
        )

    known = np.isfinite(sold.units[:, :end]).sum(axis=1)
    old = {shop for row, shop in enumerate(sold.shops) if not told.back_days or known[row] >= HORIZON_DAYS}
    skus = [forecast(shop, row, row) for row, shop in enumerate(sold.shops) if shop in old]
    return skus + [forecast(shop, None, number) for number, shop in enumerate(shops) if shop in old]


async def _keep(tx: Tx, told: Told, forecasts: Sequence[Forecast], now: datetime) -> None:
    spreads = {one.spread_id: one.sku_id == WHOLE_SHOP for one in forecasts}
    for spread_id, is_whole in spreads.items():
        await store.add_spread(tx, spread_id, told.shop_spread if is_whole else told.spread, now)
    await store.add_forecasts(tx, forecasts)
    if told.back_days:
        known = {spread_id: told.shop_spread if is_whole else told.spread for spread_id, is_whole in spreads.items()}
        await keep_scores(tx, [(one, known[one.spread_id].around(one.units)) for one in forecasts])


async def keep_scores(tx: Tx, settled: Sequence[tuple[Forecast, Array]]) -> None:
    """Count how good forecasts with a known truth were (with their quantiles), a row a shop, day and kind."""
    groups: dict[tuple[UUID, date, bool, bool], list[tuple[Forecast, Array]]] = {}
    for one, quantiles in settled:
        if one.sold_milli is not None:
            key = (one.shop_id, one.first_day, one.is_backtest, one.sku_id == WHOLE_SHOP)
            groups.setdefault(key, []).append((one, quantiles))
    for key, rows in groups.items():
        means, naive, truth = (
            np.array([getattr(one, name) for one, _ in rows]) / MILLI for name in ("milli", "naive_milli", "sold_milli")
        )
        await store.add_score(tx, key, score(means, naive, np.stack([found for _, found in rows]), truth))
