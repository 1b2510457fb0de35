"""Which writes does the room `forecasting` make?"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import numpy as np

from peakday.insight.forecasting.model import Forecast, Score
from peakday.insight.forecasting.rules.spread import Spread
from peakday.kernel.database import Tx

_COLUMNS = (
    "shop_id", "first_day", "sku_id", "is_backtest", "item_id", "model", "spread_id", "made_at", "milli", "naive_milli",
    "sold_milli", "regions", "shares_ppm",
)  # fmt: skip


async def lock_shops(tx: Tx, shop_ids: Sequence[UUID]) -> None:
    """One making of a shop's forecasts at a time, to the end of the transaction; in the order of ids."""
    for shop_id in sorted(shop_ids):
        await tx.fetchval("select pg_advisory_xact_lock(hashtextextended('forecasting' || $1, 0))", str(shop_id))


async def add_spread(tx: Tx, spread_id: UUID, spread: Spread, now: datetime) -> None:
    """Keep how wide the forecasts of one making are."""
    await tx.execute(
        "insert into forecasting.spread values ($1, $2, $3, $4, $5)",
        spread_id, list(spread.levels), spread.sizes.tolist(), spread.misses.ravel().tolist(), now,
    )  # fmt: skip


async def drop_unseen(tx: Tx, shop_ids: Sequence[UUID], today: date) -> set[UUID]:
    """Let go of backtests and of forecasts that nobody saw; returns the shops of whose making of today some were shown.

    Of those the whole making stays, so that what is shown next adds up with what was shown.
    """
    rows = await tx.fetch(
        "select distinct shop_id from forecasting.forecast"
        " where shop_id = any($1) and first_day = $2 and shown_at is not null and not is_backtest",
        shop_ids, today,
    )  # fmt: skip
    kept = {row["shop_id"] for row in rows}
    await tx.execute(
        "delete from forecasting.forecast where shop_id = any($1)"
        " and (is_backtest or (shown_at is null and not (first_day = $2 and shop_id = any($3))))",
        shop_ids, today, list(kept),
    )  # fmt: skip
    await tx.execute("delete from forecasting.score where shop_id = any($1) and is_backtest", shop_ids)
    return kept


async def add_forecasts(tx: Tx, forecasts: Sequence[Forecast]) -> None:
    """Keep them."""
    await tx.execute("create temp table told (like forecasting.forecast including defaults) on commit drop")
    await tx.copy_records_to_table(
        "told", columns=_COLUMNS, records=[tuple(getattr(one, name) for name in _COLUMNS) for one in forecasts]
    )
    await tx.execute("insert into forecasting.forecast select * from told")
    await tx.execute("drop table told")


async def add_score(tx: Tx, key: tuple[UUID, date, bool, bool], score: Score) -> None:
    """Count how good forecasts were towards their shop, first day, whether a backtest, whether of the whole shop."""
    sums = ", ".join(f"{name} = score.{name} + excluded.{name}" for name in Score.__dataclass_fields__)
    await tx.execute(
        "insert into forecasting.score values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        f" on conflict (shop_id, first_day, is_backtest, is_whole_shop) do update set {sums}",
        *key, score.cells, score.inside_80, score.inside_95, score.pinball, score.miss, score.absolute,
        score.naive_absolute, score.sold,
    )  # fmt: skip


async def mark_shown(tx: Tx, shop_id: UUID, first_day: date, sku_ids: Sequence[UUID], now: datetime) -> None:
    """Somebody saw these forecasts: from now on they stay."""
    await tx.execute(
        "update forecasting.forecast set shown_at = $4 where shop_id = $1 and first_day = $2 and sku_id = any($3)"
        " and not is_backtest and shown_at is null",
        shop_id, first_day, sku_ids, now,
    )  # fmt: skip


async def save_sold(tx: Tx, forecasts: Sequence[Forecast]) -> None:
    """Write beside each forecast what happened."""
    await tx.executemany(
        "update forecasting.forecast set sold_milli = $4 where shop_id = $1 and first_day = $2 and sku_id = $3"
        " and not is_backtest",
        [(one.shop_id, one.first_day, one.sku_id, one.sold_milli) for one in forecasts],
    )


async def save_night(tx: Tx, first_day: date, through: UUID | None, series: int, finished_at: datetime | None) -> None:
    """Where the nightly round stands; `series` are added."""
    await tx.execute(
        "insert into forecasting.night values ($1, $2, $3, $4) on conflict (first_day) do update set"
        " done_through = coalesce(excluded.done_through, night.done_through),"
        " series = night.series + excluded.series, finished_at = excluded.finished_at",
        first_day, through, series, finished_at,
    )  # fmt: skip


def spread_of(levels: Sequence[float], sizes: Sequence[float], misses: Sequence[float]) -> Spread:
    """A spread as it was kept."""
    return Spread(np.array(sizes), np.array(misses).reshape(len(sizes), len(levels)), tuple(levels))
