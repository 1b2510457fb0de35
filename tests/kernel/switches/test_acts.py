"""Who may turn a switch, how is it taken back, and when does the gate hold it?"""

from datetime import timedelta
from uuid import UUID

import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.kernel.switches import api
from peakday.kernel.switches.model import (
    ChangeKind,
    FreezeBegun,
    NothingToRollBack,
    OverrideSettled,
    RunNotUndoable,
    SecondPersonNeeded,
    Setting,
    StaleSwitch,
    SwitchNotDrilled,
    SwitchNotRehearsed,
)
from peakday.kernel.text import Text

LI = Actor(ActorKind.STAFF, UUID(int=1), permissions=frozenset({"*"}), name="Li")
WANG = Actor(ActorKind.STAFF, UUID(int=2), permissions=frozenset({"*"}), name="Wang")
MERCHANT = Actor(ActorKind.MERCHANT, UUID(int=3), shop_id=UUID(int=9), permissions=frozenset({"*"}), name="Zhou")
NAME = "tests.new_feature"


class Desk:
    """The switch board's acts, each in a transaction of its own."""

    def __init__(self, house):
        self.house = house

    def __getattr__(self, act):
        async def run(*arguments, **options):
            async with self.house.database.transaction() as tx:
                return await getattr(api, act)(tx, *arguments, self.house.clock.now(), **options)

        return run

    async def look(self, read, *arguments, **options):
        async with self.house.database.read() as connection:
            return await getattr(api, read)(connection, *arguments, **options)

    async def percents(self, *names):
        switches = {switch.name: switch.percent for switch in await self.look("list_switches", LI)}
        return [switches[name] for name in names]

    async def rehearse(self, *, is_green=True):
        rehearsal_id = await self.open_rehearsal([])
        async with self.house.database.transaction() as tx:
            figures = {"baskets": 10, "orders": 9, "report": "r.html"}
            await api.close_rehearsal(tx, rehearsal_id, figures, self.house.clock.now(), is_green=is_green)


@pytest.fixture
async def desk(house):
    desk = Desk(house)
    await desk.create_switch(LI, NAME, Text("新功能", "New feature"))
    return desk


async def freeze(desk):
    now = desk.house.clock.now()
    await desk.make_freeze(LI, now, now + timedelta(days=2), "Double 11")


@pytest.mark.capability("TE-04")
async def test_a_turn_is_written_down_with_who_when_and_why(desk, clock):
    switch = await desk.set_switch(LI, Setting(NAME, 10), "grey release to a tenth")
    assert (switch.percent, switch.version) == (10, 1)
    (change,) = await desk.look("list_changes", LI, NAME)
    assert (change.from_percent, change.to_percent, change.changed_by_name) == (0, 10, "Li")
    assert (change.changed_at, change.reason, change.kind) == (clock.now(), "grey release to a tenth", ChangeKind.SET)


async def test_a_merchant_can_neither_see_nor_turn_the_board(desk):
    with pytest.raises(NotAllowed):
        await desk.set_switch(MERCHANT, Setting(NAME, 10), "mine")
    with pytest.raises(NotAllowed):
        await desk.look("list_switches", MERCHANT)
    assert await desk.percents(NAME) == [0]


async def test_a_name_that_cannot_be_kept_is_nobodys(desk):
    with pytest.raises(NotFound):
        await desk.set_switch(LI, Setting("tests.\0", 10), "why")


async def test_a_turn_from_a_page_that_is_no_longer_true_is_refused(desk):
    await desk.set_switch(LI, Setting(NAME, 10), "first", seen_version=0)
    with pytest.raises(StaleSwitch):
        await desk.set_switch(WANG, Setting(NAME, 90), "second", seen_version=0)
    assert await desk.percents(NAME) == [10]


@pytest.mark.parametrize(("percent", "reason"), [(101, "why"), (-1, "why"), (10, "  "), (10, "x" * 501), (10, "a\0b")])
async def test_a_bad_share_or_no_reason_is_refused_and_nothing_changes(desk, percent, reason):
    with pytest.raises(Invalid):
        await desk.set_switch(LI, Setting(NAME, percent), reason)
    assert await desk.percents(NAME) == [0]
    assert await desk.look("list_changes", LI, NAME) == []


async def test_a_switch_that_does_not_exist_is_not_found(desk):
    with pytest.raises(NotFound):
        await desk.set_switch(LI, Setting("tests.unknown", 10), "why")


@pytest.mark.capability("TE-04")
async def test_one_click_takes_the_last_turn_back_and_another_the_one_before(desk):
    for percent in (10, 50):
        await desk.set_switch(LI, Setting(NAME, percent), "up")
    assert (await desk.roll_back(WANG, NAME, "errors")).percent == 10
    assert (await desk.roll_back(WANG, NAME, "errors")).percent == 0
    with pytest.raises(NothingToRollBack):
        await desk.roll_back(WANG, NAME, "errors")
    assert [change.is_undone for change in await desk.look("list_changes", LI, NAME)] == [False, False, True, True]


@pytest.mark.capability("TE-04", "TE-06")
async def test_a_plan_is_carried_out_and_undone_together(desk):
    names = ("cart.next_tier", "cart.best_price_live")
    (plan,) = [plan for plan in await desk.look("list_plans", LI) if "level 2" in plan.name]
    run = await desk.run_plan(LI, plan.plan_id, "load above 80 %")
    assert await desk.percents(*names) == [0, 0]
    undone = await desk.undo_run(WANG, run.run_id, "load is gone")
    assert await desk.percents(*names) == [100, 100]
    assert (undone.started_by_name, undone.undone_by_name) == ("Li", "Wang")
    with pytest.raises(RunNotUndoable):
        await desk.undo_run(WANG, run.run_id, "again")


async def test_two_plans_over_each_other_are_undone_the_later_first(desk):
    first, second = [plan.plan_id for plan in await desk.look("list_plans", LI)]
    one = await desk.run_plan(LI, first, "warm")
    await desk.set_switch(LI, Setting("cart.next_tier", 5), "a little")
    other = await desk.run_plan(LI, second, "hot")
    with pytest.raises(RunNotUndoable):
        await desk.undo_run(LI, one.run_id, "cool")
    assert await desk.percents("cart.next_tier", "cart.best_price_live") == [0, 0]
    await desk.undo_run(LI, other.run_id, "cool")
    assert await desk.percents("cart.next_tier", "cart.best_price_live") == [5, 100]
    await desk.roll_back(LI, "cart.next_tier", "cool")
    await desk.undo_run(LI, one.run_id, "cool")
    assert await desk.percents("cart.next_tier", "cart.best_price_live") == [100, 100]


async def test_a_plan_with_a_switch_that_the_gate_holds_turns_none(desk):
    plan = await desk.save_plan(LI, "open", [Setting("cart.next_tier", 0), Setting(NAME, 100)])
    await freeze(desk)
    with pytest.raises(SwitchNotRehearsed):
        await desk.run_plan(LI, plan.plan_id, "go")
    assert await desk.percents("cart.next_tier", NAME) == [100, 0]
    assert await desk.look("list_runs", LI) == []


@pytest.mark.parametrize("steps", [[], [Setting(NAME, 1), Setting(NAME, 2)], [Setting(NAME, 101)]])
async def test_a_plan_needs_different_switches_and_true_shares(desk, steps):
    with pytest.raises(Invalid):
        await desk.save_plan(LI, "bad", steps)
    assert len(await desk.look("list_plans", LI)) == 2


@pytest.mark.capability("TE-05")
async def test_in_a_freeze_a_switch_goes_on_only_after_a_green_rehearsal_and_a_drilled_rollback(desk, clock):
    await desk.set_switch(LI, Setting(NAME, 20), "rehearse with a fifth")
    await desk.rehearse()
    await desk.set_switch(LI, Setting(NAME, 0), "until the peak")
    clock.advance(timedelta(hours=1))
    await freeze(desk)
    with pytest.raises(SwitchNotRehearsed):
        await desk.set_switch(LI, Setting(NAME, 50), "more than was rehearsed")
    with pytest.raises(SwitchNotDrilled):
        await desk.set_switch(LI, Setting(NAME, 20), "not drilled")
    assert await desk.percents(NAME) == [0]
    clock.advance(timedelta(days=3))
    await desk.set_switch(LI, Setting(NAME, 20), "drill")
    await desk.roll_back(LI, NAME, "drill")
    clock.advance(timedelta(hours=1))
    await freeze(desk)
    assert (await desk.set_switch(LI, Setting(NAME, 20), "rehearsed and drilled")).percent == 20


@pytest.mark.capability("TE-05")
async def test_a_red_rehearsal_makes_an_earlier_green_one_void_and_old_proof_expires(desk, clock):
    await desk.set_switch(LI, Setting(NAME, 20), "rehearse")
    await desk.rehearse()
    clock.advance(timedelta(hours=1))
    await desk.rehearse(is_green=False)
    await desk.roll_back(LI, NAME, "drill")
    clock.advance(timedelta(hours=1))
    await freeze(desk)
    with pytest.raises(SwitchNotRehearsed):
        await desk.set_switch(LI, Setting(NAME, 20), "after a red one")
    clock.advance(timedelta(days=20))
    await freeze(desk)
    with pytest.raises(SwitchNotRehearsed):
        await desk.set_switch(LI, Setting(NAME, 20), "weeks later")


async def test_a_freeze_never_stops_a_switch_from_going_down_and_up_again_to_where_it_was(desk, clock):
    await desk.set_switch(LI, Setting(NAME, 30), "before the freeze")
    clock.advance(timedelta(hours=1))
    await freeze(desk)
    await desk.set_switch(LI, Setting(NAME, 0), "degrade")
    assert (await desk.set_switch(LI, Setting(NAME, 30), "back")).percent == 30
    await desk.roll_back(LI, NAME, "degrade")
    with pytest.raises(SwitchNotRehearsed):
        await desk.set_switch(LI, Setting(NAME, 31), "more")


@pytest.mark.capability("TE-05")
async def test_two_people_can_overrule_the_gate_and_both_are_written_down(desk, clock):
    await freeze(desk)
    override = await desk.ask_override(LI, Setting(NAME, 100), "the old code sells below cost")
    with pytest.raises(SecondPersonNeeded):
        await desk.agree_override(LI, override.override_id)
    assert await desk.percents(NAME) == [0]
    assert (await desk.agree_override(WANG, override.override_id)).percent == 100
    with pytest.raises(OverrideSettled):
        await desk.agree_override(WANG, override.override_id)
    (change,) = await desk.look("list_changes", LI, NAME)
    assert (change.kind, change.changed_by_name, change.second_by_name) == (ChangeKind.OVERRIDE, "Li", "Wang")


async def test_an_override_that_nobody_answers_or_that_is_declined_turns_nothing(desk, clock):
    late = await desk.ask_override(LI, Setting(NAME, 100), "now")
    declined = await desk.ask_override(LI, Setting(NAME, 50), "half")
    await desk.decline_override(WANG, declined.override_id)
    clock.advance(timedelta(seconds=3600))
    for override in (late, declined):
        with pytest.raises(OverrideSettled):
            await desk.agree_override(WANG, override.override_id)
    assert await desk.percents(NAME) == [0]


async def test_a_freeze_can_be_called_off_until_it_begins(desk, clock):
    now = clock.now()
    early = await desk.make_freeze(LI, now + timedelta(hours=1), now + timedelta(days=1), "Double 11")
    later = await desk.make_freeze(LI, now + timedelta(days=5), now + timedelta(days=6), "Double 12")
    clock.advance(timedelta(hours=1))
    with pytest.raises(FreezeBegun):
        await desk.cancel_freeze(LI, early.freeze_id)
    await desk.cancel_freeze(LI, later.freeze_id)
    assert [one.cancelled_at is None for one in await desk.look("list_freezes", LI)] == [False, True]
    with pytest.raises(SwitchNotRehearsed):
        await desk.set_switch(LI, Setting(NAME, 1), "in the first")


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (2, 2), (1, 24 * 31 + 2)])
async def test_a_freeze_that_began_ends_before_it_begins_or_lasts_too_long_is_refused(desk, clock, start, end):
    hour = timedelta(hours=1)
    with pytest.raises(Invalid):
        await desk.make_freeze(LI, clock.now() + start * hour, clock.now() + end * hour, "why")
    assert await desk.look("list_freezes", LI) == []
