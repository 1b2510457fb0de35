"""How is a paid order undone that has not left yet?

By its buyer or its shop, at once and whole: what is left of every line goes back, the order closes, the pieces are on
the shelf again. (Until goods leave, a buyer may change their mind: our definition.) Units that were sold out when the
payment arrived are undone the same way, line by line.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, ActorKind, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.refusal import NotFound
from peakday.market.accounts import api as accounts
from peakday.trade.orders import checkout_store, life_store, refund_store
from peakday.trade.orders.actions.complete_refunds import complete_goods, complete_new
from peakday.trade.orders.errors import OrderHeld, OrderMoveRefused
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import OrderLine, OrderStatus, Refund, RefundKind, RefundState
from peakday.trade.orders.refund_store import Asked
from peakday.trade.orders.rules.refund_amounts import RefundedBefore, refund_pieces
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import NewRefund

EDIT = "trade:edit"
STOCK_SHORT = "stock_short"
CANCELLED = "cancelled"


async def cancel_order(
    tx: Tx, actor: Actor, order_id: UUID, shop_id: UUID | None = None, at: datetime | None = None
) -> int:  # fmt: skip
    """Undo a paid order that was not shipped; what goes back, in minor units. Again: 0.

    A merchant names the shop. Refuses `NotFound`, `OrderHeld`, `OrderMoveRefused` (unpaid: cancel the checkout).
    """
    orders, order = await _lock(tx, actor, order_id, shop_id)
    if order.status is OrderStatus.CLOSED:
        return 0
    if order.status is not OrderStatus.AWAITING_SHIPMENT:
        raise OrderMoveRefused(here=order.status.value, there=OrderStatus.CLOSED.value)
    if order.is_held:
        raise OrderHeld
    at = at or await life_store.database_now(tx)
    for pending in await refund_store.list_open_refunds(tx, [order.pair]):
        await refund_store.move_refund(tx, pending, RefundState.WITHDRAWN, (actor, CANCELLED), at)
    lines = (await life_store.lines_of(tx, [order.pair]))[order_id]
    before = await refund_store.refunded_before(tx, [order.pair])
    refunds = [_rest(order, line, before, CANCELLED, at) for line in lines if _left(order, line, before)]
    refunds += _postage(order, at)
    await complete_new(tx, orders, refunds, Asked(actor, at))
    if order.paid_minor == 0:
        await payments.undo_free(tx, [order_id], at)
    return sum(refund.amount_minor for refund in refunds)


async def refund_short_lines(
    tx: Tx, held: Sequence[tuple[UUID, UUID]], short: Sequence[tuple[UUID, UUID]], at: datetime
) -> list[NewRefund]:  # fmt: skip
    """Give back the lines of (checkout, SKU) whose units were gone when they were paid; their money is to follow.

    `held`: all orders of those checkouts, (shop_id, order_id), which the caller holds.
    """
    by_checkout: dict[UUID, set[UUID]] = {}
    for checkout_id, sku_id in short:
        by_checkout.setdefault(checkout_id, set()).add(sku_id)
    orders = [order for order in await life_store.lock_orders(tx, held) if order.checkout_id in by_checkout]
    lines = await life_store.lines_of(tx, [order.pair for order in orders])
    before = await refund_store.refunded_before(tx, [order.pair for order in orders])
    refunds = [
        _rest(order, line, before, STOCK_SHORT, at)
        for order in orders
        for line in lines[order.order_id]
        if line.sku_id in by_checkout[order.checkout_id] and _left(order, line, before)
    ]
    await refund_store.insert_refunds(tx, refunds, Asked(SYSTEM, at))
    return await complete_goods(tx, orders, refunds, SYSTEM, at, is_in_stock=True)


async def _lock(
    tx: Tx, actor: Actor, order_id: UUID, shop_id: UUID | None
) -> tuple[list[LockedOrder], LockedOrder]:  # fmt: skip
    """The order and all others of its checkout, held. Refuses `NotFound` for who has no right to it."""
    if actor.kind is ActorKind.BUYER:
        stored = await checkout_store.find_checkout_of_order(tx, accounts.require_buyer(actor), order_id)
        checkout = None if stored is None else (stored.buyer_id, stored.checkout_id)
    else:
        if shop_id is None:
            raise NotFound
        require(actor, EDIT, shop_id)
        checkout = await life_store.find_checkout_of(tx, (shop_id, order_id))
    if checkout is None:
        raise NotFound
    orders = await life_store.lock_checkouts(tx, [checkout])
    return orders, next(order for order in orders if order.order_id == order_id)


def _left(order: LockedOrder, line: OrderLine, before: dict[tuple[UUID, int], RefundedBefore]) -> int:
    return line.quantity - before.get((order.order_id, line.line_no), RefundedBefore()).pieces


def _rest(
    order: LockedOrder, line: OrderLine, before: dict[tuple[UUID, int], RefundedBefore], reason: str, at: datetime
) -> Refund:
    """All that is left of a line."""
    gone = before.get((order.order_id, line.line_no), RefundedBefore())
    amount = refund_pieces(line, gone, line.quantity - gone.pieces)
    refund_id = derived_id(None, "orders.cancellation", str(order.order_id), str(line.line_no))
    return Refund(
        shop_id=order.shop_id, refund_id=refund_id, order_id=order.order_id, amount_minor=amount.minor,
        line_no=line.line_no, completed_at=at, state=RefundState.COMPLETED, kind=RefundKind.CANCELLATION,
        quantity=amount.pieces, reason=reason, asked_at=at, decided_at=at, funders=amount.funders,
    )  # fmt: skip


def _postage(order: LockedOrder, at: datetime) -> list[Refund]:
    """Nothing was sent, so the postage goes back too."""
    if not order.postage_minor:
        return []
    refund_id = derived_id(None, "orders.cancellation", str(order.order_id), "postage")
    return [
        Refund(
            shop_id=order.shop_id, refund_id=refund_id, order_id=order.order_id, amount_minor=order.postage_minor,
            completed_at=at, state=RefundState.COMPLETED, kind=RefundKind.CANCELLATION, reason=CANCELLED, asked_at=at,
            decided_at=at,
        )
    ]  # fmt: skip
