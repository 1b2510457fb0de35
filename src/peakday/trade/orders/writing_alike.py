"""How are thousands of orders written that differ only in who bought?

In the hot minute a batch holds a few distinct wishes and hundreds of buyers. Each distinct wish is handed over once (a
*pattern*: a checkout of one order of one line), each buyer as a few ids; one statement writes all checkouts, orders and
lines, another their news.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from peakday.kernel.database import Tx
from peakday.kernel.database.arrays import plain_array
from peakday.kernel.outbox import announce_written
from peakday.trade.orders.events import OrderPlaced
from peakday.trade.orders.model import NewOrder
from peakday.trade.orders.rules.order_money import money_faults
from peakday.trade.orders.writing import NATIVE, NativeCheckout

_OF_BUYER = frozenset({"order_id", "buyer_id", "checkout_id", "topic"})  # what the news says of each order apart


class AlikeOrder(NamedTuple):
    """One buyer's checkout by a pattern (its place among the patterns); ids as text.

    `source_ref` is the checkout's id as it is shown. The order's id is also the id of its news.
    """

    pattern: int
    buyer_id: str
    checkout_id: str
    order_id: str
    source_ref: str


async def insert_alike(
    tx: Tx, patterns: Sequence[NativeCheckout], orders: Sequence[AlikeOrder], at: datetime
) -> None:  # fmt: skip
    """Write the orders and announce `OrderPlaced` for each. The patterns' own ids, buyers and instants do not count."""
    for pattern in patterns:
        (new,) = pattern.orders
        assert len(new.lines) == 1, new
        assert not money_faults(new), (new, money_faults(new))
    line = [pattern.orders[0].lines[0] for pattern in patterns]
    of = [pattern.orders[0].order for pattern in patterns]
    await tx.execute(
        _INSERT_ALIKE,
        plain_array(o.pattern + 1 for o in orders), plain_array(o.buyer_id for o in orders),
        plain_array(o.checkout_id for o in orders), plain_array(o.order_id for o in orders),
        plain_array(o.source_ref for o in orders), at,
        [p.request_hash for p in patterns], [p.currency for p in patterns], [p.payable_minor for p in patterns],
        [_json(p.address) for p in patterns], [_json(p.quote) for p in patterns], [p.simulated for p in patterns],
        [o.shop_id for o in of], [o.terminal for o in of], [o.list_minor for o in of], [o.discount_minor for o in of],
        [o.postage_minor for o in of], [o.paid_minor for o in of], [one.item_id for one in line],
        [one.sku_id for one in line], [one.category_id for one in line], [one.quantity for one in line],
        [_json(_discounts(p.orders[0])) for p in patterns],
    )  # fmt: skip
    news = [_news(pattern.orders[0]) for pattern in patterns]
    payloads = [
        f'{news[o.pattern]}"order_id":"{o.order_id}","buyer_id":"{o.buyer_id}","checkout_id":"{o.checkout_id}"}}'
        for o in orders
    ]
    await announce_written(tx, TOPIC, [o.order_id for o in orders], payloads, at)


def _discounts(new: NewOrder) -> list[dict[str, object]]:
    builtins = msgspec.to_builtins(new.lines[0].discounts)
    return [{name: value for name, value in part.items() if value is not None} for part in builtins]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _news(new: NewOrder) -> str:
    """The part of the news that every order of a pattern shares, open at its end: `{"shop_id":"…",…,`."""
    order = new.order
    placed = OrderPlaced(order.shop_id, NOBODY, NOBODY, NOBODY, order.paid_minor, order.currency, order.simulated)
    shared = {name: getattr(placed, name) for name in placed.__slots__ if name not in _OF_BUYER}
    return msgspec.json.encode(shared).decode()[:-1] + ","


NOBODY = UUID(int=0)
TOPIC = OrderPlaced(NOBODY, NOBODY, NOBODY, NOBODY, 0, "", simulated=False).topic
_INSERT_ALIKE = f"""
with w as materialized (
    select * from unnest($1::text::int[], $2::text::uuid[], $3::text::uuid[], $4::text::uuid[], $5::text::text[])
        as w (no, buyer_id, checkout_id, order_id, source_ref)
), p as materialized (
    select $10::text[]::jsonb[] as addresses, $11::text[]::jsonb[] as quotes, $23::text[]::jsonb[] as discounts
), checkouts as (
    insert into orders.checkout
        (buyer_id, checkout_id, request_hash, currency, payable_minor, created_at, shop_ids, order_ids, address,
        quote, simulated)
    select buyer_id, checkout_id, ($7::bytea[])[no], ($8::text[])[no], ($9::bigint[])[no], $6,
        array[($13::uuid[])[no]], array[order_id], addresses[no], quotes[no],
        ($12::boolean[])[no]
    from w, p
), orders as (
    insert into orders.customer_order
        (shop_id, order_id, checkout_id, buyer_id, source, source_ref, kind, terminal, status, currency, created_at,
        list_minor, discount_minor, postage_minor, paid_minor, refund_minor, simulated)
    select ($13::uuid[])[no], order_id, checkout_id, buyer_id, '{NATIVE}', source_ref, 'spot', ($14::text[])[no],
        'awaiting_payment', ($8::text[])[no], $6, ($15::bigint[])[no], ($16::bigint[])[no], ($17::bigint[])[no],
        ($18::bigint[])[no], 0, ($12::boolean[])[no]
    from w
)
insert into orders.line
    (shop_id, order_id, line_no, item_id, sku_id, category_id, quantity, list_minor, paid_minor, refund_minor,
    discounts)
select ($13::uuid[])[no], order_id, 1, ($19::uuid[])[no], ($20::uuid[])[no], ($21::uuid[])[no], ($22::int[])[no],
    ($15::bigint[])[no], ($18::bigint[])[no] - ($17::bigint[])[no], 0, discounts[no]
from w, p
"""
