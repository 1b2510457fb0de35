"""Is what the orders say about money, numbers and references true?

Every invariant is recomputed from the records; nothing is taken from what the import said about itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.orders.model import CHECKOUT_PREFIX, ORDER_PREFIX
from peakday.trade.orders.rules.order_states import MOVES
from peakday.trade.orders.rules.quote_record import price_again
from peakday.trade.promotions.errors import RulesNotInForce

AUDIT_SECONDS_MAX = 900
REFERENCES_A_BATCH = 20_000
PRICED_A_BATCH = 200

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
    "line_refund_is_at_most_paid": """
        select order_id, format('line %s: refund %s > paid %s', line_no, l.refund_minor, l.paid_minor)
        from orders.line l join orders.customer_order o using (shop_id, order_id)
        where o.source = 'peakday' and l.refund_minor > l.paid_minor""",
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
    "discount_is_of_a_known_level": """
        select order_id, format('line %s: level %s, funder %s', line_no, part ->> 'level', part ->> 'funder')
        from orders.line, jsonb_array_elements(discounts) part
        where discounts <> '[]' and (part ->> 'level' not in ('item', 'shop', 'cross_shop', 'payment')
            or part ->> 'funder' not in ('platform', 'merchant', 'brand', 'creator', 'buyer'))""",
    "order_is_of_its_checkout": """
        select o.order_id, format('checkout %s does not name it', o.checkout_id) from orders.customer_order o
        where o.source = 'peakday' and not exists (select from orders.checkout c
            where (c.buyer_id, c.checkout_id) = (o.buyer_id, o.checkout_id) and o.order_id = any(c.order_ids))
        union all
        select n.order_id, 'its checkout names it; it does not exist'
        from orders.checkout c, unnest(c.shop_ids, c.order_ids) as n(shop_id, order_id)
        where not exists (select from orders.customer_order o
            where (o.shop_id, o.order_id, o.checkout_id) = (n.shop_id, n.order_id, c.checkout_id))""",
    "checkout_asks_for_what_its_orders_cost": """
        select c.order_ids[1], format('%s asked, orders cost %s', c.payable_minor, o.due_minor)
        from orders.checkout c join (
            select checkout_id, sum(coalesce(p.deposit_minor, o.paid_minor)) as due_minor
            from orders.customer_order o left join orders.presale p using (shop_id, order_id)
            where o.source = 'peakday' group by checkout_id) o using (checkout_id)
        where c.payable_minor <> o.due_minor""",
    "status_is_the_last_move": """
        select o.order_id, format('%s, last moved to %s', o.status, coalesce(m.to_status, 'nothing'))
        from orders.customer_order o left join lateral (
            select to_status from orders.move m where (m.shop_id, m.order_id) = (o.shop_id, o.order_id)
            order by array_position(array['awaiting_balance', 'awaiting_shipment', 'shipped', 'completed', 'closed'],
                to_status) desc limit 1) m on true
        where o.source = 'peakday' and o.status <> coalesce(m.to_status, 'awaiting_payment')""",
    "paid_order_has_its_money": """
        select o.order_id, format('%s captured, %s agreed', coalesce(p.paid_minor, 0), o.paid_minor)
        from orders.customer_order o left join (
            select part.order_id, sum(part.paid_minor) as paid_minor from payments.part
            join payments.payment using (payment_id) where payment.status = 'captured' group by part.order_id) p
            using (order_id)
        where o.source = 'peakday' and (o.paid_at is not null and coalesce(p.paid_minor, 0) <> o.paid_minor
            or o.status = 'awaiting_payment' and p.paid_minor is not null)""",
    "closed_unpaid_order_kept_no_money": """
        select o.order_id, format('%s came, %s went back', sum(part.paid_minor), sum(part.refunded_minor))
        from orders.customer_order o join payments.part using (order_id) join payments.payment using (payment_id)
        left join orders.presale s on (s.shop_id, s.order_id) = (o.shop_id, o.order_id)
        where o.source = 'peakday' and o.status = 'closed' and o.paid_at is null and payment.status = 'captured'
            and s.state is distinct from 'forfeited'
        group by o.order_id having sum(part.paid_minor) <> sum(part.refunded_minor)""",
    "refund_is_the_payments_refund": """
        select r.order_id, format('refund %s: %s here, %s there', r.refund_id, r.amount_minor, coalesce(p.minor, 0))
        from orders.refund r join orders.customer_order o using (shop_id, order_id) left join (
            select refund_id, sum(amount_minor) as minor from payments.refund group by refund_id) p using (refund_id)
        where o.source = 'peakday'
            and coalesce(p.minor, 0) <> case when r.state = 'completed' then r.amount_minor else 0 end""",
    "closed_order_holds_no_stock": """
        select o.order_id, format('%s, and %s pieces of a SKU are %s', o.status, h.quantity, h.status)
        from orders.customer_order o join orders.line l using (shop_id, order_id)
        join stock.hold h on h.claim_id = o.checkout_id and h.sku_id = l.sku_id
        where o.source = 'peakday' and (h.status in ('held', 'noted'))
            <> (o.status in ('awaiting_payment', 'awaiting_balance'))""",
    "closed_unpaid_checkout_uses_no_instrument": """
        select o.order_id, format('instrument %s is still used', u.instrument_id)
        from orders.customer_order o join promotions.usage u on u.order_id = o.checkout_id
        where o.source = 'peakday' and o.status = 'closed' and o.paid_at is null and u.returned_at is null""",
    "each_use_is_recorded_once": """
        select c.order_ids[1], format('%s: lines say %s, uses say %s', coalesce(g.instrument, u.used_id::text),
            coalesce(g.minor, 0), coalesce(u.minor, 0))
        from (select c.order_ids, c.checkout_id, part ->> 'instrument' as instrument,
                sum((part ->> 'minor')::bigint) as minor
            from orders.checkout c, unnest(c.shop_ids, c.order_ids) as n(shop_id, order_id)
            join orders.line l using (shop_id, order_id), jsonb_array_elements(l.discounts) part
            where jsonb_array_length(c.quote -> 'instruments') > 0 and jsonb_array_length(c.address -> 'of') > 0
            group by 1, 2, 3) g
        full join promotions.usage u on u.order_id = g.checkout_id and u.used_id::text = g.instrument
        left join orders.checkout c on c.checkout_id = coalesce(g.checkout_id, u.order_id)
        where c.checkout_id is not null and coalesce(g.minor, 0) <> coalesce(u.minor, 0)""",
})  # fmt: skip
_MOVES = """
select m.order_id, m.from_status, m.to_status, m.reason, m.moved_at, o.created_at
from orders.move m join orders.customer_order o using (shop_id, order_id) order by m.shop_id, m.order_id
"""
_CAPTURED = """
select part.order_id, count(*)::int as parts from payments.part join payments.payment using (payment_id)
where payment.status = 'captured' and part.paid_minor + part.platform_minor + part.creator_minor > 0
group by part.order_id
"""
_BOOKED = """
select ref, count(*)::int as postings from ledger.posting where rule = 'escrow_payment' and refusal is null group by ref
"""
_QUOTES = """
select checkout_id, currency, quote::text as quote, (
    select jsonb_agg(jsonb_build_array(l.sku_id, l.list_minor, l.paid_minor, l.discounts) order by l.sku_id)
    from unnest(shop_ids, order_ids) as n(shop_id, order_id)
    join orders.line l using (shop_id, order_id) where not 'gift' = any(l.flags))::text as lines
from orders.checkout where quote ? 'instruments'
"""
KEPT_PRICES = 2_000  # thousands of flash orders have one quote


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
    async with house.database.transaction() as tx:
        return findings + await _odd_moves(tx) + await _other_prices(tx) + await _without_escrow(tx)


async def _without_escrow(tx: Tx) -> list[Finding]:
    """Money that was captured for an order and did not enter escrow, or entered it twice."""
    captured = {show_id(ORDER_PREFIX, row["order_id"]): row["parts"] for row in await _distinct(tx, _CAPTURED)}
    booked = {row["ref"]: row["postings"] for row in await _distinct(tx, _BOOKED)}
    odd = sorted(ref for ref in captured.keys() | booked.keys() if captured.get(ref, 0) != booked.get(ref, 0))
    return [
        Finding("orders", "paid_order_has_its_escrow_posting", ref,
                f"{captured.get(ref, 0)} payments captured, {booked.get(ref, 0)} in the books")
        for ref in odd[:FINDINGS_MAX]
    ]  # fmt: skip


async def _odd_moves(tx: Tx) -> list[Finding]:
    """Moves that the one table of moves does not allow."""
    allowed = {(here.value, move.there.value, reason.value) for reason, move in MOVES.items() for here in move.here}
    findings: list[Finding] = []
    async for row in tx.cursor(_MOVES, prefetch=REFERENCES_A_BATCH, timeout=AUDIT_SECONDS_MAX):
        is_known = (row["from_status"], row["to_status"], row["reason"]) in allowed
        if not is_known and len(findings) < FINDINGS_MAX:
            detail = f"{row['from_status']} to {row['to_status']} for {row['reason']}"
            findings.append(Finding("orders", "move_is_allowed", show_id(ORDER_PREFIX, row["order_id"]), detail))
    return findings


async def _other_prices(tx: Tx) -> list[Finding]:
    """Checkouts whose recorded quote, priced again by its own rules, is not what their lines say, to the cent."""
    findings: list[Finding] = []
    priced: dict[str, Sequence[object]] = {}
    async for row in tx.cursor(_QUOTES, prefetch=PRICED_A_BATCH, timeout=AUDIT_SECONDS_MAX):
        if row["quote"] not in priced:
            if len(priced) >= KEPT_PRICES:
                priced.clear()
            priced[row["quote"]] = _price_again(msgspec.json.decode(row["quote"]), row["currency"])
        kept = [
            [sku, listed, paid, _shares(parts)]
            for sku, listed, paid, parts in msgspec.json.decode(row["lines"] or "[]")
        ]
        if priced[row["quote"]] != kept and len(findings) < FINDINGS_MAX:
            subject = show_id(CHECKOUT_PREFIX, row["checkout_id"])
            findings.append(
                Finding("orders", "price_is_what_the_quote_gives", subject, f"{priced[row['quote']]} <> {kept}"[:500])
            )
    return findings


def _price_again(record: Mapping[str, Any], currency: str) -> Sequence[object]:
    try:
        again = price_again(record, currency)
    except (AssertionError, RulesNotInForce) as error:
        return [repr(error)]
    skus = {line["line_id"]: line["sku_id"] for line in record["lines"]}
    lines = [
        [skus[line.line_id], line.list_minor, line.payable_minor,
         sorted([str(share.instrument_id), share.funder.value, share.minor] for share in line.shares if share.minor)]
        for line in again.lines
    ]  # fmt: skip
    return sorted(lines, key=lambda line: str(line[0]))


def _shares(parts: Iterable[Mapping[str, Any]]) -> list[list[object]]:
    return sorted([part["instrument"], part["funder"], part["minor"]] for part in parts)


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
