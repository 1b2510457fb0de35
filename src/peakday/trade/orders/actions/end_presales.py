"""What becomes of a presale whose deposit is paid and whose tail is not?

Not paid in time: the deposit is the shop's. The shop withdraws: it is at fault and returns the deposit as often as the
rule set says; on good terms it goes back once. `promotions.settle_deposit` says the amounts. Escrow holds no more than
was paid: what exceeds the deposit comes from the shop's balance, as soon as that suffices.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.outbox import announce_many
from peakday.kernel.refusal import NotFound
from peakday.trade.orders import life_store, presale_store
from peakday.trade.orders.events import OrderClosed
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import OrderKind, OrderStatus
from peakday.trade.orders.presale_store import PresaleOrder
from peakday.trade.orders.rules.order_states import MoveReason, moved_by
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import Amends, NewRefund, Purpose
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.api import DepositFate
from peakday.trade.stock import api as stock

EDIT = "trade:edit"
FATE_WORDS = {DepositFate.SELLER_AT_FAULT: "seller at fault", DepositFate.ON_GOOD_TERMS: "on good terms"}


async def close_unpaid_tails(tx: Tx, at: datetime | None = None) -> int:
    """Presales whose tail was not paid in time close, and their deposits are the shops'; how many."""
    at = at or await life_store.database_now(tx)
    pairs = await presale_store.list_unpaid_tails(tx, at)
    orders = [
        order for order in await life_store.lock_orders(tx, pairs) if order.status is OrderStatus.AWAITING_BALANCE
    ]
    if orders:
        await _end(tx, orders, MoveReason.TAIL_UNPAID, SYSTEM, at)
        await presale_store.move_presales(tx, [o.pair for o in orders], promotions.PresaleState.FORFEITED, at)
        await payments.release_to_merchant(tx, [order.order_id for order in orders], at)
    return len(orders)


async def end_presale_order(
    tx: Tx, actor: Actor, order: tuple[UUID, UUID], fate: DepositFate, at: datetime | None = None
) -> promotions.DepositOutcome:  # fmt: skip
    """A shop gives (shop_id, order_id) up before its tail is paid; what the buyer and the shop get, in minor units.

    Refuses `NotFound`, `NotAllowed`, `OrderMoveRefused`.
    """
    require(actor, EDIT, order[0])
    assert fate in FATE_WORDS, fate
    locked = await life_store.lock_orders(tx, [order])
    if not locked or locked[0].kind is not OrderKind.PRESALE:
        raise NotFound
    moved_by(MoveReason.DEPOSIT_RETURNED, locked[0].kind, locked[0].status)
    presale = (await presale_store.presales_of_orders(tx, [order]))[order[1]]
    at = at or await life_store.database_now(tx)
    rules = promotions.price_rules(presale.rules_name, day_of(locked[0].created_at))
    outcome = promotions.settle_deposit(presale.deposit_minor, fate, rules.presale)
    await _end(tx, locked, MoveReason.DEPOSIT_RETURNED, actor, at)
    state = promotions.move(presale.state, promotions.STATE_AFTER[fate])
    await presale_store.move_presales(tx, [order], state, at)
    (refunded,) = await payments.refund_all(tx, [_deposit_refund(presale, fate)], at)
    beyond = outcome.to_buyer_minor - presale.deposit_minor
    if beyond > 0:
        amends_id = derived_id(None, "orders.deposit_amends", str(presale.order_id))
        payer = refunded.pieces[0].payment_id
        owed = Amends(amends_id, payer, order[1], order[0], beyond, locked[0].currency, FATE_WORDS[fate])
        await payments.owe_amends(tx, owed, at)
    return outcome


async def _end(tx: Tx, orders: Sequence[LockedOrder], reason: MoveReason, actor: Actor, at: datetime) -> None:
    """Close orders whose deposit was paid: their pieces go back, and nobody waits for a tail any more."""
    await life_store.move_orders(tx, orders, reason, actor, at)
    waiting = await payments.list_order_payments(tx, [order.order_id for order in orders])
    tails = [payment.payment_id for payment in waiting if payment.purpose is Purpose.BALANCE]
    captured = await payments.cancel_payments(tx, tails, at)
    assert not captured, captured
    await stock.release_claims(tx, [(order.checkout_id, None) for order in orders], at, reason.value)
    await announce_many(tx, [OrderClosed(*order.pair, order.buyer_id, reason.value) for order in orders], at)


def _deposit_refund(presale: PresaleOrder, fate: DepositFate) -> NewRefund:
    refund_id = derived_id(None, "orders.deposit", str(presale.order_id))
    return NewRefund(refund_id, presale.order_id, presale.deposit_minor, FATE_WORDS[fate])
