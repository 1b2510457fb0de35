"""Is a shop's wish enrolled whole with its price, or refused with every reason and nothing changed?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import NotAllowed, NotFound, TooLarge
from peakday.market.catalog.model import item_id_of, sku_id_of
from peakday.trade.price_history.api import prices_at, record_offers
from peakday.trade.price_history.model import OfferKind
from peakday.trade.sale_events import api
from peakday.trade.sale_events.errors import (
    EntriesRefused,
    EventNotFound,
    Locked,
    NotEnrolled,
    ShopNotEnrolled,
    TrackNotFound,
    WindowClosed,
)
from peakday.trade.sale_events.model import EntryStatus
from tests.market.people import open_shop_with_owner
from tests.trade.sale_events.builders import (
    DAY,
    HOUR,
    OPENING,
    TICK,
    a_wish,
    an_offer,
    at,
    enrol,
    everything,
    item_ask,
    join,
    leave,
    list_goods,
    list_pair,
    offers_of,
    plan_2026,
    publish,
    take_off_shelf,
)


async def refused(stand, wishes, track="wave_1_spot", database=None, now=OPENING):
    """The problems with which wishes are refused; nothing has changed."""
    before = await everything(database)
    with pytest.raises(EntriesRefused) as refusal:
        await enrol(database, stand.owner, stand.shop_id, stand.event, wishes, track, now)
    assert await everything(database) == before
    return [(problem.field, problem.code) for problem in refusal.value.problems]


@pytest.mark.capability("QN-06", page="/shop/{shop_id}/events")
async def test_an_enrolled_price_is_an_offer_of_the_wave_and_carries_its_proof(database, stand):
    admitted = await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id, limit=2)])
    [entry] = admitted.entries
    assert (entry.price_minor, entry.list_minor, entry.stock, entry.limit) == (9_000, 10_000, 10, 2)
    proof = entry.proof
    assert (proof.verdict, proof.permitted_minor, proof.versions) == ("proven", 10_000, "tmall-sale, 2009")
    assert await offers_of(database, stand.shop_id) == [
        ("double-11-2026/wave_1_spot", "tea", 9_000, at(10, 31, 20), at(11, 4, 0))
    ]
    async with database.read() as tx:
        topics = [row["topic"] for row in await tx.fetch("select topic from kernel.outbox order by event_id")]
        stored = await api.list_entries(
            tx, stand.owner, stand.shop_id, stand.event.event_id, api.EntryFilter(), (None, 9)
        )
        prices = await api.enrolled_prices(tx, stand.shop_id)
    assert {"sale_events.ShopEnrolled.v1", "sale_events.ItemEnrolled.v1"} < set(topics)
    assert stored == admitted.entries
    assert [(one.price_minor, one.valid_from) for one in prices] == [(9_000, at(10, 31, 20))]


@pytest.mark.capability("TE-01")
async def test_all_prices_of_a_shop_switch_at_eight_and_none_before(database, stand):
    refs = [f"tea {n}" for n in range(300)]
    shop_id = stand.shop_id
    async with database.transaction() as tx:
        await list_goods(tx, shop_id, OPENING, refs)
    await enrol(database, stand.owner, shop_id, stand.event, [a_wish(shop_id, ref, 8_000) for ref in refs])
    skus = [sku_id_of(shop_id, ref, ref) for ref in refs]
    eight = at(10, 31, 20)
    async with database.read() as tx:
        for instant, price in (
            (eight - TICK, 10_000),
            (eight, 8_000),
            (at(11, 4, 0) - TICK, 8_000),
            (at(11, 4, 0), 10_000),
        ):
            held = await prices_at(tx, shop_id, skus, instant)  # one statement for all of them
            assert {min(offer.price_minor for offer in held[sku]) for sku in skus} == {price}, instant


async def sell_in_a_moment(database, stand, seconds):
    """Fifty cups at 100.00 that cost 70.00 in so many seconds; what each statement until then saw."""
    shop_id, refs = stand.shop_id, [f"cup {seconds} {n}" for n in range(50)]
    skus = [sku_id_of(shop_id, ref, ref) for ref in refs]
    async with database.transaction() as tx:
        real_now = await tx.fetchval("select clock_timestamp()")
        await list_goods(tx, shop_id, real_now, refs)
    plan = plan_2026(f"in-{seconds}-seconds")
    track = plan.tracks[1]
    moved = real_now + timedelta(seconds=seconds) - track.sale.starts_at
    waves = tuple(replace(w, starts_at=w.starts_at + moved, ends_at=w.ends_at + moved) for w in track.waves)
    track = replace(track, enrols_from=real_now - DAY, enrols_until=real_now + timedelta(seconds=0.1), waves=waves)
    plan = replace(plan, tracks=(track,), enrols_from=real_now - DAY, enrols_until=real_now + DAY)
    event = await publish(database, plan, real_now)
    await join(database, stand.owner, shop_id, event, real_now)
    await enrol(database, stand.owner, shop_id, event, [a_wish(shop_id, ref, 7_000) for ref in refs], now=real_now)
    seen = []
    async with database.read() as tx:
        while 7_000 not in seen:
            held = await prices_at(tx, shop_id, skus)
            prices = {min(offer.price_minor for offer in held[sku]) for sku in skus}
            assert len(prices) == 1, prices
            seen.append(prices.pop())
        assert await tx.fetchval("select clock_timestamp()") >= track.sale.starts_at
    return seen


@pytest.mark.capability("TE-01")
async def test_now_is_the_databases_clock_and_every_statement_sees_all_old_or_all_new_prices(database, stand):
    for seconds in (1, 10, 60):  # a busy machine may be late for the first
        seen = await sell_in_a_moment(database, stand, seconds)
        if seen[0] == 10_000:
            break
    assert seen == [10_000] * (len(seen) - 1) + [7_000]
    assert len(seen) > 1


@pytest.mark.capability("JH-01")
async def test_the_whole_proof_of_an_entry_is_read_with_its_candidates(database, stand):
    await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    sku = sku_id_of(stand.shop_id, "tea", "tea")
    async with database.read() as tx:
        proof = await api.find_proof(tx, stand.owner, (stand.shop_id, stand.event.event_id, "wave_1_spot"), sku)
        with pytest.raises(NotEnrolled):
            await api.find_proof(tx, stand.owner, (stand.shop_id, stand.event.event_id, "wave_2_spot"), sku)
    assert (proof.claimed_minor, proof.permitted_minor, proof.verdict.value) == (9_000, 10_000, "proven")
    assert len(proof.candidates) == 1


async def test_enrolling_again_changes_the_price_while_the_window_is_open(database, stand):
    for price in (9_000, 8_500, 8_500):
        await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id, price=price)])
    assert [row[2] for row in await offers_of(database, stand.shop_id)] == [8_500]


@pytest.mark.parametrize("changes, code", [
    ({"price_minor": 0}, ("price", "price_not_positive")),
    ({"price_minor": 10_001}, ("price", "above_list_price")),
    ({"stock": 0}, ("stock", "no_stock")),
    ({"stock": 101}, ("stock", "stock_above_stated")),
    ({"limit": 11}, ("limit", "limit_wrong")),
    ({"deposit_minor": 10}, ("deposit", "no_deposit_here")),
])  # fmt: skip
async def test_a_row_that_cannot_be_is_refused_and_changes_nothing(database, stand, changes, code):
    wishes = [a_wish(stand.shop_id, "cup"), replace(a_wish(stand.shop_id), **changes)]
    assert code in await refused(stand, wishes, database=database)


async def test_goods_that_are_not_the_shops_are_unknown(database, stand):
    other, _ = await open_shop_with_owner(database, "two", OPENING)
    async with database.transaction() as tx:
        await list_goods(tx, other, OPENING)
        await list_pair(tx, stand.shop_id, OPENING)
    theirs = a_wish(other)
    foreign = a_wish(stand.shop_id, "set", sku="tea")
    assert await refused(stand, [theirs], database=database) == [("item_ref", "unknown_goods")]
    assert await refused(stand, [foreign], database=database) == [("sku_ref", "unknown_goods")]


async def test_an_item_off_the_shelf_and_a_price_above_the_proven_one_are_refused(database, stand):
    shop_id = stand.shop_id
    async with database.transaction() as tx:
        await list_goods(tx, shop_id, OPENING, ["old", "low"])
        await take_off_shelf(tx, shop_id, OPENING, "old")
        await record_offers(
            tx, [an_offer(shop_id, "low", 5_000, OPENING - 3 * DAY, OPENING - 2 * DAY, OfferKind.EVENT)], OPENING
        )
    assert await refused(stand, [a_wish(shop_id, "old")], database=database) == [("item_ref", "not_on_sale")]
    assert await refused(stand, [a_wish(shop_id, "low", 5_001)], database=database) == [("price", "above_permitted")]
    await enrol(database, stand.owner, shop_id, stand.event, [a_wish(shop_id, "low", 5_000)])


async def test_an_item_without_a_known_price_is_enrolled_unproven_up_to_its_list_price(database, stand):
    async with database.transaction() as tx:
        await list_goods(tx, stand.shop_id, OPENING, ["new"], listed=False)
    admitted = await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id, "new", 10_000)])
    assert admitted.entries[0].proof.verdict == "no_candidate"
    strict = plan_2026("strict")
    event = await publish(database, replace(strict, terms=replace(strict.terms, accepts_unproven=False)), OPENING)
    await join(database, stand.owner, stand.shop_id, event)
    with pytest.raises(EntriesRefused):
        await enrol(database, stand.owner, stand.shop_id, event, [a_wish(stand.shop_id, "new", 10_000)])


async def test_an_item_of_several_skus_is_enrolled_with_all_of_them_or_with_one(database, stand):
    async with database.transaction() as tx:
        await list_pair(tx, stand.shop_id, OPENING)
    whole = a_wish(stand.shop_id, "set", 9_000, sku_id=None)
    admitted = await enrol(database, stand.owner, stand.shop_id, stand.event, [whole])
    assert sorted((entry.sku_ref, entry.list_minor) for entry in admitted.entries) == [
        ("big", 20_000),
        ("small", 10_000),
    ]
    both = [whole, a_wish(stand.shop_id, "set", 9_000, "big")]
    assert await refused(stand, both, database=database) == [("sku_ref", "duplicate")]


@pytest.mark.capability("QN-06", page="/shop/{shop_id}/events")
async def test_an_item_of_wave_1_spot_cannot_enter_wave_2_presale(database, stand):
    plan = plan_2026("two-presales")
    presale = plan.tracks[0]
    waves = tuple(replace(w, starts_at=w.starts_at + 12 * DAY, ends_at=w.ends_at + 12 * DAY) for w in presale.waves)
    second = replace(presale, code="wave_2_presale", waves=waves)
    event = await publish(database, replace(plan, tracks=(*plan.tracks, second)), OPENING)
    await join(database, stand.owner, stand.shop_id, event)
    tea = a_wish(stand.shop_id)
    await enrol(database, stand.owner, stand.shop_id, event, [tea], "wave_1_spot")
    with pytest.raises(EntriesRefused) as refusal:
        await enrol(database, stand.owner, stand.shop_id, event, [replace(tea, deposit_minor=1_000)], "wave_2_presale")
    assert [problem.code for problem in refusal.value.problems] == ["forbidden_pair"]
    cup = a_wish(stand.shop_id, "cup", deposit_minor=1_000)
    await enrol(database, stand.owner, stand.shop_id, event, [cup], "wave_2_presale")
    with pytest.raises(EntriesRefused):
        await enrol(database, stand.owner, stand.shop_id, event, [a_wish(stand.shop_id, "cup")], "wave_1_spot")


async def test_of_two_who_enrol_one_item_in_tracks_that_exclude_each_other_one_is_refused(database, stand):
    plan = plan_2026("race")
    terms = replace(plan.terms, forbidden_pairs=(("wave_1_presale", "wave_1_spot"),))
    event = await publish(database, replace(plan, terms=terms), OPENING)
    await join(database, stand.owner, stand.shop_id, event)
    wishes = {"wave_1_spot": a_wish(stand.shop_id), "wave_1_presale": a_wish(stand.shop_id, deposit_minor=1_000)}
    answers = await asyncio.gather(
        *(enrol(database, stand.owner, stand.shop_id, event, [wish], track) for track, wish in wishes.items()),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, EntriesRefused) for answer in answers) == 1
    assert len(await offers_of(database, stand.shop_id)) == 1


async def test_two_events_cannot_price_one_sku_in_the_same_hours(database, stand):
    await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    other = await publish(database, plan_2026("rival"), OPENING)
    await join(database, stand.owner, stand.shop_id, other)
    with pytest.raises(EntriesRefused) as refusal:
        await enrol(database, stand.owner, stand.shop_id, other, [a_wish(stand.shop_id)])
    [problem] = refusal.value.problems
    assert (problem.code, "double-11-2026/wave_1_spot" in problem.message.en) == ("price_taken", True)


@pytest.mark.parametrize("deposit, code", [(None, "missing"), (899, "deposit_outside"), (4_501, "deposit_outside")])
async def test_a_presale_needs_a_deposit_of_a_tenth_to_a_half(database, stand, deposit, code):
    wish = a_wish(stand.shop_id, deposit_minor=deposit)
    assert await refused(stand, [wish], "wave_1_presale", database) == [("deposit", code)]
    await enrol(database, stand.owner, stand.shop_id, stand.event, [replace(wish, deposit_minor=900)], "wave_1_presale")
    assert [row[3:] for row in await offers_of(database, stand.shop_id)] == [(at(10, 24, 20), at(10, 31, 18))]


async def test_the_window_opens_and_closes_to_the_tick(database, stand):
    wish = [a_wish(stand.shop_id)]
    for instant in (at(9, 26) - TICK, at(10, 24, 0)):
        with pytest.raises(WindowClosed):
            await enrol(database, stand.owner, stand.shop_id, stand.event, wish, now=instant)
    for instant in (at(9, 26), at(10, 24, 0) - TICK):
        await enrol(database, stand.owner, stand.shop_id, stand.event, wish, now=instant)


async def test_stock_may_change_until_it_is_locked(database, stand):
    place = (stand.shop_id, stand.event.event_id, "wave_1_spot")
    sku = sku_id_of(stand.shop_id, "tea", "tea")
    await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    async with database.transaction() as tx:
        await api.change_stock(tx, stand.owner, place, sku, 7, at(10, 25, 0) - TICK)
        with pytest.raises(Locked):
            await api.change_stock(tx, stand.owner, place, sku, 8, at(10, 25, 0))
        with pytest.raises(NotEnrolled):
            await api.change_stock(tx, stand.owner, place, sku_id_of(stand.shop_id, "cup", "cup"), 8, OPENING)
        [entry] = await api.list_entries(
            tx, stand.owner, stand.shop_id, stand.event.event_id, api.EntryFilter(), (None, 9)
        )
    assert entry.stock == 7


async def test_a_shop_joins_in_its_window_once_and_only_for_itself(database, stand):
    other, owner = await open_shop_with_owner(database, "two", OPENING)
    with pytest.raises(WindowClosed):
        await join(database, owner, other, stand.event, at(10, 11, 0))
    with pytest.raises(NotFound):
        await join(database, owner, stand.shop_id, stand.event)
    with pytest.raises(ShopNotEnrolled):
        await enrol(database, owner, other, stand.event, [a_wish(other)])
    before = await everything(database)
    again = await join(database, stand.owner, stand.shop_id, stand.event, at(10, 30))
    assert (again.status, await everything(database)) == (EntryStatus.ENROLLED, before)
    viewer = Actor(ActorKind.MERCHANT, None, stand.shop_id, frozenset({"marketing:view"}))
    with pytest.raises(NotAllowed):
        await enrol(database, viewer, stand.shop_id, stand.event, [a_wish(stand.shop_id)])


async def test_drafts_unknown_tracks_and_too_long_lists_are_refused(database, stand):
    async with database.transaction() as tx:
        from peakday.kernel.actor import SYSTEM

        draft = await api.create_event(tx, SYSTEM, plan_2026("draft"), OPENING)
    with pytest.raises(EventNotFound):
        await join(database, stand.owner, stand.shop_id, draft)
    with pytest.raises(TrackNotFound):
        await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)], "wave_9")
    with pytest.raises(TooLarge):
        await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)] * 1_001)


async def test_what_has_left_may_be_enrolled_again_while_the_window_is_open(database, stand):
    await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    await leave(database, stand.owner, item_ask(stand.shop_id, stand.event), OPENING + HOUR)
    assert await offers_of(database, stand.shop_id) == []
    await enrol(
        database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id, price=8_000)], now=OPENING + DAY
    )
    assert [row[2] for row in await offers_of(database, stand.shop_id)] == [8_000]
    assert item_id_of(stand.shop_id, "tea")
