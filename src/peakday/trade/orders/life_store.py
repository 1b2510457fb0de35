"""How are orders locked and moved, shipped and held?

Locks are taken in one order: orders by (shop, id), then their payments, holds of stock, instruments, the ledger's head
last. A change bumps the order's `changed_xid`: figures find it by that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.trade.orders.model import Discount, OrderFlag, OrderKind, OrderLine, OrderStatus
from peakday.trade.orders.rules.order_states import FINAL_STATES, MoveReason, moved_by

Pair = tuple[UUID, UUID]  # shop_id, order_id


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """A native order that this transaction holds."""

    shop_id: UUID
    order_id: UUID
    checkout_id: UUID
    buyer_id: UUID
    kind: OrderKind
    status: OrderStatus
    currency: str
    created_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    postage_minor: int
    paid_minor: int
    refund_minor: int
    flags: tuple[str, ...]
    simulated: bool

    @property
    def pair(self) -> Pair:
        """What names it."""
        return self.shop_id, self.order_id

    @property
    def is_held(self) -> bool:
        """Whether somebody stopped it."""
        return OrderFlag.HELD in self.flags


async def database_now(tx: Tx) -> datetime:
    """The database's clock, which every order goes by."""
    at = await tx.fetchval("select clock_timestamp()")
    assert isinstance(at, datetime), at
    return at


async def lock_orders(tx: Tx, orders: Iterable[Pair]) -> list[LockedOrder]:
    """Hold these native orders, in their order; what is not there, or was imported, is left out."""
    pairs = sorted(set(orders))
    rows = await tx.fetch(_LOCK, [shop_id for shop_id, _ in pairs], [order_id for _, order_id in pairs])
    return [_locked(row) for row in rows]


async def lock_checkouts(tx: Tx, checkouts: Iterable[tuple[UUID, UUID]]) -> list[LockedOrder]:
    """Hold all orders of these (buyer_id, checkout_id)."""
    pairs = sorted(set(checkouts))
    rows = await tx.fetch(
        "select unnest(shop_ids) as shop_id, unnest(order_ids) as order_id from orders.checkout"
        " join unnest($1::uuid[], $2::uuid[]) as w(buyer_id, checkout_id) using (buyer_id, checkout_id)",
        [buyer_id for buyer_id, _ in pairs], [checkout_id for _, checkout_id in pairs],
    )  # fmt: skip
    return await lock_orders(tx, [(row["shop_id"], row["order_id"]) for row in rows])


async def find_checkout_of(tx: Tx, order: Pair) -> tuple[UUID, UUID] | None:
    """(buyer_id, checkout_id) of a native order, or none."""
    row = await tx.fetchrow(
        "select buyer_id, checkout_id from orders.customer_order"
        " where shop_id = $1 and order_id = $2 and source = 'peakday'",
        *order,
    )
    return (row["buyer_id"], row["checkout_id"]) if row else None


async def list_unpaid(tx: Tx, before: UUID, limit: int) -> list[tuple[UUID, UUID]]:
    """(buyer_id, checkout_id) of unpaid native orders whose ids are smaller, oldest first."""
    rows = await tx.fetch(
        "select distinct buyer_id, checkout_id from (select buyer_id, checkout_id from orders.customer_order"
        " where status = 'awaiting_payment' and source = 'peakday' and order_id < $1 order by order_id limit $2) u",
        before, limit,
    )  # fmt: skip
    return [(row["buyer_id"], row["checkout_id"]) for row in rows]


async def move_orders(
    tx: Tx, orders: Sequence[LockedOrder], reason: MoveReason, actor: Actor, at: datetime
) -> None:  # fmt: skip
    """Move locked orders for a reason, and write it into their timelines. Refuses `OrderMoveRefused`."""
    if not orders:
        return
    there = {moved_by(reason, order.kind, order.status) for order in orders}
    assert len(there) == 1, there
    (status,) = there
    await tx.execute(
        _MOVE, [order.shop_id for order in orders], [order.order_id for order in orders],
        [order.status.value for order in orders], status.value, at, actor.kind.value, actor.account_id, reason.value,
        reason is MoveReason.PAID, status in FINAL_STATES,
    )  # fmt: skip


async def lines_of(tx: Tx, orders: Sequence[Pair]) -> dict[UUID, list[OrderLine]]:
    """The lines of these orders, by order, in their order. Whoever changes them holds the orders."""
    rows = await tx.fetch(
        "select l.* from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id)"
        " join orders.line l using (shop_id, order_id) order by order_id, line_no",
        [shop_id for shop_id, _ in orders], [order_id for _, order_id in orders],
    )  # fmt: skip
    lines: dict[UUID, list[OrderLine]] = {}
    for row in rows:
        lines.setdefault(row["order_id"], []).append(_line(row))
    return lines


@dataclass(frozen=True, slots=True)
class NewShipment:
    """What a shop says when goods leave it."""

    carrier: str
    tracking_no: str
    is_simulated: bool
    receipt_due_at: datetime


async def insert_shipment(tx: Tx, pair: Pair, shipment: NewShipment, shipped_by: UUID | None, at: datetime) -> None:
    """The goods left."""
    await tx.execute(
        "insert into orders.shipment (shop_id, order_id, carrier, tracking_no, is_simulated, shipped_by, shipped_at,"
        " receipt_due_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        *pair, shipment.carrier, shipment.tracking_no, shipment.is_simulated, shipped_by, at,
        shipment.receipt_due_at,
    )  # fmt: skip


async def is_shipped_as(tx: Tx, pair: Pair, carrier: str, tracking_no: str) -> bool:
    """Whether an order left by this carrier with this number."""
    row = await tx.fetchrow(
        "select carrier, tracking_no from orders.shipment where shop_id = $1 and order_id = $2", *pair
    )
    return row is not None and (row["carrier"], row["tracking_no"]) == (carrier, tracking_no)


async def note_receipts(tx: Tx, orders: Sequence[Pair], at: datetime) -> None:
    """The goods arrived, or the days for it are over."""
    await tx.execute(
        "update orders.shipment s set received_at = $3 from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id)"
        " where (s.shop_id, s.order_id) = (w.shop_id, w.order_id)",
        [shop_id for shop_id, _ in orders], [order_id for _, order_id in orders], at,
    )  # fmt: skip


async def list_receipts_due(tx: Tx, at: datetime, limit: int) -> list[Pair]:
    """Shipped orders whose days of receipt are over, without an open refund and not held, oldest first."""
    rows = await tx.fetch(
        "select s.shop_id, s.order_id from orders.shipment s"
        " join orders.customer_order o on (o.shop_id, o.order_id) = (s.shop_id, s.order_id)"
        " where s.received_at is null and s.receipt_due_at <= $1 and o.status = 'shipped'"
        " and not 'held' = any(o.flags) and not exists (select from orders.refund r"
        " where (r.shop_id, r.order_id) = (s.shop_id, s.order_id) and r.state in ('asked', 'returning', 'paying'))"
        " order by s.receipt_due_at limit $2",
        at, limit,
    )  # fmt: skip
    return [(row["shop_id"], row["order_id"]) for row in rows]


async def insert_hold(tx: Tx, pair: Pair, reason: tuple[str, str], held_by: UUID | None, at: datetime) -> None:
    """Stop an order, with the reason in both languages."""
    await tx.execute(
        "insert into orders.hold (shop_id, order_id, hold_no, reason_zh, reason_en, held_by, held_at)"
        " select $1, $2, coalesce(max(hold_no), 0) + 1, $3, $4, $5, $6 from orders.hold"
        " where shop_id = $1 and order_id = $2",
        *pair, *reason, held_by, at,
    )  # fmt: skip
    await tx.execute(_FLAG, *pair, OrderFlag.HELD.value)


async def lift_hold(tx: Tx, pair: Pair, at: datetime) -> None:
    """Let an order go on."""
    await tx.execute(
        "update orders.hold set lifted_at = $3 where shop_id = $1 and order_id = $2 and lifted_at is null", *pair, at
    )
    await tx.execute(_UNFLAG, *pair, OrderFlag.HELD.value)


async def read_mark(tx: Tx, duty: str) -> dict[str, Any] | None:
    """How far a duty has come, or none when it never ran."""
    mark: dict[str, Any] | None = await tx.fetchval("select mark from orders.duty_mark where duty = $1", duty)
    return mark


async def save_mark(tx: Tx, duty: str, mark: dict[str, Any], at: datetime) -> None:
    """Keep how far a duty has come."""
    await tx.execute(
        "insert into orders.duty_mark (duty, mark, marked_at) values ($1, $2, $3)"
        " on conflict (duty) do update set mark = $2, marked_at = $3",
        duty, mark, at,
    )  # fmt: skip


_LOCK = """
select o.shop_id, o.order_id, o.checkout_id, o.buyer_id, o.kind, o.status, o.currency, o.created_at, o.paid_at,
    o.closed_at, o.postage_minor, o.paid_minor, o.refund_minor, o.flags, o.simulated
from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id) join orders.customer_order o using (shop_id, order_id)
where o.source = 'peakday' order by o.shop_id, o.order_id for update of o
"""
_MOVE = """
with w as (select * from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(shop_id, order_id, here)),
moved as (
    update orders.customer_order o set status = $4, changed_xid = pg_current_xact_id(),
        paid_at = case when $9 then $5 else o.paid_at end, closed_at = case when $10 then $5 else o.closed_at end
    from w where (o.shop_id, o.order_id) = (w.shop_id, w.order_id)
)
insert into orders.move (shop_id, order_id, to_status, from_status, moved_at, moved_by_kind, moved_by, reason)
select shop_id, order_id, $4, here, $5, $6, $7, $8 from w
"""
_FLAG = """
update orders.customer_order set flags = flags || $3::text, changed_xid = pg_current_xact_id()
where shop_id = $1 and order_id = $2 and not $3 = any(flags)
"""
_UNFLAG = """
update orders.customer_order set flags = array_remove(flags, $3::text), changed_xid = pg_current_xact_id()
where shop_id = $1 and order_id = $2
"""


def _locked(row: asyncpg.Record) -> LockedOrder:
    return LockedOrder(
        **{**dict(row), "kind": OrderKind(row["kind"]), "status": OrderStatus(row["status"]),
           "flags": tuple(row["flags"])}
    )  # fmt: skip


def _line(row: asyncpg.Record) -> OrderLine:
    return OrderLine(
        line_no=row["line_no"], item_id=row["item_id"], quantity=row["quantity"], list_minor=row["list_minor"],
        paid_minor=row["paid_minor"], sku_id=row["sku_id"], category_id=row["category_id"],
        refund_minor=row["refund_minor"], discounts=tuple(Discount(**part) for part in row["discounts"]),
        flags=tuple(row["flags"]),
    )  # fmt: skip
