"""Do acts on orders wait for each other in one order, so that no two wait in a circle?

Each test holds what another act would hold, lets the act begin, and then takes what that other act would take next: an
act that takes locks the other way round is stopped by PostgreSQL as a deadlock.
"""

import asyncio

import pytest

from peakday.trade.ledger import store as ledger_store
from peakday.trade.orders import api, life_store
from peakday.trade.promotions.model import Kind
from peakday.trade.stock.model import DeductMode
from tests.trade.orders.market import PLATFORM_FUNDS, TIER, open_market

TALLY = "select from promotions.tally where instrument_id = $1 for update"


@pytest.fixture
async def market(house):
    return await open_market(house)


async def waits(market):
    """Until somebody waits for a lock, or nobody does for long."""
    for _ in range(100):
        await asyncio.sleep(0.01)
        async with market.database.read() as tx:
            if await tx.fetchval("select exists (select from pg_locks where not granted)"):
                return


async def test_a_buyer_who_asks_for_the_difference_takes_the_orders_in_their_order(market):
    tea = [(floor.shop_id, floor.tea, 1) for floor in (market.one, market.two)]
    placed = await market.place(market.buyer, *tea)
    await market.pay(market.buyer, placed.checkout_id)
    first, last = sorted((each.shop_id, each.order_id) for each in placed.orders)
    async with market.database.transaction() as tx:
        await life_store.lock_orders(tx, [first])
        asked = asyncio.create_task(market.do(api.ask_protection, market.buyer, last[1], 1))
        await waits(market)
        await life_store.lock_orders(tx, [last])
    assert (await asked).amount_minor == 0


async def test_cards_come_back_in_the_order_in_which_checkouts_use_them(market):
    one = await market.live(None, Kind.PLATFORM_COUPON, TIER, funding=PLATFORM_FUNDS)
    two = await market.live(market.one, Kind.SHOP_COUPON, TIER)
    low, high = sorted((one, two))
    low_card = await market.card(low, market.buyer)
    for n in range(100):
        high_card = await market.card(high, market.buyer, f"card-{n}")
        if high_card < low_card:
            break
    cards = frozenset({low_card, high_card})
    wish = await market.wish(market.buyer, (market.one.shop_id, market.one.big_tea, 1), card_ids=cards)
    placed = await api.place_checkout(market.house, market.buyer, wish)
    async with market.database.read() as tx:
        assert await tx.fetchval("select count(*) from promotions.usage") == 2
    await market.pay(market.buyer, placed.checkout_id)
    async with market.database.transaction() as tx:
        await tx.execute(TALLY, low)
        undone = asyncio.create_task(market.do(api.cancel_order, market.buyer, placed.orders[0].order_id))
        await waits(market)
        await tx.execute(TALLY, high)
    assert await undone == placed.payable_minor


async def test_lines_that_are_gone_when_they_are_paid_take_the_books_last(market):
    offer = await market.live(None, Kind.PLATFORM_COUPON, TIER, funding=PLATFORM_FUNDS)
    for actor in (market.buyer, market.other):
        await market.card(offer, actor)
    async with market.database.transaction() as tx:
        await tx.execute("update stock.level set mode = $1, available = 0", DeductMode.PAYMENT.value)
        await tx.execute("update stock.level set available = 1 where sku_id = $1", market.one.tea)
    placed = [
        await market.place(actor, (market.one.shop_id, market.one.tea, 1)) for actor in (market.buyer, market.other)
    ]
    await market.pay(market.buyer, placed[0].checkout_id)
    payment = await market.start(market.other, placed[1].checkout_id)
    async with market.database.transaction() as tx:
        await tx.execute(TALLY, offer)
        told = asyncio.create_task(market.tell(market.notice(payment)))
        await waits(market)
        await ledger_store.lock_head(tx)
    await told
    assert (await market.order(placed[1]))["refund_minor"] == 9_000
