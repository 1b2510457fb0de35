"""What do buyers and merchants do with their orders in a history? Pay, cancel, ship, receive, ask back, answer."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from peakday.apps.simulation.model import DepositPaid, Ordered
from peakday.apps.simulation.stage import Stage
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import Refund, RefundKind, RefundState
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.payments.api import ChargeWish
from peakday.trade.payments.model import Effect, Purpose, Taken
from peakday.trade.stock import api as stock

PAID_SHARE = 0.8
DECLINED_SHARE = 0.1  # the rest goes away
AGAIN_SHARE = 0.05  # what was done is asked once more
RECENT = 15  # refunds come in clusters: several of one order
ENDED = frozenset({RefundState.COMPLETED, RefundState.DECLINED, RefundState.WITHDRAWN})


async def pay(stage: Stage) -> int:
    """A buyer goes to pay, and pays, is declined, or goes away and may come again."""
    checkout_id = stage.draw(stage.known.unpaid)
    if checkout_id is None:
        return 0
    buyer = stage.known.placed[checkout_id]
    payment = await stage.attempt("pay", lambda tx: orders.pay_checkout(tx, buyer, checkout_id, stage.clock.now()))
    if payment is None:
        if stage.chance(0.7):
            stage.known.unpaid.append(checkout_id)  # perhaps it was not told
        return 1
    stage.known.paying[payment.payment_id] = checkout_id
    await stage.bank.open_charge(ChargeWish(payment.payment_id, payment.amount_minor, payment.currency))
    drawn = stage.random.random()
    if drawn < PAID_SHARE + DECLINED_SHARE:
        stage.bank.decide(payment.payment_id, is_paid=drawn < PAID_SHARE)
    if drawn >= PAID_SHARE or stage.chance(AGAIN_SHARE):
        stage.known.unpaid.append(checkout_id)
    return 2


async def cancel_unpaid(stage: Stage) -> int:
    """A buyer changes their mind before paying; or after, which is refused."""
    checkout_id = stage.draw(stage.known.unpaid) if stage.chance(0.8) else _any_placed(stage)
    if checkout_id is None:
        return 0
    buyer = stage.known.placed[checkout_id]
    await stage.attempt("cancel checkout", lambda tx: orders.cancel_checkout(tx, buyer, checkout_id, stage.clock.now()))
    return 1


async def cancel_paid(stage: Stage) -> int:
    """A buyer, or the shop, undoes a paid order."""
    order = stage.pick(stage.known.to_ship)
    if order is None:
        return 0
    by_buyer = stage.chance(0.5)
    actor = order.buyer if by_buyer else stage.world.merchants[order.shop_id]
    shop_id = None if by_buyer else order.shop_id
    await stage.attempt(
        "cancel order", lambda tx: orders.cancel_order(tx, actor, order.order_id, shop_id, stage.clock.now())
    )
    return 1


async def ship(stage: Stage) -> int:
    """A shop sends an order; sometimes it says so twice."""
    order = stage.draw(stage.known.to_ship)
    if order is None:
        return 0
    shop, number = stage.world.merchants[order.shop_id], f"T{order.order_id.hex[:20]}"

    async def act(tx: Tx) -> bool:
        await orders.ship_order(tx, shop, (order.shop_id, order.order_id), "simulated", number, stage.clock.now())
        return True

    if await stage.attempt("ship", act):
        stage.known.ever_shipped.add(order.order_id)
        stage.known.shipped.append(order)
    elif stage.chance(0.8):
        stage.known.to_ship.append(order)
    if stage.chance(AGAIN_SHARE):
        stage.known.to_ship.append(order)
    return 1


async def receive(stage: Stage) -> int:
    """A buyer has the goods."""
    order = stage.draw(stage.known.shipped)
    if order is None:
        return 0

    async def act(tx: Tx) -> bool:
        await orders.confirm_receipt(tx, order.buyer, order.order_id, stage.clock.now())
        return True

    if await stage.attempt("receive", act):
        stage.known.received.append(order)
    elif stage.chance(0.8):
        stage.known.shipped.append(order)
    return 1


async def ask_back(stage: Stage) -> int:
    """A buyer wants money for pieces, or a sum, with or without goods; sometimes more than there is."""
    where = stage.pick([stage.known.to_ship, stage.known.shipped, stage.known.received])
    order = stage.pick(where[-RECENT:]) if where else None
    if order is None:
        return 0
    wish = _wish(stage, order)
    refund = await stage.attempt("ask back", lambda tx: orders.ask_refund(tx, order.buyer, wish, stage.clock.now()))
    if refund is not None:
        stage.known.refunds.append((refund.shop_id, refund.refund_id))
    if stage.chance(AGAIN_SHARE):
        await stage.attempt("ask back", lambda tx: orders.ask_refund(tx, order.buyer, wish, stage.clock.now()))
    return 1


async def answer_refund(stage: Stage) -> int:
    """A shop agrees, declines, or takes goods back."""
    waiting = stage.draw(stage.known.refunds)
    if waiting is None:
        return 0
    shop_id, refund_id = waiting
    shop, now = stage.world.merchants[shop_id], stage.clock.now()
    kind, act = _answers(shop_id, refund_id, now)[stage.random.randrange(4)]
    answer = await stage.attempt(kind, lambda tx: act(tx, shop))
    is_open = answer.state not in ENDED if answer is not None else stage.chance(0.6)
    if is_open or stage.chance(AGAIN_SHARE):
        stage.known.refunds.append(waiting)
    return 1


async def count_stock(stage: Stage) -> int:
    """A shop finds more or fewer pieces than it thought."""
    sku = stage.pick(stage.world.shelf)
    assert sku is not None
    key = f"count-{stage.random.getrandbits(48)}"
    change = stock.Adjustment(sku.shop_id, sku.sku_id, stage.random.randrange(-20, 60) or 1, "counted", key)
    for _ in range(2 if stage.chance(AGAIN_SHARE) else 1):
        await stage.attempt(
            "count stock",
            lambda tx: stock.adjust_stock(tx, stage.world.merchants[sku.shop_id], change, stage.clock.now()),
        )
    return 1


async def return_to_bank(stage: Stage) -> int:
    """Somebody who was declined, or went away, pays after all: perhaps for what is closed by now."""
    payment_id = stage.pick(list(stage.known.paying)[-50:])
    if payment_id is None:
        return 0
    stage.bank.decide(payment_id, is_paid=True)
    stage.note("pay", "after all")
    return 1


async def look_up(stage: Stage) -> int:
    """A buyer returns before the letter does, and the house asks the bank."""
    payment_id = stage.pick(list(stage.known.paying)[-50:])
    if payment_id is None:
        return 0
    taken = await stage.attempt_outside("look up", lambda: orders.look_up_payment(stage.house, payment_id))
    if taken is not None:
        hear_of_payment(stage, taken)
    return 1


def hear_of_payment(stage: Stage, taken: Taken) -> None:
    """Orders whose money came in may be sent now."""
    if taken.effect is not Effect.CAPTURED or taken.payment is None:
        return
    buyer = stage.known.placed.get(taken.payment.checkout_id)
    if taken.was_cancelled:
        stage.note("letter", "captured after the order was closed")
    if buyer is None or taken.was_cancelled:
        return
    if taken.payment.purpose is Purpose.DEPOSIT:
        (stored,) = taken.payment.parts
        paid = DepositPaid(
            taken.payment.checkout_id, stored.part.shop_id, stored.part.order_id, stage.clock.now()
        )  # fmt: skip
        stage.known.deposits.append(paid)
        return
    stage.known.to_ship += [
        Ordered(buyer, taken.payment.checkout_id, stored.part.shop_id, stored.part.order_id)
        for stored in taken.payment.parts
    ]


def _any_placed(stage: Stage) -> UUID | None:
    return stage.pick(list(stage.known.placed)[-200:])


def _wish(stage: Stage, order: Ordered) -> RefundWish:
    kind = RefundKind.RETURN_GOODS if stage.chance(0.3) else RefundKind.REFUND_ONLY
    by_pieces = kind is RefundKind.RETURN_GOODS or stage.chance(0.6)
    return RefundWish(
        order_id=order.order_id, line_no=stage.random.randrange(1, 3), key=f"k{stage.random.getrandbits(40)}",
        reason="simulated", kind=kind, pieces=stage.random.randrange(1, 4) if by_pieces else None,
        minor=None if by_pieces else stage.random.randrange(1, 20_000),
    )  # fmt: skip


def _answers(
    shop_id: UUID, refund_id: UUID, now: datetime
) -> tuple[tuple[str, Callable[[Tx, Actor], Awaitable[Refund]]], ...]:
    return (
        ("agree", lambda tx, shop: orders.approve_refund(tx, shop, shop_id, refund_id, now)),
        ("agree", lambda tx, shop: orders.approve_refund(tx, shop, shop_id, refund_id, now)),
        ("take goods back", lambda tx, shop: orders.take_return(tx, shop, shop_id, refund_id, now)),
        ("decline", lambda tx, shop: orders.decline_refund(tx, shop, shop_id, refund_id, "no", now)),
    )
