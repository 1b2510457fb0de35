"""Which page tells how well an order by uplift would have done in a trial?"""

import asyncio
import io
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from peakday.insight.audiences import api, trials
from peakday.insight.audiences.rules.crowd_expression import CROWD_PREFIX
from peakday.insight.audiences.rules.qini_band import DRAWS
from peakday.insight.audiences.rules.trial_rows import ROWS_MAX
from peakday.insight.audiences.web.v1 import ShopRef
from peakday.insight.audiences.web.view import View
from peakday.kernel.actor import require
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import Conflict, Invalid, NotFound, Refusal, TooLarge
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.market.shops import api as shops

router = APIRouter(prefix="/uplift")  # part of merchant.router
CrowdWord = Annotated[str, Form(max_length=64)]


@router.get("")
async def trial_page(request: Request, shop_id: ShopRef) -> Response:
    """What a trial needs."""
    return await _page(request, shop_id)


@router.post("/files")
async def judge_file(request: Request, shop_id: ShopRef) -> Response:
    """Judge a trial of a file. Nothing is kept."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    async with request.form() as form:
        file, day = form.get("file"), str(form.get("started_on") or "")
        if not isinstance(file, UploadFile) or not file.filename:
            return await _page(request, shop_id)
        lines = await asyncio.to_thread(lambda: io.TextIOWrapper(file.file, "utf-8", errors="replace").readlines())
    try:
        trial = await trials.judge_file(house, actor, shop_id, lines, _day(day))
    except (Invalid, Conflict, TooLarge) as refusal:
        return await _page(request, shop_id, refusal=refusal)
    return await _page(request, shop_id, trial=trial)


@router.post("/crowds")
async def judge_crowds(
    request: Request, shop_id: ShopRef, treated: CrowdWord, control: CrowdWord, started_on: Annotated[date, Form()]
) -> Response:
    """Judge a trial of two crowds. Nothing is kept."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    try:
        trial = await trials.judge_crowds(house, actor, shop_id, (_crowd(treated), _crowd(control)), started_on)
    except (Invalid, Conflict) as refusal:
        return await _page(request, shop_id, refusal=refusal)
    return await _page(request, shop_id, trial=trial)


async def _page(
    request: Request, shop_id: UUID, trial: trials.Trial | None = None, refusal: Refusal | None = None
) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, "home:view", shop_id)
    values: dict[str, Any] = {"allowed": actor.can(api.VIEW), "crowds": []}
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    if values["allowed"]:
        values["crowds"] = await api.list_crowds(house, actor, shop_id)
    language = visit_of(request).language
    refused = ""
    if refusal is not None:
        problems = refusal.problems if isinstance(refusal, Invalid) else ()
        refused = problems[0].message.of(language) if problems else refusal.message.of(language, **refusal.data)
    return house.get(Pages).render(
        request, "audiences/uplift.html", status=status_of(refusal) if refusal else 200, shop=shop, active="crowds",
        view=View(language, f"/shop/{show_id('shp', shop_id)}/data/crowds"), trial=trial, refused=refused, draws=DRAWS,
        rows_max=ROWS_MAX, **values,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _crowd(shown: str) -> UUID:
    try:
        return read_id(CROWD_PREFIX, shown)
    except ValueError:
        raise NotFound from None
