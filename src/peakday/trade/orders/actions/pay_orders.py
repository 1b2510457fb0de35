"""What has a buyer to pay for a checkout, and how does it become a payment?

One payment for all orders of a checkout that wait for one: its parts say how much is for which order, and what the
platform adds, so that the shop's whole price lies in escrow. The platform's part holds what it gives itself, what is
paid by gift cards (it sold them), and creators' shares for as long as creators have no account here. The payment's key
is the checkout and the purpose: asking again is the same payment. What cards cover wholly is paid by asking: a payment
of nothing, which the house settles in this same transaction.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.market.accounts import api as accounts
from peakday.trade.orders import checkout_store, life_store, presale_store
from peakday.trade.orders.actions.settle_payments import settle_notices
from peakday.trade.orders.errors import CheckoutNotFound, NothingToPay, TailNotDue
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import OrderKind, OrderLine, OrderStatus
from peakday.trade.orders.rules.deadlines import unpaid_before
from peakday.trade.orders.rules.discount_levels import PLATFORMS_PART
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import NewPayment, Payment, PaymentPart, PaymentStatus, Purpose
from peakday.trade.promotions.api import PresaleState


async def pay_checkout(tx: Tx, actor: Actor, checkout_id: UUID, at: datetime | None = None) -> Payment:
    """The payment of what a checkout waits for: all of it, a presale's deposit, or its tail.

    Refuses `CheckoutNotFound`, `NothingToPay` (paid, closed, out of time), `TailNotDue`.
    """
    buyer_id: UUID = accounts.require_buyer(actor)
    at = at or await life_store.database_now(tx)
    orders = await life_store.lock_checkouts(tx, [(buyer_id, checkout_id)])
    if not orders:
        raise CheckoutNotFound
    first = orders[0]
    free = await _paid_free(tx, orders)
    if free is not None:
        return free
    await checkout_store.fill_address(tx, buyer_id, checkout_id)
    if first.kind is OrderKind.PRESALE:
        return (await payments.start_payments(tx, [await _presale_payment(tx, first, at)], at))[0]
    if any(order.status is not OrderStatus.AWAITING_PAYMENT for order in orders) or _is_late(first, at):
        raise NothingToPay
    lines = await life_store.lines_of(tx, [order.pair for order in orders])
    parts = tuple(
        PaymentPart(order.shop_id, order.order_id, order.paid_minor, _platform_part(lines[order.order_id]))
        for order in orders
    )
    payment = (await payments.start_payments(tx, [_new(first, Purpose.FULL, parts)], at))[0]
    if payment.gateway != payments.HOUSE:
        return payment
    settled = (await settle_notices(tx, [payments.free_notice(payment, at)], at))[0].payment
    assert settled is not None, payment
    return settled


async def _paid_free(tx: Tx, orders: Sequence[LockedOrder]) -> Payment | None:
    """The payment of a checkout that cost nothing, when it is paid already."""
    first = orders[0]
    if any(order.paid_minor or order.kind is OrderKind.PRESALE for order in orders):
        return None
    payment_id = payments.payment_id_of(first.buyer_id, f"{first.checkout_id}:{Purpose.FULL.value}")
    payment = await payments.find_payment(tx, payment_id)
    return payment if payment is not None and payment.status is PaymentStatus.CAPTURED else None


async def _presale_payment(tx: Tx, order: LockedOrder, at: datetime) -> NewPayment:
    presale = (await presale_store.presales_of_orders(tx, [order.pair]))[order.order_id]
    if order.status is OrderStatus.AWAITING_PAYMENT and presale.state is PresaleState.AWAITING_DEPOSIT:
        if at >= presale.deposit_due_at:
            raise NothingToPay
        part = PaymentPart(order.shop_id, order.order_id, presale.deposit_minor)
        return _new(order, Purpose.DEPOSIT, (part,))
    if order.status is not OrderStatus.AWAITING_BALANCE or presale.tail_minor == 0:
        raise NothingToPay
    if not presale.tail_from <= at < presale.tail_until:
        raise TailNotDue(tail_from=presale.tail_from, tail_until=presale.tail_until)
    lines = await life_store.lines_of(tx, [order.pair])
    platform_minor = _platform_part(lines[order.order_id])
    part = PaymentPart(order.shop_id, order.order_id, order.paid_minor - presale.deposit_minor, platform_minor)
    return _new(order, Purpose.BALANCE, (part,))


def _new(order: LockedOrder, purpose: Purpose, parts: tuple[PaymentPart, ...]) -> NewPayment:
    total = sum(part.paid_minor for part in parts)
    if total == 0 and purpose is not Purpose.FULL:
        raise NothingToPay
    wish = NewPayment(
        order.buyer_id, f"{order.checkout_id}:{purpose.value}", order.checkout_id, purpose, total, order.currency, parts
    )
    return wish if total else replace(wish, gateway=payments.HOUSE)


def _platform_part(lines: Sequence[OrderLine]) -> int:
    """What others than buyer (now) and merchant give to these lines."""
    return sum(part.minor for line in lines for part in line.discounts if part.funder in PLATFORMS_PART)


def _is_late(order: LockedOrder, at: datetime) -> bool:
    return order.created_at <= unpaid_before(at)
