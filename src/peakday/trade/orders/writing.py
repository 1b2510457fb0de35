"""How are native orders written: whole checkouts, many in one go?

Five statements for any number of checkouts: checkouts, orders, lines, and one piece of news an order. Whoever calls has
locked what must be locked (stock, instruments) and has priced; here is only checked that the money adds up. A checkout
that is already there is a fault of the caller: it looks for repeats first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce_many
from peakday.trade.orders.events import OrderPlaced
from peakday.trade.orders.model import NewOrder, Order, OrderLine
from peakday.trade.orders.rules.order_money import money_faults

NATIVE = "peakday"  # the source of orders that were placed here


@dataclass(frozen=True, slots=True)
class NativeCheckout:
    """What a buyer agreed to in one act: an order for each shop (and address), all with `source` NATIVE.

    `request_hash` covers all that was asked; `payable_minor` is to be paid now; `quote` holds what the price can be
    recomputed from, `address` where the orders go.
    """

    buyer_id: UUID
    checkout_id: UUID
    request_hash: bytes
    currency: str
    payable_minor: int
    created_at: datetime
    orders: tuple[NewOrder, ...]
    address: Mapping[str, object] | msgspec.Raw = field(default_factory=dict, hash=False)  # Raw: JSON already
    quote: Mapping[str, object] | msgspec.Raw = field(default_factory=dict, hash=False)
    simulated: bool = False


async def insert_checkouts(tx: Tx, checkouts: Sequence[NativeCheckout]) -> None:
    """Write checkouts with their orders and lines, and announce `OrderPlaced` for each order."""
    orders = [new for checkout in checkouts for new in checkout.orders]
    for new in orders:
        assert new.order.source == NATIVE, new.order
        assert not new.refunds, new.order
        assert not money_faults(new), (new.order.order_id, money_faults(new))
    if not checkouts:
        return
    await _insert_checkout_rows(tx, checkouts)
    await _insert_order_rows(tx, [new.order for new in orders])
    await _insert_line_rows(tx, [(new.order, line) for new in orders for line in new.lines])
    await announce_many(tx, [_placed(new.order) for new in orders], checkouts[0].created_at)


async def _insert_checkout_rows(tx: Tx, checkouts: Sequence[NativeCheckout]) -> None:
    """The arrays of shops and orders travel as text: arrays of arrays must be of one length."""
    await tx.execute(
        _INSERT_CHECKOUTS,
        [c.buyer_id for c in checkouts], [c.checkout_id for c in checkouts], [c.request_hash for c in checkouts],
        [c.currency for c in checkouts], [c.payable_minor for c in checkouts], [c.created_at for c in checkouts],
        [_uuid_array(new.order.shop_id for new in c.orders) for c in checkouts],
        [_uuid_array(new.order.order_id for new in c.orders) for c in checkouts],
        [_json(c.address) for c in checkouts], [_json(c.quote) for c in checkouts], [c.simulated for c in checkouts],
    )  # fmt: skip


async def _insert_order_rows(tx: Tx, orders: Sequence[Order]) -> None:
    await tx.execute(
        _INSERT_ORDERS,
        [o.shop_id for o in orders], [o.order_id for o in orders], [o.checkout_id for o in orders],
        [o.buyer_id for o in orders], [o.source_ref for o in orders], [o.kind for o in orders],
        [o.terminal for o in orders], [o.region_id for o in orders], [o.status for o in orders],
        [o.currency for o in orders], [o.created_at for o in orders], [o.list_minor for o in orders],
        [o.discount_minor for o in orders], [o.postage_minor for o in orders], [o.paid_minor for o in orders],
        ["{" + ",".join(o.flags) + "}" for o in orders], [o.simulated for o in orders],
    )  # fmt: skip


async def _insert_line_rows(tx: Tx, rows: Sequence[tuple[Order, OrderLine]]) -> None:
    await tx.execute(
        _INSERT_LINES,
        [o.shop_id for o, _ in rows], [o.order_id for o, _ in rows], [line.line_no for _, line in rows],
        [line.item_id for _, line in rows], [line.sku_id for _, line in rows], [line.category_id for _, line in rows],
        [line.quantity for _, line in rows], [line.list_minor for _, line in rows],
        [line.paid_minor for _, line in rows],
        [_discounts(line) for _, line in rows],
        ["{" + ",".join(line.flags) + "}" for _, line in rows],
    )  # fmt: skip


def _placed(order: Order) -> OrderPlaced:
    assert order.buyer_id is not None
    assert order.checkout_id is not None
    return OrderPlaced(
        order.shop_id, order.order_id, order.buyer_id, order.checkout_id, order.paid_minor, order.currency,
        order.simulated,
    )  # fmt: skip


def _discounts(line: OrderLine) -> str:
    if not line.discounts:
        return "[]"
    rows = [{name: value for name, value in asdict(part).items() if value is not None} for part in line.discounts]
    return _json(rows)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _uuid_array(ids: Iterable[UUID]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


_INSERT_CHECKOUTS = """
insert into orders.checkout
    (buyer_id, checkout_id, request_hash, currency, payable_minor, created_at, shop_ids, order_ids, address, quote,
    simulated)
select w.buyer_id, w.checkout_id, w.request_hash, w.currency, w.payable_minor, w.created_at, w.shop_ids::uuid[],
    w.order_ids::uuid[], w.address::jsonb, w.quote::jsonb, w.simulated
from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::boolean[])
    as w (buyer_id, checkout_id, request_hash, currency, payable_minor, created_at, shop_ids, order_ids, address,
    quote, simulated)
"""
_INSERT_ORDERS = f"""
insert into orders.customer_order
    (shop_id, order_id, checkout_id, buyer_id, source, source_ref, kind, terminal, region_id, status, currency,
    created_at, list_minor, discount_minor, postage_minor, paid_minor, refund_minor, flags, simulated)
select w.shop_id, w.order_id, w.checkout_id, w.buyer_id, '{NATIVE}', w.source_ref, w.kind, w.terminal, w.region_id,
    w.status, w.currency, w.created_at, w.list_minor, w.discount_minor, w.postage_minor, w.paid_minor, 0,
    w.flags::text[], w.simulated
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::timestamptz[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
    $16::text[], $17::boolean[])
    as w (shop_id, order_id, checkout_id, buyer_id, source_ref, kind, terminal, region_id, status, currency,
    created_at, list_minor, discount_minor, postage_minor, paid_minor, flags, simulated)
"""
_INSERT_LINES = """
insert into orders.line
    (shop_id, order_id, line_no, item_id, sku_id, category_id, quantity, list_minor, paid_minor, refund_minor,
    discounts, flags)
select w.shop_id, w.order_id, w.line_no, w.item_id, w.sku_id, w.category_id, w.quantity, w.list_minor, w.paid_minor,
    0, w.discounts::jsonb, w.flags::text[]
from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::bigint[],
    $9::bigint[], $10::text[], $11::text[])
    as w (shop_id, order_id, line_no, item_id, sku_id, category_id, quantity, list_minor, paid_minor, discounts,
    flags)
"""
