"""How does the platform make an event, publish it and call it off?

Only platform staff. An event is made from a plan: an announced calendar, or another event with its dates moved. A
published event's dates stand: shops have planned by them. It is called off only while no shop takes part.
"""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import Conflict, NotAllowed, Problem
from peakday.kernel.rulesets import list_versions
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.trade.promotions import api as promotions
from peakday.trade.sale_events import queries, store
from peakday.trade.sale_events.errors import CodeTaken, PlanFaulty
from peakday.trade.sale_events.events import EventPublished
from peakday.trade.sale_events.model import EventPlan, EventStatus, SaleEvent, Terms
from peakday.trade.sale_events.rules.event_plan import days_to_end_on, make_track, move_plan
from peakday.trade.sale_events.rules.event_states import move_event
from peakday.trade.sale_events.rules.plan_faults import plan_faults

STAFF = "staff of the platform"


class EventHasShops(Conflict):
    """Shops take part already."""

    code = "event_has_shops"
    message = Text("已有 {shops} 家店铺报名,不能取消", "{shops} shops take part; it cannot be called off")


def require_staff(actor: Actor) -> None:
    """Refuse unless the actor is platform staff or the system."""
    if actor.kind not in {ActorKind.SYSTEM, ActorKind.STAFF} or not actor.can("*"):
        raise NotAllowed(permission=STAFF)


async def create_event(tx: Tx, actor: Actor, plan: EventPlan, now: datetime) -> SaleEvent:
    """Store a draft. Refuses `PlanFaulty`, `CodeTaken`, `NoRuleSet`, `NotAllowed`."""
    require_staff(actor)
    plan = replace(plan, tracks=tuple(make_track(track, plan.terms) for track in plan.tracks))
    problems = [*plan_faults(plan), *_rule_faults(plan.terms)]
    if problems:
        raise PlanFaulty(*problems)
    if await queries.find_event(tx, plan.code):
        raise CodeTaken(taken=plan.code)
    event_id = await store.insert_event(tx, actor, plan, now)
    await accounts.record_audit(tx, actor, "event_created", f"event:{plan.code}", now)
    return await queries.get_event(tx, event_id, with_drafts=True)


async def copy_event(
    tx: Tx, actor: Actor, source: EventPlan, wanted: tuple[str, Text, date], now: datetime
) -> SaleEvent:
    """A draft like another plan, with a code and name of its own and its dates moved to end on a day."""
    code, name, last_day = wanted
    moved = move_plan(source, days_to_end_on(source, last_day))
    return await create_event(tx, actor, replace(moved, code=code, name=name), now)


async def publish_event(tx: Tx, actor: Actor, event_id: UUID, now: datetime) -> SaleEvent:
    """Let shops see an event. Publishing again changes nothing. Refuses `EventNotFound`, `MoveNotAllowed`."""
    require_staff(actor)
    await store.lock_event(tx, event_id)
    event = await queries.get_event(tx, event_id, with_drafts=True)
    if event.status is EventStatus.PUBLISHED:
        return event
    await store.set_event_status(tx, event_id, move_event(event.status, EventStatus.PUBLISHED), now)
    await accounts.record_audit(tx, actor, "event_published", f"event:{event.plan.code}", now)
    await announce(tx, EventPublished(event_id, event.plan.code), now)
    return await queries.get_event(tx, event_id, with_drafts=True)


async def cancel_event(tx: Tx, actor: Actor, event_id: UUID, now: datetime) -> SaleEvent:
    """Call an event off in which no shop takes part. Refuses `EventHasShops`, `MoveNotAllowed`, `EventNotFound`."""
    require_staff(actor)
    await store.lock_event(tx, event_id)
    event = await queries.get_event(tx, event_id, with_drafts=True)
    if event.status is EventStatus.CANCELLED:
        return event
    shops, _ = await queries.count_shops(tx, event_id)
    if shops:
        raise EventHasShops(shops=shops)
    await store.set_event_status(tx, event_id, move_event(event.status, EventStatus.CANCELLED), now)
    await accounts.record_audit(tx, actor, "event_cancelled", f"event:{event.plan.code}", now)
    return await queries.get_event(tx, event_id, with_drafts=True)


def _rule_faults(terms: Terms) -> list[Problem]:
    """A rule set that is not there would refuse every enrolment later."""
    promotions.price_rules(terms.promotion_rule, terms.promotion_on)
    return [
        Problem(
            "terms", "no_rule_set", Text(f"没有规则 {name}", f"there is no rule set {name}"),
            Text("填写已有规则的名称", "Name a rule set that exists"), value=name,
        )
        for name in (terms.price_rule, terms.exit_rule, terms.drop_rule) if not list_versions(name)
    ]  # fmt: skip
