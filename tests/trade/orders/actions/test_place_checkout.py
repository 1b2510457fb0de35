"""Does a wish become orders: one a shop, at the price that was seen, once, and whole or not at all?"""

import asyncio
from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest

from peakday.kernel.refusal import NotAllowed
from peakday.trade.carts import api as carts
from peakday.trade.orders import api
from peakday.trade.orders.audit import audit
from peakday.trade.orders.checkouts import Delivery, Placed
from peakday.trade.orders.errors import (
    AddressNotFound,
    BadDelivery,
    CheckoutKeyReused,
    LinesHaveProblems,
    NothingToBuy,
    PriceChanged,
)
from peakday.trade.orders.model import OrderStatus
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions.errors import LimitReached
from peakday.trade.promotions.model import Funder, Funding, GiftOffer, Kind, Limits, Tier, Tiers
from peakday.trade.stock.errors import StockShort
from tests.trade.orders.market import PLATFORM_FUNDS, TIER, more_buyers, open_market


@pytest.fixture
async def market(house):
    return await open_market(house)


async def rows(market):
    tables = (
        "orders.checkout",
        "orders.customer_order",
        "orders.line",
        "promotions.usage",
        "kernel.outbox",
        "stock.hold",
    )
    async with market.database.read() as tx:
        return {name: await tx.fetchval(f"select count(*) from {name}") for name in tables}


async def test_one_checkout_is_one_order_a_shop(market):
    placed = await market.place(
        market.buyer, (market.one.shop_id, market.one.tea, 2), (market.two.shop_id, market.two.cup, 1)
    )
    assert [order.shop_id for order in placed.orders] == [market.one.shop_id, market.two.shop_id]
    assert (placed.payable_minor, placed.is_repeated) == (25_000, False)
    first, second = await market.order(placed), await market.order(placed, 1)
    assert (first["paid_minor"], second["paid_minor"]) == (20_000, 5_000)
    assert {first["checkout_id"], second["checkout_id"]} == {placed.checkout_id}
    assert first["status"] == OrderStatus.AWAITING_PAYMENT
    assert (await market.available(market.one.shop_id, market.one.tea)) == 98
    assert (await rows(market))["kernel.outbox"] >= 2
    assert await audit(market.house) == []


async def test_discounts_of_the_platform_lie_on_the_lines_of_both_shops(market):
    template = await market.live(None, Kind.PLATFORM_COUPON, TIER, funding=PLATFORM_FUNDS)
    card = await market.card(template, market.buyer)
    placed = await market.place(
        market.buyer, (market.one.shop_id, market.one.tea, 1), (market.two.shop_id, market.two.cup, 1)
    )
    assert placed.payable_minor == 14_000
    async with market.database.read() as tx:
        lines = await tx.fetch("select * from orders.line order by paid_minor desc")
        uses = await tx.fetch("select * from promotions.usage")
    assert [line["paid_minor"] for line in lines] == [9_333, 4_667]
    assert [part["level"] for line in lines for part in line["discounts"]] == ["cross_shop", "cross_shop"]
    assert [part["funder"] for line in lines for part in line["discounts"]] == ["platform", "platform"]
    assert [(use["order_id"], use["used_id"], use["minor"]) for use in uses] == [(placed.checkout_id, card, 1_000)]
    assert await audit(market.house) == []


async def test_the_same_wish_again_finds_what_stands(market):
    wish = await market.wish(market.buyer, (market.one.shop_id, market.one.tea, 1))
    first = await api.place_checkout(market.house, market.buyer, wish)
    before = await rows(market)
    again = await api.place_checkout(market.house, market.buyer, wish)
    assert (again.checkout_id, again.orders, again.is_repeated) == (first.checkout_id, first.orders, True)
    assert await rows(market) == before


async def test_a_wish_sent_eight_times_at_once_is_one_checkout(market):
    wish = await market.wish(market.buyer, (market.one.shop_id, market.one.tea, 1))
    answers = await asyncio.gather(*[api.place_checkout(market.house, market.buyer, wish) for _ in range(8)])
    assert len({(answer.checkout_id, answer.orders) for answer in answers}) == 1
    assert Counter(answer.is_repeated for answer in answers) == {True: 7, False: 1}
    assert (await rows(market))["orders.customer_order"] == 1


async def test_the_same_key_with_another_content_is_refused(market):
    await market.place(market.buyer, (market.one.shop_id, market.one.tea, 1))
    before = await rows(market)
    with pytest.raises(CheckoutKeyReused):
        await market.place(market.buyer, (market.one.shop_id, market.one.tea, 2))
    assert await rows(market) == before


async def test_another_price_than_the_buyer_saw_is_told_with_old_and_new(market):
    wish = await market.wish(market.buyer, (market.one.shop_id, market.one.tea, 1))
    now = market.house.clock.now()
    offer = Offer(
        shop_id=market.one.shop_id, item_id=market.one.tea_item, sku_id=market.one.tea, kind=OfferKind.EVENT,
        price_minor=12_000, currency="CNY", valid_from=now, valid_until=None, source="test",
    )  # fmt: skip
    async with market.database.transaction() as tx:
        await prices.record_offers(tx, [offer], now)
    before = await rows(market)
    with pytest.raises(PriceChanged) as refusal:
        await api.place_checkout(market.house, market.buyer, wish)
    assert (refusal.value.data["old_minor"], refusal.value.data["new_minor"]) == (10_000, 12_000)
    assert await rows(market) == before


async def test_a_forged_total_is_refused(market):
    wish = await market.wish(market.buyer, (market.one.shop_id, market.one.tea, 1), seen_minor=1)
    before = await rows(market)
    with pytest.raises(PriceChanged):
        await api.place_checkout(market.house, market.buyer, wish)
    assert await rows(market) == before


async def test_nothing_is_ordered_when_one_of_the_goods_is_short(market):
    before = await rows(market)
    with pytest.raises(StockShort):
        await market.place(
            market.buyer, (market.one.shop_id, market.one.tea, 1), (market.two.shop_id, market.two.cup, 101)
        )
    assert await rows(market) == before
    assert await market.available(market.one.shop_id, market.one.tea) == 100


async def test_goods_that_are_not_there_are_named(market):
    with pytest.raises(LinesHaveProblems) as refusal:
        await market.place(market.buyer, (market.one.shop_id, uuid4(), 1))
    assert len(refusal.value.problems) == 1


async def test_a_coupon_with_one_use_left_goes_to_one_of_many_buyers(market):
    await market.live(market.one, Kind.TIERED_REDUCTION, TIER, limits=Limits(total=1))
    buyers = [market.buyer, market.other, *(more_buyers(n) for n in range(3))]
    wishes = [await market.wish(buyer, (market.one.shop_id, market.one.tea, 1)) for buyer in buyers]
    assert {wish.seen_minor for wish in wishes} == {9_000}
    answers = await asyncio.gather(
        *[api.place_checkout(market.house, buyer, wish) for buyer, wish in zip(buyers, wishes, strict=True)],
        return_exceptions=True,
    )
    kinds = Counter(type(answer) for answer in answers)
    assert kinds[Placed] == 1
    assert kinds[LimitReached] + kinds[PriceChanged] == 4
    async with market.database.read() as tx:
        assert await tx.fetchval("select count(*) from orders.customer_order") == 1
        assert await tx.fetchval("select sum(used) from promotions.tally") == 1


async def test_each_address_gets_its_own_order_of_a_shop(market):
    home, office = await market.address(market.buyer), await market.address(market.buyer, "Han Mei")
    placed = await market.place(
        market.buyer, (market.one.shop_id, market.one.tea, 1), (market.one.shop_id, market.one.cup, 2),
        deliveries=(Delivery(home), Delivery(office, frozenset({market.one.cup}))),
    )  # fmt: skip
    assert [order.shop_id for order in placed.orders] == [market.one.shop_id] * 2
    async with market.database.read() as tx:
        kept = await tx.fetchval("select address from orders.checkout")
    assert [kept["addresses"][place]["recipient"] for place in kept["of"]] == ["Li Lei", "Han Mei"]
    assert [(await market.order(placed, place))["paid_minor"] for place in (0, 1)] == [10_000, 10_000]


async def test_addresses_and_goods_must_fit(market):
    home, office = await market.address(market.buyer), await market.address(market.buyer, "Han Mei")
    tea = (market.one.shop_id, market.one.tea, 1)
    for deliveries in (
        (Delivery(home), Delivery(office)),
        (Delivery(home, frozenset({market.one.cup})),),
        (Delivery(home), Delivery(office, frozenset({market.one.tea}))),
        (Delivery(home, frozenset({market.one.tea})), Delivery(office, frozenset({market.one.tea}))),
    ):
        with pytest.raises(BadDelivery):
            await market.place(market.buyer, tea, deliveries=deliveries)
    with pytest.raises(AddressNotFound):
        await market.place(market.other, tea, deliveries=(Delivery(home),))
    assert (await rows(market))["orders.checkout"] == 0


async def test_a_merchant_buys_nothing(market):
    wish = await market.wish(market.buyer, (market.one.shop_id, market.one.tea, 1))
    with pytest.raises(NotAllowed):
        await api.place_checkout(market.house, market.one.owner, wish)
    assert (await rows(market))["orders.checkout"] == 0


async def test_a_card_that_is_not_wanted_is_left_and_the_price_told(market):
    card = await market.live(None, Kind.GIFT_CARD, Tiers((Tier(0, 10_000),)), funding=(Funding(Funder.BUYER),))
    await market.card(card, market.buyer)
    without = await market.wish(market.buyer, (market.one.shop_id, market.one.tea, 1), card_ids=frozenset())
    with pytest.raises(PriceChanged) as changed:
        await api.place_checkout(market.house, market.buyer, without)
    seen = changed.value.data
    without = replace(without, seen_token=seen["token"], seen_minor=seen["new_minor"])
    assert (await api.place_checkout(market.house, market.buyer, without)).payable_minor == 10_000


async def test_a_buyers_own_limit_holds_over_checkouts(market):
    await market.live(market.one, Kind.TIERED_REDUCTION, TIER, limits=Limits(per_buyer=1))
    tea = (market.one.shop_id, market.one.tea, 1)
    first = await market.place(market.buyer, tea)
    second = await market.place(market.buyer, tea, key="again")
    assert (first.payable_minor, second.payable_minor) == (9_000, 10_000)


async def test_what_was_bought_leaves_the_cart_and_the_rest_stays(market):
    async with market.database.transaction() as tx:
        for sku_id in (market.one.tea, market.one.cup):
            await carts.add_line(tx, market.buyer, carts.Wish(market.buyer.account_id, market.one.shop_id, sku_id, 2))
        await carts.select_lines(tx, market.buyer, carts.Selection(frozenset({market.one.cup})), is_selected=False)
        wanted = await carts.selected_of(tx, market.buyer.account_id)
        seen = await carts.quote(tx, market.buyer.account_id, wanted)
    placed = await market.place(
        market.buyer, (market.one.shop_id, market.one.tea, 2), wanted=None, seen_token=seen.token, seen_minor=20_000
    )
    assert placed.payable_minor == 20_000
    async with market.database.read() as tx:
        left = await tx.fetch("select sku_id from carts.line")
    assert [row["sku_id"] for row in left] == [market.one.cup]


async def test_an_empty_selection_is_nothing_to_buy(market):
    with pytest.raises(NothingToBuy):
        await market.place(market.buyer, (market.one.shop_id, market.one.tea, 1), wanted=None)


async def test_a_gift_comes_with_the_order_while_there_are_some(market):
    await market.live(market.one, Kind.GIFT, GiftOffer(10_000, market.one.cup), limits=Limits(total=9))
    tea = (market.one.shop_id, market.one.tea, 1)
    placed = await market.place(market.buyer, tea)
    async with market.database.transaction() as tx:
        lines = await tx.fetch("select * from orders.line order by line_no")
        assert await tx.fetchval("select sum(used) from promotions.tally") == 1
        await tx.execute("update stock.level set available = 0 where sku_id = $1", market.one.cup)
    assert [(line["sku_id"], line["paid_minor"], line["flags"]) for line in lines] == [
        (market.one.tea, 10_000, []), (market.one.cup, 0, ["gift"]),
    ]  # fmt: skip
    assert await market.available(market.one.shop_id, market.one.cup) == 0
    without = await market.place(market.buyer, tea, key="later")
    async with market.database.read() as tx:
        count = await tx.fetchval("select count(*) from orders.line where order_id = $1", without.orders[0].order_id)
        assert (count, await tx.fetchval("select sum(used) from promotions.tally")) == (1, 1)
    await market.pay(market.buyer, placed.checkout_id)
    await market.do(api.cancel_order, market.buyer, placed.orders[0].order_id)
    assert await market.available(market.one.shop_id, market.one.cup) == 1
    assert await audit(market.house) == []
