"""How does a buyer ask for money back, send goods back, or change their mind?

Of one line at a time, while nothing of that line is undecided. Before shipping no goods come back; after it they do
when pieces are returned, until the days after receipt are over. What is asked for is fixed here, exactly what those
pieces paid: deciding later changes no amount.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.trade.orders import checkout_store, life_store, refund_store
from peakday.trade.orders.actions.place_checkout import request_hash
from peakday.trade.orders.actions.ship_orders import require_shipment
from peakday.trade.orders.errors import BadRefundWish, CheckoutKeyReused, OrderMoveRefused, RefundOpen
from peakday.trade.orders.events import RefundAsked
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import OrderLine, OrderStatus, Refund, RefundKind, RefundState
from peakday.trade.orders.refund_store import Asked
from peakday.trade.orders.refunds import REASON_LETTERS_MAX, RefundWish, is_reason
from peakday.trade.orders.rules.deadlines import refundable_until
from peakday.trade.orders.rules.refund_amounts import RefundAmount, RefundedBefore, refund_money, refund_pieces
from peakday.trade.orders.rules.refund_states import require_refund_move

REFUNDABLE = frozenset({OrderStatus.AWAITING_SHIPMENT, OrderStatus.SHIPPED, OrderStatus.COMPLETED})
CLOSED_WORD = "refunded"


async def ask_refund(tx: Tx, actor: Actor, wish: RefundWish, at: datetime | None = None) -> Refund:
    """The refund as it stands now; the same wish again is the same refund.

    Refuses `NotFound`, `BadRefundWish`, `RefundAboveLine`, `RefundOpen`, `OrderMoveRefused`, `CheckoutKeyReused`.
    """
    order = await lock_own(tx, actor, wish.order_id)
    refund_id = derived_id(None, "orders.refund", str(wish.order_id), wish.key)
    known = await refund_store.find_refund(tx, order.shop_id, refund_id)
    if known is not None:
        if known[1] != request_hash(wish):
            raise CheckoutKeyReused
        return known[0]
    at = at or await life_store.database_now(tx)
    _require_askable(order, wish, at)
    line = next(
        (x for x in (await life_store.lines_of(tx, [order.pair]))[order.order_id] if x.line_no == wish.line_no), None
    )
    if line is None:
        raise NotFound
    if any(refund.line_no == wish.line_no for refund in await refund_store.list_open_refunds(tx, [order.pair])):
        raise RefundOpen
    before = (await refund_store.refunded_before(tx, [order.pair])).get(
        (order.order_id, wish.line_no), RefundedBefore()
    )
    amount = _amount(line, before, wish)
    refund = Refund(
        shop_id=order.shop_id, refund_id=refund_id, order_id=order.order_id, amount_minor=amount.minor,
        line_no=wish.line_no, state=RefundState.ASKED, kind=wish.kind, quantity=amount.pieces, reason=wish.reason,
        asked_at=at, funders=amount.funders,
    )  # fmt: skip
    await refund_store.insert_refunds(tx, [refund], Asked(actor, at, request_hash(wish)))
    await announce(tx, RefundAsked(*order.pair, refund_id, amount.minor, order.currency), at)
    return refund


async def withdraw_refund(tx: Tx, actor: Actor, order_id: UUID, refund_id: UUID, at: datetime | None = None) -> None:
    """The buyer no longer asks. Again changes nothing. Refuses `NotFound`, `RefundMoveRefused`."""
    order = await lock_own(tx, actor, order_id)
    refund = await find_of_order(tx, order, refund_id)
    if refund.state is not RefundState.WITHDRAWN:
        require_refund_move(refund.state, RefundState.WITHDRAWN)
        at = at or await life_store.database_now(tx)
        await refund_store.move_refund(tx, refund, RefundState.WITHDRAWN, (actor, ""), at)


async def send_return(
    tx: Tx, actor: Actor, order_id: UUID, refund_id: UUID, parcel: tuple[str, str]
) -> None:  # fmt: skip
    """The buyer sent the goods back: (carrier, tracking number).

    Refuses `NotFound`, `BadShipment`, `RefundMoveRefused`, `BadRefundWish` (the shop has not agreed yet).
    """
    require_shipment(*parcel)
    order = await lock_own(tx, actor, order_id)
    refund = await find_of_order(tx, order, refund_id)
    if refund.state is not RefundState.RETURNING:
        require_refund_move(refund.state, RefundState.RETURNING)
        raise BadRefundWish(_problem("refund", "not_agreed", "店铺尚未同意退货", "The shop has not agreed to a return"))
    await refund_store.note_return(tx, refund, *parcel)


async def lock_own(tx: Tx, actor: Actor, order_id: UUID) -> LockedOrder:
    """A buyer's own order, held. Refuses `NotFound`."""
    stored = await checkout_store.find_checkout_of_order(tx, accounts.require_buyer(actor), order_id)
    if stored is None:
        raise NotFound
    pair = (stored.shop_ids[stored.order_ids.index(order_id)], order_id)
    return (await life_store.lock_orders(tx, [pair]))[0]


async def find_of_order(tx: Tx, order: LockedOrder, refund_id: UUID) -> Refund:
    """A refund of that very order. Refuses `NotFound`."""
    found = await refund_store.find_refund(tx, order.shop_id, refund_id)
    if found is None or found[0].order_id != order.order_id:
        raise NotFound
    return found[0]


def _require_askable(order: LockedOrder, wish: RefundWish, at: datetime) -> None:
    if order.status not in REFUNDABLE or order.paid_at is None:
        raise OrderMoveRefused(here=order.status.value, there=CLOSED_WORD)
    if order.status is OrderStatus.COMPLETED and order.closed_at and at >= refundable_until(order.closed_at):
        raise OrderMoveRefused(here=order.status.value, there=CLOSED_WORD)
    problems = []
    if (wish.pieces is None) == (wish.minor is None):
        problems.append(_problem("pieces", "one_of_two", "请填写件数或金额其中一项", "Name either pieces or an amount"))
    if wish.kind not in {RefundKind.REFUND_ONLY, RefundKind.RETURN_GOODS}:
        problems.append(_problem("kind", "unknown", "退款类型有误", "Buyers ask for money back, with or without goods"))
    if wish.kind is RefundKind.RETURN_GOODS and (wish.pieces is None or order.status is OrderStatus.AWAITING_SHIPMENT):
        problems.append(
            _problem("kind", "nothing_to_return", "未发货或未填件数,无法退货", "There are no goods to return")
        )
    if not is_reason(wish.reason):
        problems.append(_problem("reason", "length", f"请用 1 到 {REASON_LETTERS_MAX} 字说明原因", "Say why"))
    if problems:
        raise BadRefundWish(*problems)


def _amount(line: OrderLine, before: RefundedBefore, wish: RefundWish) -> RefundAmount:
    if wish.pieces is not None:
        return refund_pieces(line, before, wish.pieces)
    assert wish.minor is not None, wish
    return refund_money(line, before, wish.minor)


def _problem(field: str, code: str, zh: str, en: str) -> Problem:
    return Problem(field, code, Text(zh, en), Text("请修改该项", "Change this field"))
