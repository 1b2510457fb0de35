"""Which reads does the room `forecasting` make? Of the facts for many shops (the worker's), of the record for one."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import numpy as np

from peakday.insight.forecasting.model import HISTORY_DAYS, HORIZON_DAYS, WHOLE_SHOP, Forecast, Score, Sold
from peakday.insight.forecasting.rules.adding_up import shrunk_shares
from peakday.insight.forecasting.rules.new_items import price_band
from peakday.insight.forecasting.rules.spread import Spread
from peakday.insight.forecasting.store import spread_of
from peakday.kernel.database import Tx

SKUS_MAX = 400  # of a shop: those that sold most
ACTIVE_DAYS = 56  # a SKU that sold nothing for so long is not forecast
REGIONS_MAX = 8  # of a SKU; what is elsewhere is one part
REGION_TRUST = 20.0  # pieces
PAGE_MAX = 100
SETTLED_MAX = 5_000
MARKET_SHOPS_MIN = 5

_REAL = "not coalesce(simulated, false) and quantity > 0 and item_id is not null"
_SKU = "coalesce(sku_id, item_id)"  # a line that names no SKU is the item's
_SHOPS = f"""
select shop_id, least(count(distinct {_SKU}), {SKUS_MAX}) as skus from order_lines
where paid_day >= $active_from and paid_day < $first_day and {_REAL}
group by shop_id order by shop_id
"""
_SOLD = f"""
with line as (
    select shop_id, {_SKU} as sku_id, item_id, paid_day, quantity from order_lines
    where paid_day >= $from_day and paid_day < $first_day and shop_id in (select unnest($shops)) and {_REAL}
), active as (
    select shop_id, sku_id, row_number() over (partition by shop_id order by sum(quantity) desc, sku_id) as place
    from line where paid_day >= $active_from group by shop_id, sku_id
)
select line.shop_id, line.sku_id, line.item_id, paid_day, sum(quantity)::bigint as units
from line join active on active.shop_id = line.shop_id and active.sku_id = line.sku_id and place <= {SKUS_MAX}
group by all order by all
"""
_REGIONS = f"""
select shop_id, {_SKU} as sku_id, coalesce(region_id, '') as region_id, sum(quantity)::bigint as units from order_lines
where paid_day >= $from_day and paid_day < $first_day and shop_id in (select unnest($shops)) and {_REAL}
group by all order by shop_id, sku_id, units desc, region_id
"""
_LISTED = """
select shop_id, item_id, first_listed_day, category_id, brand_id, list_price_minor from items
where shop_id in (select unnest($shops))
"""
_DAYS = f"""
select {_SKU} as sku_id, paid_day, sum(quantity)::bigint from order_lines
where shop_id = $shop_id and paid_day >= $from_day and paid_day < $first_day and {_REAL}
  and ($sku_id is null or {_SKU} = $sku_id)
group by all order by all
"""


class Facts(Protocol):
    """What a question is put to: the fact store, or a table in memory."""

    async def fetch(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
        """The rows of one select."""
        ...


async def list_active_shops(facts: Facts, first_day: date) -> list[tuple[UUID, int]]:
    """The shops that sold something lately, and of how many SKUs, in the order of ids."""
    rows = await facts.fetch(_SHOPS, {"active_from": _active_from(first_day), "first_day": first_day})
    return [(UUID(str(shop)), int(str(skus))) for shop, skus in rows]


async def fetch_sold(facts: Facts, shop_ids: Sequence[UUID], first_day: date) -> Sold:
    """What the shops' active SKUs sold each day before `first_day`, and where."""
    from_day = first_day - timedelta(days=HISTORY_DAYS)
    shops = {"shops": [str(one) for one in shop_ids], "from_day": from_day, "first_day": first_day}
    sold, regions, listed = await asyncio.gather(
        facts.fetch(_SOLD, {**shops, "active_from": _active_from(first_day)}),
        facts.fetch(_REGIONS, shops),
        facts.fetch(_LISTED, shops),
    )
    return await asyncio.to_thread(_lay_out, sold, regions, listed, from_day)


def _lay_out(sold: list[Any], regions: list[Any], listed: list[Any], from_day: date) -> Sold:
    goods = {(shop, item): facts for shop, item, *facts in listed}
    rows: dict[tuple[str, str], int] = {}
    items: list[str] = []
    for shop, sku, item, _, _ in sold:
        if rows.setdefault((shop, sku), len(rows)) == len(items):
            items.append(item)
    units = np.zeros((len(rows), HISTORY_DAYS))
    for shop, sku, _, day, count in sold:
        units[rows[shop, sku], (day - from_day).days] += count
    opened: dict[str, int] = {}
    for shop, _, _, day, _ in sold:
        opened[shop] = min(opened.get(shop, HISTORY_DAYS), (day - from_day).days)
    for (shop, _), row in rows.items():
        listed_on = goods.get((shop, items[row]), [None])[0]
        since = max(opened[shop], (listed_on - from_day).days if listed_on else 0)
        units[row, : min(since, int(np.argmax(units[row] > 0)))] = np.nan  # neither the shop nor the item was there
    names, shares = _places(rows, regions)
    return Sold(
        tuple(UUID(shop) for shop, _ in rows), tuple(UUID(sku) for _, sku in rows), tuple(UUID(str(i)) for i in items),
        from_day, units, names, shares,
        tuple(_attributes(goods.get((shop, items[row]))) for (shop, _), row in rows.items()),
    )  # fmt: skip


def _attributes(facts: Sequence[Any] | None) -> dict[str, object]:
    """What a new item is likened by; nothing of an item that the facts do not know."""
    if facts is None:
        return {}
    _, category, brand, price_minor = facts
    return {"category": category, "brand": brand, "price_band": price_band(int(price_minor or 0))}


def _places(
    rows: Mapping[tuple[str, str], int], regions: list[Any]
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[int, ...], ...]]:
    """The regions of each row, most sold first, everywhere else last; and their shares."""
    usual: dict[str, dict[str, int]] = {}
    own: dict[tuple[str, str], dict[str, int]] = {}
    for shop, sku, region, units in regions:
        own.setdefault((shop, sku), {})[region] = units
        of_shop = usual.setdefault(shop, {})
        of_shop[region] = of_shop.get(region, 0) + units
    names, shares = [], []
    for key in rows:
        found = own.get(key, {})
        told = [region for region in found if region][:REGIONS_MAX]
        whole = usual.get(key[0], {})
        mine, theirs = ([float(table.get(one, 0)) for one in told] for table in (found, whole))
        mine.append(float(sum(found.values())) - sum(mine))
        theirs.append(float(sum(whole.values())) - sum(theirs))
        names.append((*told, ""))
        shares.append(tuple(shrunk_shares(mine, theirs, REGION_TRUST)))
    return tuple(names), tuple(shares)


async def fetch_days(
    facts: Facts, shop_id: UUID, sku_id: UUID | None, from_day: date, first_day: date
) -> dict[UUID, dict[date, int]]:
    """The pieces sold of each SKU (or of one) by day, from `from_day` to before `first_day`."""
    parameters = {"shop_id": str(shop_id), "sku_id": str(sku_id) if sku_id else None}
    found: dict[UUID, dict[date, int]] = {}
    for sku, day, units in await facts.fetch(_DAYS, {**parameters, "from_day": from_day, "first_day": first_day}):
        assert isinstance(day, date)
        found.setdefault(UUID(str(sku)), {})[day] = int(str(units))
    return found


async def list_forecasts(tx: Tx, shop_id: UUID, first_day: date, sku_ids: Sequence[UUID] | None) -> list[Forecast]:
    """The live forecasts of one day, those that will sell most first; the whole shop is not among them."""
    rows = await tx.fetch(
        "select * from forecasting.forecast where shop_id = $1 and first_day = $2 and not is_backtest"
        " and sku_id <> $3 and ($4::uuid[] is null or sku_id = any($4))"
        " order by (select sum(m) from unnest(milli) as m) desc, sku_id limit $5",
        shop_id, first_day, WHOLE_SHOP, sku_ids, PAGE_MAX if sku_ids is None else len(sku_ids),
    )  # fmt: skip
    return [_forecast(row) for row in rows]


async def list_history(tx: Tx, shop_id: UUID, sku_id: UUID, from_day: date) -> list[Forecast]:
    """Every forecast of one SKU (or of the whole shop) from a day on, live and backtest, oldest first."""
    rows = await tx.fetch(
        "select * from forecasting.forecast where shop_id = $1 and sku_id = $2 and first_day >= $3"
        " order by first_day, is_backtest limit 200",
        shop_id, sku_id, from_day,
    )  # fmt: skip
    return [_forecast(row) for row in rows]


async def find_last_made(tx: Tx, shop_id: UUID, until: date) -> date | None:
    """The first day of the latest live forecasts of a shop that are not all over; None when there are none."""
    found: date | None = await tx.fetchval(
        "select max(first_day) from forecasting.forecast where shop_id = $1 and not is_backtest and first_day <= $2"
        " and first_day > $3",
        shop_id, until, until - timedelta(days=HORIZON_DAYS),
    )  # fmt: skip
    return found


async def find_spreads(tx: Tx, spread_ids: Sequence[UUID]) -> dict[UUID, Spread]:
    """The spreads of these ids."""
    rows = await tx.fetch("select * from forecasting.spread where spread_id = any($1)", list(set(spread_ids)))
    return {row["spread_id"]: spread_of(row["levels"], row["sizes"], row["misses"]) for row in rows}


async def list_scores(tx: Tx, shop_id: UUID) -> list[tuple[date, bool, bool, Score]]:
    """First day, whether a backtest, whether of the whole shop, and how good; the latest first."""
    rows = await tx.fetch(
        "select * from forecasting.score where shop_id = $1"
        " order by first_day desc, is_backtest, is_whole_shop limit 400",
        shop_id,
    )  # fmt: skip
    return [_scored(row) for row in rows]


async def find_market_score(tx: Tx) -> Score | None:
    """How good all shown forecasts of SKUs were; None where so few shops saw some that one could be told from it."""
    sums = ", ".join(f"sum({name}) as {name}" for name in Score.__dataclass_fields__)
    row = await tx.fetchrow(
        f"select {sums} from forecasting.score where not is_backtest and not is_whole_shop"
        " having count(distinct shop_id) >= $1",
        MARKET_SHOPS_MIN,
    )  # fmt: skip
    return Score(**{name: float(value) for name, value in row.items()}) if row else None  # type: ignore[arg-type]


async def list_unsettled(tx: Tx, today: date) -> list[Forecast]:
    """Shown forecasts whose days are all over and whose truth is not written yet, a shop's together."""
    rows = await tx.fetch(
        "select * from forecasting.forecast where sold_milli is null and shown_at is not null and not is_backtest"
        " and first_day <= $1 order by shop_id, first_day, sku_id limit $2",
        today - timedelta(days=HORIZON_DAYS), SETTLED_MAX,
    )  # fmt: skip
    return [_forecast(row) for row in rows]


async def find_night(tx: Tx, first_day: date) -> tuple[UUID | None, bool]:
    """Through which shop this night's round came, and whether it is over."""
    row = await tx.fetchrow("select done_through, finished_at from forecasting.night where first_day = $1", first_day)
    return (row["done_through"], row["finished_at"] is not None) if row else (None, False)


def _active_from(first_day: date) -> date:
    return first_day - timedelta(days=ACTIVE_DAYS)


def _scored(row: asyncpg.Record) -> tuple[date, bool, bool, Score]:
    counted = {name: row[name] for name in Score.__dataclass_fields__}
    return row["first_day"], row["is_backtest"], row["is_whole_shop"], Score(**counted)


def _forecast(row: asyncpg.Record) -> Forecast:
    values = dict(row.items())
    for name in ("milli", "naive_milli", "sold_milli", "regions", "shares_ppm"):
        values[name] = tuple(values[name]) if values[name] is not None else None
    return Forecast(**values)
