"""How do orders reach the columnar facts?

`copy_facts` streams one analytical relation as CSV with a header: all rows, or those changed since a transaction id.
A line has no change mark of its own; it counts as changed with its order. Instants are UTC without a zone, days are
market days, flags are joined by `|`.
"""

from collections.abc import Awaitable, Callable
from inspect import isawaitable

from peakday.kernel.clock import MARKET_ZONE_NAME
from peakday.kernel.database import Tx

Sink = Callable[[bytes], Awaitable[None] | None]
COPY_TIMEOUT_SECONDS = 600


def _utc(column: str) -> str:
    return f"{column} at time zone 'UTC'"


def _day(column: str) -> str:
    return f"({column} at time zone '{MARKET_ZONE_NAME}')::date"


_ORDERS = f"""
select shop_id, order_id, checkout_id, buyer_id, source, kind, terminal, region_id, status, currency,
    {_utc("created_at")} as created_at, {_utc("paid_at")} as paid_at,
    {_day("created_at")} as created_day, {_day("paid_at")} as paid_day,
    list_minor, discount_minor, postage_minor, paid_minor, refund_minor, simulated,
    array_to_string(flags, '|') as flags
from orders.customer_order o
where {{changed}}
"""
_LINES = f"""
select l.shop_id, l.order_id, l.line_no, o.buyer_id, l.item_id, l.sku_id, l.category_id,
    o.kind, o.terminal, o.region_id,
    {_utc("o.created_at")} as created_at, {_utc("o.paid_at")} as paid_at,
    {_day("o.created_at")} as created_day, {_day("o.paid_at")} as paid_day,
    l.quantity, l.list_minor, l.paid_minor, l.refund_minor, o.simulated,
    array_to_string(l.flags, '|') as flags
from orders.line l join orders.customer_order o using (shop_id, order_id)
where {{changed}}
"""
_REFUNDS = f"""
select shop_id, order_id, refund_id, line_no, amount_minor,
    {_utc("completed_at")} as completed_at, {_day("completed_at")} as completed_day
from orders.refund o
where completed_at is not null and {{changed}}
"""
RELATIONS = {"orders": _ORDERS, "order_lines": _LINES, "refunds": _REFUNDS}


async def copy_facts(connection: Tx, relation: str, changed_since: int | None, sink: Sink) -> None:
    """Stream `relation` (orders, order_lines or refunds) into `sink` as CSV with a header.

    `changed_since` is a transaction id: only rows that a transaction of that id or a later one wrote.
    """
    changed = "true" if changed_since is None else f"o.changed_xid >= '{int(changed_since)}'::xid8"

    async def write(data: bytes) -> None:
        outcome = sink(data)
        if isawaitable(outcome):
            await outcome

    await connection.copy_from_query(
        RELATIONS[relation].format(changed=changed),
        output=write, format="csv", header=True, timeout=COPY_TIMEOUT_SECONDS,
    )  # fmt: skip
