"""What happens to an order between its payment and its end, whoever acts, and however often?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.trade.orders import api
from peakday.trade.orders.audit import audit
from peakday.trade.orders.errors import (
    BadRefundWish,
    BadShipment,
    NothingToPay,
    OrderHeld,
    OrderMoveRefused,
    RefundAboveLine,
    RefundMoveRefused,
    RefundOpen,
)
from peakday.trade.orders.life_store import database_now
from peakday.trade.orders.model import RefundKind, RefundState
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.payments import api as payments
from peakday.trade.payments.audit import audit as payments_audit
from peakday.trade.payments.model import Effect, NoticeKind
from peakday.trade.promotions.audit import audit as promotions_audit
from peakday.trade.promotions.model import Kind
from peakday.trade.stock.model import DeductMode
from tests.trade.orders.market import PLATFORM_FUNDS, TIER, open_market


@pytest.fixture
async def market(house):
    return await open_market(house)


async def later(market, **span):
    async with market.database.read() as tx:
        return await database_now(tx) + timedelta(**span)


async def tea(market, pieces=1, key="k"):
    return await market.place(market.buyer, (market.one.shop_id, market.one.tea, pieces), key=key)


async def status(market, placed, place=0):
    return (await market.order(placed, place))["status"]


async def sound(market):
    assert await audit(market.house) == []
    found = await payments_audit(market.house)
    assert [
        each for each in found if each.invariant != "bank_and_house_agree"
    ] == []  # notices are made here, not there
    assert await promotions_audit(market.house) == []


async def test_a_paid_order_awaits_shipment_and_its_stock_is_sold(market):
    placed = await tea(market, 2)
    await market.pay(market.buyer, placed.checkout_id)
    order = await market.order(placed)
    assert (order["status"], order["paid_minor"]) == ("awaiting_shipment", 20_000)
    assert order["paid_at"] is not None
    await sound(market)


async def test_a_callback_that_comes_again_changes_nothing(market):
    placed = await tea(market)
    payment = await market.start(market.buyer, placed.checkout_id)
    notice = market.notice(payment)
    first = await market.tell(notice)
    before = await market.order(placed)
    again = await market.tell(notice)
    other_event = await market.tell(market.notice(payment))
    effects = [one[0].effect for one in (first, again, other_event)]
    assert effects == [Effect.CAPTURED, Effect.REPEATED, Effect.REPEATED] or effects[2] is not Effect.CAPTURED
    assert await market.order(placed) == before
    await sound(market)


async def test_eight_callbacks_at_once_have_one_effect(market):
    placed = await tea(market)
    payment = await market.start(market.buyer, placed.checkout_id)
    notice = market.notice(payment)
    taken = await asyncio.gather(*[market.tell(notice) for _ in range(8)])
    assert sum(one[0].effect is Effect.CAPTURED for one in taken) == 1
    assert await status(market, placed) == "awaiting_shipment"
    await sound(market)


async def test_asking_to_pay_again_is_the_same_payment(market):
    placed = await tea(market)
    first, again = (
        await market.start(market.buyer, placed.checkout_id),
        await market.start(market.buyer, placed.checkout_id),
    )
    assert first.payment_id == again.payment_id
    await market.tell(market.notice(first))
    with pytest.raises(NothingToPay):
        await market.start(market.buyer, placed.checkout_id)


async def test_a_declined_payment_leaves_the_order_waiting(market):
    placed = await tea(market)
    payment = await market.start(market.buyer, placed.checkout_id)
    await market.tell(market.notice(payment, NoticeKind.DECLINED))
    assert await status(market, placed) == "awaiting_payment"
    await market.tell(market.notice(payment))
    assert await status(market, placed) == "awaiting_shipment"


async def test_unpaid_orders_close_after_thirty_minutes_and_give_everything_back(market):
    template = await market.live(None, Kind.PLATFORM_COUPON, TIER, funding=PLATFORM_FUNDS)
    card = await market.card(template, market.buyer)
    placed = await market.place(
        market.buyer, (market.one.shop_id, market.one.tea, 1), (market.two.shop_id, market.two.cup, 1)
    )
    async with market.database.read() as tx:
        assert await tx.fetchval("select status from promotions.card where card_id = $1", card) == "used"
    assert await market.do(api.close_unpaid, await later(market, minutes=29)) == 0
    due = await later(market, minutes=30, seconds=1)
    assert await market.do(api.close_unpaid, due) == 2
    assert await market.do(api.close_unpaid, due) == 0
    assert [await status(market, placed, place) for place in (0, 1)] == ["closed", "closed"]
    assert await market.available(market.one.shop_id, market.one.tea) == 100
    async with market.database.read() as tx:
        assert await tx.fetchval("select status from promotions.card where card_id = $1", card) == "in_wallet"
    await sound(market)


async def test_money_that_comes_after_the_close_goes_back(market):
    placed = await tea(market)
    payment = await market.start(market.buyer, placed.checkout_id)
    await market.do(api.close_unpaid, await later(market, minutes=31))
    await market.tell(market.notice(payment))
    order = await market.order(placed)
    assert (order["status"], order["paid_at"], order["refund_minor"]) == ("closed", None, 0)
    async with market.database.read() as tx:
        (refund,) = await payments.list_order_refunds(tx, [placed.orders[0].order_id])
    assert refund.amount_minor == 10_000
    await sound(market)


async def test_a_buyer_cancels_once_however_often_they_ask(market):
    placed = await tea(market)
    assert await market.do(api.cancel_checkout, market.buyer, placed.checkout_id) == (placed.orders[0].order_id,)
    assert await market.do(api.cancel_checkout, market.buyer, placed.checkout_id) == ()
    assert await market.available(market.one.shop_id, market.one.tea) == 100
    with pytest.raises(NotFound):
        await market.do(api.cancel_checkout, market.other, placed.checkout_id)
    await sound(market)


async def test_a_paid_order_is_not_cancelled_as_unpaid(market):
    placed = await tea(market)
    await market.pay(market.buyer, placed.checkout_id)
    with pytest.raises(OrderMoveRefused):
        await market.do(api.cancel_checkout, market.buyer, placed.checkout_id)
    assert await status(market, placed) == "awaiting_shipment"


async def test_a_paid_order_that_did_not_leave_is_undone_whole(market):
    template = await market.live(None, Kind.PLATFORM_COUPON, TIER, funding=PLATFORM_FUNDS)
    card = await market.card(template, market.buyer)
    placed = await market.place(
        market.buyer, (market.one.shop_id, market.one.tea, 1), (market.two.shop_id, market.two.cup, 1)
    )
    await market.pay(market.buyer, placed.checkout_id)
    first, second = (order.order_id for order in placed.orders)
    assert await market.do(api.cancel_order, market.buyer, first) == 9_333
    assert await market.do(api.cancel_order, market.buyer, first) == 0
    async with market.database.read() as tx:
        assert await tx.fetchval("select status from promotions.card where card_id = $1", card) == "used"
    assert await status(market, placed) == "closed"
    assert await status(market, placed, 1) == "awaiting_shipment"
    assert await market.do(api.cancel_order, market.two.owner, second, market.two.shop_id) == 4_667
    async with market.database.read() as tx:
        assert await tx.fetchval("select status from promotions.card where card_id = $1", card) == "in_wallet"
    assert await market.available(market.one.shop_id, market.one.tea) == 100
    await sound(market)


async def test_a_shop_ships_and_the_buyer_receives(market):
    placed = await tea(market)
    await market.pay(market.buyer, placed.checkout_id)
    pair = (market.one.shop_id, placed.orders[0].order_id)
    with pytest.raises(BadShipment):
        await market.do(api.ship_order, market.one.owner, pair, "pigeon", "!")
    for _ in range(3):
        await market.do(api.ship_order, market.one.owner, pair, "simulated", "SIM-0001")
    with pytest.raises(NotFound):
        await market.do(api.ship_order, market.two.owner, pair, "simulated", "SIM-0001")
    assert await status(market, placed) == "shipped"
    for _ in range(3):
        await market.do(api.confirm_receipt, market.buyer, pair[1])
    assert await status(market, placed) == "completed"
    async with market.database.read() as tx:
        story = await api.get_my_order(tx, market.buyer, pair[1])
    assert [entry.code for entry in story.timeline] == ["placed", "paid", "shipped", "received"]
    assert story.goods[1].title == "Longjing tea"
    await sound(market)


async def test_goods_count_as_received_when_the_days_are_over_and_not_while_a_refund_is_open(market):
    placed, other = await tea(market), await tea(market, key="other")
    for each in (placed, other):
        await market.pay(market.buyer, each.checkout_id)
        await market.do(
            api.ship_order, market.one.owner, (market.one.shop_id, each.orders[0].order_id), "sf", "SF12345"
        )
    wish = RefundWish(order_id=other.orders[0].order_id, line_no=1, key="r", reason="broken", pieces=1)
    await market.do(api.ask_refund, market.buyer, wish)
    assert await market.do(api.receive_by_time, await later(market, days=9)) == 0
    assert await market.do(api.receive_by_time, await later(market, days=10, minutes=1)) == 1
    assert await market.do(api.receive_by_time, await later(market, days=10, minutes=1)) == 0
    assert (await status(market, placed), await status(market, other)) == ("completed", "shipped")
    await sound(market)


async def test_a_held_order_neither_leaves_nor_is_paid_out(market):
    placed = await tea(market)
    await market.pay(market.buyer, placed.checkout_id)
    pair = (market.one.shop_id, placed.orders[0].order_id)
    await market.do(api.hold_order, market.one.owner, pair, Text("核实中", "Being checked"))
    with pytest.raises(OrderHeld):
        await market.do(api.ship_order, market.one.owner, pair, "sf", "SF12345")
    with pytest.raises(OrderHeld):
        await market.do(api.cancel_order, market.buyer, pair[1])
    await market.do(api.lift_hold, market.one.owner, pair)
    await market.do(api.ship_order, market.one.owner, pair, "sf", "SF12345")
    await market.do(api.hold_order, market.one.owner, pair, Text("核实中", "Being checked"))
    with pytest.raises(OrderHeld):
        await market.do(api.confirm_receipt, market.buyer, pair[1])
    assert await market.do(api.receive_by_time, await later(market, days=30)) == 0
    assert await status(market, placed) == "shipped"


async def test_a_refund_returns_exactly_what_the_pieces_paid(market):
    await market.live(market.one, Kind.TIERED_REDUCTION, TIER)
    placed = await tea(market, 3)
    assert placed.payable_minor == 29_000
    await market.pay(market.buyer, placed.checkout_id)
    order_id = placed.orders[0].order_id
    amounts = []
    for n in range(3):
        wish = RefundWish(order_id=order_id, line_no=1, key=f"r{n}", reason="too many", pieces=1)
        refund = await market.do(api.ask_refund, market.buyer, wish)
        again = await market.do(api.ask_refund, market.buyer, wish)
        assert again == refund
        done = await market.do(api.approve_refund, market.one.owner, market.one.shop_id, refund.refund_id)
        await market.do(api.approve_refund, market.one.owner, market.one.shop_id, refund.refund_id)
        amounts.append(done.amount_minor)
        assert done.state is RefundState.COMPLETED
    assert amounts == [9_667, 9_667, 9_666]
    assert await status(market, placed) == "closed"
    assert await market.available(market.one.shop_id, market.one.tea) == 100
    with pytest.raises(OrderMoveRefused):
        await market.do(
            api.ask_refund, market.buyer, RefundWish(order_id=order_id, line_no=1, key="x", reason="?", pieces=1)
        )
    await sound(market)


async def test_a_refund_is_never_above_the_line(market):
    placed = await tea(market, 2)
    await market.pay(market.buyer, placed.checkout_id)
    order_id = placed.orders[0].order_id

    def wish(**values):
        return RefundWish(**({"order_id": order_id, "line_no": 1, "key": "a", "reason": "x"} | values))

    for bad, refusal in (
        ({"pieces": 3}, RefundAboveLine), ({"minor": 20_001}, RefundAboveLine), ({}, BadRefundWish),
        ({"pieces": 1, "minor": 5}, BadRefundWish), ({"pieces": 1, "kind": RefundKind.RETURN_GOODS}, BadRefundWish),
        ({"pieces": 1, "reason": ""}, BadRefundWish), ({"pieces": 1, "line_no": 2}, NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await market.do(api.ask_refund, market.buyer, wish(**bad))
    await market.do(api.ask_refund, market.buyer, wish(minor=5_000))
    with pytest.raises(RefundOpen):
        await market.do(api.ask_refund, market.buyer, wish(pieces=2, key="b"))
    assert (await market.order(placed))["refund_minor"] == 0


async def test_goods_go_back_on_the_shelf_when_the_shop_has_them(market):
    placed = await tea(market, 2)
    await market.pay(market.buyer, placed.checkout_id)
    shop_id, order_id = market.one.shop_id, placed.orders[0].order_id
    await market.do(api.ship_order, market.one.owner, (shop_id, order_id), "sf", "SF12345")
    wish = RefundWish(order_id=order_id, line_no=1, key="a", reason="x", pieces=1, kind=RefundKind.RETURN_GOODS)
    refund = await market.do(api.ask_refund, market.buyer, wish)
    with pytest.raises(BadRefundWish):
        await market.do(api.take_return, market.one.owner, shop_id, refund.refund_id)
    agreed = await market.do(api.approve_refund, market.one.owner, shop_id, refund.refund_id)
    assert agreed.state is RefundState.RETURNING
    await market.do(api.send_return, market.buyer, order_id, refund.refund_id, ("sf", "SF54321"))
    assert await market.available(shop_id, market.one.tea) == 98
    for _ in range(2):
        done = await market.do(api.take_return, market.one.owner, shop_id, refund.refund_id)
    assert (done.state, done.amount_minor) == (RefundState.COMPLETED, 10_000)
    assert await market.available(shop_id, market.one.tea) == 99
    assert await status(market, placed) == "shipped"
    await sound(market)


async def test_declined_and_withdrawn_refunds_move_no_more(market):
    placed = await tea(market)
    await market.pay(market.buyer, placed.checkout_id)
    shop_id, order_id = market.one.shop_id, placed.orders[0].order_id
    wish = RefundWish(order_id=order_id, line_no=1, key="a", reason="x", pieces=1)
    refund = await market.do(api.ask_refund, market.buyer, wish)
    with pytest.raises(BadRefundWish):
        await market.do(api.decline_refund, market.one.owner, shop_id, refund.refund_id, "")
    await market.do(api.decline_refund, market.one.owner, shop_id, refund.refund_id, "worn")
    with pytest.raises(RefundMoveRefused):
        await market.do(api.approve_refund, market.one.owner, shop_id, refund.refund_id)
    second = await market.do(
        api.ask_refund, market.buyer, RefundWish(order_id=order_id, line_no=1, key="b", reason="y", pieces=1)
    )
    for _ in range(2):
        await market.do(api.withdraw_refund, market.buyer, order_id, second.refund_id)
    with pytest.raises(RefundMoveRefused):
        await market.do(api.approve_refund, market.one.owner, shop_id, second.refund_id)
    assert (await market.order(placed))["refund_minor"] == 0
    await sound(market)


@pytest.mark.parametrize("reason", ["", "x" * 501, "a\0b"])
async def test_a_reason_that_cannot_be_kept_is_refused(market, reason):
    placed = await tea(market)
    await market.pay(market.buyer, placed.checkout_id)
    wish = RefundWish(order_id=placed.orders[0].order_id, line_no=1, key="r", reason=reason, pieces=1)
    with pytest.raises(BadRefundWish):
        await market.do(api.ask_refund, market.buyer, wish)
    asked = await market.do(api.ask_refund, market.buyer, replace(wish, reason="x"))
    with pytest.raises(BadRefundWish):
        await market.do(api.decline_refund, market.one.owner, market.one.shop_id, asked.refund_id, reason)


async def test_a_refund_that_nobody_answers_is_granted(market):
    placed = await tea(market)
    await market.pay(market.buyer, placed.checkout_id)
    wish = RefundWish(order_id=placed.orders[0].order_id, line_no=1, key="a", reason="x", pieces=1)
    await market.do(api.ask_refund, market.buyer, wish)
    assert await market.do(api.list_overdue, await later(market, days=4)) == []
    ((shop_id, refund_id),) = await market.do(api.list_overdue, await later(market, days=5, minutes=1))
    done = await market.do(api.answer_overdue, shop_id, refund_id)
    assert (done.state, await status(market, placed)) == (RefundState.COMPLETED, "closed")
    await sound(market)


async def test_units_that_are_gone_when_they_are_paid_are_refunded(market):
    async with market.database.transaction() as tx:
        await tx.execute("update stock.level set mode = $1 where sku_id = $2", DeductMode.PAYMENT.value, market.one.tea)
        await tx.execute("update stock.level set available = 1 where sku_id = $1", market.one.tea)
    first = await tea(market)
    second = await market.place(market.other, (market.one.shop_id, market.one.tea, 1))
    await market.pay(market.buyer, first.checkout_id)
    await market.pay(market.other, second.checkout_id)
    assert await status(market, first) == "awaiting_shipment"
    late = await market.order(second)
    assert (late["status"], late["refund_minor"]) == ("closed", 10_000)
    assert await audit(market.house) == []


async def test_a_checkout_without_an_address_gets_the_usual_one_when_it_is_paid(market):
    placed = await tea(market)
    async with market.database.transaction() as tx:
        await tx.execute('update orders.checkout set address = \'{"addresses": [], "of": []}\'')
    await market.start(market.buyer, placed.checkout_id)
    async with market.database.read() as tx:
        story = await api.get_my_order(tx, market.buyer, placed.orders[0].order_id)
    assert story.address is not None
    assert story.address.recipient == "Li Lei"


async def test_a_gateway_that_said_nothing_is_asked(market):
    placed = await tea(market)
    payment = await market.start(market.buyer, placed.checkout_id)
    await payments.open_charge(market.house, market.buyer, payment.payment_id)
    bank = payments.sandbox_of(market.house)
    assert await api.settle_unanswered(market.house, await later(market, minutes=5)) == 0
    await bank.decide(payment.payment_id, payments.Decision.SUCCESS)
    assert await api.settle_unanswered(market.house, await later(market, minutes=5)) == 1
    assert await status(market, placed) == "awaiting_shipment"
