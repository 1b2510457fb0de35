"""What must be true after every stretch of a history? The rooms' audits, and what people were told, against the record.

The rooms' own audits say whether the record agrees with itself; the rest says whether it agrees with the people: every
acknowledged checkout stands once, none that was refused does, what was shipped stays so, and the bank has exactly the
money of which the books know.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import MappingProxyType

from peakday.apps.simulation.stage import Stage
from peakday.kernel.audit import Finding
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.trade.carts.audit import audit as audit_carts
from peakday.trade.ledger.audit import audit as audit_ledger
from peakday.trade.orders.audit import audit as audit_orders
from peakday.trade.payments.audit import audit as audit_payments
from peakday.trade.promotions.audit import audit as audit_promotions
from peakday.trade.stock.audit import audit as audit_stock

ROOMS: tuple[Callable[[House], Awaitable[list[Finding]]], ...] = (
    audit_stock, audit_payments, audit_orders, audit_ledger, audit_carts, audit_promotions,
)  # fmt: skip
# the sandbox's tables are empty here, since the bank plays in memory; `_bank` holds it against the books instead
OTHER_BANK = frozenset({"bank_and_house_agree", "bank_gave_back_what_was_sent", "bank_paid_out_what_was_sent"})
# between two rounds of duties the clock may jump by days: only at rest is nothing overdue
IN_TIME = frozenset({"hold_is_not_forgotten"})

_PEOPLE = MappingProxyType({
    "moves_are_allowed": """
        select order_id::text || ': ' || from_status || ' to ' || to_status from orders.move
        where (from_status, to_status) not in (('awaiting_payment', 'awaiting_shipment'),
            ('awaiting_payment', 'closed'), ('awaiting_payment', 'awaiting_balance'),
            ('awaiting_balance', 'awaiting_shipment'), ('awaiting_balance', 'closed'),
            ('awaiting_shipment', 'shipped'), ('awaiting_shipment', 'closed'), ('shipped', 'completed'),
            ('shipped', 'closed'))""",
    "an_order_is_where_its_last_move_led": """
        select o.order_id::text || ': ' || o.status from orders.customer_order o
        where o.status <> 'awaiting_payment' and not exists (select from orders.move m
                where (m.shop_id, m.order_id, m.to_status) = (o.shop_id, o.order_id, o.status)
                and not exists (select from orders.move n where (n.shop_id, n.order_id) = (m.shop_id, m.order_id)
                    and n.from_status = m.to_status))
            or o.status = 'awaiting_payment' and exists (select from orders.move m
                where (m.shop_id, m.order_id) = (o.shop_id, o.order_id))""",
    "paid_is_captured": """
        select o.order_id::text || ': ' || o.status from orders.customer_order o
        where (o.paid_at is not null) and o.paid_minor > 0 and not exists (select from payments.part t
            join payments.payment p using (payment_id) where t.order_id = o.order_id and p.status = 'captured')""",
    "money_of_closed_orders_went_back": """
        select o.order_id::text || ': ' || t.refunded_minor || ' of ' || t.paid_minor
        from orders.customer_order o join payments.part t using (order_id) join payments.payment p using (payment_id)
        where o.status = 'closed' and p.status = 'captured' and t.refunded_minor <> t.paid_minor
            and not (p.purpose = 'deposit' and exists (select from orders.presale s
                where s.order_id = o.order_id and s.state = 'forfeited'))""",
    "completed_is_released": """
        select o.order_id::text from orders.customer_order o
        join payments.part t using (order_id) join payments.payment p using (payment_id)
        where (o.status = 'completed') <> (t.released_at is not null) and p.status = 'captured'
            and o.status <> 'closed'""",
    "no_line_gives_back_more_than_it_has": """
        select l.order_id::text || ' line ' || l.line_no || ': ' || r.pieces || ' of ' || l.quantity || ' pieces, '
            || r.minor || ' of ' || l.paid_minor
        from orders.line l join (select shop_id, order_id, line_no, sum(coalesce(quantity, 0)) as pieces,
                sum(amount_minor) as minor from orders.refund where state in ('completed', 'paying', 'returning')
                group by 1, 2, 3) r using (shop_id, order_id, line_no)
        where r.pieces > l.quantity or r.minor > l.paid_minor""",
    "a_presale_stands_where_its_order_does": """
        select o.order_id::text || ': ' || s.state || ', ' || o.status
        from orders.presale s join orders.customer_order o using (shop_id, order_id)
        where o.status <> all(case s.state when 'awaiting_deposit' then array['awaiting_payment']
            when 'awaiting_tail' then array['awaiting_balance']
            when 'paid' then array['awaiting_shipment', 'shipped', 'completed', 'closed'] else array['closed'] end)
            or (s.state = 'paid') <> (o.paid_at is not null) or s.deposit_minor + s.tail_minor <> o.paid_minor""",
    "a_deposit_is_the_shops_only_when_it_was_forfeited": """
        select o.order_id::text || ': ' || s.state || ', ' || t.refunded_minor || ' went back'
        from orders.presale s join orders.customer_order o using (shop_id, order_id)
        join payments.part t using (order_id) join payments.payment p using (payment_id)
        where p.purpose = 'deposit' and p.status = 'captured' and s.state not in ('awaiting_tail', 'paid')
            and (s.state = 'forfeited') <> (t.released_at is not null and t.refunded_minor = 0)""",
    "stock_is_not_negative": """
        select shop_id::text || ' ' || sku_id::text || ': ' || available from stock.level where available < 0""",
    "units_of_closed_orders_are_back": """
        select o.order_id::text from orders.customer_order o join orders.line l using (shop_id, order_id)
        join stock.hold h on (h.claim_id, h.sku_id) = (o.checkout_id, l.sku_id)
        where o.status = 'closed' and o.paid_at is null and h.status <> 'released'""",
})  # fmt: skip


async def find_faults(stage: Stage, *, is_at_rest: bool = False) -> AsyncIterator[str]:
    """Everything that is not as it must be."""
    passed_over = OTHER_BANK if is_at_rest else OTHER_BANK | IN_TIME
    for audit in ROOMS:
        for finding in await audit(stage.house):
            if finding.invariant not in passed_over:
                yield f"{finding.room} {finding.invariant}: {finding.subject} {finding.detail}"
    async with stage.house.database.read() as connection:
        for invariant, query in _PEOPLE.items():
            for row in await connection.fetch(f"{query} limit 5"):
                yield f"{invariant}: {row[0]}"
    for look in (_acknowledged, _bank, _payouts):
        async for fault in look(stage):
            yield fault


async def count_unsent(tx: Tx) -> int:
    """Refunds and amends of which the bank was not told yet."""
    return int(
        await tx.fetchval(
            "select (select count(*) from payments.refund where status = 'asked')"
            " + (select count(*) from payments.amends where status = 'asked')"
        )
    )


async def _acknowledged(stage: Stage) -> AsyncIterator[str]:
    """What people were told against what stands."""
    known = stage.known
    async with stage.house.database.read() as connection:
        rows = await connection.fetch(
            "select c.checkout_id, cardinality(order_ids) as said, (select count(*) from orders.customer_order o"
            " where o.checkout_id = c.checkout_id) as there from orders.checkout c"
        )
        sent = await connection.fetch(
            "select order_id from orders.customer_order where order_id = any($1::uuid[])"
            " and status in ('awaiting_payment', 'awaiting_shipment')",
            list(known.ever_shipped),
        )
    there = {row["checkout_id"] for row in rows}
    if len(there) != len(rows):
        yield "a checkout stands twice"
    for row in rows:
        if row["said"] != row["there"]:
            yield f"checkout {row['checkout_id']}: {row['there']} orders instead of {row['said']}"
    for lost in sorted(known.placed.keys() - there):
        yield f"checkout {lost} was acknowledged and is gone"
    for wrong in sorted(known.refused & there):
        yield f"checkout {wrong} was refused and stands"
    for row in sent:
        yield f"order {row['order_id']} was shipped and is not"


async def _bank(stage: Stage) -> AsyncIterator[str]:
    """The bank's own books against the house's: nothing captured that it does not have, nothing sent back twice."""
    charges = stage.bank.charges
    async with stage.house.database.read() as connection:
        captured = await connection.fetch(
            "select payment_id, amount_minor from payments.payment where status = 'captured' and amount_minor > 0"
        )
        sent = await connection.fetch(
            "select refund_id, payment_id, amount_minor, status from payments.refund"
            " where status <> 'failed' and amount_minor > 0"
        )
    for row in captured:
        charge = charges.get(row["payment_id"])
        if charge is None or not charge.is_captured or charge.amount_minor != row["amount_minor"]:
            yield f"payment {row['payment_id']} is captured here and not at the bank"
    asked = {(row["payment_id"], row["refund_id"]): row for row in sent}
    for payment_id, charge in charges.items():
        for refund_id, minor in charge.refunds.items():
            known = asked.pop((payment_id, refund_id), None)
            if known is None or known["amount_minor"] != minor:
                yield f"the bank gave {minor} back of payment {payment_id}, the house knows of no such refund"
    for (payment_id, refund_id), row in asked.items():
        if row["status"] == "sent":
            yield f"refund {refund_id} of payment {payment_id} was sent, the bank gave nothing back"


async def _payouts(stage: Stage) -> AsyncIterator[str]:
    """What the bank paid out beyond charges against what shops owed."""
    async with stage.house.database.read() as connection:
        amends = await connection.fetch("select amends_id, amount_minor, status from payments.amends")
    for row in amends:
        paid = stage.bank.payouts.get(row["amends_id"])
        if paid not in {None, row["amount_minor"]} or (row["status"] == "sent" and paid is None):
            yield f"amends {row['amends_id']}: {row['status']} of {row['amount_minor']}, the bank paid {paid}"
    for payout_id in stage.bank.payouts.keys() - {row["amends_id"] for row in amends if row["status"] != "owed"}:
        yield f"the bank paid out {payout_id}, of which the house knows nothing"
