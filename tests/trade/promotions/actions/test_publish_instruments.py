"""Does nothing go live unseen: by the guard, by its submitter, and for deep cuts by a second person?"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import (
    BadInstrument,
    InstrumentMoveRefused,
    RulesNotInForce,
    SecondPersonNeeded,
    Unguarded,
)
from peakday.trade.promotions.guard import Inspection, Severity, guard_of, place_guard
from peakday.trade.promotions.model import Counts, Gives, Kind, Scope, Tier, Tiers
from peakday.trade.promotions.stored import InstrumentStatus as S
from tests.trade.promotions.shop_floor import DAY, QUIET, SayingGuard, a_finding, count_rows, open_floor

pytestmark = pytest.mark.capability("QN-03", page="/shop/{shop_id}/promotions")
TIERS = Tiers((Tier(30_000, 5_000),))


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def draft(floor, instrument=None):
    async with floor.house.database.transaction() as tx:
        return await api.save_draft(tx, floor.owner, floor.shop_id, instrument or floor.instrument(), floor.now)


async def go(floor, act, stored, guard=QUIET, actor=None, confirmed=None):
    async with floor.house.database.transaction() as tx:
        wish = api.Wish(floor.shop_id, stored.instrument_id, confirmed, "because")
        return await act(tx, actor or floor.owner, wish, guard, floor.now)


async def test_what_the_guard_passes_goes_live_and_going_again_changes_nothing(floor):
    stored = await draft(floor)
    published = await go(floor, api.publish, stored)
    assert (published.stored.status, published.stored.submitted_by) == (S.LIVE, floor.owner.account_id)
    before = await count_rows(floor.house)
    assert (await go(floor, api.publish, stored)).stored == published.stored
    assert await count_rows(floor.house) == before


async def test_an_objection_waits_until_these_very_findings_are_confirmed(floor):
    stored = await draft(floor)
    guard = SayingGuard((a_finding(),))
    waiting = await go(floor, api.publish, stored, guard)
    assert waiting.stored.status is S.WAITING_CONFIRMATION
    seen = waiting.inspection.token
    guard.findings = (a_finding(loss=99_999),)
    again = await go(floor, api.publish, stored, guard, confirmed=seen)
    assert (again.stored.status, again.inspection.findings) == (S.WAITING_CONFIRMATION, guard.findings)
    live = await go(floor, api.publish, stored, guard, confirmed=again.inspection.token)
    assert live.stored.status is S.LIVE


async def test_a_deep_cut_is_held_until_another_person_approves_what_they_have_seen(floor):
    stored = await draft(floor)
    guard = SayingGuard((a_finding(Severity.HOLD),))
    token = Inspection(guard.findings).token
    held = await go(floor, api.publish, stored, guard, confirmed=token)
    assert held.stored.status is S.HELD
    before = await count_rows(floor.house)
    for actor in (floor.owner, SYSTEM, replace(floor.second, via_key=floor.shop_id)):
        with pytest.raises(SecondPersonNeeded):
            await go(floor, api.approve, stored, guard, actor, token)
    with pytest.raises(SecondPersonNeeded):
        await go(floor, api.publish, stored, guard, floor.second, token)
    unseen = await go(floor, api.approve, stored, guard, floor.second)
    assert (unseen.stored.status, unseen.inspection.token) == (S.HELD, token)
    assert await count_rows(floor.house) == before
    live = await go(floor, api.approve, stored, guard, floor.second, token)
    assert (live.stored.status, live.stored.approved_by) == (S.LIVE, floor.second.account_id)


async def test_only_what_is_held_is_approved(floor):
    stored = await draft(floor)
    with pytest.raises(InstrumentMoveRefused):
        await go(floor, api.approve, stored, actor=floor.second)


async def test_a_paused_instrument_is_looked_at_again_before_it_resumes(floor):
    stored = await draft(floor)
    with pytest.raises(InstrumentMoveRefused):
        await go(floor, api.resume, stored)
    await go(floor, api.publish, stored)
    async with floor.house.database.transaction() as tx:
        paused = await api.pause(tx, floor.second, floor.shop_id, stored.instrument_id, floor.now, "too deep")
        assert (await api.pause(tx, floor.second, floor.shop_id, stored.instrument_id, floor.now)).status is S.PAUSED
        assert await api.instruments_of(tx, [floor.shop_id]) == []
    assert (paused.status, paused.reason) == (S.PAUSED, "too deep")
    guard = SayingGuard((a_finding(),))
    assert (await go(floor, api.resume, stored, guard)).stored.status is S.WAITING_CONFIRMATION
    assert len(guard.asked) == 1
    live = await go(floor, api.publish, stored, guard, confirmed=Inspection(guard.findings).token)
    assert live.stored.status is S.LIVE


async def test_the_ladder_holds_what_is_live_and_a_second_person_lets_it_go(floor):
    stored = await draft(floor)
    await go(floor, api.publish, stored)
    async with floor.house.database.transaction() as tx:
        held = await api.hold_instrument(tx, floor.shop_id, stored.instrument_id, "below the red line", floor.now)
        again = await api.hold_instrument(tx, floor.shop_id, stored.instrument_id, "again", floor.now)
    assert (held.status, held.reason, again) == (S.HELD, "below the red line", held)
    with pytest.raises(SecondPersonNeeded):
        await go(floor, api.approve, stored)
    assert (await go(floor, api.approve, stored, actor=floor.second)).stored.status is S.LIVE


async def test_what_has_ended_never_comes_back(floor):
    stored = await draft(floor)
    async with floor.house.database.transaction() as tx:
        await api.end(tx, floor.owner, floor.shop_id, stored.instrument_id, floor.now, "no more")
    before = await count_rows(floor.house)
    for act in (api.publish, api.resume, api.approve):
        with pytest.raises(InstrumentMoveRefused):
            await go(floor, act, stored, actor=floor.second)
    assert await count_rows(floor.house) == before


async def test_a_second_offer_of_the_same_group_on_the_same_goods_is_refused(floor):
    first = await draft(floor, floor.instrument(Kind.TIERED_REDUCTION, TIERS))
    await go(floor, api.publish, first)
    rival = await draft(floor, floor.instrument(Kind.TIERED_RATE, Tiers((Tier(2, 1_000),), Counts.PIECES, Gives.RATE)))
    before = await count_rows(floor.house)
    with pytest.raises(BadInstrument) as caught:
        await go(floor, api.publish, rival)
    assert [(p.code, p.value) for p in caught.value.problems] == [("overlaps", str(first.instrument_id))]
    assert await count_rows(floor.house) == before


@pytest.mark.parametrize("mine, theirs", [
    ("tea_item", "cup_item"), ("drinks", "ware"), ("tea_item", "ware"), ("drinks", "cup_item"),
])  # fmt: skip
async def test_offers_over_other_goods_live_beside_each_other(floor, mine, theirs):
    def scoped(name):
        field = "item_ids" if name.endswith("item") else "category_ids"
        return Scope(**{field: frozenset({getattr(floor, name)})})

    for name in (mine, theirs):
        stored = await draft(floor, floor.instrument(Kind.TIERED_REDUCTION, TIERS, scope=scoped(name)))
        assert (await go(floor, api.publish, stored)).stored.status is S.LIVE


async def test_of_two_rivals_that_are_published_at_once_one_goes_live(floor):
    rivals = [await draft(floor, floor.instrument(Kind.TIERED_REDUCTION, TIERS)) for _ in range(4)]
    outcomes = await asyncio.gather(*[go(floor, api.publish, each) for each in rivals], return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == [*["BadInstrument"] * 3, "Published"]
    async with floor.house.database.read() as tx:
        assert len(await api.instruments_of(tx, [floor.shop_id])) == 1


async def test_live_ones_are_found_by_the_instant_or_until_one(floor):
    now = floor.now
    spans = {"now": (None, None), "later": (now + DAY, now + 2 * DAY), "over": (now - 2 * DAY, now + DAY / 2)}
    for name, (start, stop) in spans.items():
        stored = await draft(floor, floor.instrument(audience=frozenset({name}), valid_from=start, valid_until=stop))
        await go(floor, api.publish, stored)
    await draft(floor)
    other = await open_floor(floor.house, "two")

    async def names(shop_ids, at=None, until=None):
        async with floor.house.database.read() as tx:
            found = await api.instruments_of(tx, shop_ids, at, until)
        return {word for instrument in found for word in instrument.audience}

    assert await names([floor.shop_id], now) == {"now", "over"}
    assert await names([floor.shop_id], now + DAY) == {"now", "later"}
    assert await names([floor.shop_id], now, now + DAY) == {"now", "over"}
    assert await names([floor.shop_id], now, now + DAY * 1.5) == {"now", "over", "later"}
    assert await names([other.shop_id], now) == set()


async def test_without_a_guard_there_is_nothing_to_publish_with(house):
    with pytest.raises(Unguarded):
        guard_of(house)
    place_guard(house, QUIET)
    assert guard_of(house) is QUIET


async def test_a_what_if_asks_the_guard_and_keeps_nothing(floor):
    before = await count_rows(floor.house)
    guard = SayingGuard((a_finding(),))
    async with floor.house.database.read() as tx:
        found = await api.inspect(tx, floor.second, floor.shop_id, floor.instrument(), guard, floor.now)
        with pytest.raises(BadInstrument):
            await api.inspect(tx, floor.second, floor.shop_id, floor.instrument(currency="USD"), guard, floor.now)
    assert found.findings == guard.findings
    assert await count_rows(floor.house) == before


async def test_a_sales_own_tier_is_the_rule_sets_and_lasts_no_longer_than_the_rules(floor):
    day = datetime(2022, 11, 10, 12, tzinfo=UTC)
    floor.house.clock.at = day
    tier = api.SaleTier("tmall_promotions", Scope(frozenset({floor.shop_id})), day, day + DAY)
    async with floor.house.database.transaction() as tx:
        stored = await api.open_sale_tier(tx, SYSTEM, tier, day)
        assert stored.shop_id is None
        assert stored.instrument.benefit == Tiers((Tier(30_000, 5_000),), repeats=True)
        await api.publish(tx, SYSTEM, api.Wish(None, stored.instrument_id), QUIET, day)
        assert [i.instrument_id for i in await api.instruments_of(tx, [floor.shop_id], day)] == [stored.instrument_id]
        with pytest.raises(RulesNotInForce):
            await api.open_sale_tier(tx, SYSTEM, replace(tier, valid_until=day + 9 * DAY), day)
