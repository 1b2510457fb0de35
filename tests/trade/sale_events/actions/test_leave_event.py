"""Is it known before the click what leaving means, and does leaving end prices, keep orders and come back in time?"""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.ids import derived_id
from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.catalog.errors import ItemHeld
from peakday.market.catalog.model import ItemEdit, ItemStatus, item_id_of, sku_id_of
from peakday.trade.price_history.api import judge_event_drop, record_deals
from peakday.trade.price_history.model import Deal, DealKind, DropVerdict, Enrolment
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Scope
from peakday.trade.promotions.stored import Issue
from peakday.trade.sale_events import api
from peakday.trade.sale_events.errors import (
    ExitNotAllowed,
    NotEnrolled,
    ShopNotEnrolled,
    SomethingElseSeen,
    UndoNotAllowed,
)
from peakday.trade.sale_events.exits import ExitAsk, ExitReason
from peakday.trade.sale_events.model import Phase, Wish
from tests.market.people import open_shop_with_owner
from tests.trade.promotions.shop_floor import QUIET, open_floor
from tests.trade.sale_events.builders import (
    DAY,
    HOUR,
    OPENING,
    TICK,
    WHY,
    a_wish,
    at,
    enrol,
    everything,
    item_ask,
    join,
    leave,
    offers_of,
    plan_2026,
    publish,
)

SALE = at(10, 31, 20)
END = at(11, 4, 0)


@pytest.fixture
async def inside(database, stand):
    """Tea and a cup in wave 1 spot at 90.00 and 80.00; tea also in wave 1 presale."""
    shop_id = stand.shop_id
    await enrol(database, stand.owner, shop_id, stand.event, [a_wish(shop_id), a_wish(shop_id, "cup", 8_000)])
    presale = [a_wish(shop_id, deposit_minor=1_000, stock=5)]
    await enrol(database, stand.owner, shop_id, stand.event, presale, "wave_1_presale")
    return stand


def a_deal(shop_id, ref, paid, when, number):
    return Deal(
        shop_id, derived_id(when, "order", str(number)), 1, item_id_of(shop_id, ref), sku_id_of(shop_id, ref, ref),
        DealKind.SPOT, 2, paid, "CNY", when,
    )  # fmt: skip


async def consequences(database, actor, ask, now):
    async with database.read() as tx:
        return await api.exit_consequences(tx, actor, ask, now)


@pytest.mark.capability("SH-04", page="/shop/{shop_id}/events")
async def test_consequences_tell_points_lost_hours_orders_and_protected_days(database, inside):
    ask = item_ask(inside.shop_id, inside.event, track="wave_1_spot")
    async with database.transaction() as tx:
        deals = [
            a_deal(inside.shop_id, "tea", 18_000, SALE + HOUR, 1),
            a_deal(inside.shop_id, "cup", 9, SALE + HOUR, 2),
        ]
        await record_deals(tx, [*deals, a_deal(inside.shop_id, "tea", 5, SALE - HOUR, 3)])
    early = await consequences(database, inside.owner, ask, OPENING)
    assert (early.phase, early.points, early.is_allowed, early.allowed_until) == (Phase.ENROLLING, 0, True, END)
    assert early.undo_until == OPENING + DAY
    [lost] = early.lost
    assert (lost.items, lost.skus, lost.stock, lost.protected_until) == (1, 1, 10, None)
    assert (lost.warm_seconds, lost.sale_seconds) == (92 * 3600, 76 * 3600)
    assert early.orders.orders == 0
    late = await consequences(database, inside.owner, ask, SALE + 2 * HOUR)
    assert (late.phase, late.points, late.undo_until) == (Phase.SELLING, 3, None)
    assert (late.orders.orders, late.orders.pieces, late.orders.paid_minor) == (1, 2, 18_000)
    assert (late.lost[0].sale_seconds, late.lost[0].protected_until) == (74 * 3600, at(11, 19, 0))


async def test_who_may_not_see_figures_is_told_no_orders(database, inside):
    viewer = Actor(ActorKind.MERCHANT, None, inside.shop_id, frozenset({"marketing:view"}))
    ask = item_ask(inside.shop_id, inside.event)
    assert (await consequences(database, viewer, ask, SALE + HOUR)).orders is None
    with pytest.raises(NotAllowed):
        await leave(database, viewer, ask, OPENING)


@pytest.mark.capability("SH-04", page="/shop/{shop_id}/events")
async def test_leaving_while_it_sells_ends_the_price_now_and_honours_orders(database, inside):
    shop_id, moment = inside.shop_id, SALE + 2 * HOUR
    async with database.transaction() as tx:
        await record_deals(tx, [a_deal(shop_id, "tea", 18_000, SALE + HOUR, 1)])
    ask = item_ask(shop_id, inside.event, track="wave_1_spot")
    exit_ = await leave(database, inside.owner, ask, moment, (ExitReason.QUALITY, "a bad batch"))
    assert (exit_.phase, exit_.points, exit_.skus, exit_.undo_until) == (Phase.SELLING, 3, 1, None)
    spot = "double-11-2026/wave_1_spot"
    assert await offers_of(database, shop_id) == [
        ("double-11-2026/wave_1_presale", "tea", 9_000, at(10, 24, 20), at(10, 31, 18)),
        (spot, "cup", 8_000, SALE, END), (spot, "tea", 9_000, SALE, moment),
    ]  # fmt: skip
    async with database.read() as tx:
        assert await tx.fetchval("select paid_minor from price_history.deal") == 18_000
        enrolment = Enrolment(spot, shop_id, item_id_of(shop_id, "tea"), SALE, END, "CNY", ended_at=moment)
        judged = await judge_event_drop(tx, inside.owner, enrolment)
        trail = await tx.fetch("select detail from accounts.audit_trail where action = 'event_exited'")
    assert (judged.verdict, judged.threshold) == (DropVerdict.KEPT, 9_000)
    assert (judged.protected.starts_at, judged.protected.ends_at) == (moment, at(11, 19, 0))
    assert [(row["detail"]["reason"], row["detail"]["points"]) for row in trail] == [("quality", 3)]


async def test_leaving_again_answers_with_the_same_departure_and_changes_nothing(database, inside):
    ask = item_ask(inside.shop_id, inside.event)
    first = await leave(database, inside.owner, ask, OPENING + HOUR)
    before = await everything(database)
    async with database.transaction() as tx:
        again = await api.exit_item(tx, inside.owner, ask, WHY, "whatever", OPENING + 2 * HOUR)
    assert (again.exit_id, await everything(database)) == (first.exit_id, before)


async def test_two_clicks_at_once_are_one_departure(database, inside):
    ask = item_ask(inside.shop_id, inside.event)
    seen = (await consequences(database, inside.owner, ask, OPENING)).seen

    async def click():
        async with database.transaction() as tx:
            return await api.exit_item(tx, inside.owner, ask, WHY, seen, OPENING)

    exits = await asyncio.gather(*(click() for _ in range(5)))
    assert len({exit_.exit_id for exit_ in exits}) == 1
    async with database.read() as tx:
        assert await tx.fetchval("select count(*) from sale_events.exit") == 1


async def test_a_click_on_other_consequences_than_were_seen_changes_nothing(database, inside):
    ask = item_ask(inside.shop_id, inside.event)
    seen = (await consequences(database, inside.owner, ask, OPENING)).seen
    before = await everything(database)
    with pytest.raises(SomethingElseSeen):
        async with database.transaction() as tx:
            await api.exit_item(tx, inside.owner, ask, WHY, seen, at(10, 28, 1))  # by now it costs points
    assert await everything(database) == before


async def test_a_departure_is_taken_back_in_time_with_its_prices(database, inside):
    before = await offers_of(database, inside.shop_id)
    exit_ = await leave(database, inside.owner, item_ask(inside.shop_id, inside.event), OPENING)
    assert [row[1] for row in await offers_of(database, inside.shop_id)] == ["cup"]
    for moment in (OPENING + HOUR, OPENING + 2 * HOUR):
        async with database.transaction() as tx:
            back = await api.undo_exit(tx, inside.owner, inside.shop_id, exit_.exit_id, moment)
        assert back.undone_at == OPENING + HOUR
    assert await offers_of(database, inside.shop_id) == before
    async with database.read() as tx:
        topics = await tx.fetch("select payload from kernel.outbox where topic = 'sale_events.ItemExited.v1'")
    assert sorted(row["payload"]["is_undone"] for row in topics) == [False, True]


async def test_too_late_to_take_back_is_refused_and_changes_nothing(database, inside):
    warm = at(10, 28, 1)
    exit_ = await leave(database, inside.owner, item_ask(inside.shop_id, inside.event, track="wave_1_spot"), warm)
    assert (exit_.points, exit_.undo_until) == (2, warm + HOUR / 2)
    before = await everything(database)
    with pytest.raises(UndoNotAllowed):
        async with database.transaction() as tx:
            await api.undo_exit(tx, inside.owner, inside.shop_id, exit_.exit_id, exit_.undo_until)
    assert await everything(database) == before


async def test_what_can_be_taken_back_never_outlives_its_phase(database, inside):
    ask = item_ask(inside.shop_id, inside.event, track="wave_1_spot")
    assert (await consequences(database, inside.owner, ask, SALE - HOUR / 4)).undo_until == SALE


async def test_tracks_whose_sale_is_over_stay_and_then_nothing_can_leave(database, inside):
    ask = item_ask(inside.shop_id, inside.event)
    exit_ = await leave(database, inside.owner, ask, SALE + HOUR)  # the presale's sale is over
    assert exit_.skus == 1
    presale = replace(ask, track="wave_1_presale")
    told = await consequences(database, inside.owner, presale, SALE + HOUR)
    assert (told.is_allowed, told.phase, told.lost) == (False, Phase.TAIL, ())
    with pytest.raises(ExitNotAllowed):
        await leave(database, inside.owner, presale, SALE + HOUR)


@pytest.mark.capability("SH-04", page="/shop/{shop_id}/events")
async def test_a_whole_shop_leaves_with_everything_and_comes_back(database, inside):
    ask = ExitAsk(inside.shop_id, inside.event.event_id)
    before = await offers_of(database, inside.shop_id)
    told = await consequences(database, inside.owner, ask, at(10, 12, 0) + HOUR)
    assert [(lost.track.code, lost.items, lost.stock) for lost in told.lost] == [
        ("wave_1_presale", 1, 5), ("wave_1_spot", 2, 20)
    ]  # fmt: skip
    assert (told.phase, told.points) == (Phase.STOCK_LOCKED, 2)
    async with database.transaction() as tx:
        exit_ = await api.exit_shop(tx, inside.owner, ask, WHY, told.seen, at(10, 12, 0) + HOUR)
    assert await offers_of(database, inside.shop_id) == []
    with pytest.raises(ShopNotEnrolled):
        await consequences(database, inside.owner, ask, at(10, 12, 0) + HOUR)
    async with database.transaction() as tx:
        await api.undo_exit(tx, inside.owner, inside.shop_id, exit_.exit_id, at(10, 12, 0) + 1.5 * HOUR)
    assert await offers_of(database, inside.shop_id) == before


async def test_nothing_enrolled_nothing_to_leave_and_nobody_elses(database, inside):
    other, owner = await open_shop_with_owner(database, "two", OPENING)
    with pytest.raises(NotEnrolled):
        await leave(database, inside.owner, item_ask(inside.shop_id, inside.event, "pot"), OPENING)
    with pytest.raises(NotFound):
        await leave(database, owner, item_ask(inside.shop_id, inside.event), OPENING)
    with pytest.raises(ShopNotEnrolled):
        await leave(database, owner, item_ask(other, inside.event), OPENING)
    exit_ = await leave(database, inside.owner, item_ask(inside.shop_id, inside.event), OPENING)
    async with database.transaction() as tx:
        with pytest.raises(NotEnrolled):
            await api.undo_exit(tx, owner, other, exit_.exit_id, OPENING)


async def test_coupons_in_wallets_that_touch_the_goods_are_named(house, clock):
    clock.at = OPENING
    floor = await open_floor(house, "coupons")
    event = await publish(house.database, plan_2026(), OPENING)
    await join(house.database, floor.owner, floor.shop_id, event)
    wish = Wish(floor.tea_item, floor.tea, 9_000, 10)
    await enrol(house.database, floor.owner, floor.shop_id, event, [wish])
    tea_only, cup_only = Scope(item_ids=frozenset({floor.tea_item})), Scope(item_ids=frozenset({floor.cup_item}))
    coupons = [
        floor.instrument(scope=tea_only),
        floor.instrument(scope=cup_only, name=Text("杯券", "Cup coupon")),
    ]
    async with house.database.transaction() as tx:
        for coupon in coupons:
            await promotions.save_draft(tx, floor.owner, floor.shop_id, coupon, OPENING)
            wanted = promotions.Wish(floor.shop_id, coupon.instrument_id)
            await promotions.publish(tx, floor.owner, wanted, QUIET, OPENING)
            await promotions.issue_cards(tx, Issue(coupon.instrument_id, floor.buyer, "a"), OPENING)
        await promotions.issue_cards(tx, Issue(coupons[0].instrument_id, uuid4(), "b", 2), OPENING)
    item = await consequences(house.database, floor.owner, item_ask(floor.shop_id, event), OPENING)
    shop = await consequences(house.database, floor.owner, ExitAsk(floor.shop_id, event.event_id), OPENING)
    assert [(one.name.en, one.cards) for one in item.coupons] == [("October coupon", 3)]
    assert [(one.name.en, one.cards) for one in shop.coupons] == [("October coupon", 3), ("Cup coupon", 1)]
    clerk = replace(floor.owner, permissions=frozenset({"marketing:view"}))
    hidden = await consequences(house.database, clerk, item_ask(floor.shop_id, event), OPENING)
    assert [one.cards for one in hidden.coupons] == [None]


async def points_of(database, shop_id):
    async with database.read() as tx:
        return await tx.fetchval("select violation_points from shops.shop where shop_id = $1", shop_id)


async def test_the_points_of_a_departure_are_added_to_the_shops_once_and_taken_off_when_it_is_undone(database, inside):
    ask = item_ask(inside.shop_id, inside.event, track="wave_1_spot")
    locked = inside.event.plan.find_track("wave_1_spot").stock_locks_at + HOUR
    first = await leave(database, inside.owner, ask, locked)
    assert first.points > 0
    assert await points_of(database, inside.shop_id) == first.points
    async with database.transaction() as tx:
        assert (await api.leave_event(tx, inside.owner, ask, WHY, "", locked)).exit_id == first.exit_id
    assert await points_of(database, inside.shop_id) == first.points
    async with database.transaction() as tx:
        await api.undo_exit(tx, inside.owner, inside.shop_id, first.exit_id, locked)
        await api.undo_exit(tx, inside.owner, inside.shop_id, first.exit_id, locked)
    assert await points_of(database, inside.shop_id) == 0


async def reprice(database, inside, now, ref="cup", **changes):
    edit = ItemEdit(**({"list_price_minor": 12_000} | changes))
    async with database.transaction() as tx:
        return await catalog.edit_item(tx, inside.owner, inside.shop_id, item_id_of(inside.shop_id, ref), edit, now)


async def test_a_locked_price_cannot_be_edited_nor_taken_off_the_shelf_until_the_sale_is_over(database, inside):
    track = inside.event.plan.find_track("wave_1_spot")
    await reprice(database, inside, track.enrols_until - TICK, list_price_minor=11_000)
    for changes in ({}, {"list_price_minor": 10_000}, {"list_price_minor": None, "status": ItemStatus.OFF_SHELF}):
        with pytest.raises(ItemHeld) as refused:
            await reprice(database, inside, track.enrols_until, **changes)
    assert refused.value.message.of("zh", **refused.value.data).startswith(
        "商品已报名“双11 2026 · 第一波现货”,价格已锁定:到"
    )
    assert "先在活动页快速退出" in refused.value.message.of("zh", **refused.value.data)
    kept = await reprice(database, inside, track.enrols_until, list_price_minor=None, title="a new name")
    assert (kept.title, kept.list_price_minor) == ("a new name", 11_000)
    assert (await reprice(database, inside, track.sale.ends_at)).list_price_minor == 12_000


async def test_leaving_frees_the_price_and_coming_back_locks_it_again(database, inside):
    locked = inside.event.plan.find_track("wave_1_spot").enrols_until + HOUR
    exit_ = await leave(database, inside.owner, item_ask(inside.shop_id, inside.event, "cup"), locked)
    await reprice(database, inside, locked)
    with pytest.raises(ItemHeld):
        await reprice(database, inside, locked, "tea")
    async with database.transaction() as tx:
        await api.undo_exit(tx, inside.owner, inside.shop_id, exit_.exit_id, locked)
    with pytest.raises(ItemHeld):
        await reprice(database, inside, locked, list_price_minor=13_000)
    await leave(database, inside.owner, ExitAsk(inside.shop_id, inside.event.event_id), locked)
    await reprice(database, inside, locked, "tea")
