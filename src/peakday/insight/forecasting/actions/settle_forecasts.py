"""What happened after the forecasts that were shown? Once their days are over it is written beside them, and scored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from peakday.insight.forecasting import queries, store
from peakday.insight.forecasting.actions.make_forecasts import keep_scores
from peakday.insight.forecasting.model import HORIZON_DAYS, MILLI, WHOLE_SHOP, Forecast
from peakday.kernel.database import Database


async def settle_forecasts(database: Database, facts: queries.Facts, today: date) -> int:
    """Settle shown forecasts whose last day is before `today`; how many. One transaction a shop and first day."""
    async with database.read() as connection:
        due = await queries.list_unsettled(connection, today)
    for (shop_id, first_day), group in groupby(due, key=lambda one: (one.shop_id, one.first_day)):
        rows = await _with_truth(facts, shop_id, first_day, list(group))
        async with database.transaction() as tx:
            spreads = await queries.find_spreads(tx, [one.spread_id for one in rows])
            await store.save_sold(tx, rows)
            await keep_scores(tx, [(one, spreads[one.spread_id].around(one.units)) for one in rows])
    return len(due)


async def _with_truth(facts: queries.Facts, shop_id: UUID, first_day: date, rows: Sequence[Forecast]) -> list[Forecast]:
    days = [first_day + timedelta(days=at) for at in range(HORIZON_DAYS)]
    sold = await queries.fetch_days(facts, shop_id, None, first_day, days[-1] + timedelta(days=1))

    def truth(sku_id: UUID) -> tuple[int, ...]:
        tables = sold.values() if sku_id == WHOLE_SHOP else [sold.get(sku_id, {})]
        return tuple(sum(table.get(day, 0) for table in tables) * MILLI for day in days)

    return [replace(one, sold_milli=truth(one.sku_id)) for one in rows]
