"""How is the first count of very many SKUs stored at once?"""

from collections.abc import Iterable
from datetime import datetime

from peakday.kernel.database import Tx
from peakday.trade.stock.model import OpeningStock

OPENING_KEY = "opening"
COPY_SECONDS_MAX = 600


async def set_initial_stock(tx: Tx, rows: Iterable[OpeningStock], at: datetime, reason: str = "opening") -> int:
    """The first count of SKUs in bulk; those that have a level keep it. How many were new."""
    await tx.execute(_STAGE)
    await tx.copy_records_to_table(
        "staged_stock", timeout=COPY_SECONDS_MAX,
        columns=("shop_id", "sku_id", "quantity", "warehouse_id", "simulated"),
        records=((row.shop_id, row.sku_id, row.quantity, row.warehouse_id, row.is_simulated) for row in rows),
    )  # fmt: skip
    tag = await tx.execute(_OPEN, at, OPENING_KEY, reason, timeout=COPY_SECONDS_MAX)
    return int(tag.rsplit(" ", 1)[1])


_STAGE = """
create temp table if not exists staged_stock (
    shop_id uuid, sku_id uuid, quantity bigint, warehouse_id uuid, simulated boolean) on commit drop;
truncate staged_stock
"""
_OPEN = """
with opened as (
    insert into stock.level (shop_id, sku_id, available, simulated, changed_at)
    select distinct on (shop_id, sku_id) shop_id, sku_id, quantity, simulated, $1::timestamptz from staged_stock
    order by shop_id, sku_id, quantity
    on conflict do nothing
    returning shop_id, sku_id, available, simulated
)
insert into stock.change (shop_id, sku_id, key, kind, delta, warehouse_id, reason, simulated, changed_at)
select distinct on (o.shop_id, o.sku_id) o.shop_id, o.sku_id, $2, 'opening', o.available, s.warehouse_id, $3,
    o.simulated, $1
from opened o join staged_stock s on s.shop_id = o.shop_id and s.sku_id = o.sku_id and s.quantity = o.available
order by o.shop_id, o.sku_id
"""
