"""Is the sample basket the smallest of the shop's goods that reaches the instrument?"""

import pytest

from peakday.trade.promotions import api
from peakday.trade.promotions.model import (
    Bundle,
    Component,
    Counts,
    GiftOffer,
    Gives,
    Kind,
    NthPiece,
    PiecePrice,
    Scope,
    Tier,
    Tiers,
)
from tests.trade.promotions.shop_floor import open_floor


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def sample(floor, kind, benefit, **scope):
    wanted = Scope(**{name: frozenset(ids) for name, ids in scope.items()})
    async with floor.house.database.read() as tx:
        return await api.sample_basket(tx, floor.shop_id, floor.instrument(kind, benefit, scope=wanted))


async def test_a_threshold_of_money_takes_as_many_pieces_as_it_needs(floor):
    found = await sample(floor, Kind.SHOP_COUPON, Tiers((Tier(25_001, 5_000),)), sku_ids=[floor.tea])
    assert found == {floor.tea: 3}


async def test_a_threshold_of_pieces_and_an_nth_piece_count_pieces(floor):
    pieces = Tiers((Tier(4, 1_000),), Counts.PIECES, Gives.RATE)
    assert await sample(floor, Kind.PIECE_TIERS, pieces, item_ids=[floor.cup_item]) == {floor.cup: 4}
    assert await sample(floor, Kind.NTH_PIECE, NthPiece(2, 5_000), category_ids=[floor.ware]) == {floor.cup: 2}


async def test_a_bundle_is_itself_and_a_gift_is_reached(floor):
    bundle = Bundle((Component(floor.tea, 2), Component(floor.cup)), 100)
    assert await sample(floor, Kind.BUNDLE, bundle) == {floor.tea: 2, floor.cup: 1}
    assert await sample(floor, Kind.GIFT, GiftOffer(9_000, floor.tea), item_ids=[floor.cup_item]) == {floor.cup: 2}


async def test_a_price_by_sku_is_tried_on_that_sku_and_left_out_goods_are_not(floor):
    assert await sample(floor, Kind.SINGLE_PRICE, PiecePrice(None, {floor.big_tea: 5})) == {floor.big_tea: 1}
    assert await sample(floor, Kind.SINGLE_PRICE, PiecePrice(5), except_items=[floor.tea_item]) == {floor.cup: 1}


async def test_without_goods_in_scope_there_is_no_basket(floor):
    assert await sample(floor, Kind.SINGLE_PRICE, PiecePrice(5), category_ids=[floor.shop_id]) == {}
