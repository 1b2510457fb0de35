"""Does the cart show what it holds, what changed, what cannot be bought, and what it would cost?"""

from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.refusal import Invalid
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ItemEdit, ItemStatus
from peakday.trade.carts import api
from peakday.trade.carts.viewed import Change
from peakday.trade.promotions.model import Kind, Scope, Tier
from tests.trade.carts.aisle import open_aisle


def titles(view):
    return [line.quoted.title for group in view.groups for line in group.lines]


@pytest.mark.capability("TE-02")
async def test_lines_stand_by_shop_the_newest_first(aisle):
    for number in (0, 1, 2):
        await aisle.add(number)
    view = await aisle.cart()
    assert [group.shop.name for group in view.groups] == ["Shop 0", "Shop 1"]
    assert titles(view) == ["Goods 2", "Goods 0", "Goods 1"]
    assert (view.lines, view.selected, view.tills[0].payable_minor) == (3, 3, 30_000)


async def test_pages_hold_every_line_once(aisle):
    await aisle.fill(range(25))
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        view = await aisle.cart(api.Look(limit=10, cursor=cursor))
        seen += titles(view)
        cursor, pages = view.next_cursor, pages + 1
        assert view.found == 25
        assert view.tills[0].payable_minor == 250_000
    assert pages == 3
    assert sorted(seen) == sorted(f"Goods {number}" for number in range(25))
    with pytest.raises(Invalid):
        await aisle.cart(api.Look(cursor=uuid4()))


async def test_search_shop_and_order(aisle):
    await aisle.fill([10, 11, 12])
    await aisle.price(11, 1_000)
    assert titles(await aisle.cart(api.Look(search="goods 12"))) == ["Goods 12"]
    assert titles(await aisle.cart(api.Look(search="SHOP 0"))) == ["Goods 12", "Goods 10"]
    assert titles(await aisle.cart(api.Look(sort=api.Sort.PRICE_UP)))[0] == "Goods 11"
    assert titles(await aisle.cart(api.Look(sort=api.Sort.PRICE_DOWN)))[2] == "Goods 11"
    assert titles(await aisle.cart(api.Look(show=api.Show.CHEAPER))) == ["Goods 11"]
    assert len(titles(await aisle.cart(api.Look(shop_id=aisle.shop_of(0))))) == 2


@pytest.mark.capability("TE-02")
async def test_what_cannot_be_bought_is_folded_with_its_reason_and_costs_nothing(aisle):
    await aisle.stock(2, 3)
    await aisle.stock(3, 3)
    await aisle.fill([1, 2, 3, 4])
    await aisle.act(api.change_line, api.LineChange(aisle.sku(3), 3))
    async with aisle.house.database.transaction() as tx:
        await catalog.edit_item(
            tx, SYSTEM, aisle.shop_of(1), aisle.item(1), ItemEdit(status=ItemStatus.OFF_SHELF), aisle.now
        )
        await tx.execute("update stock.level set available = 0 where sku_id = $1", aisle.sku(2))
        await tx.execute("update stock.level set available = 2 where sku_id = $1", aisle.sku(3))
    view = await aisle.cart()
    reasons = {line.quoted.title: line.problem.code for line in view.invalid}
    assert reasons == {"Goods 1": "off_shelf", "Goods 2": "sold_out"}
    by_title = {line.quoted.title: line for group in view.groups for line in group.lines}
    assert by_title["Goods 3"].problem.code == "not_enough_stock"
    assert set(by_title) == {"Goods 3", "Goods 4"}
    assert view.tills[0].payable_minor == 10_000
    removal = await aisle.act(api.remove_invalid)
    assert len(removal.lines) == 2
    assert await aisle.act(api.remove_invalid) is None
    assert await aisle.pieces() == {3: 3, 4: 1}


@pytest.mark.capability("TE-02")
async def test_changes_since_the_last_look_are_told_until_the_next(aisle):
    await aisle.stock(3, 50)
    await aisle.fill([1, 2, 3])
    assert all(not line.changes for group in (await aisle.cart()).groups for line in group.lines)
    await aisle.price(1, 8_000)
    await aisle.price(2, 12_000)
    async with aisle.house.database.transaction() as tx:
        await tx.execute("update stock.level set available = 4 where sku_id = $1", aisle.sku(3))

    def changes(view):
        return {line.quoted.title: (line.changes, line.saved_minor) for g in view.groups for line in g.lines}

    told = {
        "Goods 1": ((Change.CHEAPER,), 2_000),
        "Goods 2": ((Change.DEARER,), -2_000),
        "Goods 3": ((Change.FEW_LEFT,), 0),
    }
    assert changes(await aisle.cart()) == told
    assert changes(await aisle.cart()) == told  # looking changes nothing
    assert await aisle.act(api.note_look) == 3
    assert set(changes(await aisle.cart()).values()) == {((), 0)}
    assert await aisle.act(api.note_look) == 0


@pytest.mark.capability("TE-02")
async def test_the_best_price_is_live_and_says_what_gives_it(aisle):
    await aisle.promote(Kind.CROSS_SHOP_TIER, Tier(30_000, 5_000))
    card = await aisle.promote(Kind.PLATFORM_COUPON, Tier(20_000, 2_000), cards_for=aisle.buyer)
    await aisle.fill([1, 2])
    view = await aisle.cart()
    assert view.tills[0].payable_minor == 18_000
    assert [(used.is_card, used.minor) for used in view.tills[0].used] == [(True, 2_000)]
    assert [(each.missing, each.off) for each in view.tills[0].advice] == [(10_000, 5_000)]
    await aisle.add(3)
    view = await aisle.cart()
    assert view.tills[0].payable_minor == 23_000
    assert {used.minor for used in view.tills[0].used} == {5_000, 2_000}
    degraded = await aisle.cart(api.Look(has_best_price=False, has_advice=False))
    assert (degraded.tills[0].payable_minor, degraded.tills[0].advice) == (25_000, ())
    assert card


@pytest.mark.capability("TE-02")
async def test_a_card_below_its_threshold_says_what_is_missing(aisle):
    own = Scope(shop_ids=frozenset({aisle.shop_of(0)}))
    await aisle.promote(Kind.SHOP_COUPON, Tier(25_000, 3_000), shop=aisle.shop_of(0), cards_for=aisle.buyer, scope=own)
    await aisle.fill([0, 1])
    (advice,) = (await aisle.cart()).tills[0].advice
    assert (advice.missing, advice.off, advice.shop_id) == (15_000, 3_000, aisle.shop_of(0))


async def test_goods_to_add_are_ranked_by_what_is_paid_more_for_their_value(aisle):
    await aisle.promote(Kind.CROSS_SHOP_TIER, Tier(30_000, 5_000))
    await aisle.fill(range(5))
    await aisle.price(3, 12_000)
    await aisle.price(4, 4_000)
    rest = api.Selection(sku_ids=frozenset({aisle.sku(2), aisle.sku(3), aisle.sku(4)}))
    await aisle.act(api.select_lines, rest, is_selected=False)
    found = await aisle.act(api.find_additions)
    assert [(each.line.sku_id, each.value_minor, each.extra_minor) for each in found] == [
        (aisle.sku(2), 10_000, 5_000), (aisle.sku(3), 12_000, 7_000),
    ]  # fmt: skip


async def test_goods_of_two_currencies_stand_in_two_tills(house):
    aisle = await open_aisle(house, 2, ("CNY", "USD"))
    await aisle.fill([0, 1])
    view = await aisle.cart()
    assert {(till.quote.currency, till.payable_minor) for till in view.tills} == {("CNY", 10_000), ("USD", 10_000)}


async def test_the_look_holds_a_price_for_the_instant_of_the_database(aisle):
    async with aisle.house.database.read() as tx:
        now = await tx.fetchval("select clock_timestamp()")
    await aisle.price(1, 5_000, since=now + timedelta(hours=1))
    await aisle.price(2, 5_000, since=now - timedelta(hours=2), until=now - timedelta(hours=1))
    await aisle.fill([1, 2])
    assert (await aisle.cart()).tills[0].payable_minor == 20_000
