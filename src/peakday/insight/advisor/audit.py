"""Is the live board what the record of orders adds up to? Recounted by itself, past every api, in one snapshot.

News that is committed and not yet counted is left out on both sides. Boards count the market's own orders: imported
ones have no news, they are replayed from the facts. Brand, belt and origin are those that held when an order was
counted, and their owners may change them: of these dimensions the sum over all keys is compared.
"""

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House

_RECORD = """
with waiting as (
    select topic, payload ->> 'order_id' as order_id, payload ->> 'refund_id' as refund_id from kernel.outbox
    where settled_at is null and topic in ('orders.OrderPaid.v1', 'orders.RefundCompleted.v1')
), scoped as (
    select b.board_no, o.* from advisor.board b join orders.customer_order o
        on o.paid_at >= b.opens_at and o.paid_at < b.closes_at and o.currency = b.currency and o.simulated = b.simulated
    where b.shop_id is null and o.source = 'peakday'
    union all
    select b.board_no, o.* from advisor.board b join orders.customer_order o on o.shop_id = b.shop_id
        and o.paid_at >= b.opens_at and o.paid_at < b.closes_at
        and o.currency = b.currency and o.simulated = b.simulated
    where o.source = 'peakday'
), sold as (
    select s.*, b.shop_id as scope from scoped s join advisor.board b using (board_no)
    where s.order_id::text not in (select order_id from waiting where topic = 'orders.OrderPaid.v1')
), back as (
    select s.board_no, s.scope, s.paid_at, s.shop_id, s.order_id, s.region_id, r.line_no, r.amount_minor
    from sold s join orders.refund r on r.shop_id = s.shop_id and r.order_id = s.order_id
    where r.completed_at is not null
        and r.refund_id::text not in (select refund_id from waiting where refund_id is not null)
)
"""
_MINUTES = f"""
{_RECORD}, told as (
    select board_no, minute, sum(paid) as paid, sum(refund) as refund, sum(orders) as orders from (
        select board_no, (extract(epoch from date_trunc('minute', paid_at)) / 60)::int as minute,
            paid_minor as paid, 0 as refund, 1 as orders from sold
        union all
        select board_no, (extract(epoch from date_trunc('minute', paid_at)) / 60)::int, 0, amount_minor, 0 from back
    ) as every group by board_no, minute
)
select coalesce(t.board_no, m.board_no) as board_no, coalesce(t.minute, m.minute)::text as place,
    coalesce(t.paid, 0)::text || '/' || coalesce(t.refund, 0) || '/' || coalesce(t.orders, 0) as record,
    coalesce(m.paid_minor, 0)::text || '/' || coalesce(m.refund_minor, 0) || '/' || coalesce(m.orders, 0) as board
from told t full join advisor.board_minute m using (board_no, minute)
where (t.paid, t.refund, t.orders) is distinct from (m.paid_minor::numeric, m.refund_minor::numeric, m.orders::numeric)
order by 1, 2 limit $1
"""
_TOTALS = f"""
{_RECORD}, lines as (
    select s.board_no, s.scope, i.item_id::text as item, coalesce(l.category_id, i.leaf_category_id)::text as category,
        l.paid_minor as paid, 0 as refund, l.quantity
    from sold s join orders.line l using (shop_id, order_id) join catalog.item i using (shop_id, item_id)
    union all
    select b.board_no, b.scope, i.item_id::text, coalesce(l.category_id, i.leaf_category_id)::text, 0, b.amount_minor, 0
    from back b join orders.line l using (shop_id, order_id, line_no) join catalog.item i using (shop_id, item_id)
), heads as (
    select board_no, scope, shop_id, region_id, paid_minor as paid, 0 as refund, 1 as quantity from sold
    union all
    select board_no, scope, shop_id, region_id, 0, amount_minor, 0 from back
), told as (
    select board_no, dimension, coalesce(key, '') as key, sum(paid) as paid, sum(refund) as refund,
        sum(quantity) as pieces
    from (
        select board_no, 'item' as dimension, item as key, paid, refund, quantity from lines where scope is not null
        union all select board_no, 'brand', '*', paid, refund, quantity from lines where scope is null
        union all select board_no, 'category', category, paid, refund, quantity from lines
        union all select board_no, 'region', region_id, paid, refund, quantity from heads
        union all select board_no, 'shop', shop_id::text, paid, refund, quantity from heads where scope is null
        union all select board_no, 'belt', '*', paid, refund, quantity from heads where scope is null
        union all select board_no, 'origin', '*', paid, refund, quantity from heads where scope is null
    ) as every group by board_no, dimension, coalesce(key, '')
), kept as (
    select board_no, dimension, key, sum(paid_minor) as paid, sum(refund_minor) as refund, sum(pieces) as pieces
    from (
        select board_no, dimension, case when dimension in ('brand', 'belt', 'origin') then '*' else key end as key,
            paid_minor, refund_minor, pieces from advisor.board_total
    ) as every group by board_no, dimension, key
)
select coalesce(t.board_no, k.board_no) as board_no,
    coalesce(t.dimension, k.dimension) || ' ' || coalesce(t.key, k.key) as place,
    coalesce(t.paid, 0)::text || '/' || coalesce(t.refund, 0) || '/' || coalesce(t.pieces, 0) as record,
    coalesce(k.paid, 0)::text || '/' || coalesce(k.refund, 0) || '/' || coalesce(k.pieces, 0) as board
from told t full join kept k using (board_no, dimension, key)
where (t.paid, t.refund, t.pieces) is distinct from (k.paid, k.refund, k.pieces)
order by 1, 2 limit $1
"""
_BUYERS = f"""
{_RECORD}, told as (select board_no, count(distinct buyer_id) as buyers from sold group by board_no),
kept as (select board_no, count(*) as buyers from advisor.board_buyer group by board_no)
select b.board_no, 'buyers' as place, coalesce(t.buyers, 0)::text as record,
    b.buyers || ', listed ' || coalesce(k.buyers, 0) as board
from advisor.board b left join told t using (board_no) left join kept k using (board_no)
where b.buyers <> coalesce(t.buyers, 0) or b.buyers <> coalesce(k.buyers, 0)
order by 1 limit $1
"""
_QUESTIONS = {"board_minutes": _MINUTES, "board_totals": _TOTALS, "board_buyers": _BUYERS}
SECONDS_MAX = 600


async def audit(house: House) -> list[Finding]:
    """Where the board differs from the record; none when it is equal."""
    findings = []
    async with house.database.pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        for invariant, question in _QUESTIONS.items():
            for row in await connection.fetch(question, FINDINGS_MAX, timeout=SECONDS_MAX):
                detail = f"{row['place']}: the record says {row['record']}, the board {row['board']}"
                findings.append(Finding("advisor", invariant, f"board {row['board_no']}", detail))
    return findings
