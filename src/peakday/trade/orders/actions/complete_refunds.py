"""What happens when money goes back to a buyer?

In one transaction: the refund is completed and counted on its line and order, pieces that never left or came back are
in stock again, instruments come back as the rules of that checkout say, an order of which nothing is left closes, and
last the money leaves escrow (or the merchant's balance). All orders of the checkout are held meanwhile: a coupon comes
back when the last line on which it acted is refunded, in whichever order that is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce_many
from peakday.trade.orders import checkout_store, life_store, refund_store
from peakday.trade.orders.events import OrderClosed, RefundCompleted
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.model import OrderLine, OrderStatus, Refund, RefundKind
from peakday.trade.orders.refund_store import Asked
from peakday.trade.orders.rules.discount_levels import PLATFORMS_PART, shares_of
from peakday.trade.orders.rules.instruments_back import InstrumentBack, LineEnd, instruments_back
from peakday.trade.orders.rules.order_states import MoveReason
from peakday.trade.orders.rules.quote_record import instruments_in, rules_in
from peakday.trade.orders.rules.refund_amounts import RefundedBefore, refund_pieces
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import NewRefund
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Funder
from peakday.trade.promotions.stored import UseReturn
from peakday.trade.stock import api as stock

RETURNED_REASON = "refund"
UNDER_WAY = frozenset({OrderStatus.AWAITING_SHIPMENT, OrderStatus.SHIPPED})
NO_GOODS = frozenset({RefundKind.PRICE_PROTECTION, RefundKind.DEPOSIT})


async def complete_new(tx: Tx, orders: Sequence[LockedOrder], refunds: Sequence[Refund], asked: Asked) -> None:
    """Write refunds that are decided by rule and complete them at once. All orders of their checkouts are held."""
    await refund_store.insert_refunds(tx, refunds, asked)
    await complete(tx, orders, refunds, asked.actor, asked.at)


async def complete(
    tx: Tx, orders: Sequence[LockedOrder], refunds: Sequence[Refund], actor: Actor, at: datetime
) -> None:  # fmt: skip
    """Carry out refunds that are written as completed. All orders of their checkouts are held.

    Refuses `ShopLacksMoney`: then undo the transaction.
    """
    money = await complete_goods(tx, orders, refunds, actor, at)
    if money:
        await payments.refund_all(tx, money, at)


async def complete_goods(
    tx: Tx, orders: Sequence[LockedOrder], refunds: Sequence[Refund], actor: Actor, at: datetime, *,
    is_in_stock: bool = False,
) -> list[NewRefund]:  # fmt: skip
    """All of it but the money, which is to be given back last: the books are locked after everything else.

    `is_in_stock`: the pieces are on the shelf already.
    """
    by_id = {order.order_id: order for order in orders}
    await refund_store.count_completed(tx, refunds)
    lines = await life_store.lines_of(tx, [order.pair for order in orders])
    if not is_in_stock:
        await _restock(tx, by_id, lines, refunds, at)
    await _give_instruments_back(tx, orders, lines, refunds, at)
    emptied = await _emptied(tx, orders, lines, refunds)
    closed = [order for order in _touched(by_id, refunds) if _is_over(order, refunds) or order.order_id in emptied]
    for status in {order.status for order in closed}:
        group = [order for order in closed if order.status is status]
        await life_store.move_orders(tx, group, MoveReason.REFUNDED_WHOLE, actor, at)
    news: list[RefundCompleted | OrderClosed] = [
        RefundCompleted(r.shop_id, r.order_id, r.refund_id, r.amount_minor, by_id[r.order_id].currency) for r in refunds
    ]
    news += [OrderClosed(o.shop_id, o.order_id, o.buyer_id, MoveReason.REFUNDED_WHOLE.value) for o in closed]
    await announce_many(tx, news, at)
    return [
        NewRefund(r.refund_id, r.order_id, r.amount_minor, r.reason or r.kind.value, cover_minor=_cover(r))
        for r in refunds
        if r.amount_minor or _cover(r)
    ]


def _cover(refund: Refund) -> int:
    """What others gave for pieces that cost their buyer nothing; of what money goes back for, it goes in proportion."""
    if refund.amount_minor or not refund.quantity or refund.kind in NO_GOODS:
        return 0
    return sum(minor for funder, minor in refund.funders.items() if funder in PLATFORMS_PART)


async def _restock(
    tx: Tx, orders: dict[UUID, LockedOrder], lines: dict[UUID, list[OrderLine]], refunds: Sequence[Refund], at: datetime
) -> None:
    """Pieces of orders that never left, and goods that came back."""
    back = []
    for refund in refunds:
        order = orders[refund.order_id]
        is_here = order.status is OrderStatus.AWAITING_SHIPMENT or refund.kind is RefundKind.RETURN_GOODS
        line = next((each for each in lines[refund.order_id] if each.line_no == refund.line_no), None)
        if refund.quantity and is_here and refund.kind not in NO_GOODS and line is not None and line.sku_id is not None:
            give = stock.GiveBack(
                order.checkout_id, line.sku_id, refund.quantity, RETURNED_REASON, str(refund.refund_id)
            )
            back.append((give, refund))
    for give, _ in sorted(back, key=lambda each: (each[0].sku_id, each[0].claim_id)):  # levels in one order
        await stock.return_sold(tx, give, at)
    if back:
        await refund_store.note_goods_back(tx, [refund for _, refund in back], at)


async def _give_instruments_back(
    tx: Tx, orders: Sequence[LockedOrder], lines: dict[UUID, list[OrderLine]], refunds: Sequence[Refund], at: datetime
) -> None:
    of_pieces = [refund for refund in refunds if refund.quantity and refund.kind not in NO_GOODS]
    touched = {order.order_id: order for order in orders if any(r.order_id == order.order_id for r in of_pieces)}
    discounted = any(line.discounts for order_id in touched for line in lines[order_id])
    if not of_pieces or not discounted:
        return
    checkouts = {(order.buyer_id, order.checkout_id) for order in touched.values()}
    await promotions.lock_uses(tx, [checkout_id for _, checkout_id in checkouts])  # as checkouts do, by instrument
    quotes = await checkout_store.find_quotes(tx, sorted(checkouts))
    before = await refund_store.refunded_before(tx, [order.pair for order in orders])
    for buyer_id, checkout_id in sorted(checkouts):
        of_checkout = [order for order in orders if (order.buyer_id, order.checkout_id) == (buyer_id, checkout_id)]
        ends = _line_ends(of_checkout, lines, of_pieces, before)
        for back in _backs(quotes[checkout_id], ends, at):
            await _return(tx, checkout_id, back, _key(of_pieces), at)


def _line_ends(
    orders: Sequence[LockedOrder], lines: dict[UUID, list[OrderLine]], refunds: Iterable[Refund],
    before: dict[tuple[UUID, int], RefundedBefore],
) -> list[LineEnd]:  # fmt: skip
    """Every line of a checkout: which instruments acted on it, what falls now, and whether all its pieces are gone."""
    now = {(refund.order_id, refund.line_no): refund.quantity or 0 for refund in refunds}
    ends = []
    for order in orders:
        for line in lines[order.order_id]:
            key = (order.order_id, line.line_no)
            gone, pieces = before.get(key, RefundedBefore()), now.get(key, 0)
            earlier = RefundedBefore(0, gone.pieces - pieces)  # these refunds are among what is counted
            falls = refund_pieces(line, earlier, pieces).shares if pieces else ()
            ends.append(LineEnd(shares_of(line.discounts), falls, gone.pieces >= line.quantity))
    return ends


def _backs(record: dict[str, Any], ends: Sequence[LineEnd], at: datetime) -> list[InstrumentBack]:
    if not record.get("instruments"):
        return []
    return instruments_back(instruments_in(record), ends, at, rules_in(record))


async def _return(tx: Tx, checkout_id: UUID, back: InstrumentBack, key: str, at: datetime) -> None:
    funders = {Funder(name): minor for name, minor in back.funders.items()}
    await promotions.return_use(tx, UseReturn(checkout_id, back.used_id, key, back.is_whole, funders), at)


def _key(refunds: Sequence[Refund]) -> str:
    """One name for refunds that are completed together."""
    return "refund:" + ",".join(sorted(str(refund.refund_id) for refund in refunds))


def _touched(orders: dict[UUID, LockedOrder], refunds: Sequence[Refund]) -> list[LockedOrder]:
    """The orders of these refunds, with what went back of them now."""
    sums: dict[UUID, int] = {}
    for refund in refunds:
        sums[refund.order_id] = sums.get(refund.order_id, 0) + refund.amount_minor
    return [
        replace(order, refund_minor=order.refund_minor + sums[order.order_id])
        for order in orders.values()
        if order.order_id in sums
    ]


async def _emptied(
    tx: Tx, orders: Sequence[LockedOrder], lines: dict[UUID, list[OrderLine]], refunds: Sequence[Refund]
) -> set[UUID]:
    """Orders under way that cost their buyers nothing and of which every piece went back by now."""
    touched = {refund.order_id for refund in refunds if refund.quantity}
    free = [o for o in orders if o.order_id in touched and o.paid_minor == 0 and o.status in UNDER_WAY]
    if not free:
        return set()
    pairs = [order.pair for order in free]
    gone = await refund_store.refunded_before(tx, pairs)
    undecided = {refund.order_id for refund in await refund_store.list_open_refunds(tx, pairs)}
    nothing = RefundedBefore()
    return {
        o.order_id for o in free if o.order_id not in undecided
        and all(gone.get((o.order_id, x.line_no), nothing).pieces >= x.quantity for x in lines[o.order_id])
    }  # fmt: skip


def _is_over(order: LockedOrder, refunds: Sequence[Refund]) -> bool:
    """Whether nothing is left of an order that is under way; one that cost nothing is over when it was cancelled."""
    is_open = order.status in UNDER_WAY
    is_cancelled = any(r.order_id == order.order_id and r.kind is RefundKind.CANCELLATION for r in refunds)
    return is_open and order.refund_minor >= order.paid_minor and (order.paid_minor > 0 or is_cancelled)
