"""What happens to orders when gateways tell of their money?

In one transaction: the orders are held, the notice is taken once, the orders move, their stock is sold, the news is
written, and last the money goes into escrow: an order is paid if and only if its money lies there. Money for an order
that was closed meanwhile, or in the meantime paid otherwise, is given back at once. Units that were only noted (stock
taken with the payment) and are gone by now are refunded with their lines.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import derived_id
from peakday.kernel.outbox import announce_many
from peakday.trade.orders import life_store, presale_store
from peakday.trade.orders.actions.cancel_orders import refund_short_lines
from peakday.trade.orders.events import OrderPaid
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import OrderKind, OrderStatus
from peakday.trade.orders.rules.order_states import MoveReason
from peakday.trade.payments import api as payments
from peakday.trade.payments.errors import GatewayUnavailable
from peakday.trade.payments.model import Effect, NewRefund, Notice, Payment, Purpose, Taken
from peakday.trade.promotions.api import PresaleState
from peakday.trade.stock import api as stock

LATE_REASON = "paid after the order was closed"
UNANSWERED_A_ROUND = 50
_WAITS_FOR = {
    Purpose.FULL: OrderStatus.AWAITING_PAYMENT,
    Purpose.DEPOSIT: OrderStatus.AWAITING_PAYMENT,
    Purpose.BALANCE: OrderStatus.AWAITING_BALANCE,
}


async def look_up_payment(house: House, payment_id: UUID) -> Taken | None:
    """Ask the gateway what it knows of a payment and settle that; None when nothing was decided yet."""
    notice = await payments.ask_gateway(house, payment_id)
    if notice is None:
        return None
    async with house.database.transaction() as tx:
        return (await settle_notices(tx, [notice]))[0]


async def settle_notices(tx: Tx, notices: Sequence[Notice], at: datetime | None = None) -> list[Taken]:
    """Take notices with everything that belongs to them, many at once; in their order.

    Locks: orders → payments → stock → the ledger's head.
    """
    at = at or await life_store.database_now(tx)
    pairs = await payments.list_payment_orders(tx, [notice.payment_id for notice in notices])
    orders = {order.order_id: order for order in await life_store.lock_orders(tx, pairs)}
    taken = await payments.take_notices(tx, notices, at)
    late: list[NewRefund] = []
    groups: dict[Purpose, list[LockedOrder]] = {}
    for one in taken:
        if one.effect is not Effect.CAPTURED or one.payment is None:
            continue
        paid, refunds = _sort_out(one.payment, orders)
        late += refunds
        groups.setdefault(one.payment.purpose, []).extend(paid)
    short = []
    for purpose, paid in groups.items():
        if purpose is Purpose.DEPOSIT:
            await _take_deposits(tx, paid, at)
        else:
            short += await mark_paid(tx, paid, at)
    back = late + (await refund_short_lines(tx, pairs, short, at) if short else [])
    await payments.post_money(tx, taken, at)
    if back:
        await payments.refund_all(tx, back, at)
    return taken


async def mark_paid(tx: Tx, orders: Sequence[LockedOrder], at: datetime) -> list[tuple[UUID, UUID]]:
    """Locked orders are paid in full: their stock is sold. The (checkout, SKU) whose units are gone by now."""
    if not orders:
        return []
    by_state: dict[OrderStatus, list[LockedOrder]] = {}
    for order in orders:
        by_state.setdefault(order.status, []).append(order)
    for group in by_state.values():
        await life_store.move_orders(tx, group, MoveReason.PAID, SYSTEM, at)
    presales = [order.pair for order in orders if order.kind is OrderKind.PRESALE]
    if presales:
        await presale_store.move_presales(tx, presales, PresaleState.PAID, at)
    settled = await stock.settle_claims(tx, [(name, None) for name in sorted({o.checkout_id for o in orders})], at)
    await announce_many(tx, [_paid(order) for order in orders], at)
    return list(settled.short)


async def settle_unanswered(house: House, before: datetime) -> int:
    """Ask gateways about payments of which they told nothing since before an instant; how many were settled."""
    async with house.database.read() as connection:
        waiting = await payments.list_unanswered(connection, before, UNANSWERED_A_ROUND)
    settled = 0
    for payment_id in waiting:
        with suppress(GatewayUnavailable):  # asked again in the next round; the others need not wait for it
            settled += await look_up_payment(house, payment_id) is not None
    return settled


async def _take_deposits(tx: Tx, orders: Sequence[LockedOrder], at: datetime) -> None:
    await life_store.move_orders(tx, orders, MoveReason.DEPOSIT_PAID, SYSTEM, at)
    await presale_store.move_presales(tx, [order.pair for order in orders], PresaleState.AWAITING_TAIL, at)


def _sort_out(payment: Payment, orders: dict[UUID, LockedOrder]) -> tuple[list[LockedOrder], list[NewRefund]]:
    """Which orders of a captured payment are paid by it, and what goes back at once for the others."""
    paid: list[LockedOrder] = []
    late: list[NewRefund] = []
    for stored in payment.parts:
        order = orders.get(stored.part.order_id)
        if order is not None and order.status is _WAITS_FOR[payment.purpose]:
            paid.append(order)
        elif stored.part.paid_minor:
            late.append(_late_refund(payment.payment_id, stored.part.order_id, stored.part.paid_minor))
        elif stored.part.platform_minor:
            late.append(_late_refund(payment.payment_id, stored.part.order_id, 0, stored.part.platform_minor))
    return paid, late


def _late_refund(payment_id: UUID, order_id: UUID, minor: int, cover_minor: int = 0) -> NewRefund:
    refund_id = derived_id(None, "orders.late_payment", str(payment_id), str(order_id))
    return NewRefund(refund_id, order_id, minor, LATE_REASON, payment_id, cover_minor)


def _paid(order: LockedOrder) -> OrderPaid:
    return OrderPaid(order.shop_id, order.order_id, order.buyer_id, order.paid_minor, order.currency, order.simulated)
