"""Does a shop's calendar tell where it stands and what comes next, and are shops told of dates in time, once?"""

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.refusal import NotFound
from peakday.trade.sale_events import api
from peakday.trade.sale_events.model import MilestoneKind, Phase
from tests.market.people import open_shop_with_owner
from tests.trade.sale_events.builders import HOUR, OPENING, TICK, a_wish, at, enrol, plan_2026, publish


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
async def test_the_calendar_tells_phases_my_items_and_the_next_deadline(database, stand):
    await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    now = at(10, 20)
    async with database.read() as tx:
        calendar = await api.calendar_of(tx, stand.owner, stand.shop_id, now)
    [place] = calendar.events
    assert place.is_in
    assert not place.can_join
    assert [(one.track.code, one.phase, one.count.skus) for one in place.tracks] == [
        ("wave_1_presale", Phase.STOCK_LOCKED, 0), ("wave_1_spot", Phase.ENROLLING, 1),
        ("wave_2_spot", Phase.NOT_OPEN, 0),
    ]  # fmt: skip
    following = calendar.next_deadline
    assert (following.milestone, following.track.code, following.at) == (
        MilestoneKind.PRICE_LOCK, "wave_1_spot", at(10, 24, 0),
    )  # fmt: skip
    assert place.tracks[2].next_after(at(11, 5)).kind is MilestoneKind.WARM_UP  # it begins before enrolment closes
    assert place.tracks[1].protected_until == at(11, 19, 0)


async def test_a_shop_that_is_not_in_sees_until_when_it_may_join_and_what_is_over_goes_last(database, stand):
    other, owner = await open_shop_with_owner(database, "two", OPENING)
    await publish(database, plan_2026("again"), OPENING)
    async with database.read() as tx:
        calendar = await api.calendar_of(tx, owner, other, OPENING)
        assert (calendar.next_deadline.track, calendar.next_deadline.at) == (None, at(10, 11, 0))
        assert [deadline.at for deadline in await api.open_events(tx, other, OPENING)] == [at(10, 11, 0)] * 2
        mine = await api.open_events(tx, stand.shop_id, OPENING)
        assert [(one.event.plan.code, one.track and one.track.code) for one in mine if one.track] == [
            ("double-11-2026", "wave_1_presale"), ("double-11-2026", "wave_1_spot"),
        ]  # fmt: skip
        late = await api.calendar_of(tx, owner, other, at(12, 24))
        assert (all(place.is_over for place in late.events), late.next_deadline) == (True, None)
        with pytest.raises(NotFound):
            await api.calendar_of(tx, owner, stand.shop_id, OPENING)


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
async def test_each_shop_is_told_of_a_near_date_once_for_each_lead(database, stand):
    await enrol(database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    closes = at(10, 24, 0)

    async def told(now):
        async with database.transaction() as tx:
            return await api.remind_shops(tx, now)

    assert await told(closes - 24 * HOUR - TICK) == 0
    assert [await told(closes - 24 * HOUR), await told(closes - 23 * HOUR)] == [1, 0]
    assert [await told(closes - 2 * HOUR), await told(closes - HOUR), await told(closes)] == [
        1,
        0,
        1,
    ]  # then: stock lock
    async with database.read() as tx:
        rows = await tx.fetch("select payload from kernel.outbox where topic like '%DeadlineNear%' order by event_id")
    payloads = [(row["payload"]["track"], row["payload"]["milestone"], row["payload"]["lead_hours"]) for row in rows]
    assert payloads == [
        ("wave_1_spot", "price_lock", 24),
        ("wave_1_spot", "price_lock", 2),
        ("wave_1_spot", "stock_lock", 24),
    ]


async def test_a_feed_opens_with_its_secret_only_until_it_is_renewed(database, stand):
    async with database.transaction() as tx:
        assert not await api.is_feed_open(tx, stand.shop_id, "")
        first = await api.renew_feed(tx, stand.owner, stand.shop_id, OPENING)
        assert await api.is_feed_open(tx, stand.shop_id, first)
        second = await api.renew_feed(tx, stand.owner, stand.shop_id, OPENING)
        assert [await api.is_feed_open(tx, stand.shop_id, token) for token in (first, second, "guess")] == [
            False, True, False,
        ]  # fmt: skip
        stored = await tx.fetchval("select token_hash from sale_events.feed")
        assert second.encode() not in stored
        assert len((await api.feed_of(tx, stand.shop_id, OPENING)).events) == 1
    assert SYSTEM.can("anything")
