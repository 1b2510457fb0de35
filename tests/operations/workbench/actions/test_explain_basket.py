"""Does the explainer tell what the checkout would do, in which order, and why not the rest?"""

from datetime import UTC, datetime

import pytest

from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.kernel.text import Text
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import Role
from peakday.operations.workbench import api
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.api import Basket
from peakday.trade.promotions.model import Kind, PiecePrice, Scope, Tier, Tiers
from tests.market.people import open_account
from tests.trade.promotions.shop_floor import QUIET, open_floor

pytestmark = pytest.mark.capability("SH-02", page="/shop/{shop_id}/service/stacking")


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def live(floor, *instruments):
    """Have them published."""
    async with floor.house.database.transaction() as tx:
        for one in instruments:
            await promotions.save_draft(tx, floor.owner, floor.shop_id, one, floor.now)
            wish = promotions.Wish(floor.shop_id, one.instrument_id)
            await promotions.publish(tx, floor.owner, wish, QUIET, floor.now)


async def explain(floor, pieces, **given):
    """What the owner is told."""
    async with floor.house.database.read() as tx:
        return await api.explain_basket(tx, floor.owner, floor.shop_id, Basket(pieces, **given), floor.now)


async def test_steps_shares_unused_cards_and_the_next_tier_are_told(floor):
    tiers = floor.instrument(
        Kind.TIERED_REDUCTION, Tiers((Tier(20_000, 2_000), Tier(30_000, 4_000))), name=Text("满减", "Tiers")
    )
    best, worse, far = (
        floor.instrument(benefit=Tiers((Tier(at, off),)), name=Text(name, name))
        for at, off, name in [(10_000, 1_500, "best"), (10_000, 500, "worse"), (90_000, 9_000, "far")]
    )
    only_cups = Scope(item_ids=frozenset({floor.cup_item}))
    cups = floor.instrument(Kind.SINGLE_PRICE, PiecePrice(4_000), scope=only_cups, name=Text("杯", "Cups"))
    await live(floor, tiers, best, worse, far, cups)
    told = await explain(floor, {floor.tea: 2})
    cart = told.priced.priced
    assert (cart.list_minor, cart.discount_minor, cart.payable_minor) == (20_000, 3_500, 16_500)
    assert [step.instrument_ids for step in cart.steps] == [(tiers.instrument_id,), (best.instrument_id,)]
    assert [text.en.split(":")[0] for text in told.steps] == ["Tiers", "best"]
    unused = {one.instrument_id: (one.sentence.en, one.alone_minor) for one in told.why_not}
    assert unused == {
        cups.instrument_id: ("Cups: not used, no goods in the cart are in its scope", 0),
        worse.instrument_id: ("worse: not used, it cannot meet “best”", 500),
        far.instrument_id: ("far: not used, its threshold is not reached; CN¥700.00 more would do", 0),
    }
    assert [(one.instrument_id, one.missing) for one in told.next_tiers] == [
        (tiers.instrument_id, 10_000), (far.instrument_id, 70_000),
    ]  # fmt: skip
    assert told.addition is not None
    assert (told.addition.line.sku_id, told.addition.value_minor, told.addition.extra_minor) == (
        floor.big_tea, 20_000, 18_000,
    )  # fmt: skip
    assert told.split is None
    assert (told.rule.name, told.rule.version) == (cart.rules_name, cart.rules_version)


async def test_a_night_of_2022_cites_the_rules_of_2022(floor):
    told = await explain(floor, {floor.tea: 1}, at=datetime(2022, 11, 10, 12, tzinfo=UTC))
    assert (told.rule.name, told.rule.version, told.rule.effective_to.isoformat()) == (
        "tmall_promotions", "2022", "2022-11-11",
    )  # fmt: skip


async def test_two_orders_are_proposed_where_they_cost_less(floor):
    once = floor.instrument(Kind.TIERED_REDUCTION, Tiers((Tier(10_000, 3_000),)), name=Text("满减", "Once"))
    await live(floor, once)
    told = await explain(floor, {floor.tea: 1, floor.big_tea: 1})
    assert told.split is not None
    assert (len(told.split.orders), told.split.saved_minor) == (2, 3_000)


async def test_what_can_be_chosen_are_the_live_cards_and_the_audiences_asked_for(floor):
    card = floor.instrument(audience=frozenset({"vip"}))
    await live(floor, card, floor.instrument(Kind.TIERED_REDUCTION, Tiers((Tier(30_000, 2_000),))))
    async with floor.house.database.read() as tx:
        choice = await api.list_choice(tx, floor.owner, floor.shop_id, floor.now)
    assert [one.instrument_id for one in choice.cards] == [card.instrument_id]
    assert choice.tags == ("vip",)


async def test_another_shops_goods_and_people_without_the_menu_get_no_price(floor):
    other = await open_floor(floor.house, "two")
    async with floor.house.database.transaction() as tx:
        packer = actor_of_account(await open_account(tx, floor.shop_id, "packer", floor.now, Role.SHIPPING))
        with pytest.raises(NotFound):
            await api.explain_basket(tx, floor.owner, floor.shop_id, Basket({other.tea: 1}), floor.now)
        with pytest.raises(NotFound):
            await api.explain_basket(tx, other.owner, floor.shop_id, Basket({floor.tea: 1}), floor.now)
        with pytest.raises(NotAllowed):
            await api.explain_basket(tx, packer, floor.shop_id, Basket({floor.tea: 1}), floor.now)
