"""Do numbers change only with a reason, once for each key, and never below zero? Do limits hold?"""

import asyncio
from uuid import UUID, uuid4

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewItem, sku_id_of
from peakday.trade.stock import api, store
from peakday.trade.stock.audit import audit
from peakday.trade.stock.errors import (
    ChangeKeyReused,
    ChangeNotValid,
    StockBelowZero,
    StockNotFound,
    WarehouseUnknown,
)
from peakday.trade.stock.model import LevelKey, Need
from tests.trade.stock.builders import BUYER, NOON, OTHER_SKU, SHOP, SKU, a_claim, fill, left


async def in_tx(database, act, *arguments):
    async with database.transaction() as tx:
        return await act(tx, *arguments)


@pytest.fixture
async def sku_id(database):
    """A SKU of the catalogue."""
    await in_tx(database, catalog.copy_items, [NewItem(SHOP, "test", "i1", "Tea", list_price_minor=500)], NOON)
    return sku_id_of(SHOP, "i1", "i1")


def a_change(sku_id, delta, key="k1", **more):
    return api.Adjustment(SHOP, sku_id, delta, "delivery", key, **more)


async def test_units_come_and_go_once_for_each_key(house, database, sku_id):
    assert await in_tx(database, api.adjust_stock, SYSTEM, a_change(sku_id, 10), NOON) == 10
    assert await in_tx(database, api.adjust_stock, SYSTEM, a_change(sku_id, 10), NOON) == 10
    assert await in_tx(database, api.adjust_stock, SYSTEM, a_change(sku_id, -4, "k2"), NOON) == 6
    with pytest.raises(ChangeKeyReused):
        await in_tx(database, api.adjust_stock, SYSTEM, a_change(sku_id, 11), NOON)
    with pytest.raises(StockBelowZero):
        await in_tx(database, api.adjust_stock, SYSTEM, a_change(sku_id, -7, "k3"), NOON)
    assert await left(database, sku_id) == [6]
    async with database.read() as tx:
        changes = await api.list_changes(tx, SYSTEM, LevelKey(SHOP, sku_id))
    assert sorted(change.delta for change in changes) == [-4, 10]
    assert await audit(house) == []


async def test_what_cannot_be_meant_changes_nothing(database, sku_id):
    for change, refusal in [
        (a_change(sku_id, 0), ChangeNotValid), (a_change(sku_id, 2**40), ChangeNotValid),
        (api.Adjustment(SHOP, sku_id, 1, "", "k"), ChangeNotValid), (a_change(uuid4(), 1), StockNotFound),
        (a_change(sku_id, 1, warehouse_id=uuid4()), WarehouseUnknown),
    ]:  # fmt: skip
        with pytest.raises(refusal):
            await in_tx(database, api.adjust_stock, SYSTEM, change, NOON)
    assert await left(database, sku_id) == [None]


async def test_only_who_may_edit_the_shops_items_changes_its_stock(database, sku_id):
    outsider = Actor(ActorKind.MERCHANT, UUID(int=5), UUID(int=99), frozenset({"*"}))
    clerk = Actor(ActorKind.MERCHANT, UUID(int=5), SHOP, frozenset({"items:view"}))
    for actor, refusal in [(outsider, NotFound), (clerk, NotAllowed)]:
        with pytest.raises(refusal):
            await in_tx(database, api.adjust_stock, actor, a_change(sku_id, 10), NOON)
    assert await left(database, sku_id) == [None]
    async with database.read() as tx:
        assert await api.list_stock(tx, clerk, SHOP, api.StockFilter()) == []
        with pytest.raises(NotFound):
            await api.list_stock(tx, outsider, SHOP, api.StockFilter())


async def test_units_set_aside_are_the_events_alone_and_can_go_back(database):
    await fill(database, 10)
    aside = api.SettingAside(SHOP, SKU, "eleven", 4, "a1")
    assert await in_tx(database, api.set_aside, SYSTEM, aside, NOON) == 4
    assert await left(database) == [6]
    writer = api.StockWriter(database)
    answers = [(await writer.claim(a_claim(Need(SHOP, SKU, 3, "eleven")))).refusal for _ in range(2)]
    assert [answer and answer.code for answer in answers] == [None, "stock_short"]
    assert (await writer.claim(a_claim(Need(SHOP, SKU, 6)))).refusal is None
    with pytest.raises(StockBelowZero):
        await in_tx(database, api.set_aside, SYSTEM, api.SettingAside(SHOP, SKU, "eleven", -2, "a2"), NOON)
    assert await in_tx(database, api.set_aside, SYSTEM, api.SettingAside(SHOP, SKU, "eleven", -1, "a3"), NOON) == 0
    assert await left(database) == [1]


async def test_a_buyer_is_held_to_the_limit_also_at_two_doors_at_once_and_by_what_was_bought_before(database):
    await fill(database, 100)
    writers = [api.StockWriter(database), api.StockWriter(database)]
    assert (await writers[0].claim(a_claim(buyer_id=BUYER))).refusal is None
    await in_tx(database, api.set_terms, SYSTEM, LevelKey(SHOP, SKU), api.Terms(buyer_limit=3), NOON)
    answers = await asyncio.gather(*(writers[i % 2].claim(a_claim(buyer_id=BUYER)) for i in range(10)))
    assert sum(answer.refusal is None for answer in answers) == 2
    assert {answer.refusal.code for answer in answers if answer.refusal} == {"buyer_limit_reached"}
    assert await left(database) == [97]


async def test_an_events_limit_counts_all_its_skus(database):
    await fill(database, 100, SKU, OTHER_SKU)
    await in_tx(database, api.set_event_limit, SYSTEM, SHOP, "eleven", 3)
    writers = [api.StockWriter(database), api.StockWriter(database)]
    needs = [Need(SHOP, sku, 1, "eleven") for sku in (SKU, OTHER_SKU)]
    answers = await asyncio.gather(*(writers[i % 2].claim(a_claim(needs[i % 2], buyer_id=BUYER)) for i in range(10)))
    assert sum(answer.refusal is None for answer in answers) == 3
    assert {answer.refusal.code for answer in answers if answer.refusal} == {"event_limit_reached"}


async def test_a_released_hold_no_longer_counts_against_the_limit(database):
    await fill(database, 10)
    await in_tx(database, api.set_terms, SYSTEM, LevelKey(SHOP, SKU), api.Terms(buyer_limit=1), NOON)
    writer = api.StockWriter(database)
    first = a_claim(buyer_id=BUYER)
    assert (await writer.claim(first)).refusal is None
    assert (await writer.claim(a_claim(buyer_id=BUYER))).refusal.code == "buyer_limit_reached"
    await in_tx(database, api.release_claims, [(first.claim_id, None)], NOON, "closed")
    assert (await writer.claim(a_claim(buyer_id=BUYER))).refusal is None


async def test_the_merchant_is_told_once_when_it_runs_low(database):
    await fill(database, 10)
    await in_tx(database, api.set_terms, SYSTEM, LevelKey(SHOP, SKU), api.Terms(low_mark=7), NOON)
    writer = api.StockWriter(database)
    for _ in range(5):
        await writer.claim(a_claim())
    async with database.read() as tx:
        news = await tx.fetch("select payload from kernel.outbox where topic = 'stock.LowStock.v1'")
    assert [row["payload"]["available"] for row in news] == [7]


async def test_a_list_shows_what_is_available_held_and_sold(database, sku_id):
    await in_tx(database, api.adjust_stock, SYSTEM, a_change(sku_id, 10), NOON)
    writer = api.StockWriter(database)
    paid = a_claim(Need(SHOP, sku_id, 3))
    await writer.claim(paid)
    await writer.claim(a_claim(Need(SHOP, sku_id, 2)))
    await in_tx(database, api.settle_claims, [(paid.claim_id, None)], NOON)
    async with database.read() as tx:
        (line,) = await api.list_stock(tx, SYSTEM, SHOP, api.StockFilter())
        assert await api.count_stock(tx, SYSTEM, SHOP, api.StockFilter(is_sold_out=True)) == 0
    assert (line.title, line.available, line.held, line.sold) == ("Tea", 5, 2, 3)


@pytest.mark.parametrize("of_event", [False, True])
async def test_a_limit_may_be_set_while_units_come_back(database, of_event):
    await fill(database, 10)
    writer = api.StockWriter(database)
    claim = a_claim(Need(SHOP, SKU, 1, "d11"))
    await writer.claim(claim)
    await writer.close()

    async def limit():
        async with database.transaction() as tx:
            if of_event:
                await api.set_event_limit(tx, SYSTEM, SHOP, "d11", 3)
            else:
                await api.set_terms(tx, SYSTEM, LevelKey(SHOP, SKU), api.Terms(buyer_limit=3), NOON)

    async with database.transaction() as tx:
        await store.lock_holds(tx, [(claim.claim_id, None)])
        limiting = asyncio.create_task(limit())
        await asyncio.sleep(0.05)  # it waits for the hold, not for the hold with the level in its hands
        assert await api.release_claims(tx, [(claim.claim_id, None)], NOON, "closed") == 1
    await limiting
    assert await left(database) == [10]
