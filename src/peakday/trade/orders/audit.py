"""Is what the orders say about money, numbers and references true?

Every invariant is recomputed from the records; nothing is taken from what the import said about itself.
"""

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from uuid import UUID

import asyncpg

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.orders.model import ORDER_PREFIX

AUDIT_SECONDS_MAX = 900
REFERENCES_A_BATCH = 20_000

# Each returns order_id and the figures that disagree, as one text.
_INVARIANTS = MappingProxyType({
    "line_money_adds_up": """
        select order_id, format('line %s: list %s - discounts %s <> paid %s', line_no, list_minor, taken, paid_minor)
        from orders.line, lateral (
            select coalesce(sum((part ->> 'minor')::bigint), 0) as taken from jsonb_array_elements(discounts) part) d
        where list_minor - taken <> paid_minor""",
    "line_is_not_negative": """
        select order_id, format('line %s: quantity %s, list %s, paid %s', line_no, quantity, list_minor, paid_minor)
        from orders.line
        where least(quantity, list_minor, paid_minor, refund_minor) < 0 and not 'adjustment' = any(flags)""",
    "order_money_adds_up": """
        select order_id, format('list %s/%s, discount %s, postage %s, paid %s/%s',
            o.list_minor, l.list_minor, discount_minor, postage_minor, o.paid_minor, l.paid_minor)
        from orders.customer_order o left join (
            select shop_id, order_id, sum(list_minor) as list_minor, sum(paid_minor) as paid_minor
            from orders.line group by shop_id, order_id) l using (shop_id, order_id)
        where o.list_minor is distinct from l.list_minor
           or o.list_minor - o.discount_minor + o.postage_minor <> o.paid_minor
           or o.paid_minor is distinct from l.paid_minor + o.postage_minor""",
    "refunds_add_up": """
        select order_id, format('order says %s, refunds say %s', o.refund_minor, coalesce(r.amount_minor, 0))
        from orders.customer_order o left join (
            select shop_id, order_id, sum(amount_minor) as amount_minor
            from orders.refund where completed_at is not null group by shop_id, order_id) r using (shop_id, order_id)
        where o.refund_minor <> coalesce(r.amount_minor, 0)""",
    "line_refunds_add_up": """
        select order_id, format('line %s says %s, refunds say %s', line_no, l.refund_minor, coalesce(r.amount_minor, 0))
        from orders.line l left join (
            select shop_id, order_id, line_no, sum(amount_minor) as amount_minor
            from orders.refund where completed_at is not null and line_no is not null
            group by shop_id, order_id, line_no) r using (shop_id, order_id, line_no)
        where l.refund_minor <> coalesce(r.amount_minor, 0)""",
    "refund_is_at_most_paid": """
        select order_id, format('refund %s > paid %s', refund_minor, paid_minor) from orders.customer_order
        where refund_minor > greatest(paid_minor, 0) and not 'refund_exceeds_paid' = any(flags)""",
    "number_is_used_once": """
        select (array_agg(order_id))[2], format('%s orders are called %s %s', count(*), source, source_ref)
        from orders.customer_order group by shop_id, source, source_ref having count(*) > 1""",
    "id_sorts_by_creation": """
        select order_id, format('created at %s', created_at) from orders.customer_order
        where uuid_extract_timestamp(order_id) is distinct from date_trunc('milliseconds', created_at)""",
    "payment_fits_status": """
        select order_id, format('%s, paid at %s', status, coalesce(paid_at::text, 'never')) from orders.customer_order
        where (status in ('awaiting_payment', 'awaiting_balance')) and paid_at is not null
           or (status in ('awaiting_shipment', 'shipped', 'completed')) and paid_at is null""",
    "line_has_order": """
        select order_id, format('line %s has no order', line_no) from orders.line l
        where not exists (
            select from orders.customer_order o where (o.shop_id, o.order_id) = (l.shop_id, l.order_id))""",
    "refund_has_line": """
        select order_id, format('refund %s of line %s', refund_id, coalesce(line_no::text, '(all)'))
        from orders.refund r
        where not exists (select from orders.line l where (l.shop_id, l.order_id) = (r.shop_id, r.order_id)
            and (r.line_no is null or l.line_no = r.line_no))""",
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of orders; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        for invariant, query in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding("orders", invariant, show_id(ORDER_PREFIX, row[0]), row[1]) for row in rows]
        findings += await _unknown_shops(connection)
        findings += await _unknown_buyers(connection)
        findings += await _unknown_items(connection)
    return findings


async def _unknown_shops(tx: Tx) -> list[Finding]:
    wanted = await _distinct(tx, "select distinct shop_id from orders.customer_order")
    missing = await shops.list_missing_shops(tx, [row[0] for row in wanted])
    return _missing("shop_is_known", "shp", missing)


async def _unknown_buyers(tx: Tx) -> list[Finding]:
    wanted = await _distinct(tx, "select distinct buyer_id from orders.customer_order where buyer_id is not null")
    missing: list[UUID] = []
    for batch in _batches(wanted):
        missing += await accounts.list_missing_buyers(tx, [row[0] for row in batch])
    return _missing("buyer_is_known", "byr", missing)


async def _unknown_items(tx: Tx) -> list[Finding]:
    wanted = await _distinct(tx, "select distinct shop_id, item_id from orders.line")
    missing: list[UUID] = []
    for batch in _batches(wanted):
        missing += await catalog.list_missing_items(tx, [(row[0], row[1]) for row in batch])
    return _missing("item_is_known", "itm", missing)


async def _distinct(tx: Tx, query: str) -> list[asyncpg.Record]:
    return await tx.fetch(query, timeout=AUDIT_SECONDS_MAX)


def _batches(rows: Sequence[asyncpg.Record]) -> Iterable[Sequence[asyncpg.Record]]:
    return (rows[start : start + REFERENCES_A_BATCH] for start in range(0, len(rows), REFERENCES_A_BATCH))


def _missing(invariant: str, prefix: str, ids: Sequence[UUID]) -> list[Finding]:
    detail = "orders name it; it does not exist"
    return [Finding("orders", invariant, show_id(prefix, one), detail) for one in ids[:FINDINGS_MAX]]
