"""How do paid lines become deals of the price history?

Every line of a paid order is a deal at what was paid for it; payment-like instruments (red packets, gift cards: level
`payment`) paid on top of it. Orders call down: the rows that changed since the last time are streamed as CSV, the first
time all of them. Taking a row twice changes nothing. What price protection gave back is no refund of the purchase: the
price history counts it by itself.
"""

import tempfile
from typing import IO
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.price_history import api as price_history

SOURCE = "orders"
SPOOL_BYTES_MAX = 64 * 2**20  # more lies in a temporary file
COPY_SECONDS_MAX = 600

_DEALS = """
select l.shop_id, l.order_id, l.line_no, l.item_id, l.sku_id, o.kind, l.quantity, l.paid_minor,
    case when l.discounts = '[]' then 0 else (
        select coalesce(sum((part ->> 'minor')::bigint), 0) from jsonb_array_elements(l.discounts) part
        where part ->> 'level' = 'payment') end as red_packet_minor,
    0 as tax_minor, greatest(l.refund_minor - coalesce((
        select sum(r.amount_minor) from orders.refund r
        where (r.shop_id, r.order_id, r.line_no) = (l.shop_id, l.order_id, l.line_no)
            and r.kind = 'price_protection' and r.state = 'completed'), 0), 0) as refunded_minor,
    o.currency, o.paid_at, null as event_ref,
    array(select unnest(l.flags) union select unnest(o.flags) order by 1) as flags, o.simulated
from orders.line l join orders.customer_order o using (shop_id, order_id)
where o.paid_at is not null and {changed}
"""


async def record_new_deals(tx: Tx) -> int:
    """Hand on the paid lines that changed since the last time; how many deals are new or were refunded since."""
    since = await price_history.deals_read_until(tx, SOURCE)
    until = int(await tx.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text"))
    changed = "true" if since is None else f"o.changed_xid >= '{since}'::xid8"
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES_MAX) as file:
        await _copy_out(tx, _DEALS.format(changed=changed), file)
        file.seek(0)
        return await price_history.record_deal_file(tx, SOURCE, file, until)


async def record_deals_of(tx: Tx, order: tuple[UUID, UUID]) -> None:
    """Let the price history know (shop_id, order_id), which is held, as it stands: what went back of it counts."""
    since = await price_history.deals_read_until(tx, SOURCE)
    is_behind = since is None or await tx.fetchval(
        "select changed_xid >= $3::text::xid8 from orders.customer_order where shop_id = $1 and order_id = $2",
        *order, str(since),
    )  # fmt: skip
    if is_behind:
        await record_new_deals(tx)


async def _copy_out(tx: Tx, query: str, file: IO[bytes]) -> None:
    async def write(data: bytes) -> None:
        file.write(data)

    await tx.copy_from_query(query, output=write, format="csv", timeout=COPY_SECONDS_MAX)
