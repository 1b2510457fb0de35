"""How does a shop answer a refund, and what if it does not?

It agrees (money goes back at once, or when the goods are back), or declines with a reason. No answer within the days of
the rule set is a yes. Where the shop's balance does not cover a refund after release, the refund is agreed and waits as
`paying`; the duty tries again.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text
from peakday.trade.orders import life_store, refund_store
from peakday.trade.orders.actions.complete_refunds import complete
from peakday.trade.orders.errors import BadRefundWish
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import Refund, RefundKind, RefundState
from peakday.trade.orders.refunds import is_reason
from peakday.trade.orders.rules.deadlines import asked_before
from peakday.trade.orders.rules.refund_states import require_refund_move
from peakday.trade.payments.errors import ShopLacksMoney

EDIT = "trade:edit"
ANSWERED_A_ROUND = 100
NO_ANSWER = "no answer in time"


async def approve_refund(tx: Tx, actor: Actor, shop_id: UUID, refund_id: UUID, at: datetime | None = None) -> Refund:
    """Agree; the refund as it stands then. Again changes nothing. Refuses `NotFound`, `RefundMoveRefused`."""
    require(actor, EDIT, shop_id)
    orders, refund = await _lock(tx, shop_id, refund_id)
    if refund.state in {RefundState.COMPLETED, RefundState.RETURNING, RefundState.PAYING}:
        return refund
    at = at or await life_store.database_now(tx)
    if refund.kind is RefundKind.RETURN_GOODS:
        require_refund_move(refund.state, RefundState.RETURNING)
        await refund_store.move_refund(tx, refund, RefundState.RETURNING, (actor, ""), at)
    else:
        await _pay(tx, orders, refund, actor, at)
    return await _now(tx, refund)


async def take_return(tx: Tx, actor: Actor, shop_id: UUID, refund_id: UUID, at: datetime | None = None) -> Refund:
    """The goods are back in the shop: they go on the shelf, and the money back. Again changes nothing."""
    require(actor, EDIT, shop_id)
    orders, refund = await _lock(tx, shop_id, refund_id)
    if refund.state in {RefundState.COMPLETED, RefundState.PAYING}:
        return refund
    if refund.kind is not RefundKind.RETURN_GOODS or refund.state is not RefundState.RETURNING:
        require_refund_move(refund.state, RefundState.RETURNING)
        raise BadRefundWish(_problem("refund", "not_agreed", "请先同意退货", "Agree to the return first"))
    await _pay(tx, orders, refund, actor, at or await life_store.database_now(tx))
    return await _now(tx, refund)


async def decline_refund(
    tx: Tx, actor: Actor, shop_id: UUID, refund_id: UUID, note: str, at: datetime | None = None
) -> Refund:  # fmt: skip
    """Say no, with a reason that the buyer reads. Again changes nothing. Refuses `NotFound`, `RefundMoveRefused`."""
    require(actor, EDIT, shop_id)
    _, refund = await _lock(tx, shop_id, refund_id)
    if refund.state is RefundState.DECLINED:
        return refund
    if not is_reason(note):
        raise BadRefundWish(_problem("note", "length", "请填写拒绝原因", "Say why you decline"))
    require_refund_move(refund.state, RefundState.DECLINED)
    await refund_store.move_refund(
        tx, refund, RefundState.DECLINED, (actor, note), at or await life_store.database_now(tx)
    )
    return await _now(tx, refund)


async def list_overdue(tx: Tx, at: datetime | None = None, limit: int = ANSWERED_A_ROUND) -> list[tuple[UUID, UUID]]:
    """(shop_id, refund_id) that nobody answered in time, or that wait for money."""
    at = at or await life_store.database_now(tx)
    return [(r.shop_id, r.refund_id) for r in await refund_store.list_unanswered(tx, asked_before(at), limit)]


async def answer_overdue(tx: Tx, shop_id: UUID, refund_id: UUID, at: datetime | None = None) -> Refund:
    """Grant a refund that nobody answered in time, or try again one that waits for money."""
    orders, refund = await _lock(tx, shop_id, refund_id)
    at = at or await life_store.database_now(tx)
    if refund.state is RefundState.ASKED and refund.kind is RefundKind.RETURN_GOODS:
        await refund_store.move_refund(tx, refund, RefundState.RETURNING, (SYSTEM, NO_ANSWER), at)
    elif refund.state in {RefundState.ASKED, RefundState.PAYING}:
        await _pay(tx, orders, refund, SYSTEM, at)
    return await _now(tx, refund)


async def _pay(tx: Tx, orders: list[LockedOrder], refund: Refund, actor: Actor, at: datetime) -> None:
    """Complete a refund, or leave it waiting for the shop's money."""
    require_refund_move(refund.state, RefundState.COMPLETED)
    try:
        async with tx.transaction():
            await refund_store.move_refund(tx, refund, RefundState.COMPLETED, (actor, ""), at)
            await complete(tx, orders, [refund], actor, at)
    except ShopLacksMoney:
        if refund.state is not RefundState.PAYING:
            await refund_store.move_refund(tx, refund, RefundState.PAYING, (actor, ""), at)


async def _lock(tx: Tx, shop_id: UUID, refund_id: UUID) -> tuple[list[LockedOrder], Refund]:
    """The refund, with all orders of its checkout held."""
    found = await refund_store.find_refund(tx, shop_id, refund_id)
    checkout = await life_store.find_checkout_of(tx, (shop_id, found[0].order_id)) if found else None
    if found is None or checkout is None:
        raise NotFound
    orders = await life_store.lock_checkouts(tx, [checkout])
    return orders, await _now(tx, found[0])


async def _now(tx: Tx, refund: Refund) -> Refund:
    found = await refund_store.find_refund(tx, refund.shop_id, refund.refund_id)
    assert found is not None, refund
    return found[0]


def _problem(field: str, code: str, zh: str, en: str) -> Problem:
    return Problem(field, code, Text(zh, en), Text("请修改该项", "Change this field"))
