"""Are lines added, changed, removed and brought back as the shopper meant, and refused without a trace?"""

from uuid import uuid4

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import Invalid, NotAllowed
from peakday.trade.carts import api
from peakday.trade.carts.errors import (
    CartFull,
    LineNotFound,
    NotEnoughStock,
    RemovalNotFound,
    SkuNotSold,
    TooManyPieces,
)
from tests.trade.carts.aisle import as_buyer


async def test_adding_again_adds_pieces_to_the_line(aisle):
    await aisle.add(1)
    again = await aisle.add(1, 2)
    assert (again.quantity, again.lines, again.is_new, again.price_minor) == (3, 1, False, 10_000)
    assert await aisle.pieces() == {1: 3}


@pytest.mark.capability("TE-02")
async def test_line_301_is_refused_with_what_can_be_done_and_more_pieces_of_a_line_are_not(aisle):
    await aisle.fill(range(300))
    with pytest.raises(CartFull) as refused:
        await aisle.add(300)
    assert "favourites" in str(refused.value)
    assert len(await aisle.pieces()) == 300
    assert (await aisle.add(0)).quantity == 2
    async with aisle.house.database.read() as tx:
        assert await api.count_lines(tx, aisle.actor) == 300


@pytest.mark.capability("TE-02")
async def test_a_full_cart_finds_room_in_the_favourites(aisle):
    await aisle.fill(range(300))
    assert await aisle.act(api.move_to_favourites, [aisle.sku(0), aisle.sku(1)]) == 2
    await aisle.add(300)
    assert len(await aisle.pieces()) == 299
    (newest, _) = await aisle.act(api.list_favourites)
    assert newest.quoted.title in {"Goods 0", "Goods 1"}
    back = await aisle.act(api.move_to_cart, aisle.sku(0))
    assert (back.quantity, back.lines) == (1, 300)
    assert len(await aisle.act(api.list_favourites)) == 1


async def test_pieces_beyond_the_stock_are_refused_and_fewer_always_allowed(aisle):
    await aisle.stock(1, 5)
    await aisle.add(1, 4)
    with pytest.raises(NotEnoughStock) as refused:
        await aisle.add(1, 2)
    assert refused.value.data == {"left": 5}
    with pytest.raises(NotEnoughStock):
        await aisle.act(api.change_line, api.LineChange(aisle.sku(1), 6))
    assert await aisle.pieces() == {1: 4}
    assert (await aisle.act(api.change_line, api.LineChange(aisle.sku(1), 3))).quantity == 3


@pytest.mark.parametrize(("quantity", "refusal"), [(0, Invalid), (-3, Invalid), (10_000, TooManyPieces)])
async def test_numbers_that_are_no_pieces_change_nothing(aisle, quantity, refusal):
    await aisle.add(1, 2)
    with pytest.raises(refusal):
        await aisle.act(api.change_line, api.LineChange(aisle.sku(1), quantity))
    with pytest.raises(refusal):
        await aisle.add(2, quantity)
    assert await aisle.pieces() == {1: 2}


async def test_what_is_not_sold_does_not_come_in(aisle):
    for wish in (
        api.Wish(aisle.buyer, aisle.shop_of(0), uuid4()),
        api.Wish(aisle.buyer, aisle.shop_of(1), aisle.sku(0)),  # another shop's
    ):
        with pytest.raises(SkuNotSold):
            await aisle.act(api.add_line, wish)
    assert await aisle.pieces() == {}


async def test_many_wishes_at_once_are_answered_one_by_one(aisle):
    from peakday.trade.carts.actions.add_lines import add_many

    await aisle.stock(3, 3)
    wishes = [aisle.wish(3, 2), aisle.wish(3, 2), aisle.wish(4), aisle.wish(3, 1), aisle.wish(3, 1, aisle.guest)]
    async with aisle.house.database.transaction() as tx:
        answers = await add_many(tx, wishes)
    assert [getattr(each, "quantity", getattr(each, "code", None)) for each in answers] == [
        2, "not_enough_stock", 1, 3, 1,
    ]  # fmt: skip
    assert await aisle.pieces() == {3: 3, 4: 1}
    assert await aisle.pieces(aisle.guest) == {3: 1}


async def test_a_removal_comes_back_once(aisle):
    await aisle.fill([1, 2, 3])
    removal = await aisle.act(api.remove_lines, [aisle.sku(1), aisle.sku(3), uuid4()])
    assert len(removal.lines) == 2
    assert await aisle.pieces() == {2: 1}
    await aisle.add(1, 7)  # wished anew meanwhile: that stays
    assert await aisle.act(api.undo_removal, removal.removal_id) == 1
    assert await aisle.pieces() == {1: 7, 2: 1, 3: 1}
    await aisle.act(api.remove_lines, [aisle.sku(3)])
    assert await aisle.act(api.undo_removal, removal.removal_id) == 0
    assert await aisle.pieces() == {1: 7, 2: 1}


async def test_an_undo_that_does_not_fit_brings_nothing_back(aisle):
    await aisle.fill(range(300))
    removal = await aisle.act(api.remove_lines, [aisle.sku(0), aisle.sku(1)])
    await aisle.add(300)
    with pytest.raises(CartFull):
        await aisle.act(api.undo_removal, removal.removal_id)
    assert len(await aisle.pieces()) == 299
    await aisle.act(api.remove_lines, [aisle.sku(300)])
    assert await aisle.act(api.undo_removal, removal.removal_id) == 2


async def test_nobody_undoes_or_removes_in_the_cart_of_another(aisle):
    await aisle.fill([1, 2])
    removal = await aisle.act(api.remove_lines, [aisle.sku(1)])
    stranger = as_buyer(aisle.guest)
    async with aisle.house.database.transaction() as tx:
        with pytest.raises(RemovalNotFound):
            await api.undo_removal(tx, stranger, removal.removal_id)
        with pytest.raises(LineNotFound):
            await api.remove_lines(tx, stranger, [aisle.sku(2)])
        with pytest.raises(LineNotFound):
            await api.change_line(tx, stranger, api.LineChange(aisle.sku(2), 5))
        assert await api.select_lines(tx, stranger, api.Selection(), is_selected=False) == 0
        assert (await api.get_cart(tx, stranger)).lines == 0
    assert await aisle.pieces() == {2: 1}


@pytest.mark.parametrize("actor", [SYSTEM, Actor(ActorKind.STAFF, uuid4(), permissions=frozenset({"*"}))])
async def test_only_buyers_have_carts(aisle, actor):
    async with aisle.house.database.transaction() as tx:
        for ask in (api.get_cart(tx, actor), api.note_look(tx, actor), api.list_favourites(tx, actor)):
            with pytest.raises(NotAllowed):
                await ask


async def test_what_was_bought_goes_out_of_many_carts_at_once(aisle):
    await aisle.fill([1, 2, 3])
    await aisle.fill([1, 2], aisle.guest)
    async with aisle.house.database.transaction() as tx:
        bought = [(aisle.guest, aisle.sku(2)), (aisle.buyer, aisle.sku(1)), (aisle.buyer, aisle.sku(9))]
        assert await api.take_bought(tx, bought) == 2
        assert await api.take_lines(tx, aisle.buyer, [aisle.sku(3)]) == 1
        assert await api.count_lines(tx, aisle.actor) == 1
    assert await aisle.pieces() == {2: 1}
    assert await aisle.pieces(aisle.guest) == {1: 1}


async def test_selection_by_line_by_shop_and_of_all(aisle):
    await aisle.fill(range(6))
    assert await aisle.act(api.select_lines, api.Selection(), is_selected=False) == 6
    assert (await aisle.cart()).selected == 0
    chosen = api.Selection(sku_ids=frozenset({aisle.sku(0)}))
    assert await aisle.act(api.select_lines, chosen, is_selected=True) == 1
    assert await aisle.act(api.select_lines, api.Selection(shop_id=aisle.shop_of(1)), is_selected=True) == 3
    view = await aisle.cart()
    assert (view.selected, view.pieces, view.tills[0].payable_minor) == (4, 4, 40_000)
    assert {group.shop_id: group.is_selected for group in view.groups} == {
        aisle.shop_of(0): False, aisle.shop_of(1): True,
    }  # fmt: skip
    async with aisle.house.database.read() as tx:
        assert len(await api.selected_of(tx, aisle.buyer)) == 4
