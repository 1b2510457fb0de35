"""Which pages build crowds by hand, show what they are and hand them on?"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.insight.audiences import api
from peakday.insight.audiences.model import ACTS
from peakday.insight.audiences.rules.crowd_expression import CROWD_PREFIX
from peakday.insight.audiences.rules.crowd_size import SHOWN_MIN, USED_MIN
from peakday.insight.audiences.web import trials
from peakday.insight.audiences.web.builder import ROWS, SEQUENCES, read_rows
from peakday.insight.audiences.web.v1 import NOWHERE, SIZE_MAX, CrowdRef, PlaceName, ShopRef, read_person, read_place
from peakday.insight.audiences.web.view import ACT_TEXTS, View
from peakday.kernel.actor import require
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Conflict, Invalid, NotFound, Problem, Refusal, TooLarge
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN
from peakday.market.shops import api as shops

router = APIRouter(prefix="/shop/{shop_id}/data/crowds", include_in_schema=False)
router.include_router(trials.router)  # before /{crowd_id}
HOME = "home:view"
Word = Annotated[str, Form(max_length=128, pattern=LINE_PATTERN)]
Told = Annotated[str, Query(max_length=300, pattern=LINE_PATTERN)]


@router.get("")
async def crowds_page(request: Request, shop_id: ShopRef, told: Told = "") -> Response:
    """The builder, the shop's crowds and its tags."""
    return await _page(request, shop_id, told=told)


async def _page(request: Request, shop_id: UUID, *, told: str = "", form: Any = None) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    values: dict[str, Any] = {"allowed": actor.can(api.VIEW), "can_edit": actor.can(api.EDIT)}
    if values["allowed"]:
        values |= {
            "crowds": await api.list_crowds(house, actor, shop_id),
            "tags": await api.list_tags(house, actor, shop_id),
            "universe": await api.count_universe(house, actor, shop_id),
        }
    return house.get(Pages).render(
        request, "audiences/crowds.html", status=422 if form else 200, shop=shop, active="crowds", told=told,
        view=View(visit_of(request).language, _address(shop_id)), acts=ACTS, act_texts=ACT_TEXTS, rows=ROWS,
        sequences=SEQUENCES,
        typed=form or {}, limits=(SHOWN_MIN, USED_MIN), **values,
    )  # fmt: skip


@router.post("/size")
async def size_part(request: Request, shop_id: ShopRef) -> Response:
    """How many people the form asks for, while it is being filled in."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    expression = read_rows(_words(await request.form()))
    size, refused = None, ""
    if expression is not None:
        try:
            size = await api.size_of_expression(house, actor, shop_id, expression)
        except (Invalid, Conflict, NotFound) as refusal:
            refused = _say(request, refusal)
    return house.get(Pages).render(
        request, "audiences/size.html", size=size, refused=refused, expression=expression,
        universe=await api.count_universe(house, actor, shop_id), view=View(visit_of(request).language, ""),
        limits=(SHOWN_MIN, USED_MIN),
    )  # fmt: skip


@router.post("")
async def save(request: Request, shop_id: ShopRef) -> Response:
    """Keep what the form asks for; back to the form with the reason where it was refused."""
    actor = actor_of(request)
    require(actor, api.EDIT, shop_id)
    typed = _words(await request.form())
    expression = read_rows(typed)
    try:
        crowd = await api.save_crowd(
            house_of(request), actor, shop_id, typed.get("name", ""), expression or {}, is_static="static" in typed
        )
    except (Invalid, Conflict, NotFound) as refusal:
        return await _page(request, shop_id, told=_say(request, refusal), form=typed)
    return RedirectResponse(f"{_address(shop_id)}/{show_id(CROWD_PREFIX, crowd.crowd_id)}", 303)


@router.post("/cells")
async def save_cell(
    request: Request, shop_id: ShopRef, start: Annotated[date, Form()], end: Annotated[date, Form()],
    left: Annotated[PlaceName, Form(alias="from")], reached: Annotated[PlaceName, Form(alias="to")],
) -> Response:  # fmt: skip
    """Keep the people of a cell of the consumers' flow: from the evening before `start` to `end`."""
    house, eve = house_of(request), start - timedelta(days=1)
    name = f"{left} → {reached} {start:%m%d}–{end:%m%d} {house.clock.now():%H%M%S}".replace(NOWHERE, "∅")
    cell = (eve, read_place(left)), (end, read_place(reached))
    return await _made(request, shop_id, api.save_cell(house, actor_of(request), shop_id, name, cell))


@router.post("/imports")
async def upload(request: Request, shop_id: ShopRef) -> Response:
    """Keep the people of a file of hashed ids."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    async with request.form() as form:
        file, name = form.get("file"), str(form.get("name") or "")
        if not isinstance(file, UploadFile) or not file.filename:
            return RedirectResponse(_address(shop_id), 303)
        lines = await asyncio.to_thread(_lines, file)
        try:
            done = await api.upload_ids(house, actor, shop_id, name, lines)
        except (Invalid, Conflict, TooLarge) as refusal:
            return await _page(request, shop_id, told=_say(request, refusal), form={"upload_name": name})
    return RedirectResponse(f"{_address(shop_id)}/{show_id(CROWD_PREFIX, done.crowd_id)}", 303)


@router.post("/consent")
async def change_consent(
    request: Request, shop_id: ShopRef, person: Word, given: Annotated[str, Form(pattern="^(yes|no)$")] = "no"
) -> Response:
    """Withdraw a person's consent, or give it back."""
    changed = await api.change_consent(
        house_of(request), actor_of(request), shop_id, read_person(person.strip()), is_given=given == "yes"
    )
    told = Text("已更新,立即生效", "Changed, from now on") if changed else Text("没有变化", "Nothing changed")
    return _back(request, shop_id, told.of(visit_of(request).language))


@router.get("/{crowd_id}")
async def crowd_page(request: Request, shop_id: ShopRef, crowd_id: CrowdRef, told: Told = "") -> Response:
    """One crowd: its size now, in what it differs from everybody, what it shares with the others."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    crowd, size = await api.count_crowd(house, actor, shop_id, crowd_id)
    others = [one for one in await api.list_crowds(house, actor, shop_id) if one.crowd_id != crowd_id][:SHOWN_MIN]
    shared = await api.overlap_crowds(house, actor, shop_id, crowd_id, [one.crowd_id for one in others])
    return house.get(Pages).render(
        request, "audiences/crowd.html", shop=shop, active="crowds", crowd=crowd, size=size,
        overlaps=list(zip(others, shared, strict=True)),
        contrasts=await api.contrast_crowd(house, actor, shop_id, crowd_id), told=told,
        upload=await api.find_upload(house, actor, shop_id, crowd_id), can_edit=actor.can(api.EDIT),
        view=View(visit_of(request).language, _address(shop_id)), limits=(SHOWN_MIN, USED_MIN),
    )  # fmt: skip


@router.post("/{crowd_id}/look-alikes")
async def expand(
    request: Request, shop_id: ShopRef, crowd_id: CrowdRef, name: Word, size: Annotated[int, Form(ge=1, le=SIZE_MAX)],
    seed: Annotated[str, Form(pattern="^(in|out)$")] = "out",
) -> Response:  # fmt: skip
    """Keep the people most like this crowd."""
    wish = api.Expansion(name, size, without_seed=seed == "out")
    return await _made(
        request, shop_id, api.expand_crowd(house_of(request), actor_of(request), shop_id, crowd_id, wish)
    )


@router.post("/{crowd_id}/removal")
async def remove(request: Request, shop_id: ShopRef, crowd_id: CrowdRef) -> Response:
    """Forget a crowd."""
    try:
        await api.remove_crowd(house_of(request), actor_of(request), shop_id, crowd_id)
    except Conflict as refusal:
        return _back(request, shop_id, _say(request, refusal))
    return RedirectResponse(_address(shop_id), 303)


@router.get("/{crowd_id}/people.csv")
async def people_file(request: Request, shop_id: ShopRef, crowd_id: CrowdRef) -> Response:
    """The people of a crowd, for ads and coupons; refused below the least size."""
    house = house_of(request)
    people, after = await api.people_of(house, actor_of(request), shop_id, crowd_id)
    name = f"crowd-{show_id(CROWD_PREFIX, crowd_id)}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    rows = _people_rows(house, request, (shop_id, crowd_id), people, after)
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


async def _people_rows(
    house: House, request: Request, crowd: tuple[UUID, UUID], people: list[str], after: int | None
) -> AsyncIterator[str]:
    yield "\ufeffperson\r\n"
    while True:
        yield _csv([[inert(api.shown_person(one))] for one in people])
        if after is None:
            return
        people, after = await api.people_of(house, actor_of(request), *crowd, after)


@router.get("/{crowd_id}/errors.csv")
async def errors_file(request: Request, shop_id: ShopRef, crowd_id: CrowdRef) -> Response:
    """The refused rows of an upload."""
    problems = await api.get_problems(house_of(request), actor_of(request), shop_id, crowd_id)
    text = "\ufeffrow,code,value\r\n" + _csv([[row, code, inert(str(value))] for row, code, value in problems])
    headers = {"Content-Disposition": 'attachment; filename="refused.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


async def _made(request: Request, shop_id: UUID, making: Any) -> Response:
    try:
        crowd = await making
    except (Invalid, Conflict) as refusal:
        return _back(request, shop_id, _say(request, refusal))
    return RedirectResponse(f"{_address(shop_id)}/{show_id(CROWD_PREFIX, crowd.crowd_id)}", 303)


def _csv(rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _lines(file: UploadFile) -> list[str]:
    return io.TextIOWrapper(file.file, "utf-8", errors="replace").readlines()


def _words(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str) and "\x00" not in value}


def _say(request: Request, refusal: Refusal) -> str:
    language = visit_of(request).language
    if isinstance(refusal, Invalid) and refusal.problems:
        one: Problem = refusal.problems[0]
        return f"{one.field}: {one.message.of(language)}"[:300]
    return refusal.message.of(language, **refusal.data)


def _back(request: Request, shop_id: UUID, told: str) -> Response:
    return RedirectResponse(
        str(request.url.replace(path=_address(shop_id), query="").include_query_params(told=told)), 303
    )


def _address(shop_id: UUID) -> str:
    return f"/shop/{show_id('shp', shop_id)}/data/crowds"
