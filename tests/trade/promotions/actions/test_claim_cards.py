"""Do shoppers take cards by themselves, each once for a key and never more than there are?"""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from peakday.kernel.refusal import Invalid, NotAllowed
from peakday.trade.promotions import api
from peakday.trade.promotions.audit import audit
from peakday.trade.promotions.claiming import Claimers, Claiming, ClaimState
from peakday.trade.promotions.errors import (
    CardsGone,
    ClaimedEnough,
    ClaimNotMeant,
    ClaimNotOpen,
    ClaimOver,
    ClientKeyReused,
    InstrumentNotFound,
    LimitReached,
)
from peakday.trade.promotions.model import Funder, Kind, Limits
from peakday.trade.promotions.stored import Use
from tests.trade.promotions.shop_floor import DAY, QUIET, count_rows, open_floor

pytestmark = pytest.mark.capability("TE-08")


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def live(floor, kind=Kind.SHOP_COUPON, **changes):
    instrument = floor.instrument(kind, **changes)
    async with floor.house.database.transaction() as tx:
        stored = await api.save_draft(tx, floor.owner, floor.shop_id, instrument, floor.now)
        await api.publish(tx, floor.owner, api.Wish(floor.shop_id, stored.instrument_id), QUIET, floor.now)
    return stored.instrument_id


async def opened(floor, instrument_id, **changes):
    wanted = {
        "instrument_id": instrument_id, "shop_id": floor.shop_id, "who": Claimers.EVERYBODY, "per_buyer": 1,
        "claim_from": floor.now, "claim_until": floor.now + DAY,
    }  # fmt: skip
    async with floor.house.database.transaction() as tx:
        return await api.open_claiming(tx, floor.owner, Claiming(**(wanted | changes)), floor.now)


async def claim(floor, instrument_id, key="once", buyer=None, at=None, **asking):
    async with floor.house.database.transaction() as tx:
        return await api.claim_card(tx, buyer or floor.buyer, instrument_id, key, at or floor.now, **asking)


async def offered(floor, at=None, **asking):
    async with floor.house.database.read() as tx:
        return await api.claimable_of(tx, [floor.shop_id], floor.buyer, at or floor.now, **asking)


async def test_a_shopper_takes_a_card_once_and_finds_it_in_the_wallet(floor):
    coupon = await live(floor, stock_left=5)
    await opened(floor, coupon)
    (shown,) = await offered(floor)
    assert (shown.instrument.instrument_id, shown.state, shown.claimed) == (coupon, ClaimState.OPEN, 0)
    assert shown.summary.zh == "满100减10,全部商品,共发5张"
    first = await claim(floor, coupon)
    again = await claim(floor, coupon)
    assert (again.card_id, first.is_repeated, again.is_repeated) == (first.card_id, False, True)
    async with floor.house.database.read() as tx:
        assert [card.instrument_id for card in await api.wallet_of(tx, floor.buyer)] == [first.card_id]
        claiming = await api.find_claiming(tx, floor.owner, floor.shop_id, coupon)
    assert claiming.claimed == 1
    (shown,) = await offered(floor)
    assert (shown.state, shown.claimed, shown.instrument.stock_left) == (ClaimState.TAKEN, 1, 4)
    assert await audit(floor.house) == []


GUEST = uuid4()


async def moved(floor):
    async with floor.house.database.transaction() as tx:
        return await api.move_cards(tx, GUEST, floor.buyer, floor.now)


async def test_what_a_guest_took_moves_at_sign_in_up_to_what_the_buyer_may_have(floor):
    coupon = await live(floor, stock_left=5)
    await opened(floor, coupon, per_buyer=2)
    await claim(floor, coupon)
    for key in "ab":
        await claim(floor, coupon, key, buyer=GUEST, is_guest=True)
    assert (await moved(floor), await moved(floor)) == (1, 0)
    async with floor.house.database.read() as tx:
        assert len(await api.wallet_of(tx, floor.buyer)) == 2
        assert await api.wallet_of(tx, GUEST) == []
    (shown,) = await offered(floor)
    assert (shown.state, shown.claimed, shown.instrument.stock_left) == (ClaimState.TAKEN, 2, 3)
    await claim(floor, coupon, "c", buyer=GUEST, is_guest=True)  # the other tab is a guest still
    assert await moved(floor) == 0
    assert await audit(floor.house) == []


async def test_a_newcomers_card_does_not_move_to_who_is_not_new(floor):
    coupon = await live(floor)
    await opened(floor, coupon)
    await claim(floor, coupon, buyer=GUEST, is_guest=True)
    await opened(floor, coupon, who=Claimers.NEW_HERE)  # from now on
    used = await live(floor)
    await opened(floor, used)
    card = (await claim(floor, used)).card_id
    async with floor.house.database.transaction() as tx:
        await api.record_use(tx, Use(uuid4(), floor.buyer, used, {Funder.MERCHANT: 1_000}, card), floor.now)
    assert await moved(floor) == 0
    async with floor.house.database.read() as tx:
        assert await api.wallet_of(tx, GUEST) == []
    assert await audit(floor.house) == []


async def test_a_key_names_one_claim_of_one_instrument(floor):
    one, other = await live(floor), await live(floor)
    await opened(floor, one)
    await opened(floor, other)
    await claim(floor, one)
    before = await count_rows(floor.house)
    with pytest.raises(ClientKeyReused):
        await claim(floor, other)
    assert await count_rows(floor.house) == before


async def test_every_refusal_names_its_reason_and_writes_nothing(floor):
    coupon = await live(floor, stock_left=1)
    await opened(floor, coupon, who=Claimers.REGISTERED)
    before = await count_rows(floor.house)
    with pytest.raises(ClaimNotOpen):
        await claim(floor, coupon, at=floor.now - DAY)
    with pytest.raises(ClaimOver):
        await claim(floor, coupon, at=floor.now + DAY)
    with pytest.raises(ClaimNotMeant) as refused:
        await claim(floor, coupon, is_guest=True)
    assert refused.value.message.of("zh", **refused.value.data) == "该券限登录用户领取"
    with pytest.raises(InstrumentNotFound):
        await claim(floor, uuid4())
    assert await count_rows(floor.house) == before
    await claim(floor, coupon)
    with pytest.raises(ClaimedEnough):
        await claim(floor, coupon, "twice")
    with pytest.raises(CardsGone):
        await claim(floor, coupon, buyer=uuid4())


async def test_a_crowd_takes_exactly_what_there_is_and_nobody_more_than_allowed(floor):
    coupon = await live(floor, stock_left=7)
    await opened(floor, coupon, per_buyer=2)
    buyers = [uuid4() for _ in range(6)]
    outcomes = await asyncio.gather(
        *[claim(floor, coupon, f"try {n}", buyer) for buyer in buyers for n in range(3)], return_exceptions=True
    )
    kinds = Counter(type(each).__name__ for each in outcomes)
    assert kinds["Claimed"] == 7
    assert set(kinds) <= {"Claimed", "ClaimedEnough", "CardsGone"}
    assert await audit(floor.house) == []


async def test_the_same_retry_at_the_same_time_is_one_claim(floor):
    coupon = await live(floor)
    await opened(floor, coupon, per_buyer=5)
    outcomes = await asyncio.gather(*[claim(floor, coupon, "retry") for _ in range(5)])
    assert len({each.card_id for each in outcomes}) == 1
    assert sorted(each.is_repeated for each in outcomes) == [False, True, True, True, True]


async def test_a_coupon_of_the_sale_is_taken_days_before_it_can_be_used(floor):
    coupon = await live(floor, valid_from=floor.now + 3 * DAY, valid_until=floor.now + 4 * DAY)
    await opened(floor, coupon, claim_until=None)
    await claim(floor, coupon)
    async with floor.house.database.read() as tx:
        (card,) = await api.wallet_of(tx, floor.buyer, None, floor.now)
    assert card.valid_from == floor.now + 3 * DAY
    with pytest.raises(LimitReached):
        await claim(floor, coupon, "late", uuid4(), floor.now + 4 * DAY)


async def test_the_instruments_own_limit_holds_for_claims_too(floor):
    coupon = await live(floor, limits=Limits(per_buyer=1))
    await opened(floor, coupon, per_buyer=3)
    await claim(floor, coupon)
    before = await count_rows(floor.house)
    with pytest.raises(LimitReached):
        await claim(floor, coupon, "second")
    assert await count_rows(floor.house) == before


async def test_a_card_for_new_customers_is_not_for_who_used_one_here(floor):
    used, fresh = await live(floor), await live(floor)
    await opened(floor, fresh, who=Claimers.NEW_HERE)
    async with floor.house.database.transaction() as tx:
        await api.record_use(tx, Use(uuid4(), floor.buyer, used, {Funder.MERCHANT: 100}), floor.now)
    (shown,) = await offered(floor)
    assert shown.state is ClaimState.NOT_FOR_YOU
    with pytest.raises(ClaimNotMeant):
        await claim(floor, fresh)
    assert not (await claim(floor, fresh, buyer=uuid4())).is_repeated


async def test_closing_stops_claims_and_opening_again_keeps_what_was_taken(floor):
    coupon = await live(floor)
    await opened(floor, coupon)
    await claim(floor, coupon)
    async with floor.house.database.transaction() as tx:
        await api.close_claiming(tx, floor.owner, floor.shop_id, coupon, floor.now)
    assert await offered(floor) == []
    with pytest.raises(ClaimOver):
        await claim(floor, coupon, "after")
    assert (await opened(floor, coupon, per_buyer=2)).claimed == 1
    assert not (await claim(floor, coupon, "second")).is_repeated


async def test_a_paused_instrument_gives_nothing_out(floor):
    coupon = await live(floor)
    await opened(floor, coupon)
    async with floor.house.database.transaction() as tx:
        await api.pause(tx, floor.owner, floor.shop_id, coupon, floor.now)
    assert await offered(floor) == []
    with pytest.raises(InstrumentNotFound):
        await claim(floor, coupon)


async def test_only_cards_can_be_taken_within_days_and_numbers_that_make_sense(floor):
    offer = await live(floor, Kind.TIERED_REDUCTION)
    before = await count_rows(floor.house)
    with pytest.raises(Invalid) as refused:
        await opened(floor, offer, per_buyer=0, claim_until=floor.now)
    assert [problem.field for problem in refused.value.problems] == ["per_buyer", "claim_until", "kind"]
    assert await count_rows(floor.house) == before


async def test_only_who_may_edit_opens_a_claiming_and_only_of_the_own_shop(floor, house):
    stranger = await open_floor(house, "two")
    coupon = await live(floor)
    wanted = Claiming(
        instrument_id=coupon, shop_id=stranger.shop_id, who=Claimers.EVERYBODY, per_buyer=1, claim_from=floor.now
    )
    async with house.database.transaction() as tx:
        with pytest.raises(InstrumentNotFound):
            await api.open_claiming(tx, stranger.owner, wanted, floor.now)
        with pytest.raises(NotAllowed):
            await api.find_claiming(tx, stranger.owner, None, coupon)
