"""How does a buyer get the difference back when a price falls after the purchase?

By itself: a duty looks which offers began since the last time, which paid lines they undercut, and asks the price
history for each what is due; so much of the line goes back at once. Or on request of the buyer. A line whose refund is
open is left alone until that is decided. At most so many lines a round: a price cut for a million buyers is given back
in order, not at once.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import derived_id
from peakday.kernel.refusal import NotFound
from peakday.market.accounts import api as accounts
from peakday.trade.orders import checkout_store, life_store, refund_store
from peakday.trade.orders.actions.ask_refunds import REFUNDABLE
from peakday.trade.orders.actions.complete_refunds import complete
from peakday.trade.orders.deals import record_deals_of, record_new_deals
from peakday.trade.orders.errors import RefundOpen
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import Refund, RefundKind, RefundState
from peakday.trade.orders.refund_store import Asked as AskedFor
from peakday.trade.payments.errors import ShopLacksMoney
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.errors import DealNotFound
from peakday.trade.price_history.model import Asked, Protection, ProtectionAsk, ProtectionVerdict, Window

DUTY = "protect_prices"
LINES_A_ROUND = 500
WINDOW_DAYS_MAX = 31  # of any version of the rule
FIRST_LOOK_BACK = timedelta(hours=1)
REASON = "price_protection"


async def protect_round(house: House, at: datetime | None = None, limit: int = LINES_A_ROUND) -> int:
    """One round over what was undercut since the last one; how many lines got something back."""
    async with house.database.transaction() as tx:
        await record_new_deals(tx)
        at = at or await life_store.database_now(tx)
        mark = await life_store.read_mark(tx, DUTY)
        span, after = _span(mark, at)
        lines = await prices.list_undercut(tx, span, at - timedelta(days=WINDOW_DAYS_MAX), after, limit)
    given = 0
    for shop_id, order_id, line_no in lines:
        async with house.database.transaction() as tx:
            given += await protect_line(tx, (shop_id, order_id), line_no, at)
    async with house.database.transaction() as tx:
        await life_store.save_mark(tx, DUTY, _mark_after(span, lines, limit), at)
    return given


async def protect_line(tx: Tx, order: tuple[UUID, UUID], line_no: int, at: datetime) -> bool:
    """Give back what is due for a line of (shop_id, order_id) by itself, if something is."""
    checkout = await life_store.find_checkout_of(tx, order)
    if checkout is None:
        return False  # imported: its money is not ours
    orders = await life_store.lock_checkouts(tx, [checkout])
    try:
        found = await _protect(tx, orders, ProtectionAsk(*order, line_no, Asked.AUTOMATIC), SYSTEM, at)
    except RefundOpen:
        return False
    return found is not None and found.verdict is ProtectionVerdict.DUE


async def ask_protection(
    tx: Tx, actor: Actor, order_id: UUID, line_no: int, at: datetime | None = None
) -> Protection | None:  # fmt: skip
    """A buyer asks for the difference; what was found and, if due, given. None: nothing can be asked for this order.

    Refuses `NotFound`, `RefundOpen`.
    """
    stored = await checkout_store.find_checkout_of_order(tx, accounts.require_buyer(actor), order_id)
    if stored is None:
        raise NotFound
    orders = await life_store.lock_checkouts(tx, [(stored.buyer_id, stored.checkout_id)])
    order = next(each for each in orders if each.order_id == order_id)
    at = at or await life_store.database_now(tx)
    return await _protect(tx, orders, ProtectionAsk(*order.pair, line_no, Asked.ON_REQUEST), actor, at)


async def _protect(
    tx: Tx, orders: list[LockedOrder], ask: ProtectionAsk, actor: Actor, at: datetime
) -> Protection | None:  # fmt: skip
    order = next(each for each in orders if each.order_id == ask.order_id)
    if order.status not in REFUNDABLE or order.paid_at is None:
        return None
    if any(refund.line_no == ask.line_no for refund in await refund_store.list_open_refunds(tx, [order.pair])):
        raise RefundOpen
    await record_deals_of(tx, order.pair)
    try:
        protection = await prices.grant_protection(tx, SYSTEM, ask, at)
    except DealNotFound:
        return None
    if protection.verdict is ProtectionVerdict.DUE:
        await _give(tx, orders, _refund(order, ask.line_no, protection, at), AskedFor(actor, at))
    return protection


async def _give(tx: Tx, orders: list[LockedOrder], refund: Refund, asked: AskedFor) -> None:
    """Complete it, or leave it waiting for the shop's money."""
    await refund_store.insert_refunds(tx, [refund], asked)
    try:
        async with tx.transaction():
            await refund_store.move_refund(tx, refund, RefundState.COMPLETED, (asked.actor, ""), asked.at)
            await complete(tx, orders, [refund], asked.actor, asked.at)
    except ShopLacksMoney:
        return


def _refund(order: LockedOrder, line_no: int, protection: Protection, at: datetime) -> Refund:
    before = protection.purchase.granted_minor
    refund_id = derived_id(None, "orders.protection", str(order.order_id), str(line_no), str(before))
    return Refund(
        shop_id=order.shop_id, refund_id=refund_id, order_id=order.order_id, amount_minor=protection.amount_minor,
        line_no=line_no, state=RefundState.PAYING, kind=RefundKind.PRICE_PROTECTION, reason=REASON, asked_at=at,
        decided_at=at,
    )  # fmt: skip


def _span(mark: dict[str, Any] | None, at: datetime) -> tuple[Window, tuple[UUID, UUID, int] | None]:
    """Which offers to look at, and behind which line: an unfinished span is gone on with."""
    if mark is None:
        return Window(at - FIRST_LOOK_BACK, at), None
    if mark.get("after"):
        shop_id, order_id, line_no = mark["after"]
        span = Window(datetime.fromisoformat(mark["since"]), datetime.fromisoformat(mark["until"]))
        return span, (UUID(shop_id), UUID(order_id), int(line_no))
    return Window(datetime.fromisoformat(mark["until"]), at), None


def _mark_after(span: Window, lines: list[tuple[UUID, UUID, int]], limit: int) -> dict[str, Any]:
    is_unfinished = len(lines) == limit
    after = [str(lines[-1][0]), str(lines[-1][1]), lines[-1][2]] if is_unfinished else None
    return {"since": span.starts_at.isoformat(), "until": span.ends_at.isoformat(), "after": after}
