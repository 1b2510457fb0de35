"""How are payments, their parts, notices and refunds written and locked?

Everything is set-based: one statement for all payments of a batch. Locks: payments in the order of their ids, then
parts in the order of (order, payment). Orders' rows are locked before (their room does it), the ledger's head after.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.payments.model import (
    CoverReturn,
    Effect,
    NewPayment,
    Notice,
    Payment,
    PaymentPart,
    PaymentStatus,
    Purpose,
    RefundStatus,
    StoredPart,
    StoredRefund,
)

PAYMENT_COLUMNS = (
    "payment_id, buyer_id, key, checkout_id, purpose, amount_minor, currency, gateway, is_simulated, status,"
    " created_at, captured_at"
)
PART_COLUMNS = (
    "payment_id, shop_id, order_id, paid_minor, platform_minor, creator_minor, creator_id, commission_bp,"
    " creator_commission_bp, refunded_minor, released_at, cover_returned_minor"
)
REFUND_COLUMNS = (
    "r.refund_id, r.payment_id, r.order_id, r.shop_id, r.amount_minor, p.currency, r.reason, r.status, r.asked_at,"
    " r.sent_at"
)


async def insert_payments(
    tx: Tx, new: Sequence[tuple[UUID, NewPayment]], simulated: frozenset[str], now: datetime
) -> set[UUID]:  # fmt: skip
    """Write those payments, with their parts, that are not there yet; which ones were written."""
    payments = [
        (payment_id, n.buyer_id, n.key, n.checkout_id, n.purpose.value, n.amount_minor, n.currency, n.gateway,
         n.gateway in simulated)
        for payment_id, n in sorted(new)
    ]  # fmt: skip
    parts = [
        (part.order_id, payment_id, part.shop_id, part.paid_minor, part.platform_minor, part.creator_minor,
         part.creator_id, part.commission_bp, part.creator_commission_bp)
        for payment_id, n in new
        for part in n.parts
    ]  # fmt: skip
    rows = await tx.fetch(_INSERT_PAYMENTS, *_columns(payments), *_columns(parts), now)
    return {row["payment_id"] for row in rows}


async def lock_payments(tx: Tx, payment_ids: Iterable[UUID]) -> dict[UUID, Payment]:
    """Those of these payments that exist, with their parts; theirs until the transaction ends."""
    return await _payments(tx, "payment_id = any($1::uuid[]) order by payment_id for update", list(payment_ids))


async def load_payments(tx: Tx, payment_ids: Iterable[UUID]) -> dict[UUID, Payment]:
    """The same without a lock."""
    return await _payments(tx, "payment_id = any($1::uuid[]) order by created_at, payment_id", list(payment_ids))


async def lock_order_payments(tx: Tx, order_ids: Iterable[UUID]) -> list[Payment]:
    """The captured payments of these orders, oldest first, with the parts for these orders; theirs until the end."""
    ids = list(order_ids)
    rows = await tx.fetch(_LOCK_ORDER_PARTS, ids)
    payments = await tx.fetch(
        f"select {PAYMENT_COLUMNS} from payments.payment where payment_id = any($1::uuid[])"
        " and status = 'captured' order by captured_at, payment_id",
        list({row["payment_id"] for row in rows}),
    )
    return list(_payments_of(payments, rows).values())


async def known_events(tx: Tx, notices: Sequence[Notice]) -> set[tuple[str, str]]:
    """Which of these were taken before, as (gateway, event)."""
    rows = await tx.fetch(
        "select gateway, event_id from payments.notice"
        " where (gateway, event_id) in (select * from unnest($1::text[], $2::text[]))",
        [n.gateway for n in notices], [n.event_id for n in notices],
    )  # fmt: skip
    return {(row["gateway"], row["event_id"]) for row in rows}


async def save_notices(tx: Tx, taken: Sequence[tuple[Notice, Effect]], now: datetime) -> None:
    """Remember what gateways told, and what it did."""
    rows = [
        (n.gateway, n.event_id, n.payment_id, n.kind.value, n.amount_minor, n.currency, n.at, effect.value)
        for n, effect in taken
    ]
    await tx.execute(_INSERT_NOTICES, *_columns(rows), now)


async def save_statuses(tx: Tx, statuses: dict[UUID, PaymentStatus], now: datetime) -> None:
    """Move payments that are locked."""
    await tx.execute(_SAVE_STATUSES, list(statuses), [status.value for status in statuses.values()], now)


async def save_refunds(tx: Tx, refunds: Sequence[StoredRefund]) -> None:
    """Write new refunds and count them at their parts, which are locked."""
    rows = [
        (r.refund_id, r.payment_id, r.order_id, r.shop_id, r.amount_minor, r.reason, r.status.value, r.asked_at)
        for r in refunds
    ]
    await tx.execute(_INSERT_REFUNDS, *_columns(rows))
    added: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for r in refunds:
        added[r.order_id, r.payment_id] += r.amount_minor
    await tx.execute(_COUNT_REFUNDS, [o for o, _ in added], [p for _, p in added], list(added.values()))


async def load_refunds(tx: Tx, refund_ids: Sequence[UUID]) -> list[StoredRefund]:
    """The pieces of these refunds that exist, in the order of their ids."""
    rows = await tx.fetch(
        f"select {REFUND_COLUMNS} from payments.refund r join payments.payment p using (payment_id)"
        " where r.refund_id = any($1::uuid[]) order by r.refund_id, p.captured_at desc, r.payment_id desc",
        refund_ids,
    )
    return [refund_of(row) for row in rows]


async def known_covers(tx: Tx, refund_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these refunds returned a cover before."""
    rows = await tx.fetch("select refund_id from payments.cover_return where refund_id = any($1::uuid[])", refund_ids)
    return {row["refund_id"] for row in rows}


async def save_covers(tx: Tx, returns: Sequence[CoverReturn]) -> None:
    """Write returned covers and count them at their parts, which are locked."""
    await tx.execute(_INSERT_COVERS, *_columns([astuple(each) for each in returns]))


async def save_released(tx: Tx, parts: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """These parts (order, payment), which are locked, went to the merchant."""
    await tx.execute(_SAVE_RELEASED, [order for order, _ in parts], [payment for _, payment in parts], now)


async def take_due_refunds(tx: Tx, now: datetime, pause: timedelta, limit: int) -> list[tuple[StoredRefund, str, int]]:
    """Refunds to be told to their gateways, each with the gateway's name and the number of this attempt.

    They are not due again until `pause` is over: who takes them tells them after this transaction.
    """
    rows = await tx.fetch(_TAKE_DUE_REFUNDS, now, pause, limit)
    return [(refund_of(row), row["gateway"], row["attempts"]) for row in rows]


async def settle_refund(tx: Tx, refund: StoredRefund, receipt_ref: str, now: datetime) -> None:
    """The gateway gave it back."""
    await tx.execute(
        "update payments.refund set status = 'sent', sent_at = $3, receipt_ref = $4, last_error = null"
        " where refund_id = $1 and payment_id = $2 and status = 'asked'",
        refund.refund_id, refund.payment_id, now, receipt_ref,
    )  # fmt: skip


async def put_off_refund(tx: Tx, refund: StoredRefund, error: str, again_at: datetime | None) -> None:
    """The gateway did not give it back: to be told again at an instant, or never."""
    await tx.execute(
        "update payments.refund set last_error = $3, next_try_at = coalesce($4::timestamptz, next_try_at),"
        " status = case when $4::timestamptz is null then 'failed' else status end"
        " where refund_id = $1 and payment_id = $2 and status = 'asked'",
        refund.refund_id, refund.payment_id, error[:500], again_at,
    )  # fmt: skip


def refund_of(row: asyncpg.Record) -> StoredRefund:
    """A row of REFUND_COLUMNS as a refund."""
    return StoredRefund(
        row["refund_id"], row["payment_id"], row["order_id"], row["shop_id"], row["amount_minor"], row["currency"],
        row["reason"], RefundStatus(row["status"]), row["asked_at"], row["sent_at"],
    )  # fmt: skip


async def _payments(tx: Tx, condition: str, ids: list[UUID]) -> dict[UUID, Payment]:
    rows = await tx.fetch(f"select {PAYMENT_COLUMNS} from payments.payment where {condition}", ids)
    parts = await tx.fetch(
        f"select {PART_COLUMNS} from payments.part where payment_id = any($1::uuid[]) order by payment_id, order_id",
        ids,
    )
    return _payments_of(rows, parts)


def _payments_of(rows: Sequence[asyncpg.Record], part_rows: Sequence[asyncpg.Record]) -> dict[UUID, Payment]:
    parts: dict[UUID, list[StoredPart]] = defaultdict(list)
    for row in part_rows:
        parts[row["payment_id"]].append(_part_of(row))
    return {row["payment_id"]: _payment_of(row, tuple(parts[row["payment_id"]])) for row in rows}


def _payment_of(row: asyncpg.Record, parts: tuple[StoredPart, ...]) -> Payment:
    return Payment(
        row["payment_id"], row["buyer_id"], row["key"], row["checkout_id"], Purpose(row["purpose"]),
        row["amount_minor"], row["currency"], row["gateway"], row["is_simulated"], PaymentStatus(row["status"]),
        row["created_at"], row["captured_at"], parts,
    )  # fmt: skip


def _part_of(row: asyncpg.Record) -> StoredPart:
    part = PaymentPart(
        row["shop_id"], row["order_id"], row["paid_minor"], row["platform_minor"], row["creator_minor"],
        row["creator_id"], row["commission_bp"], row["creator_commission_bp"],
    )  # fmt: skip
    return StoredPart(
        row["payment_id"], part, row["refunded_minor"], row["released_at"], row["cover_returned_minor"]
    )  # fmt: skip


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    """Rows as the columns that `unnest` takes; at least one row."""
    return [list(column) for column in zip(*rows, strict=True)]


_INSERT_PAYMENTS = """
with added as (
    insert into payments.payment (payment_id, buyer_id, key, checkout_id, purpose, amount_minor, currency, gateway,
        is_simulated, status, created_at)
    select w.*, 'pending', $19::timestamptz from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[],
        $6::bigint[], $7::text[], $8::text[], $9::boolean[]) as w
    on conflict (payment_id) do nothing returning payment_id
), parts as (
    insert into payments.part (order_id, payment_id, shop_id, paid_minor, platform_minor, creator_minor, creator_id,
        commission_bp, creator_commission_bp)
    select w.* from unnest($10::uuid[], $11::uuid[], $12::uuid[], $13::bigint[], $14::bigint[], $15::bigint[],
        $16::uuid[], $17::int[], $18::int[]) as w(order_id, payment_id)
    join added using (payment_id)
)
select payment_id from added
"""
_LOCK_ORDER_PARTS = f"""
select {PART_COLUMNS} from payments.part where order_id = any($1::uuid[]) order by order_id, payment_id for update
"""
_INSERT_NOTICES = """
insert into payments.notice
    (gateway, event_id, payment_id, kind, amount_minor, currency, told_at, effect, received_at)
select w.*, $9::timestamptz from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::bigint[], $6::text[],
    $7::timestamptz[], $8::text[]) as w
on conflict do nothing
"""
_SAVE_STATUSES = """
update payments.payment p
set status = w.status, captured_at = case when w.status = 'captured' then $3::timestamptz end
from unnest($1::uuid[], $2::text[]) as w(payment_id, status) where p.payment_id = w.payment_id
"""
_INSERT_REFUNDS = """
insert into payments.refund
    (refund_id, payment_id, order_id, shop_id, amount_minor, reason, status, asked_at, next_try_at)
select w.*, asked_at from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[],
    $8::timestamptz[]) as w(refund_id, payment_id, order_id, shop_id, amount_minor, reason, status, asked_at)
"""
_COUNT_REFUNDS = """
update payments.part p set refunded_minor = p.refunded_minor + w.added
from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as w(order_id, payment_id, added)
where p.order_id = w.order_id and p.payment_id = w.payment_id
"""
_INSERT_COVERS = """
with added as (
    insert into payments.cover_return (refund_id, payment_id, order_id, shop_id, cover_minor, at)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::timestamptz[])
    returning order_id, payment_id, cover_minor
)
update payments.part p set cover_returned_minor = p.cover_returned_minor + w.added
from (select order_id, payment_id, sum(cover_minor)::bigint as added from added group by 1, 2) w
where p.order_id = w.order_id and p.payment_id = w.payment_id
"""
_SAVE_RELEASED = """
update payments.part p set released_at = $3
from unnest($1::uuid[], $2::uuid[]) as w(order_id, payment_id)
where p.order_id = w.order_id and p.payment_id = w.payment_id
"""
_TAKE_DUE_REFUNDS = f"""
with due as (
    select refund_id, payment_id from payments.refund where status = 'asked' and next_try_at <= $1
    order by next_try_at limit $3 for update skip locked
), taken as (
    update payments.refund r set attempts = attempts + 1, next_try_at = $1::timestamptz + $2::interval
    from due where r.refund_id = due.refund_id and r.payment_id = due.payment_id
    returning r.*
)
select {REFUND_COLUMNS}, p.gateway, r.attempts from taken r join payments.payment p using (payment_id)
order by r.asked_at, r.refund_id
"""
