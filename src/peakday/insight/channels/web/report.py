"""Which pages show the daily report, take it away, and have it sent every morning?"""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.insight.channels import api, sending
from peakday.insight.channels.model import CALIBRES
from peakday.insight.channels.report_pdf import PDF, pdf_of
from peakday.insight.channels.rules import time_saved
from peakday.insight.channels.web.places import ShopRef, address_of, view_of, wording
from peakday.insight.channels.web.workbook import workbook_of
from peakday.kernel.actor import require
from peakday.kernel.ids import show_id
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.refusal import Conflict, Invalid, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.shops import api as shops

router = APIRouter(prefix="/report")  # part of merchant.router
RecipientRef = Annotated[UUID, ShownId("rcp")]
Told = Annotated[str, Query(max_length=300, pattern=LINE_PATTERN)]
HOME = "home:view"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = {"xlsx": (workbook_of, XLSX), "pdf": (pdf_of, PDF)}


@router.get("")
async def report_page(request: Request, shop_id: ShopRef, day: date | None = None, told: Told = "") -> Response:
    """The daily report: of a day, else of the last one with trade. Made to be read and printed."""
    return await _page(request, shop_id, day, told=told)


async def _page(
    request: Request, shop_id: UUID, day: date | None, *, told: str = "", refusal: Refusal | None = None
) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    report, refused, values = None, refusal, {}
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        allowed = actor.can(api.VIEW)
        if allowed:
            day = day or await api.find_last_day(tx, actor, shop_id)
            try:
                report = await api.report_of(tx, actor, shop_id, shop.currency, day) if day else None
            except api.MissingRate as missing:
                refused = refusal or missing
            values = {
                "recipients": await sending.list_recipients(tx, actor, shop_id),
                "sendings": await sending.list_sendings(tx, actor, shop_id),
            }
    return house.get(Pages).render(
        request, "channels/report.html", status=status_of(refused) if refused else 200, shop=shop, active="channels",
        view=view_of(request, shop_id, shop.currency), allowed=allowed, can_edit=actor.can(api.EDIT), report=report,
        rule=time_saved, refused=refused and wording(request, refused), step=timedelta(days=1), calibres=CALIBRES,
        told=told, shown=show_id, hours=sending.HOURS, mails_leave=bool(house.settings.smtp_url), **values,
    )  # fmt: skip


@router.get(".xlsx")
async def report_file(request: Request, shop_id: ShopRef, day: date | None = None) -> Response:
    """The report as a workbook."""
    return await _file(request, shop_id, day, "xlsx")


async def _file(request: Request, shop_id: UUID, day: date | None, ending: str) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        day = day or await api.find_last_day(tx, actor, shop_id)
        if day is None:
            return RedirectResponse(f"{address_of(shop_id)}/report", 303)
        report = await api.report_of(tx, actor, shop_id, shop.currency, day)
    write, kind = FILES[ending]
    content = await asyncio.to_thread(write, report, shop.name, visit_of(request).language)
    return Response(content, 200, {"content-disposition": f'attachment; filename="report-{day}.{ending}"'}, kind)


@router.get(".pdf")
async def report_print(request: Request, shop_id: ShopRef, day: date | None = None) -> Response:
    """The report as PDF."""
    return await _file(request, shop_id, day, "pdf")


@router.post("/recipients")
async def add_recipient(
    request: Request, shop_id: ShopRef, way: Annotated[Literal["mail", "webhook"], Form()],
    address: Annotated[str, Form(max_length=500, pattern=LINE_PATTERN)], hour: Annotated[int, Form(ge=0, le=23)] = 8,
    language: Annotated[Literal["zh", "en"], Form()] = "zh",
) -> Response:  # fmt: skip
    """Have the report sent to somebody every morning. A webhook's secret is shown this once."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    try:
        async with house.database.transaction() as tx:
            wanted = (ChannelName(way), address, language, hour)
            one = await sending.add_recipient(house, tx, actor, shop_id, wanted)
    except (Invalid, Conflict) as refusal:
        return await _page(request, shop_id, None, refusal=refusal)
    reader = visit_of(request).language
    if one is None:
        told = Text("该地址已在列", "This address gets it already").of(reader)
    elif one.secret:
        secret = Text("签名密钥(只显示一次):{secret}", "The signing secret, shown once: {secret}")
        return await _page(request, shop_id, None, told=secret.of(reader, secret=one.secret))
    else:
        told = Text("已加入,每天早上发送", "Added: sent every morning").of(reader)
    return _back(shop_id, None, told)


@router.post("/recipients/{recipient_id}/removal")
async def remove_recipient(request: Request, shop_id: ShopRef, recipient_id: RecipientRef) -> Response:
    """Send them no more."""
    async with house_of(request).database.transaction() as tx:
        await sending.remove_recipient(tx, actor_of(request), shop_id, recipient_id)
    return _back(shop_id, None, "")


@router.post("/recipients/{recipient_id}/sendings")
async def send_now(
    request: Request, shop_id: ShopRef, recipient_id: RecipientRef, day: Annotated[date, Form()]
) -> Response:
    """Send the report of a day now; the same words once."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        is_new = await sending.send_report(house, tx, actor_of(request), shop_id, recipient_id, day)
    said = (
        Text("已安排发送", "It will be sent")
        if is_new
        else Text("同样的内容已发送过", "The same words were sent before")
    )
    return _back(shop_id, day, said.of(visit_of(request).language))


def _back(shop_id: UUID, day: date | None, told: str) -> Response:
    query = "&".join([*([f"day={day}"] if day else []), *([f"told={told}"] if told else [])])
    return RedirectResponse(f"{address_of(shop_id)}/report" + (f"?{query}" if query else ""), 303)
