"""Are cards given out and instruments used once each, and is no limit ever exceeded, however many try at once?"""

import asyncio
from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from peakday.trade.promotions import api
from peakday.trade.promotions.errors import ClientKeyReused, LimitReached, UseDiffers, UseNotFound
from peakday.trade.promotions.model import Funder, Funding, GiftOffer, Kind, Limits, Tier, Tiers, Used
from peakday.trade.promotions.stored import Issue, Use, UseReturn
from tests.trade.promotions.shop_floor import DAY, QUIET, count_rows, open_floor

pytestmark = pytest.mark.capability("TE-08")
MERCHANT = Funder.MERCHANT


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def live(floor, kind=Kind.SHOP_COUPON, benefit=None, **changes) -> UUID:
    instrument = floor.instrument(kind, benefit, **changes)
    async with floor.house.database.transaction() as tx:
        stored = await api.save_draft(tx, floor.owner, floor.shop_id, instrument, floor.now)
        await api.publish(tx, floor.owner, api.Wish(floor.shop_id, stored.instrument_id), QUIET, floor.now)
    return stored.instrument_id


async def do(floor, act, *given):
    async with floor.house.database.transaction() as tx:
        return await act(tx, *given, floor.now)


async def wallet(floor, at=None, buyer=None):
    async with floor.house.database.read() as tx:
        return await api.wallet_of(tx, buyer or floor.buyer, [floor.shop_id], at)


async def tally(floor, instrument_id):
    async with floor.house.database.read() as tx:
        return (await api.get_instrument(tx, floor.owner, floor.shop_id, instrument_id))[1]


def a_use(instrument_id, buyer, minor=1_000, order=None, card=None) -> Use:
    return Use(order or uuid4(), buyer, instrument_id, {MERCHANT: minor}, card)


async def test_issued_cards_lie_in_the_wallet_under_their_template(floor):
    template = await live(floor, valid_until=floor.now + DAY, stock_left=5)
    cards = await do(floor, api.issue_cards, Issue(template, floor.buyer, "welcome", 2))
    held = await wallet(floor, floor.now)
    assert {card.instrument_id for card in held} == set(cards)
    assert {(card.template, card.stock_left, card.kind) for card in held} == {(template, None, Kind.SHOP_COUPON)}
    assert await wallet(floor, floor.now + DAY) == []
    assert (await tally(floor, template)).issued == 2
    async with floor.house.database.read() as tx:
        (left,) = await api.instruments_of(tx, [floor.shop_id], floor.now)
        assert await api.wallet_of(tx, floor.buyer, [uuid4()]) == []
    assert left.stock_left == 3


async def test_the_same_issue_again_gives_the_same_cards_and_another_number_is_refused(floor):
    template = await live(floor)
    first = await do(floor, api.issue_cards, Issue(template, floor.buyer, "welcome", 2))
    assert await do(floor, api.issue_cards, Issue(template, floor.buyer, "welcome", 2)) == first
    with pytest.raises(ClientKeyReused):
        await do(floor, api.issue_cards, Issue(template, floor.buyer, "welcome", 3))
    assert (await tally(floor, template)).issued == 2


async def test_many_buyers_at_once_never_get_more_than_there_are(floor):
    template = await live(floor, stock_left=7, limits=Limits(per_buyer=2))
    buyers = [uuid4() for _ in range(6)]
    issues = [Issue(template, buyer, str(n)) for buyer in buyers for n in range(3)]
    outcomes = await asyncio.gather(*[do(floor, api.issue_cards, each) for each in issues], return_exceptions=True)
    assert Counter(type(each) for each in outcomes) == {list: 7, LimitReached: 11}
    assert (await tally(floor, template)).issued == 7
    assert max([len(await wallet(floor, None, buyer)) for buyer in buyers]) <= 2


async def test_what_is_not_live_now_is_not_issued(floor):
    future = await live(floor, valid_from=floor.now + 3_000 * DAY)
    with pytest.raises(LimitReached):
        await do(floor, api.issue_cards, Issue(future, floor.buyer, "early"))
    assert (await tally(floor, future)).issued == 0


async def test_a_use_counts_once_and_the_same_use_again_not_at_all(floor):
    template = await live(floor)
    (card,) = await do(floor, api.issue_cards, Issue(template, floor.buyer, "a"))
    use = a_use(template, floor.buyer, card=card)
    assert await do(floor, api.record_use, use) is True
    assert await do(floor, api.record_use, use) is False
    with pytest.raises(UseDiffers):
        await do(floor, api.record_use, Use(use.order_id, use.buyer_id, template, {MERCHANT: 999}, card))
    assert await wallet(floor) == []
    kept = await tally(floor, template)
    assert (kept.used, kept.spent[MERCHANT]) == (1, 1_000)
    async with floor.house.database.read() as tx:
        assert await api.used_of(tx, floor.buyer, [template]) == {template: Used(1, 1)}
        assert await api.used_of(tx, uuid4(), [template]) == {template: Used(0, 1)}


async def test_one_card_is_spent_by_one_order_however_many_try_at_once(floor):
    template = await live(floor)
    (card,) = await do(floor, api.issue_cards, Issue(template, floor.buyer, "a"))
    uses = [a_use(template, floor.buyer, card=card) for _ in range(6)]
    outcomes = await asyncio.gather(*[do(floor, api.record_use, each) for each in uses], return_exceptions=True)
    assert Counter(map(type, outcomes)) == {bool: 1, LimitReached: 5}
    assert (await tally(floor, template)).used == 1


@pytest.mark.parametrize("changes, allowed", [
    ({"limits": Limits(total=3)}, 3),
    ({"limits": Limits(per_buyer=2)}, 4),
    ({"funding": (Funding(MERCHANT, 1, 5_500),)}, 5),
    ({"limits": Limits(total=6, per_buyer=2), "funding": (Funding(MERCHANT, 1, 3_000),)}, 3),
])  # fmt: skip
async def test_concurrent_uses_never_exceed_a_limit_or_a_budget(floor, changes, allowed):
    offer = await live(floor, Kind.TIERED_REDUCTION, Tiers((Tier(10_000, 1_000),)), **changes)
    buyers = [uuid4(), uuid4()]
    uses = [a_use(offer, buyers[n % 2]) for n in range(12)]
    outcomes = await asyncio.gather(*[do(floor, api.record_use, each) for each in uses], return_exceptions=True)
    assert Counter(map(type, outcomes)) == {bool: allowed, LimitReached: 12 - allowed}
    kept = await tally(floor, offer)
    assert (kept.used, kept.spent[MERCHANT]) == (allowed, allowed * 1_000)
    async with floor.house.database.read() as tx:
        assert await tx.fetchval("select count(*) from promotions.usage") == allowed
        assert await tx.fetchval("select sum(used) from promotions.buyer_tally") == allowed


async def test_two_instruments_in_two_orders_do_not_wait_in_a_circle(floor):
    offers = [await live(floor, Kind.GIFT, gift(floor)) for _ in range(2)]
    orders = [uuid4() for _ in range(12)]
    both = [[a_use(offers[n % 2], floor.buyer, 0, order), a_use(offers[1 - n % 2], floor.buyer, 0, order)]
            for n, order in enumerate(orders)]  # fmt: skip
    assert await asyncio.gather(*[do(floor, api.record_uses, uses) for uses in both]) == [2] * 12


def gift(floor):
    return GiftOffer(10_000, floor.cup)


async def test_an_order_uses_a_template_as_often_as_it_may(floor):
    template = await live(floor, limits=Limits(per_order=1))
    cards = await do(floor, api.issue_cards, Issue(template, floor.buyer, "two", 2))
    order = uuid4()
    before = await count_rows(floor.house)
    with pytest.raises(LimitReached) as caught:
        await do(floor, api.record_uses, [a_use(template, floor.buyer, 500, order, card) for card in cards])
    assert caught.value.data["limit"] == "per_order"
    assert await count_rows(floor.house) == before
    assert len(await wallet(floor)) == 2


async def test_a_card_of_somebody_else_or_of_another_template_is_refused(floor):
    template, other = await live(floor), await live(floor)
    (card,) = await do(floor, api.issue_cards, Issue(template, floor.buyer, "a"))
    before = await count_rows(floor.house)
    for use in (a_use(template, uuid4(), card=card), a_use(other, floor.buyer, card=card)):
        with pytest.raises(LimitReached):
            await do(floor, api.record_use, use)
    assert await count_rows(floor.house) == before


async def test_a_returned_use_gives_card_count_and_budget_back_once(floor):
    template = await live(floor, funding=(Funding(MERCHANT, 1, 1_500),))
    (card,) = await do(floor, api.issue_cards, Issue(template, floor.buyer, "a"))
    use = a_use(template, floor.buyer, card=card)
    await do(floor, api.record_use, use)
    back = UseReturn(use.order_id, card, "closed", is_whole=True)
    assert await do(floor, api.return_use, back) is True
    assert await do(floor, api.return_use, back) is False
    with pytest.raises(LimitReached):
        await do(floor, api.return_use, UseReturn(use.order_id, card, "again", is_whole=True))
    kept = await tally(floor, template)
    assert (kept.used, kept.spent[MERCHANT]) == (0, 0)
    assert [each.instrument_id for each in await wallet(floor)] == [card]
    assert await do(floor, api.record_use, a_use(template, floor.buyer, card=card)) is True


async def test_a_card_of_value_keeps_what_was_not_spent_and_gets_shares_back(floor):
    card_kind = {"funding": (Funding(Funder.BUYER),)}
    template = await live(floor, Kind.GIFT_CARD, Tiers((Tier(0, 10_000),)), **card_kind)
    (card,) = await do(floor, api.issue_cards, Issue(template, floor.buyer, "birthday"))
    use = Use(uuid4(), floor.buyer, template, {Funder.BUYER: 6_000}, card)
    await do(floor, api.record_use, use)
    (left,) = await wallet(floor)
    assert left.benefit == Tiers((Tier(0, 4_000),))
    await do(floor, api.return_use, UseReturn(use.order_id, card, "refund-1", False, {Funder.BUYER: 2_500}))
    (left,) = await wallet(floor)
    assert left.benefit == Tiers((Tier(0, 6_500),))
    with pytest.raises(LimitReached):
        await do(floor, api.return_use, UseReturn(use.order_id, card, "refund-2", False, {Funder.BUYER: 3_501}))
    with pytest.raises(UseDiffers):
        await do(floor, api.return_use, UseReturn(use.order_id, card, "refund-1", False, {Funder.BUYER: 1}))
    await do(floor, api.return_use, UseReturn(use.order_id, card, "refund-2", False, {Funder.BUYER: 3_500}))
    (left,) = await wallet(floor)
    assert left.benefit == Tiers((Tier(0, 10_000),))


async def test_more_than_a_card_of_value_holds_is_refused(floor):
    template = await live(floor, Kind.GIFT_CARD, Tiers((Tier(0, 100),)), funding=(Funding(Funder.BUYER),))
    (card,) = await do(floor, api.issue_cards, Issue(template, floor.buyer, "small"))
    with pytest.raises(LimitReached):
        await do(floor, api.record_use, Use(uuid4(), floor.buyer, template, {Funder.BUYER: 101}, card))
    assert len(await wallet(floor)) == 1


async def test_nothing_comes_back_of_what_was_never_used(floor):
    with pytest.raises(UseNotFound):
        await do(floor, api.return_use, UseReturn(uuid4(), uuid4(), "x", is_whole=True))


async def test_pausing_leaves_cards_good_and_holding_keeps_them_away(floor):
    template = await live(floor)
    first, _ = await do(floor, api.issue_cards, Issue(template, floor.buyer, "a", 2))
    async with floor.house.database.transaction() as tx:
        await api.pause(tx, floor.owner, floor.shop_id, template, floor.now)
        assert [each.instrument_id for each in await api.issued_templates(tx, [floor.shop_id])] == [template]
    assert len(await wallet(floor)) == 2
    with pytest.raises(LimitReached):
        await do(floor, api.issue_cards, Issue(template, floor.buyer, "b"))
    assert await do(floor, api.record_use, a_use(template, floor.buyer, card=first)) is True
    async with floor.house.database.transaction() as tx:
        await api.publish(tx, floor.owner, api.Wish(floor.shop_id, template), QUIET, floor.now)
        await api.hold_instrument(tx, floor.shop_id, template, "below the red line", floor.now)
        assert await api.issued_templates(tx, [floor.shop_id]) == []
    assert await wallet(floor) == []


async def test_a_change_does_not_reach_into_wallets(floor):
    template = await live(floor)
    await do(floor, api.issue_cards, Issue(template, floor.buyer, "a"))
    async with floor.house.database.transaction() as tx:
        await api.pause(tx, floor.owner, floor.shop_id, template, floor.now)
        stored, _ = await api.get_instrument(tx, floor.owner, floor.shop_id, template)
        deeper = replace(stored.instrument, benefit=Tiers((Tier(10_000, 9_000),)))
        await api.save_draft(tx, floor.owner, floor.shop_id, deeper, floor.now)
    (card,) = await wallet(floor)
    assert card.benefit == Tiers((Tier(10_000, 1_000),))
