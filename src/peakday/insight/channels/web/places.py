"""Where do the pages of channels live, who reads them, and in what words does a refusal come to them?"""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.datastructures import UploadFile

from peakday.insight.channels import api
from peakday.insight.channels.web.view import View
from peakday.kernel.actor import require
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.imports import ImportRun
from peakday.kernel.refusal import Invalid, Refusal
from peakday.kernel.rowfiles.uploads import receive_file
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.paths import ShownId

ShopRef = Annotated[UUID, ShownId("shp")]
ChannelRef = Annotated[UUID, ShownId("chn")]


def address_of(shop_id: UUID) -> str:
    """The page of a shop's channels."""
    return f"/shop/{show_id('shp', shop_id)}/data/channels"


def view_of(request: Request, shop_id: UUID, currency: str) -> View:
    """The reader of this visit."""
    return View(visit_of(request).language, currency, address_of(shop_id))


def wording(request: Request, refusal: Refusal) -> str:
    """A refusal as its reader sees it."""
    language = visit_of(request).language
    parts = [refusal.message.of(language, **refusal.data)]
    if isinstance(refusal, Invalid):
        parts += [f"{one.message.of(language)}: {one.remedy.of(language)}" for one in refusal.problems]
    return " · ".join(parts)


async def received(request: Request, shop_id: UUID, connection_id: UUID) -> ImportRun:
    """Keep the file that a request carries and leave it to the worker. Refuses what `ask_for_import` refuses."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    async with house.database.read() as tx:
        await api.get_connection(tx, actor, shop_id, connection_id)
    path = await receive_file(request, house.settings.home / "channels" / str(shop_id), new_id(house.clock.now()))
    is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
    upload = (await request.form()).get("file") if is_form else None
    name = (upload.filename or "") if isinstance(upload, UploadFile) else ""
    return await api.ask_for_import(house, actor, shop_id, connection_id, path, name)
