"""Which JSON doors do sale events have for the platform's staff? Make, copy, publish, call off."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from peakday.kernel.ids import read_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.trade.sale_events import api
from peakday.trade.sale_events.model import EVENT_PREFIX, EventPlan, Terms, Track, Wave
from peakday.trade.sale_events.web.operator_bodies import (
    CopyForm,
    PlanForm,
    PlatformEventBody,
    PlatformEventList,
    platform_body,
)

router = APIRouter(prefix="/v1/sale-events", tags=["platform events"])

EventRef = Annotated[UUID, ShownId(EVENT_PREFIX)]


_answers = answers_beside(401, 403, 429)


@router.get("", responses=_answers())
async def list_events(request: Request) -> PlatformEventList:
    """Every event, drafts and cancelled ones too."""
    async with house_of(request).database.read() as connection:
        events = await api.list_events(connection, actor_of(request))
    return PlatformEventList(items=[platform_body(event) for event in events])


@router.post("", status_code=201, responses=_answers(404, 409, 422))
async def create_event(request: Request, form: PlanForm) -> PlatformEventBody:
    """A draft of a new event."""
    house, actor = house_of(request), actor_of(request)
    api.require_staff(actor)
    async with house.database.transaction() as tx:
        return platform_body(await api.create_event(tx, actor, _plan(form), house.clock.now()))


@router.post("/copies", status_code=201, responses=_answers(404, 409, 422))
async def copy_event(request: Request, form: CopyForm) -> PlatformEventBody:
    """A draft like another event, its dates moved by whole days so that it ends on `last_day`."""
    house, actor = house_of(request), actor_of(request)
    api.require_staff(actor)
    async with house.database.transaction() as tx:
        source = api.announced_plans()[-1]
        if form.event_id is not None:
            source = (await api.get_event(tx, actor, _read(form.event_id))).plan
        wanted = (form.code, Text(form.name.zh, form.name.en), form.last_day)
        return platform_body(await api.copy_event(tx, actor, source, wanted, house.clock.now()))


@router.get("/{event_id}", responses=_answers(404))
async def read_platform_event(request: Request, event_id: EventRef) -> PlatformEventBody:
    """One event in any state."""
    async with house_of(request).database.read() as connection:
        return platform_body(await api.get_event(connection, actor_of(request), event_id))


@router.post("/{event_id}/publish", responses=_answers(404, 409))
async def publish_event(request: Request, event_id: EventRef) -> PlatformEventBody:
    """Let shops see an event; its dates stand from then on."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        return platform_body(await api.publish_event(tx, actor_of(request), event_id, house.clock.now()))


@router.post("/{event_id}/cancel", responses=_answers(404, 409))
async def cancel_event(request: Request, event_id: EventRef) -> PlatformEventBody:
    """Call an event off in which no shop takes part."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        return platform_body(await api.cancel_event(tx, actor_of(request), event_id, house.clock.now()))


def _plan(form: PlanForm) -> EventPlan:
    """The form as a plan; the rules are those of the last announced event."""
    known = api.announced_plans()[-1].terms
    terms = Terms(
        known.price_rule, known.promotion_rule, known.exit_rule, known.drop_rule, known.accepts_unproven,
        known.stock_locks_hours_after, known.promotion_on, tuple(form.forbidden_pairs),
    )  # fmt: skip
    tracks = tuple(
        Track(
            one.code, Text(one.name.zh, one.name.en), one.kind, one.enrols_from, one.enrols_until, one.enrols_until,
            tuple(Wave(w.kind, Text(w.name.zh, w.name.en), w.starts_at, w.ends_at) for w in one.waves),
        )
        for one in form.tracks
    )  # fmt: skip
    name = Text(form.name.zh, form.name.en)
    return EventPlan(form.code, name, form.enrols_from, form.enrols_until, tracks, terms)


def _read(text: str) -> UUID:
    try:
        return read_id(EVENT_PREFIX, text)
    except ValueError:
        raise NotFound from None
