"""Which orders does a shop have, and what waits in them?

Every read takes the actor and the shop: `trade:view` opens the list, and whoever lacks `data:view` (staff who only
ship) gets orders without money: `shows_money` is false and the amounts are never read from the record.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text
from peakday.trade.orders.listing import PAGE_MAX, WAITING, conditions
from peakday.trade.orders.model import (
    Discount,
    Order,
    OrderDetail,
    OrderFilter,
    OrderKind,
    OrderLine,
    OrderPage,
    OrderStatus,
    Refund,
    ShopSize,
    Terminal,
    Todos,
    Waiting,
)
from peakday.trade.orders.refund_store import read_refund

VIEW = "trade:view"
SEE_MONEY = "data:view"
EXPORT_BATCH = 1000


async def list_orders(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: OrderFilter, cursor: UUID | None = None, limit: int = 50
) -> OrderPage:
    """A shop's orders, newest first, after `cursor` (the last order of the page before); at most 200."""
    require(actor, VIEW, shop_id)
    if not 1 <= limit <= PAGE_MAX:
        raise Invalid(_LIMIT_PROBLEM)
    money = actor.can(SEE_MONEY)
    where, values = conditions(shop_id, wanted, cursor)
    rows = await tx.fetch(f"{_select(money=money)} where {where} order by order_id desc limit {limit + 1}", *values)
    orders = tuple(_order(row) for row in rows[:limit])
    return OrderPage(orders, orders[-1].order_id if len(rows) > limit else None, money)


async def iterate_orders(tx: Tx, actor: Actor, shop_id: UUID, wanted: OrderFilter) -> AsyncIterator[Order]:
    """All orders of a shop that the filter wants, newest first, in bounded memory. Needs a transaction."""
    require(actor, VIEW, shop_id)
    where, values = conditions(shop_id, wanted, None)
    query = f"{_select(money=actor.can(SEE_MONEY))} where {where} order by order_id desc"
    async for row in tx.cursor(query, *values, prefetch=EXPORT_BATCH):
        yield _order(row)


async def get_order(tx: Tx, actor: Actor, shop_id: UUID, order_id: UUID) -> OrderDetail:
    """One order with its lines and refunds; refuses `NotFound`, also when it is another shop's."""
    require(actor, VIEW, shop_id)
    money = actor.can(SEE_MONEY)
    row = await tx.fetchrow(f"{_select(money=money)} where shop_id = $1 and order_id = $2", shop_id, order_id)
    if row is None:
        raise NotFound
    lines = await tx.fetch(
        "select * from orders.line where shop_id = $1 and order_id = $2 order by line_no", shop_id, order_id
    )
    refunds = await tx.fetch(
        "select * from orders.refund where shop_id = $1 and order_id = $2 order by refund_id", shop_id, order_id
    )
    return OrderDetail(
        _order(row),
        tuple(_line(line, money=money) for line in lines),
        tuple(_refund(refund, money=money) for refund in refunds),
        money,
    )


async def orders_of(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> list[Order]:
    """These (shop_id, order_id) with their money, for who may see them already; what is not there is left out."""
    rows = await tx.fetch(
        f"{_select(money=True)} join unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id) using (shop_id, order_id)",
        [shop_id for shop_id, _ in pairs], [order_id for _, order_id in pairs],
    )  # fmt: skip
    return [_order(row) for row in rows]


async def count_todos(tx: Tx, actor: Actor, shop_id: UUID) -> Todos:
    """How many orders wait, and for what."""
    require(actor, VIEW, shop_id)
    row = await tx.fetchrow(
        f"select count(*) filter (where {WAITING[Waiting.PAYMENT]}) as awaiting_payment,"
        f" count(*) filter (where {WAITING[Waiting.SHIPMENT]}) as awaiting_shipment,"
        f" count(*) filter (where {WAITING[Waiting.RECEIPT]}) as shipped,"
        f" (select count(*) from orders.customer_order where shop_id = $1 and {WAITING[Waiting.REFUND]})"
        " as awaiting_refund,"
        f" min(paid_at) filter (where {WAITING[Waiting.SHIPMENT]}) as oldest_unshipped_paid_at"
        " from orders.customer_order where shop_id = $1 and status not in ('completed', 'closed')",
        shop_id,
    )
    assert row is not None
    return Todos(**dict(row))


async def largest_shops(tx: Tx, limit: int = 10) -> list[ShopSize]:
    """The shops with most orders; for the demo's logins and the benches, not for a merchant's page."""
    rows = await tx.fetch(
        "select shop_id, count(*) as orders from orders.customer_order group by shop_id"
        " order by orders desc, shop_id limit $1",
        limit,
    )
    return [ShopSize(row["shop_id"], row["orders"]) for row in rows]


_LIMIT_PROBLEM = Problem(
    "limit", "out_of_range",
    Text(f"每页条数须在 1 到 {PAGE_MAX} 之间", f"A page holds 1 to {PAGE_MAX} orders"),
    Text("请修改 limit", "Change limit"),
)  # fmt: skip
_PLAIN = (
    "shop_id, order_id, checkout_id, buyer_id, source, source_ref, kind, terminal, region_id, status, currency,"
    " created_at, paid_at, closed_at, flags, simulated"
)
_MONEY = ("list_minor", "discount_minor", "postage_minor", "paid_minor", "refund_minor")


def _select(*, money: bool) -> str:
    amounts = ", ".join(column if money else f"0::bigint as {column}" for column in _MONEY)
    return f"select {_PLAIN}, {amounts} from orders.customer_order"


def _order(row: asyncpg.Record) -> Order:
    values = dict(row)
    values |= {
        "kind": OrderKind(row["kind"]),
        "terminal": Terminal(row["terminal"]),
        "status": OrderStatus(row["status"]),
        "flags": tuple(row["flags"]),
    }
    return Order(**values)


def _line(row: asyncpg.Record, *, money: bool) -> OrderLine:
    discounts = tuple(Discount(**part) for part in row["discounts"]) if money else ()
    return OrderLine(
        line_no=row["line_no"], item_id=row["item_id"], sku_id=row["sku_id"], category_id=row["category_id"],
        quantity=row["quantity"],
        list_minor=row["list_minor"] if money else 0,
        paid_minor=row["paid_minor"] if money else 0,
        refund_minor=row["refund_minor"] if money else 0,
        discounts=discounts, flags=tuple(row["flags"]),
    )  # fmt: skip


def _refund(row: asyncpg.Record, *, money: bool) -> Refund:
    refund = read_refund(row)
    return refund if money else replace(refund, amount_minor=0, funders={})
