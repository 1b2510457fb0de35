"""Does a quote price what a shopper wants, over shops, by the database's clock, and name what was seen?"""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel.refusal import Invalid
from peakday.trade.carts.api import Asking, ShelfReader, Wanted, quote, quote_apart, quote_at_once
from peakday.trade.carts.errors import SeveralTills, TooManyWanted
from peakday.trade.price_history.model import OfferKind
from peakday.trade.promotions.model import Kind, Limits, Scope, Tier
from tests.trade.carts.aisle import open_aisle


async def ask(aisle, *wanted, **asking):
    async with aisle.house.database.read() as tx:
        return await quote(tx, aisle.buyer, list(wanted), Asking(**asking))


async def test_goods_of_two_shops_are_priced_together(aisle):
    await aisle.promote(Kind.CROSS_SHOP_TIER, Tier(30_000, 5_000))
    answer = await ask(aisle, aisle.wanted(0, 2), aisle.wanted(1, 1))
    assert (answer.payable_minor, answer.best.priced.list_minor) == (25_000, 30_000)
    assert [line.price_minor for line in answer.lines] == [10_000, 10_000]
    assert sum(line.payable_minor for line in answer.lines) == 25_000
    assert answer.is_whole


@pytest.mark.capability("TE-01")
async def test_a_price_holds_from_its_instant_on_by_the_clock_of_the_database(aisle):
    async with aisle.house.database.read() as tx:
        now = await tx.fetchval("select clock_timestamp()")
    opening = now + timedelta(hours=1)
    await aisle.price(0, 6_000, since=opening, event="d11")
    before = await ask(aisle, aisle.wanted(0), at=opening - timedelta(microseconds=1))
    after = await ask(aisle, aisle.wanted(0), at=opening)
    assert (before.payable_minor, before.lines[0].event_ref) == (10_000, None)
    assert (after.payable_minor, after.lines[0].event_ref) == (6_000, "d11")
    assert (await ask(aisle, aisle.wanted(0))).payable_minor == 10_000
    assert before.token != after.token


async def test_a_live_price_is_for_who_comes_from_a_live_room_and_a_members_for_members(aisle):
    await aisle.price(0, 7_000, OfferKind.LIVE)
    await aisle.price(1, 8_000, OfferKind.MEMBER)
    at_door = await ask(aisle, aisle.wanted(0), aisle.wanted(1))
    assert [line.price_minor for line in at_door.lines] == [10_000, 10_000]
    live = Wanted(aisle.shop_of(0), aisle.sku(0), 1, live_room_id="room-1")
    inside = await ask(aisle, live, aisle.wanted(1), tags=frozenset({"member"}))
    assert [line.price_minor for line in inside.lines] == [7_000, 8_000]


async def test_the_token_names_what_was_seen(aisle):
    one = await ask(aisle, aisle.wanted(0), aisle.wanted(1, 2))
    turned = await ask(aisle, aisle.wanted(1, 2), aisle.wanted(0))
    other = await ask(aisle, aisle.wanted(0, 2), aisle.wanted(1, 2))
    assert one.token == turned.token != other.token
    await aisle.price(0, 9_999)
    assert (await ask(aisle, aisle.wanted(0), aisle.wanted(1, 2))).token != one.token


async def test_goods_are_priced_apart_as_each_alone_from_one_reading(aisle):
    await aisle.promote(Kind.PLATFORM_COUPON, Tier(10_000, 1_000), cards_for=aisle.buyer)
    wanted = [aisle.wanted(number) for number in range(20)]
    asked = []
    async with aisle.house.database.read() as tx:
        with tx.query_logger(asked.append):
            apart = await quote_apart(tx, aisle.buyer, wanted)
        alone = await quote(tx, aisle.buyer, wanted[:1])
    assert len(asked) < 15
    assert (apart[0].token, apart[0].payable_minor) == (alone.token, 9_000)
    assert [len(each.lines) for each in apart] == [1] * 20


async def test_only_the_cards_that_are_allowed_are_used(aisle):
    await aisle.promote(Kind.PLATFORM_COUPON, Tier(10_000, 1_000), cards_for=aisle.buyer)
    best = await ask(aisle, aisle.wanted(0))
    assert (best.payable_minor, len(best.best.cards)) == (9_000, 1)
    assert (await ask(aisle, aisle.wanted(0), card_ids=frozenset())).payable_minor == 10_000
    assert (await ask(aisle, aisle.wanted(0), card_ids=frozenset(best.best.cards))).payable_minor == 9_000
    async with aisle.house.database.read() as tx:
        assert (await quote(tx, None, [aisle.wanted(0)])).payable_minor == 10_000
        assert (await quote(tx, aisle.guest, [aisle.wanted(0)])).payable_minor == 10_000


async def test_another_shops_instruments_play_no_part(aisle):
    own = Scope(shop_ids=frozenset({aisle.shop_of(1)}))
    await aisle.promote(Kind.TIERED_REDUCTION, Tier(1_000, 500), shop=aisle.shop_of(1), scope=own)
    answer = await ask(aisle, aisle.wanted(0))
    assert (answer.payable_minor, answer.offers) == (10_000, ())
    assert (await ask(aisle, aisle.wanted(0), aisle.wanted(1))).payable_minor == 19_500


async def test_what_cannot_be_bought_stands_there_with_its_reason_and_no_money(aisle):
    gone = Wanted(aisle.shop_of(0), uuid4(), 1)
    answer = await ask(aisle, gone, aisle.wanted(0), aisle.wanted(1, 100_001))
    assert [line.problem and line.problem.code for line in answer.lines[:1]] == [None]
    assert {line.problem.code for line in answer.lines if line.problem} == {"gone", "out_of_range"}
    assert answer.payable_minor == 10_000
    assert not answer.is_whole
    nothing = await ask(aisle, gone)
    assert (nothing.payable_minor, nothing.currency) == (0, "CNY")


async def test_currencies_are_not_paid_together(house):
    aisle = await open_aisle(house, 2, ("CNY", "USD"))
    with pytest.raises(SeveralTills):
        await ask(aisle, aisle.wanted(0), aisle.wanted(1))
    assert (await ask(aisle, aisle.wanted(1))).currency == "USD"


async def test_nothing_doubles_and_too_much_are_refused(aisle):
    with pytest.raises(Invalid):
        await ask(aisle)
    with pytest.raises(Invalid):
        await ask(aisle, aisle.wanted(0), aisle.wanted(0, 2))
    with pytest.raises(TooManyWanted):
        await ask(aisle, *(Wanted(aisle.shop_of(0), uuid4(), 1) for _ in range(301)))


async def test_many_who_ask_at_once_get_what_each_would_get_alone(aisle):
    await aisle.promote(Kind.CROSS_SHOP_TIER, Tier(30_000, 5_000))
    limited = Limits(per_buyer=1)
    await aisle.promote(Kind.PLATFORM_COUPON, Tier(20_000, 2_000), cards_for=aisle.buyer, limits=limited)
    own = Scope(shop_ids=frozenset({aisle.shop_of(1)}))
    await aisle.promote(Kind.TIERED_REDUCTION, Tier(10_000, 700), shop=aisle.shop_of(1), scope=own)
    baskets = [[aisle.wanted(n % 5, 1 + n % 3), aisle.wanted(5 + n % 4, 1)] for n in range(40)]
    buyers = [(aisle.buyer, aisle.guest)[n % 2] for n in range(40)]
    async with aisle.house.database.read() as tx:
        alone = [await quote(tx, buyer, wanted) for buyer, wanted in zip(buyers, baskets, strict=True)]
    reader = ShelfReader(aisle.house.database)
    aisle.house.add(reader)
    together = await asyncio.gather(
        *(quote_at_once(aisle.house, buyer, wanted) for buyer, wanted in zip(buyers, baskets, strict=True))
    )
    await reader.close()
    assert [each.token for each in together] == [each.token for each in alone]
    assert [each.offers for each in together] == [each.offers for each in alone]
    assert len({each.payable_minor for each in alone}) > 3


async def test_the_selected_lines_of_the_cart_are_quoted_as_the_cart_shows_them(aisle):
    await aisle.fill([0, 1, 2])
    await aisle.stock(2, 1)
    async with aisle.house.database.transaction() as tx:
        await tx.execute("update stock.level set available = 0 where sku_id = $1", aisle.sku(2))
    view = await aisle.cart()
    answer = await quote_at_once(aisle.house, aisle.buyer, None)
    assert (answer.token, answer.payable_minor) == (view.tills[0].quote.token, 20_000)
    assert await quote_at_once(aisle.house, aisle.guest, None) is None
