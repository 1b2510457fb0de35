"""Does a buyer get the difference back when a price falls, once, and never more than was paid?"""

from datetime import timedelta

import pytest

from peakday.trade.orders import api
from peakday.trade.orders.actions.protect_prices import protect_line
from peakday.trade.orders.audit import audit
from peakday.trade.orders.deals import record_new_deals
from peakday.trade.orders.life_store import database_now
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from tests.trade.orders.market import open_market

pytestmark = pytest.mark.capability("TE-10")


@pytest.fixture
async def market(house):
    return await open_market(house)


async def now(market):
    async with market.database.read() as tx:
        return await database_now(tx)


async def fall_to(market, price_minor, kind=OfferKind.EVENT):
    at = await now(market)
    offer = Offer(
        shop_id=market.one.shop_id, item_id=market.one.tea_item, sku_id=market.one.tea, kind=kind,
        price_minor=price_minor, currency="CNY", valid_from=at, source="test",
    )  # fmt: skip
    async with market.database.transaction() as tx:
        await prices.record_offers(tx, [offer], at)


async def paid_tea(market, pieces=2):
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.tea, pieces))
    await market.pay(market.buyer, placed.checkout_id)
    async with market.database.transaction() as tx:
        await record_new_deals(tx)
    return placed


async def test_the_difference_comes_back_by_itself_and_once(market):
    placed = await paid_tea(market)
    await fall_to(market, 9_000)
    assert await api.protect_round(market.house) == 1
    assert await api.protect_round(market.house) == 0
    order = await market.order(placed)
    assert (order["refund_minor"], order["status"]) == (2_000, "awaiting_shipment")
    assert await audit(market.house) == []


async def test_a_still_lower_price_gives_the_rest(market):
    placed = await paid_tea(market)
    await fall_to(market, 9_000)
    await api.protect_round(market.house)
    await fall_to(market, 5_000)
    assert await api.protect_round(market.house) == 1
    assert (await market.order(placed))["refund_minor"] == 10_000
    assert await audit(market.house) == []


async def test_a_line_with_an_open_refund_waits(market):
    placed = await paid_tea(market)
    wish = RefundWish(order_id=placed.orders[0].order_id, line_no=1, key="r", reason="x", pieces=1)
    await market.do(api.ask_refund, market.buyer, wish)
    await fall_to(market, 9_000)
    assert await api.protect_round(market.house) == 0
    assert (await market.order(placed))["refund_minor"] == 0


async def test_protection_and_refund_together_are_what_was_paid(market):
    placed = await paid_tea(market)
    await fall_to(market, 9_000)
    await api.protect_round(market.house)
    order_id = placed.orders[0].order_id
    wish = RefundWish(order_id=order_id, line_no=1, key="r", reason="x", pieces=1)
    refund = await market.do(api.ask_refund, market.buyer, wish)
    assert refund.amount_minor == 9_000
    await market.do(api.approve_refund, market.one.owner, market.one.shop_id, refund.refund_id)
    assert await market.do(api.cancel_order, market.buyer, order_id) == 9_000
    order = await market.order(placed)
    assert (order["refund_minor"], order["status"]) == (20_000, "closed")
    assert await audit(market.house) == []


async def test_what_went_back_since_the_last_reading_is_not_given_again(market):
    shop_id = market.one.shop_id
    placed = await market.place(market.buyer, (shop_id, market.one.tea, 2), (shop_id, market.one.big_tea, 2))
    await market.pay(market.buyer, placed.checkout_id)
    async with market.database.transaction() as tx:
        await record_new_deals(tx)
    order_id = placed.orders[0].order_id
    refund = await market.do(
        api.ask_refund, market.buyer, RefundWish(order_id=order_id, line_no=1, key="r", reason="x", pieces=1)
    )
    await market.do(api.approve_refund, market.one.owner, shop_id, refund.refund_id)
    await fall_to(market, 1)
    assert await market.do(protect_line, (shop_id, order_id), 1, await now(market))
    assert (await market.order(placed))["refund_minor"] == 19_999
    assert await audit(market.house) == []


async def test_a_buyer_may_ask_and_gets_what_the_duty_would_give(market):
    placed = await paid_tea(market)
    order_id = placed.orders[0].order_id
    await fall_to(market, 9_500)
    found = await market.do(api.ask_protection, market.buyer, order_id, 1)
    assert (found.verdict.value, found.amount_minor) == ("due", 1_000)
    again = await market.do(api.ask_protection, market.buyer, order_id, 1)
    assert again.verdict.value == "given_already"
    assert await api.protect_round(market.house) == 0


async def test_a_long_list_is_worked_through_in_rounds(market):
    for n in range(3):
        placed = await market.place(market.buyer, (market.one.shop_id, market.one.tea, 1), key=f"k{n}")
        await market.pay(market.buyer, placed.checkout_id)
    async with market.database.transaction() as tx:
        await record_new_deals(tx)
    await fall_to(market, 9_000)
    rounds = [await api.protect_round(market.house, limit=2) for _ in range(3)]
    assert rounds == [2, 1, 0]


async def test_after_the_window_nothing_is_given(market):
    await paid_tea(market)
    await fall_to(market, 9_000)
    at = await now(market) + timedelta(days=40)
    assert await api.protect_round(market.house, at) == 0
