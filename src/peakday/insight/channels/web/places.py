"""Where do the pages of channels live, who reads them, and in what words does a refusal come to them?"""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from peakday.insight.channels.web.view import View
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid, Refusal
from peakday.kernel.web.context import visit_of
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
