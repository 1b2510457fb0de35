"""How are refunds written, and how do they change what an order's lines gave back?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.trade.orders.model import Refund, RefundKind, RefundState
from peakday.trade.orders.rules.refund_amounts import RefundedBefore

Pair = tuple[UUID, UUID]  # shop_id, order_id


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for refunds, when; `request_hash` names what was asked."""

    actor: Actor
    at: datetime
    request_hash: bytes | None = None


async def insert_refunds(tx: Tx, refunds: Sequence[Refund], asked: Asked) -> None:
    """Write new refunds in the states that they say; a completed one is counted by `count_completed`."""
    await tx.executemany(
        "insert into orders.refund (shop_id, refund_id, order_id, line_no, amount_minor, completed_at, state, kind,"
        " quantity, reason, requested_by_kind, requested_by, asked_at, funders, request_hash, decided_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        [(r.shop_id, r.refund_id, r.order_id, r.line_no, r.amount_minor, r.completed_at, r.state.value, r.kind.value,
          r.quantity, r.reason, asked.actor.kind.value, asked.actor.account_id, asked.at, dict(r.funders),
          asked.request_hash, r.decided_at) for r in refunds],
    )  # fmt: skip


async def find_refund(tx: Tx, shop_id: UUID, refund_id: UUID) -> tuple[Refund, bytes | None] | None:
    """A refund and the hash of what was asked, or none; whoever changes it holds its order."""
    row = await tx.fetchrow("select * from orders.refund where shop_id = $1 and refund_id = $2", shop_id, refund_id)
    return (read_refund(row), row["request_hash"]) if row else None


async def move_refund(tx: Tx, refund: Refund, there: RefundState, decided: tuple[Actor, str], at: datetime) -> None:
    """Move a refund whose order is held; `decided` is who, with a note. The caller has checked the move."""
    actor, note = decided
    await tx.execute(
        "update orders.refund set state = $3, completed_at = case when $3 = 'completed' then $4::timestamptz end,"
        " decided_at = coalesce(decided_at, $4), decided_by = coalesce(decided_by, $5),"
        " decision_note = case when $6 = '' then decision_note else $6 end, changed_xid = pg_current_xact_id()"
        " where shop_id = $1 and refund_id = $2",
        refund.shop_id, refund.refund_id, there.value, at, actor.account_id, note,
    )  # fmt: skip


async def note_return(
    tx: Tx, refund: Refund, carrier: str, tracking_no: str
) -> None:  # fmt: skip
    """The buyer sent the goods back."""
    await tx.execute(
        "update orders.refund set return_carrier = $3, return_tracking_no = $4, changed_xid = pg_current_xact_id()"
        " where shop_id = $1 and refund_id = $2",
        refund.shop_id, refund.refund_id, carrier, tracking_no,
    )  # fmt: skip


async def note_goods_back(tx: Tx, refunds: Sequence[Refund], at: datetime) -> None:
    """The pieces of these refunds are in stock again."""
    await tx.execute(
        "update orders.refund r set returned_at = $3 from unnest($1::uuid[], $2::uuid[]) as w(shop_id, refund_id)"
        " where (r.shop_id, r.refund_id) = (w.shop_id, w.refund_id)",
        [refund.shop_id for refund in refunds], [refund.refund_id for refund in refunds], at,
    )  # fmt: skip


async def refunded_before(
    tx: Tx, orders: Sequence[Pair], but: UUID | None = None
) -> dict[tuple[UUID, int], RefundedBefore]:  # fmt: skip
    """What of each (order, line) went back or is promised to, apart from refund `but`."""
    rows = await tx.fetch(
        "select r.order_id, r.line_no, sum(r.amount_minor)::bigint as minor,"
        " coalesce(sum(r.quantity), 0)::int as pieces"
        " from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id) join orders.refund r using (shop_id, order_id)"
        " where r.state not in ('declined', 'withdrawn') and r.line_no is not null and r.refund_id is distinct from $3"
        " group by r.order_id, r.line_no",
        [shop_id for shop_id, _ in orders], [order_id for _, order_id in orders], but,
    )  # fmt: skip
    return {(row["order_id"], row["line_no"]): RefundedBefore(row["minor"], row["pieces"]) for row in rows}


async def count_completed(tx: Tx, refunds: Sequence[Refund]) -> None:
    """Add completed refunds to their lines and orders, whose locks the caller holds."""
    shops, orders = [r.shop_id for r in refunds], [r.order_id for r in refunds]
    lines, amounts = [r.line_no for r in refunds], [r.amount_minor for r in refunds]
    await tx.execute(_COUNT_LINES, shops, orders, lines, amounts)
    await tx.execute(_COUNT_ORDERS, shops, orders, amounts)


async def list_open_refunds(tx: Tx, orders: Sequence[Pair]) -> list[Refund]:
    """Refunds of these orders that are not decided or not paid yet."""
    rows = await tx.fetch(
        "select r.* from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id)"
        " join orders.refund r using (shop_id, order_id) where r.state in ('asked', 'returning', 'paying')"
        " order by r.refund_id",
        [shop_id for shop_id, _ in orders], [order_id for _, order_id in orders],
    )  # fmt: skip
    return [read_refund(row) for row in rows]


async def list_unanswered(tx: Tx, asked_before: datetime, limit: int) -> list[Refund]:
    """Native refunds that were asked for before an instant and wait for the merchant's word, or for money."""
    rows = await tx.fetch(
        "select * from orders.refund where state = 'paying' or (state = 'asked' and asked_at < $1)"
        " order by asked_at limit $2",
        asked_before, limit,
    )  # fmt: skip
    return [read_refund(row) for row in rows]


def read_refund(row: asyncpg.Record) -> Refund:
    """A refund from its row."""
    return Refund(
        shop_id=row["shop_id"], refund_id=row["refund_id"], order_id=row["order_id"], line_no=row["line_no"],
        amount_minor=row["amount_minor"], completed_at=row["completed_at"], state=RefundState(row["state"]),
        kind=RefundKind(row["kind"]), quantity=row["quantity"], reason=row["reason"], asked_at=row["asked_at"],
        decided_at=row["decided_at"], decision_note=row["decision_note"], return_carrier=row["return_carrier"],
        return_tracking_no=row["return_tracking_no"], returned_at=row["returned_at"],
        funders=MappingProxyType(row["funders"]),
    )  # fmt: skip


_COUNT_LINES = """
update orders.line l set refund_minor = l.refund_minor + s.minor
from (select shop_id, order_id, line_no, sum(minor)::bigint as minor
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[]) as w(shop_id, order_id, line_no, minor)
    where line_no is not null group by 1, 2, 3) s
where (l.shop_id, l.order_id, l.line_no) = (s.shop_id, s.order_id, s.line_no)
"""
_COUNT_ORDERS = """
update orders.customer_order o set refund_minor = o.refund_minor + s.minor, changed_xid = pg_current_xact_id()
from (select shop_id, order_id, sum(minor)::bigint as minor
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as w(shop_id, order_id, minor) group by 1, 2) s
where (o.shop_id, o.order_id) = (s.shop_id, s.order_id)
"""
