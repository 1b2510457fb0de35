"""How are thousands of orders written that differ only in who bought?

In the hot minute a batch holds a few distinct wishes and hundreds of buyers. What the orders of a wish share (a
*pattern*: a checkout of one order of one line) is written as JSON once and kept while its price holds; each buyer adds
a few ids. One statement writes all checkouts, orders, lines and news: by itself, or beside the units that stock takes
(`ALIKE`, the statements of a `with`). The order's id is the checkout's with the time part of the instant at which it
was taken; it is also the id of its news.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from peakday.kernel.database import Tx
from peakday.kernel.outbox import announcing
from peakday.trade.orders.events import OrderPlaced
from peakday.trade.orders.model import NewOrder
from peakday.trade.orders.rules.order_money import money_faults
from peakday.trade.orders.writing import NATIVE, NativeCheckout

_OF_BUYER = frozenset({"order_id", "buyer_id", "checkout_id", "topic"})  # what the news says of each order apart


class Buyers(NamedTuple):
    """Who buys by a pattern: ids as text, and the checkouts' ids as they are shown."""

    pattern: str
    buyer_ids: list[str]
    checkout_ids: list[str]
    source_refs: list[str]


def write_pattern(checkout: NativeCheckout) -> str:
    """What orders of one kind share, as JSON that is open at its end. Its own ids, buyer and instant do not count."""
    (new,) = checkout.orders
    (line,) = new.lines
    assert not money_faults(new), (new, money_faults(new))
    order = new.order
    shared = {
        "request_hash": checkout.request_hash.hex(), "currency": checkout.currency,
        "payable_minor": checkout.payable_minor, "address": checkout.address, "quote": checkout.quote,
        "simulated": checkout.simulated, "shop_id": order.shop_id, "terminal": order.terminal,
        "list_minor": order.list_minor, "discount_minor": order.discount_minor, "postage_minor": order.postage_minor,
        "paid_minor": order.paid_minor, "item_id": line.item_id, "sku_id": line.sku_id,
        "category_id": line.category_id, "quantity": line.quantity, "discounts": _discounts(new), "news": _news(new),
    }  # fmt: skip
    return msgspec.json.encode(shared).decode()[:-1]


def write_alike(every: Sequence[Buyers]) -> str:
    """The values of `ALIKE`."""
    return f"[{','.join([_with_buyers(*each) for each in every])}]"


async def insert_alike(tx: Tx, every: Sequence[Buyers], at: datetime) -> None:
    """Write the orders and announce `OrderPlaced` for each."""
    await tx.execute(_INSERT_ALIKE, at, write_alike(every))


def _with_buyers(pattern: str, buyer_ids: list[str], checkout_ids: list[str], source_refs: list[str]) -> str:
    return (
        f'{pattern},"buyers":"{{{",".join(buyer_ids)}}}","checkouts":"{{{",".join(checkout_ids)}}}"'
        f',"refs":"{{{",".join(source_refs)}}}"}}'
    )


def _discounts(new: NewOrder) -> list[dict[str, object]]:
    builtins = msgspec.to_builtins(new.lines[0].discounts)
    return [{name: value for name, value in part.items() if value is not None} for part in builtins]


def _news(new: NewOrder) -> dict[str, Any]:
    """The part of the news that every order of a pattern shares."""
    order = new.order
    placed = OrderPlaced(order.shop_id, NOBODY, NOBODY, NOBODY, order.paid_minor, order.currency, order.simulated)
    return {name: getattr(placed, name) for name in placed.__slots__ if name not in _OF_BUYER}


NOBODY = UUID(int=0)
TOPIC = OrderPlaced(NOBODY, NOBODY, NOBODY, NOBODY, 0, "", simulated=False).topic
ALIKE = f"""
patterns as materialized (
    select * from jsonb_to_recordset($2::text::jsonb) as p (request_hash text,
        currency text, payable_minor bigint, address jsonb, quote jsonb, simulated boolean, shop_id uuid, terminal text,
        list_minor bigint, discount_minor bigint, postage_minor bigint, paid_minor bigint, item_id uuid, sku_id uuid,
        category_id uuid, quantity int, discounts jsonb, news jsonb, buyers text, checkouts text, refs text)
), alike as materialized (
    select p.currency, p.payable_minor, p.address, p.quote, p.simulated, p.shop_id, p.terminal, p.list_minor,
        p.discount_minor, p.postage_minor, p.paid_minor, p.item_id, p.sku_id, p.category_id, p.quantity, p.discounts,
        p.news, decode(p.request_hash, 'hex') as request_hash, b.buyer_id, b.checkout_id, b.source_ref,
        (go.began || substr(b.checkout_id::text, 15))::uuid as order_id, go.at
    from (select at, lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') as began from go) go,
        patterns p, unnest(p.buyers::uuid[], p.checkouts::uuid[], p.refs::text[])
            as b (buyer_id, checkout_id, source_ref)
), checkouts as (
    insert into orders.checkout
        (buyer_id, checkout_id, request_hash, currency, payable_minor, created_at, shop_ids, order_ids, address,
        quote, simulated)
    select buyer_id, checkout_id, request_hash, currency, payable_minor, at, array[shop_id], array[order_id],
        address, quote, simulated from alike
), orders as (
    insert into orders.customer_order
        (shop_id, order_id, checkout_id, buyer_id, source, source_ref, kind, terminal, status, currency, created_at,
        list_minor, discount_minor, postage_minor, paid_minor, refund_minor, simulated)
    select shop_id, order_id, checkout_id, buyer_id, '{NATIVE}', source_ref, 'spot', terminal,
        'awaiting_payment', currency, at, list_minor, discount_minor, postage_minor, paid_minor, 0, simulated
    from alike
), lines as (
    insert into orders.line
        (shop_id, order_id, line_no, item_id, sku_id, category_id, quantity, list_minor, paid_minor, refund_minor,
        discounts)
    select shop_id, order_id, 1, item_id, sku_id, category_id, quantity, list_minor, paid_minor - postage_minor, 0,
        discounts from alike
), told as (
    select order_id as event_id, '{TOPIC}' as topic, at, news || jsonb_build_object(
        'order_id', order_id, 'buyer_id', buyer_id, 'checkout_id', checkout_id) as payload
    from alike
), announced as (
    {announcing("told")}
)"""
_INSERT_ALIKE = f"with go as materialized (select $1::timestamptz as at), {ALIKE} select 1"
