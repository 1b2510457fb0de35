"""Does the platform alone make events, copy them with their dates moved, publish them and call them off?"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import NotAllowed
from peakday.kernel.rulesets import NoRuleSet
from peakday.kernel.text import Text
from peakday.trade.sale_events import api
from peakday.trade.sale_events.actions.manage_events import EventHasShops
from peakday.trade.sale_events.actions.ship_events import REHEARSAL_NAME
from peakday.trade.sale_events.errors import CodeTaken, EventNotFound, MoveNotAllowed, PlanFaulty
from peakday.trade.sale_events.model import EventStatus
from tests.trade.sale_events.builders import DAY, OPENING, at, everything, join, plan_2022, plan_2026, publish

STAFF = Actor(ActorKind.STAFF, None, None, frozenset({"*"}))


async def test_an_event_is_kept_as_it_was_planned_and_published_once(database):
    plan = plan_2026()
    async with database.transaction() as tx:
        draft = await api.create_event(tx, STAFF, plan, OPENING)
        assert (draft.status, draft.plan, draft.version) == (EventStatus.DRAFT, plan, 1)
        for _ in range(2):
            live = await api.publish_event(tx, STAFF, draft.event_id, OPENING)
        assert (live.status, live.version, live.published_at) == (EventStatus.PUBLISHED, 2, OPENING)
        news = await tx.fetch("select topic from kernel.outbox")
    assert [row["topic"] for row in news] == ["sale_events.EventPublished.v1"]


async def test_a_copy_ends_on_the_wanted_day_under_its_own_name(database):
    async with database.transaction() as tx:
        name = Text("双12", "Double 12")
        copy = await api.copy_event(tx, STAFF, plan_2022(), ("double-12", name, date(2026, 12, 12)), OPENING)
    assert (copy.plan.code, copy.plan.name, copy.plan.ends_at) == ("double-12", name, at(12, 13, 0))
    assert [track.code for track in copy.plan.tracks] == ["wave_1_presale", "wave_1_spot", "wave_2_spot"]


async def test_only_staff_may_and_a_refusal_changes_nothing(database, stand):
    before = await everything(database)
    for actor in (stand.owner, Actor(ActorKind.STAFF, None, None, frozenset({"marketing:edit"}))):
        for act in (
            lambda tx, who: api.create_event(tx, who, plan_2026("x"), OPENING),
            lambda tx, who: api.publish_event(tx, who, stand.event.event_id, OPENING),
            lambda tx, who: api.cancel_event(tx, who, stand.event.event_id, OPENING),
            api.list_events,
        ):
            with pytest.raises(NotAllowed):
                async with database.transaction() as tx:
                    await act(tx, actor)
    assert await everything(database) == before


async def test_faults_and_unknown_rules_are_refused(database):
    plan = plan_2026()
    async with database.transaction() as tx:
        with pytest.raises(PlanFaulty):
            await api.create_event(tx, STAFF, replace(plan, tracks=()), OPENING)
        terms = replace(plan.terms, exit_rule="no_such_rule")
        with pytest.raises(PlanFaulty) as refusal:
            await api.create_event(tx, STAFF, replace(plan, terms=terms), OPENING)
        assert [problem.code for problem in refusal.value.problems] == ["no_rule_set"]
        terms = replace(plan.terms, promotion_on=date(1999, 1, 1))
        with pytest.raises(NoRuleSet):
            await api.create_event(tx, STAFF, replace(plan, terms=terms), OPENING)
        await api.create_event(tx, STAFF, plan, OPENING)
        with pytest.raises(CodeTaken):
            await api.create_event(tx, STAFF, plan, OPENING)


async def test_an_event_with_shops_stands_and_one_without_is_called_off(database, stand):
    with pytest.raises(EventHasShops):
        async with database.transaction() as tx:
            await api.cancel_event(tx, STAFF, stand.event.event_id, OPENING)
    other = await publish(database, plan_2026("other"), OPENING)
    async with database.transaction() as tx:
        for _ in range(2):
            gone = await api.cancel_event(tx, STAFF, other.event_id, OPENING)
        assert gone.status is EventStatus.CANCELLED
        with pytest.raises(MoveNotAllowed):
            await api.publish_event(tx, STAFF, other.event_id, OPENING)
    with pytest.raises(EventNotFound):
        await join(database, stand.owner, stand.shop_id, other)


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
async def test_a_market_opens_with_2022_and_a_rehearsal_that_is_renewed_when_it_is_over(database):
    now = at(11, 22)
    async with database.transaction() as tx:
        made = await api.ship_events(tx, now, with_rehearsal=True)
        assert [event.plan.code for event in made] == ["double-11-2022", "rehearsal-2026-11-22"]
        rehearsal = made[1].plan
        assert (rehearsal.name, rehearsal.is_sample) == (REHEARSAL_NAME, True)
        assert rehearsal.enrols_from == at(11, 21) and now < rehearsal.enrols_until  # noqa: PT018 - one fact
        assert made[0].plan.ends_at == plan_2022().ends_at
        assert await api.ship_events(tx, now + DAY, with_rehearsal=True) == []
        later = await api.ship_events(tx, now + timedelta(days=90), with_rehearsal=True)
        assert [event.plan.code for event in later] == ["rehearsal-2027-02-20"]
