"""Which pages do sale events have for the platform's staff? The list, copies with moved dates, publishing."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import Conflict, Invalid, NotFound, Problem, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import status_of
from peakday.trade.sale_events import api
from peakday.trade.sale_events.model import EVENT_PREFIX
from peakday.trade.sale_events.web.operator_bodies import CODE_PATTERN, FIRST_DAY, LAST_DAY
from peakday.trade.sale_events.web.words import EVENT_TEXTS, WAVE_TEXTS

router = APIRouter(prefix="/events", include_in_schema=False)

NAME_LENGTH_MAX = 100
FIELDS = ("source", "code", "zh", "en", "last_day")
EventRef = Annotated[UUID, ShownId(EVENT_PREFIX)]
Line = Annotated[str, Query(max_length=200, pattern=LINE_PATTERN)]


@router.get("")
async def show_events(request: Request) -> Response:
    """Every event, and the form that copies one."""
    return await _events_page(request)


@router.post("")
async def copy_event(request: Request) -> Response:
    """A draft like another event that ends on the day that was typed."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    api.require_staff(actor)
    typed = {name: str(form.get(name) or "").strip() for name in FIELDS}
    try:
        wanted = _wanted(typed)
        async with house.database.transaction() as tx:
            source = api.announced_plans()[-1]
            if typed["source"]:
                source = (await api.get_event(tx, actor, _event_id(typed["source"]))).plan
            event = await api.copy_event(tx, actor, source, wanted, house.clock.now())
    except (Invalid, Conflict) as refusal:
        return await _events_page(request, refusal, typed)
    return RedirectResponse(f"/events/{show_id(EVENT_PREFIX, event.event_id)}", 303)


@router.get("/{event_id}")
async def show_event(request: Request, event_id: EventRef) -> Response:
    """One event with every date, and how many shops take part."""
    return await _event_page(request, event_id)


@router.post("/{event_id}/publish")
async def publish_event(request: Request, event_id: EventRef) -> Response:
    """Let shops see it."""
    house = house_of(request)
    try:
        async with house.database.transaction() as tx:
            await api.publish_event(tx, actor_of(request), event_id, house.clock.now())
    except Conflict as refusal:
        return await _event_page(request, event_id, refusal)
    return RedirectResponse(f"/events/{show_id(EVENT_PREFIX, event_id)}", 303)


@router.post("/{event_id}/cancel")
async def cancel_event(request: Request, event_id: EventRef) -> Response:
    """Call it off."""
    house = house_of(request)
    try:
        async with house.database.transaction() as tx:
            await api.cancel_event(tx, actor_of(request), event_id, house.clock.now())
    except Conflict as refusal:
        return await _event_page(request, event_id, refusal)
    return RedirectResponse(f"/events/{show_id(EVENT_PREFIX, event_id)}", 303)


async def _events_page(
    request: Request, refusal: Refusal | None = None, typed: dict[str, str] | None = None
) -> Response:  # fmt: skip
    house = house_of(request)
    async with house.database.read() as connection:
        events = await api.list_events(connection, actor_of(request))
    return house.get(Pages).render(
        request, "sale_events/platform_events.html", status=status_of(refusal) if refusal else 200, events=events,
        refusal=refusal, typed=typed or dict.fromkeys(FIELDS, ""),
        ref=lambda event: show_id(EVENT_PREFIX, event.event_id),
        event_texts=EVENT_TEXTS, code_pattern=CODE_PATTERN, first_day=FIRST_DAY, last_day=LAST_DAY,
    )  # fmt: skip


async def _event_page(request: Request, event_id: UUID, refusal: Refusal | None = None) -> Response:
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        event = await api.get_event(connection, actor, event_id)
        shops, skus = await api.count_shops(connection, actor, event_id)
    return house.get(Pages).render(
        request, "sale_events/platform_event.html", status=status_of(refusal) if refusal else 200, event=event,
        refusal=refusal, shops=shops, skus=skus, event_texts=EVENT_TEXTS, wave_texts=WAVE_TEXTS,
        address=f"/events/{show_id(EVENT_PREFIX, event_id)}",
    )  # fmt: skip


def _wanted(typed: dict[str, str]) -> tuple[str, Text, date]:
    problems = []
    try:
        last_day = date.fromisoformat(typed["last_day"])
    except ValueError:
        last_day = FIRST_DAY
    if not FIRST_DAY < last_day <= LAST_DAY:
        problems.append(_wrong("last_day", "选择最后一天", "choose the last day"))
    if not _is_code(typed["code"]):
        problems.append(
            _wrong("code", "代码只含小写字母、数字和连字符", "a code is lower-case letters, digits, hyphens")
        )
    if not all(1 <= len(typed[name]) <= NAME_LENGTH_MAX and typed[name].isprintable() for name in ("zh", "en")):
        problems.append(_wrong("name", "填写中文和英文名称", "a name in Chinese and one in English are needed"))
    if problems:
        raise Invalid(*problems)
    return typed["code"], Text(typed["zh"], typed["en"]), last_day


def _is_code(text: str) -> bool:
    letters = set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    return letters and 1 <= len(text) <= 60 and not text.startswith("-")


def _wrong(field: str, zh: str, en: str) -> Problem:
    return Problem(field, f"{field}_wrong", Text(zh, en), Text("修改后重试", "Correct it and try again"))


def _event_id(text: str) -> UUID:
    try:
        return read_id(EVENT_PREFIX, text)
    except ValueError:
        raise NotFound from None
