"""How does a checkout end that nobody paid: by its buyer's word, or because its time is over?

All of its orders close together, since they would have been paid together. In the same transaction the stock goes back
on the shelf, every instrument back where it came from, and no payment is waited for any more: closed ⇔ returned, once,
however often it is asked. Money that arrives all the same is given back (`settle_payments`).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor
from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce_many
from peakday.market.accounts import api as accounts
from peakday.trade.orders import checkout_store, life_store, presale_store
from peakday.trade.orders.errors import CheckoutNotFound
from peakday.trade.orders.events import OrderClosed
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import OrderKind, OrderStatus
from peakday.trade.orders.rules.deadlines import unpaid_before
from peakday.trade.orders.rules.order_ids import first_order_id_at
from peakday.trade.orders.rules.order_states import MoveReason, moved_by
from peakday.trade.payments import api as payments
from peakday.trade.promotions import api as promotions
from peakday.trade.stock import api as stock

CLOSED_A_ROUND = 500  # orders: their locks are held together


async def close_unpaid(tx: Tx, at: datetime | None = None, limit: int = CLOSED_A_ROUND) -> int:
    """Close the checkouts whose time to pay is over, oldest first; how many orders. `at` None: the database's clock."""
    at = at or await life_store.database_now(tx)
    checkouts = await life_store.list_unpaid(tx, first_order_id_at(unpaid_before(at)), limit)
    if not checkouts:
        return 0
    orders = await life_store.lock_checkouts(tx, checkouts)
    late = [order for order in orders if order.status is OrderStatus.AWAITING_PAYMENT]
    await _close(tx, late, MoveReason.UNPAID_IN_TIME, SYSTEM, at)
    return len(late)


async def cancel_checkout(
    tx: Tx, actor: Actor, checkout_id: UUID, at: datetime | None = None
) -> tuple[UUID, ...]:  # fmt: skip
    """A buyer cancels what is not paid; the orders that closed now. Cancelling again changes nothing.

    Refuses `CheckoutNotFound`, `OrderMoveRefused` (it is paid: cancel the order instead).
    """
    buyer_id: UUID = accounts.require_buyer(actor)
    stored = await checkout_store.find_checkout(tx, buyer_id, checkout_id)
    if stored is None:
        raise CheckoutNotFound
    orders = await life_store.lock_checkouts(tx, [(buyer_id, checkout_id)])
    if all(order.status is OrderStatus.CLOSED for order in orders):
        return ()
    for order in orders:
        moved_by(MoveReason.CANCELLED, order.kind, order.status)
    await _close(tx, orders, MoveReason.CANCELLED, actor, at or await life_store.database_now(tx))
    return tuple(order.order_id for order in orders)


async def _close(tx: Tx, orders: Sequence[LockedOrder], reason: MoveReason, actor: Actor, at: datetime) -> None:
    """Close locked unpaid orders, whole checkouts of them."""
    if not orders:
        return
    await life_store.move_orders(tx, orders, reason, actor, at)
    presales = [order.pair for order in orders if order.kind is OrderKind.PRESALE]
    if presales:
        await presale_store.move_presales(tx, presales, promotions.PresaleState.CLOSED, at)
    waiting = await payments.list_order_payments(tx, [order.order_id for order in orders])
    captured = await payments.cancel_payments(tx, [payment.payment_id for payment in waiting], at)
    assert not captured, captured  # who captures holds the orders first, and moves them
    checkout_ids = sorted({order.checkout_id for order in orders})
    await stock.release_claims(tx, [(checkout_id, None) for checkout_id in checkout_ids], at, reason.value)
    await promotions.return_whole_uses(tx, checkout_ids, reason.value, at)
    await announce_many(
        tx, [OrderClosed(order.shop_id, order.order_id, order.buyer_id, reason.value) for order in orders], at
    )
