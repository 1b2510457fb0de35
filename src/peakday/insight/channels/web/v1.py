"""Which JSON doors do channels have? The channels, their files, their links to our goods, and the daily report.

`data:view` reads, `data:edit` connects, sends files and links. Amounts are minor units of the shop's currency. A
channel is named once, a file again is the same import, a link says what is to be: asked again each finds it done.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from peakday.insight.channels import api, goods
from peakday.insight.channels.goods_model import Evidence, ListingKey
from peakday.insight.channels.model import (
    CALIBRES,
    Calibration,
    Calibre,
    Connection,
    DayFigures,
    NewConnection,
    TaxRule,
)
from peakday.insight.channels.rules.report_words import headlines
from peakday.insight.channels.web.places import ChannelRef, ShopRef, received
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.imports import ImportRun, ImportStatus
from peakday.kernel.refusal import NotFound
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.file_body import FILE_BODY
from peakday.kernel.web.paths import LINE_PATTERN
from peakday.kernel.web.problems import answers_beside
from peakday.market.shops import api as shops

router = APIRouter(prefix="/v1/shops/{shop_id}/channels", tags=["channels"])
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE_PATTERN)]


_answers = answers_beside(401, 403, 404, 422, 429)


class ChannelForm(BaseModel):
    """A channel: whose file it is and how it is read. What is left out is as usual for the calibre."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=LINE_PATTERN)]
    calibre: Calibre
    zone: Annotated[str, Field(max_length=64, pattern=LINE_PATTERN)] = ""
    currency: Annotated[str, Field(max_length=3, pattern="^[A-Z]*$")] = ""
    tax_included: bool = True
    tax_basis_points: Annotated[int, Field(ge=0, le=10_000)] = 0
    mapping: Annotated[dict[str, Line], Field(max_length=20)] = {}


class ChannelBody(BaseModel):
    """A channel of the shop."""

    channel_id: str
    name: str
    calibre: Calibre
    zone: str
    currency: str
    created_at: datetime


class ChannelsBody(BaseModel):
    """The shop's channels, oldest first."""

    items: list[ChannelBody]


class ChannelImportBody(BaseModel):
    """An import of a channel's file. `refusal` tells why nothing of it was taken."""

    import_id: str
    status: ImportStatus
    rows_accepted: int
    rows_refused: int
    share_done: float | None
    refusal: str | None
    refusal_zh: str | None


class FiguresBody(BaseModel):
    """What a channel came to on the day, in minor units of the report's currency."""

    channel_id: str
    orders: int
    quantity: int
    paid_minor: int
    tax_minor: int
    postage_minor: int
    refund_minor: int
    fees_minor: int
    net_minor: int


class ReportBody(BaseModel):
    """The daily report. `day` is null while nothing was ever paid."""

    day: date | None
    currency: str
    headlines: list[str]
    headlines_zh: list[str]
    channels: list[FiguresBody]
    minutes_saved: int


class LinkForm(BaseModel):
    """Which of our items a listing (by the seller's code, else the channel's number, else the title) is."""

    ref: Line
    item_id: Annotated[str, Field(max_length=64)]
    sku_id: Annotated[str, Field(max_length=64)] | None = None


class LinkBody(BaseModel):
    """A listing that is one of our items."""

    channel_id: str
    ref: str
    item_id: str
    sku_id: str | None
    evidence: Evidence
    linked_at: datetime


class LinksBody(BaseModel):
    """The links, latest first."""

    items: list[LinkBody]


@router.get("", responses=_answers())
async def list_channels(request: Request, shop_id: ShopRef) -> ChannelsBody:
    """The shop's channels."""
    async with house_of(request).database.read() as tx:
        found = await api.list_connections(tx, actor_of(request), shop_id)
    return ChannelsBody(items=[_channel(one) for one in found])


@router.post("", status_code=201, responses=_answers(409))
async def connect(request: Request, shop_id: ShopRef, form: ChannelForm) -> ChannelBody:
    """Connect a channel; refused where the shop has one of this name."""
    house, usual = house_of(request), CALIBRES[form.calibre]
    rule = TaxRule(form.tax_included, form.tax_basis_points)
    how = Calibration(form.zone or usual.zone, form.currency or usual.currency, rule, form.mapping)
    async with house.database.transaction() as tx:
        wanted = NewConnection(form.name, form.calibre, how)
        return _channel(await api.connect(house, tx, actor_of(request), shop_id, wanted))


@router.post("/{channel_id}/imports", status_code=202, openapi_extra=FILE_BODY, responses=_answers(400, 413))
async def send_file(request: Request, shop_id: ShopRef, channel_id: ChannelRef) -> ChannelImportBody:
    """Send a channel's file; the worker takes it. The same file again is the same import."""
    return _import(await received(request, shop_id, channel_id))


@router.get("/imports", responses=_answers())
async def list_channel_imports(request: Request, shop_id: ShopRef) -> list[ChannelImportBody]:
    """The imports of channels' files, latest first, and how far each is."""
    async with house_of(request).database.read() as tx:
        return [_import(run) for run in await api.list_imports(tx, actor_of(request), shop_id)]


@router.get("/report", responses=_answers(409))
async def read_report(request: Request, shop_id: ShopRef, day: date | None = None) -> ReportBody:
    """The daily report of a day, else of the last one with trade; refused where a rate is missing."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as tx:
        day = day or await api.find_last_day(tx, actor, shop_id)
        shop = await shops.get_shop(tx, actor, shop_id)
        if day is None:
            return ReportBody(
                day=None, currency=shop.currency, headlines=[], headlines_zh=[], channels=[], minutes_saved=0
            )
        report = await api.report_of(tx, actor, shop_id, shop.currency, day)
    return ReportBody(
        day=report.day, currency=report.currency, headlines=headlines(report, "en"),
        headlines_zh=headlines(report, "zh"), channels=[_figures(one) for one in report.today],
        minutes_saved=report.minutes_saved,
    )  # fmt: skip


@router.get("/links", responses=_answers())
async def list_links(request: Request, shop_id: ShopRef) -> LinksBody:
    """Which listings are which of our items."""
    async with house_of(request).database.read() as tx:
        found = await goods.links_of(tx, actor_of(request), shop_id)
    return LinksBody(items=[
        LinkBody(
            channel_id=show_id("chn", one.key.connection_id), ref=one.key.ref, item_id=show_id("itm", one.item_id),
            sku_id=show_id("sku", one.sku_id) if one.sku_id else None, evidence=one.evidence, linked_at=one.linked_at,
        )
        for one in found.links
    ])  # fmt: skip


@router.put("/{channel_id}/links", status_code=204, response_class=Response, responses=_answers())
async def link(request: Request, shop_id: ShopRef, channel_id: ChannelRef, form: LinkForm) -> None:
    """Say which of our items a listing is."""
    house = house_of(request)
    item = (_id(form.item_id, "itm"), _id(form.sku_id, "sku") if form.sku_id else None, Evidence.HAND)
    async with house.database.transaction() as tx:
        await goods.confirm_link(house, tx, actor_of(request), shop_id, ListingKey(channel_id, form.ref), item)


@router.delete("/{channel_id}/links", status_code=204, response_class=Response, responses=_answers())
async def unlink(
    request: Request, shop_id: ShopRef, channel_id: ChannelRef,
    ref: Annotated[str, Query(min_length=1, max_length=200, pattern=LINE_PATTERN)],
) -> None:  # fmt: skip
    """Take a link back."""
    async with house_of(request).database.transaction() as tx:
        await goods.take_back(tx, actor_of(request), shop_id, ListingKey(channel_id, ref))


def _id(shown: str, prefix: str) -> UUID:
    try:
        return read_id(prefix, shown)
    except ValueError:
        raise NotFound from None


def _channel(one: Connection) -> ChannelBody:
    return ChannelBody(
        channel_id=show_id("chn", one.connection_id), name=one.name, calibre=one.calibre, zone=one.calibration.zone,
        currency=one.calibration.currency, created_at=one.created_at,
    )  # fmt: skip


def _import(run: ImportRun) -> ChannelImportBody:
    refusal = run.note.get("refusal") or {}
    return ChannelImportBody(
        import_id=show_id("imp", run.run_id), status=run.status, rows_accepted=run.rows_accepted,
        rows_refused=run.rows_refused, share_done=run.share_done, refusal=refusal.get("en"),
        refusal_zh=refusal.get("zh"),
    )  # fmt: skip


def _figures(one: DayFigures) -> FiguresBody:
    return FiguresBody(
        channel_id=show_id("chn", one.connection_id), orders=one.orders, quantity=one.quantity,
        paid_minor=one.paid_minor, tax_minor=one.tax_minor, postage_minor=one.postage_minor,
        refund_minor=one.refund_minor, fees_minor=one.fees_minor, net_minor=one.net_minor,
    )  # fmt: skip
