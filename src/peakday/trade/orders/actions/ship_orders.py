"""How do goods leave a shop, arrive, and how does the shop then get its money?

The shop names carrier and number (`simulated` is a carrier that is none, and says so). Received is what the buyer says,
or what nobody has contradicted for the days of the rule set; then the money leaves escrow in the same transaction. A
held order neither leaves nor is paid out, and days do not run out over an open refund.
"""

import re
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce, announce_many
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.trade.orders import checkout_store, life_store, refund_store
from peakday.trade.orders.errors import BadShipment, OrderHeld, RefundOpen
from peakday.trade.orders.events import OrderCompleted, OrderShipped
from peakday.trade.orders.life_store import LockedOrder, NewShipment
from peakday.trade.orders.model import OrderStatus
from peakday.trade.orders.rules.deadlines import receipt_due_at
from peakday.trade.orders.rules.order_states import MoveReason, moved_by
from peakday.trade.payments import api as payments

EDIT = "trade:edit"
SIMULATED_CARRIER = "simulated"
CARRIERS: MappingProxyType[str, Text] = MappingProxyType({
    "cainiao": Text("菜鸟速递", "Cainiao Express"),
    "sf": Text("顺丰速运", "SF Express"),
    "zto": Text("中通快递", "ZTO Express"),
    "yto": Text("圆通速递", "YTO Express"),
    "sto": Text("申通快递", "STO Express"),
    "yunda": Text("韵达快递", "Yunda Express"),
    "ems": Text("中国邮政 EMS", "China Post EMS"),
    SIMULATED_CARRIER: Text("模拟承运商(演示)", "Simulated carrier (demo)"),
})  # fmt: skip
RECEIPTS_A_ROUND = 500
_TRACKING = re.compile(r"[A-Za-z0-9-]{4,40}", re.ASCII)


async def ship_order(
    tx: Tx, actor: Actor, order: tuple[UUID, UUID], carrier: str, tracking_no: str, at: datetime | None = None
) -> None:  # fmt: skip
    """The goods of (shop_id, order_id) left; the same carrier and number again change nothing.

    Refuses `NotFound`, `NotAllowed`, `BadShipment`, `OrderHeld`, `RefundOpen`, `OrderMoveRefused`.
    """
    require(actor, EDIT, order[0])
    require_shipment(carrier, tracking_no)
    locked = await _lock_one(tx, order)
    if locked.status is OrderStatus.SHIPPED and await life_store.is_shipped_as(tx, order, carrier, tracking_no):
        return
    moved_by(MoveReason.SHIPPED, locked.kind, locked.status)
    if locked.is_held:
        raise OrderHeld
    if await refund_store.list_open_refunds(tx, [order]):
        raise RefundOpen
    at = at or await life_store.database_now(tx)
    shipment = NewShipment(carrier, tracking_no, carrier == SIMULATED_CARRIER, receipt_due_at(at))
    await life_store.insert_shipment(tx, order, shipment, actor.account_id, at)
    await life_store.move_orders(tx, [locked], MoveReason.SHIPPED, actor, at)
    await announce(tx, OrderShipped(*order, locked.buyer_id, carrier, tracking_no), at)


async def confirm_receipt(tx: Tx, actor: Actor, order_id: UUID, at: datetime | None = None) -> None:
    """The buyer has the goods, and the shop its money. Again changes nothing.

    Refuses `NotFound`, `OrderHeld`, `RefundOpen`, `OrderMoveRefused`.
    """
    stored = await checkout_store.find_checkout_of_order(tx, accounts.require_buyer(actor), order_id)
    if stored is None:
        raise NotFound
    shop_id = stored.shop_ids[stored.order_ids.index(order_id)]
    locked = await _lock_one(tx, (shop_id, order_id))
    if locked.status is OrderStatus.COMPLETED:
        return
    moved_by(MoveReason.RECEIVED, locked.kind, locked.status)
    if locked.is_held:
        raise OrderHeld
    if await refund_store.list_open_refunds(tx, [locked.pair]):
        raise RefundOpen
    await _receive(tx, [locked], MoveReason.RECEIVED, actor, at or await life_store.database_now(tx))


async def receive_by_time(tx: Tx, at: datetime | None = None, limit: int = RECEIPTS_A_ROUND) -> int:
    """Orders that nobody contradicted in time count as received; how many."""
    at = at or await life_store.database_now(tx)
    due = await life_store.list_receipts_due(tx, at, limit)
    locked = [
        order
        for order in await life_store.lock_orders(tx, due)
        if order.status is OrderStatus.SHIPPED and not order.is_held
    ]
    contested = {refund.order_id for refund in await refund_store.list_open_refunds(tx, [o.pair for o in locked])}
    orders = [order for order in locked if order.order_id not in contested]
    await _receive(tx, orders, MoveReason.RECEIVED_BY_TIME, SYSTEM, at)
    return len(orders)


async def hold_order(tx: Tx, actor: Actor, order: tuple[UUID, UUID], reason: Text, at: datetime | None = None) -> None:
    """Stop (shop_id, order_id) for a reason that its shop reads. Held already: nothing. Refuses `NotFound`."""
    require(actor, EDIT, order[0])
    locked = await _lock_one(tx, order)
    if not locked.is_held:
        at = at or await life_store.database_now(tx)
        await life_store.insert_hold(tx, order, (reason.zh, reason.en), actor.account_id, at)


async def lift_hold(tx: Tx, actor: Actor, order: tuple[UUID, UUID], at: datetime | None = None) -> None:
    """Let a held order go on. Refuses `NotFound`."""
    require(actor, EDIT, order[0])
    locked = await _lock_one(tx, order)
    if locked.is_held:
        await life_store.lift_hold(tx, order, at or await life_store.database_now(tx))


async def _receive(
    tx: Tx, orders: list[LockedOrder], reason: MoveReason, actor: Actor, at: datetime
) -> None:  # fmt: skip
    if not orders:
        return
    await life_store.move_orders(tx, orders, reason, actor, at)
    await life_store.note_receipts(tx, [order.pair for order in orders], at)
    await announce_many(tx, [OrderCompleted(*order.pair, order.buyer_id) for order in orders], at)
    await payments.release_to_merchant(tx, [order.order_id for order in orders], at)


async def _lock_one(tx: Tx, order: tuple[UUID, UUID]) -> LockedOrder:
    locked = await life_store.lock_orders(tx, [order])
    if not locked:
        raise NotFound
    return locked[0]


def require_shipment(carrier: str, tracking_no: str) -> None:
    """Refuses `BadShipment` unless carrier and number are well formed."""
    problems = []
    if carrier not in CARRIERS:
        problems.append(_problem("carrier", "unknown", Text("没有该物流公司", "No such carrier"), carrier))
    if not _TRACKING.fullmatch(tracking_no):
        text = Text(
            "运单号须为 4 到 40 位字母、数字或短横线", "A tracking number has 4 to 40 letters, digits or hyphens"
        )
        problems.append(_problem("tracking_no", "out_of_form", text, tracking_no))
    if problems:
        raise BadShipment(*problems)


def _problem(field: str, code: str, message: Text, value: str) -> Problem:
    return Problem(field, code, message, Text("请修改该项", "Change this field"), value=value[:60])
