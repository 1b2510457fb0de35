"""Is a basket priced with everything that is live, at the price of the instant, and with its trace?"""

from datetime import UTC, datetime

import pytest

from peakday.kernel.refusal import NotFound
from peakday.trade.price_history.api import record_offers
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import CartTooLarge
from peakday.trade.promotions.model import Kind, PiecePrice, Scope, Tier, Tiers
from peakday.trade.promotions.stored import Basket
from tests.trade.promotions.shop_floor import DAY, QUIET, open_floor

pytestmark = pytest.mark.capability("SH-02", page="/v1/shops/{shop_id}/price-baskets")


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def live(floor, *instruments):
    async with floor.house.database.transaction() as tx:
        for instrument in instruments:
            await api.save_draft(tx, floor.owner, floor.shop_id, instrument, floor.now)
            wish = api.Wish(floor.shop_id, instrument.instrument_id)
            await api.publish(tx, floor.owner, wish, QUIET, floor.now)


async def ask(floor, pieces, candidate=None, **given):
    async with floor.house.database.read() as tx:
        return await api.price_basket(tx, floor.second, floor.shop_id, Basket(pieces, **given), floor.now, candidate)


async def test_the_best_of_what_is_live_is_used_and_explained(floor):
    small = floor.instrument(benefit=Tiers((Tier(10_000, 500),)))
    large = floor.instrument(benefit=Tiers((Tier(20_000, 3_000),)))
    await live(floor, small, large, floor.instrument(Kind.TIERED_REDUCTION, Tiers((Tier(30_000, 2_000),))))
    found = await ask(floor, {floor.tea: 2, floor.big_tea: 1})
    assert (found.priced.list_minor, found.priced.discount_minor, found.priced.payable_minor) == (40_000, 5_000, 35_000)
    assert large.instrument_id in found.priced.given_by_instrument()
    assert sorted(found.titles.values()) == ["Longjing tea", "Longjing tea (big)"]
    assert found.trace[0].en == "Everyday rules, version 1"
    assert found.trace[-1].zh.endswith("应付 ¥350.00")


async def test_a_named_wallet_leaves_the_other_cards_out(floor):
    small, large = (floor.instrument(benefit=Tiers((Tier(10_000, off),))) for off in (500, 900))
    await live(floor, small, large)
    assert (await ask(floor, {floor.tea: 1}, card_ids=frozenset({small.instrument_id}))).priced.payable_minor == 9_500
    assert (await ask(floor, {floor.tea: 1}, card_ids=frozenset())).priced.payable_minor == 10_000


async def test_a_candidate_acts_as_if_it_were_live_and_replaces_itself(floor):
    mine = floor.instrument(Kind.SINGLE_PRICE, PiecePrice(9_000), scope=Scope(item_ids=frozenset({floor.tea_item})))
    assert (await ask(floor, {floor.tea: 1}, mine)).priced.payable_minor == 9_000
    await live(floor, mine)
    assert (await ask(floor, {floor.tea: 1}, mine)).priced.payable_minor == 9_000


async def test_a_piece_costs_what_the_price_history_says_for_the_instant(floor):
    now = floor.now
    offer = Offer(floor.shop_id, floor.tea_item, floor.tea, OfferKind.EVENT, 7_700, "CNY", now, now + DAY, "tests")
    async with floor.house.database.transaction() as tx:
        await record_offers(tx, [offer], now)
    assert (await ask(floor, {floor.tea: 1})).priced.payable_minor == 7_700
    assert (await ask(floor, {floor.tea: 1}, at=now + DAY)).priced.payable_minor == 10_000


async def test_a_night_of_2022_is_priced_by_the_rules_of_2022(floor):
    found = await ask(floor, {floor.tea: 1}, at=datetime(2022, 11, 10, 12, tzinfo=UTC))
    assert (found.priced.rules_name, found.priced.rules_version) == ("tmall_promotions", "2022")


async def test_goods_of_another_shop_are_not_found_and_an_empty_basket_is_none(floor):
    other = await open_floor(floor.house, "two")
    with pytest.raises(NotFound):
        await ask(floor, {other.tea: 1})
    with pytest.raises(CartTooLarge):
        await ask(floor, {})
