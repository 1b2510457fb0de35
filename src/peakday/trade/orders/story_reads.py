"""What is the whole story of some orders: lines, money back, parcel, holds, presale, invoice, address?

Each kind of thing is one question, whatever the number of orders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.trade.orders import checkout_store, life_store, presale_store
from peakday.trade.orders.checkouts import Address, StoredCheckout
from peakday.trade.orders.errors import CheckoutNotFound
from peakday.trade.orders.listing import PAGE_MAX
from peakday.trade.orders.model import Order, OrderDetail, OrderKind, OrderLine, OrderStatus, Refund
from peakday.trade.orders.presale_store import PresaleOrder
from peakday.trade.orders.queries import get_order, orders_of
from peakday.trade.orders.refund_store import read_refund
from peakday.trade.orders.rules.timeline import Beside, MoveNote, timeline_of
from peakday.trade.orders.stories import (
    HoldNote,
    Invoice,
    InvoiceKind,
    InvoiceState,
    MyOrders,
    OrderStory,
    Shipment,
    SoldGood,
)
from peakday.trade.payments import api as payments
from peakday.trade.promotions.api import PresaleState

Pair = tuple[UUID, UUID]  # shop_id, order_id


async def get_story(tx: Tx, actor: Actor, shop_id: UUID, order_id: UUID) -> OrderStory:
    """An order as its shop sees it. Refuses `NotFound`; whoever may not see figures gets none."""
    detail: OrderDetail = await get_order(tx, actor, shop_id, order_id)
    require(actor, "trade:view", shop_id)
    order = detail.order
    stored = None
    if order.buyer_id is not None and order.checkout_id is not None:
        stored = await checkout_store.find_checkout(tx, order.buyer_id, order.checkout_id)
    (story,) = await _tell(tx, [order], {order.order_id: list(detail.lines)}, [] if stored is None else [stored])
    refunds = story.refunds if detail.shows_money else tuple(replace(each, amount_minor=0) for each in story.refunds)
    timeline = story.timeline if detail.shows_money else tuple(replace(e, amount_minor=None) for e in story.timeline)
    presale = story.presale if detail.shows_money or story.presale is None else _without_money(story.presale)
    amends = story.amends if detail.shows_money or story.amends is None else replace(story.amends, amount_minor=0)
    return replace(
        story, shows_money=detail.shows_money, refunds=refunds, timeline=timeline, presale=presale, amends=amends
    )  # fmt: skip


async def get_my_order(tx: Tx, actor: Actor, order_id: UUID) -> OrderStory:
    """A buyer's own order. Refuses `NotFound`, also when it is another's."""
    stored = await checkout_store.find_checkout_of_order(tx, accounts.require_buyer(actor), order_id)
    if stored is None:
        raise NotFound
    pair = (stored.shop_ids[stored.order_ids.index(order_id)], order_id)
    (story,) = await _stories(tx, [pair], [stored])
    return story


async def get_my_checkout(tx: Tx, actor: Actor, checkout_id: UUID) -> tuple[StoredCheckout, tuple[OrderStory, ...]]:
    """A buyer's checkout with its orders. Refuses `CheckoutNotFound`."""
    stored = await checkout_store.find_checkout(tx, accounts.require_buyer(actor), checkout_id)
    if stored is None:
        raise CheckoutNotFound
    pairs = list(zip(stored.shop_ids, stored.order_ids, strict=True))
    return stored, tuple(await _stories(tx, pairs, [stored]))


async def list_my_orders(
    tx: Tx, actor: Actor, status: OrderStatus | None = None, cursor: UUID | None = None, limit: int = 20
) -> MyOrders:  # fmt: skip
    """A buyer's orders, newest first, after `cursor`."""
    buyer_id = accounts.require_buyer(actor)
    assert 1 <= limit <= PAGE_MAX, limit
    rows = await tx.fetch(_MY_ORDERS, buyer_id, cursor, None if status is None else status.value, limit + 1)
    page = rows[:limit]
    stored = await checkout_store.find_checkouts(tx, buyer_id, list({row["checkout_id"] for row in page}))
    stories = await _stories(tx, [(row["shop_id"], row["order_id"]) for row in page], stored)
    return MyOrders(tuple(stories), page[-1]["order_id"] if len(rows) > limit else None)


async def _stories(tx: Tx, pairs: Sequence[Pair], stored: Sequence[StoredCheckout]) -> list[OrderStory]:
    """The stories of these orders, in this order, with all money."""
    orders = {order.order_id: order for order in await orders_of(tx, pairs)}
    lines = await life_store.lines_of(tx, pairs)
    return await _tell(tx, [orders[order_id] for _, order_id in pairs], lines, stored)


async def _tell(
    tx: Tx, orders: Sequence[Order], lines: Mapping[UUID, Sequence[OrderLine]], stored: Sequence[StoredCheckout]
) -> list[OrderStory]:
    pairs = [(order.shop_id, order.order_id) for order in orders]
    beside = await _read_beside(tx, pairs)
    presales = (
        {}
        if all(order.kind is not OrderKind.PRESALE for order in orders)
        else (await presale_store.presales_of_orders(tx, pairs))
    )
    goods = await _goods(tx, orders, lines, stored)
    addresses = {
        order_id: each.addresses[place]
        for each in stored
        for order_id, place in zip(each.order_ids, each.addresses_of, strict=False)  # a flash order names none
        if place < len(each.addresses)
    }
    stories = [_story(order, lines, beside, (presales, addresses, goods)) for order in orders]
    doubled = [key for key, presale in presales.items() if presale.state is PresaleState.RETURNED_DOUBLE]
    amends = {one.order_id: one for one in await payments.list_order_amends(tx, doubled)} if doubled else {}
    return [replace(story, amends=amends.get(story.order.order_id)) for story in stories] if amends else stories


def _story(
    order: Order, lines: Mapping[UUID, Sequence[OrderLine]], beside: "_Beside",
    more: tuple[Mapping[UUID, PresaleOrder], Mapping[UUID, Address], Mapping[UUID, Mapping[int, SoldGood]]],
) -> OrderStory:  # fmt: skip
    presales, addresses, goods = more
    key = order.order_id
    mine = Beside(
        beside.moves.get(key, ()), beside.shipments.get(key), beside.holds.get(key, ()), beside.refunds.get(key, ()),
        beside.invoices.get(key),
    )  # fmt: skip
    return OrderStory(
        order=order, lines=tuple(lines.get(key, ())), refunds=tuple(mine.refunds), timeline=timeline_of(order, mine),
        goods=goods.get(key, {}), address=addresses.get(key), shipment=mine.shipment, holds=tuple(mine.holds),
        presale=presales.get(key), invoice=mine.invoice,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Beside:
    moves: Mapping[UUID, Sequence[MoveNote]]
    shipments: Mapping[UUID, Shipment]
    holds: Mapping[UUID, Sequence[HoldNote]]
    refunds: Mapping[UUID, Sequence[Refund]]
    invoices: Mapping[UUID, Invoice]


async def _read_beside(tx: Tx, pairs: Sequence[Pair]) -> _Beside:
    async def rows_of(table: str, sort: str) -> list[asyncpg.Record]:
        return await tx.fetch(
            f"select t.* from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id)"
            f" join orders.{table} t using (shop_id, order_id) order by {sort}",
            [shop_id for shop_id, _ in pairs], [order_id for _, order_id in pairs],
        )  # fmt: skip

    moves: dict[UUID, list[MoveNote]] = {}
    for row in await rows_of("move", "t.moved_at"):
        moves.setdefault(row["order_id"], []).append(MoveNote(row["moved_at"], row["reason"], row["moved_by_kind"]))
    holds: dict[UUID, list[HoldNote]] = {}
    for row in await rows_of("hold", "t.hold_no"):
        note = HoldNote(Text(row["reason_zh"], row["reason_en"]), row["held_at"], row["lifted_at"])
        holds.setdefault(row["order_id"], []).append(note)
    refunds: dict[UUID, list[Refund]] = {}
    for row in await rows_of("refund", "t.refund_id"):
        refunds.setdefault(row["order_id"], []).append(read_refund(row))
    shipments = {row["order_id"]: _shipment(row) for row in await rows_of("shipment", "t.shipped_at")}
    invoices = {row["order_id"]: read_invoice(row) for row in await rows_of("invoice", "t.asked_at")}
    return _Beside(moves, shipments, holds, refunds, invoices)


async def _goods(
    tx: Tx, orders: Sequence[Order], lines: Mapping[UUID, Sequence[OrderLine]], stored: Sequence[StoredCheckout]
) -> dict[UUID, dict[int, SoldGood]]:
    """As the buyer saw them; where that was not kept, as the catalogue calls them now."""
    quotes = await checkout_store.find_quotes(tx, [(each.buyer_id, each.checkout_id) for each in stored])
    seen = {
        (UUID(body["shop_id"]), UUID(body["sku_id"])): SoldGood(body["title"], body["spec"], body.get("image"))
        for quote in quotes.values()
        for body in _quoted(quote)
    }
    missing = [
        (order.shop_id, line.sku_id)
        for order in orders
        for line in lines.get(order.order_id, ())
        if line.sku_id is not None and (order.shop_id, line.sku_id) not in seen
    ]
    if missing:
        for pair, good in (await catalog.find_goods_of(tx, missing)).items():
            seen[pair] = SoldGood(good.title, good.spec, good.image)
    return {
        order.order_id: {
            line.line_no: seen[order.shop_id, line.sku_id]
            for line in lines.get(order.order_id, ())
            if line.sku_id is not None and (order.shop_id, line.sku_id) in seen
        }
        for order in orders
    }


def _quoted(quote: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [body for body in quote.get("lines", []) if "title" in body]


def _without_money(presale: PresaleOrder) -> PresaleOrder:
    return replace(presale, deposit_minor=0, tail_minor=0)


def _shipment(row: asyncpg.Record) -> Shipment:
    return Shipment(
        row["carrier"], row["tracking_no"], row["is_simulated"], row["shipped_at"], row["receipt_due_at"],
        row["received_at"],
    )  # fmt: skip


def read_invoice(row: asyncpg.Record) -> Invoice:
    """An invoice from its row."""
    return Invoice(
        shop_id=row["shop_id"], invoice_id=row["invoice_id"], order_id=row["order_id"], buyer_id=row["buyer_id"],
        state=InvoiceState(row["state"]), kind=InvoiceKind(row["kind"]), title=row["title"], tax_no=row["tax_no"],
        currency=row["currency"], amount_minor=row["amount_minor"], asked_at=row["asked_at"],
        invoice_no=row["invoice_no"], note=row["note"], decided_at=row["decided_at"],
    )  # fmt: skip


_MY_ORDERS = """
select o.shop_id, o.order_id, o.checkout_id
from (select unnest(shop_ids) as shop_id, unnest(order_ids) as order_id from orders.checkout where buyer_id = $1) mine
join orders.customer_order o using (shop_id, order_id)
where ($2::uuid is null or o.order_id < $2) and ($3::text is null or o.status = $3)
order by o.order_id desc limit $4
"""
