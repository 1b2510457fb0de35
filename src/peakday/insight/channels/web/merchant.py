"""Which pages bring a merchant's channels into one calibre and make the daily report in one click?"""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.insight.channels import api
from peakday.insight.channels.model import CALIBRES, Calibration, Calibre, NewConnection, Rate, TaxRule
from peakday.insight.channels.rules.own_file import FIELDS
from peakday.insight.channels.web import goods, report
from peakday.insight.channels.web.places import ChannelRef, ShopRef, address_of, received, view_of, wording
from peakday.kernel.actor import require
from peakday.kernel.clock import day_of
from peakday.kernel.ids import show_id
from peakday.kernel.money import MINOR_DIGITS, decimal_text
from peakday.kernel.refusal import Conflict, Invalid, Problem, Refusal
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN
from peakday.kernel.web.problems import status_of
from peakday.market.shops import api as shops

router = APIRouter(prefix="/shop/{shop_id}/data/channels", include_in_schema=False)
router.include_router(goods.router)
router.include_router(report.router)
Word = Annotated[str, Form(max_length=128, pattern=LINE_PATTERN)]
Told = Annotated[str, Query(max_length=300, pattern=LINE_PATTERN)]
HOME = "home:view"
MISSING_SHOWN = 8


@router.get("")
async def channels_page(
    request: Request, shop_id: ShopRef, told: Told = "", part: Annotated[str, Query(pattern="^(files)?$")] = ""
) -> Response:
    """The channels, their files, and what they come to; `part` is the files alone, while they are at work."""
    if part:
        return await _files_part(request, shop_id)
    return await _page(request, shop_id, told=told)


@router.post("")
async def connect(
    request: Request, shop_id: ShopRef, name: Word, calibre: Annotated[Calibre, Form()], zone: Word = "",
    currency: Word = "", tax: Word = "", tax_out: Word = "",
    mapping: Annotated[str, Form(max_length=4_000)] = "",
) -> Response:  # fmt: skip
    """Connect a channel."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    usual = CALIBRES[calibre]
    columns = dict(_pair(line) for line in mapping.splitlines() if "=" in line) if calibre is Calibre.OWN else {}
    try:
        rule = TaxRule(not tax_out, int(_decimal(tax or "0", "tax") * 100))
        how = Calibration(zone or usual.zone, currency or usual.currency, rule, columns)
        async with house.database.transaction() as tx:
            await api.connect(house, tx, actor, shop_id, NewConnection(name, calibre, how))
    except (Invalid, Conflict) as refusal:
        return await _page(request, shop_id, refusal=refusal)
    return RedirectResponse(address_of(shop_id), 303)


@router.post("/{connection_id}/files")
async def send_file(request: Request, shop_id: ShopRef, connection_id: ChannelRef) -> Response:
    """Take a channel's file."""
    require(actor_of(request), api.EDIT, shop_id)
    try:
        await received(request, shop_id, connection_id)
    except (Invalid, Conflict, FileUnreadable) as refusal:
        return await _page(request, shop_id, refusal=refusal)
    told = Text("文件已收到,正在导入", "The file is here and being imported").of(visit_of(request).language)
    return RedirectResponse(f"{address_of(shop_id)}?told={told}", 303)


@router.post("/rates")
async def give_rate(
    request: Request, shop_id: ShopRef, currency: Word, first_day: Annotated[date, Form()],
    last_day: Annotated[date, Form()], rate: Word, source: Word,
) -> Response:  # fmt: skip
    """Give the rate of some days."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    try:
        async with house.database.transaction() as tx:
            shop = await shops.get_shop(tx, actor, shop_id)
            given = Rate(currency, shop.currency, first_day, last_day, _decimal(rate, "rate"), source.strip())
            await api.add_rate(house, tx, actor, shop_id, given)
    except (Invalid, Conflict) as refusal:
        return await _page(request, shop_id, refusal=refusal)
    return RedirectResponse(address_of(shop_id), 303)


@router.get("/figures.csv")
async def figures_file(request: Request, shop_id: ShopRef) -> Response:
    """What each channel came to each day, in the shop's currency."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        names = {one.connection_id: one.name for one in await api.list_connections(tx, actor, shop_id)}
        figures = await api.consolidate(tx, actor, shop_id, shop.currency)
    out = io.StringIO()
    writer = csv.writer(out)
    amounts = ("paid_minor", "tax_minor", "postage_minor", "refund_minor", "fees_minor", "net_minor")
    heads = [name.removesuffix("_minor") for name in amounts]
    writer.writerow(["day", "channel", "currency", "orders", "quantity", *heads])
    for one in figures:
        money = [decimal_text(getattr(one, name), one.currency) for name in amounts]
        writer.writerow([one.day, inert(names[one.connection_id]), one.currency, one.orders, one.quantity, *money])
    disposition = {"content-disposition": 'attachment; filename="channels.csv"'}
    return Response("\ufeff" + out.getvalue(), 200, disposition, "text/csv; charset=utf-8")


async def _files_part(request: Request, shop_id: UUID) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    async with house.database.read() as tx:
        runs = await api.list_imports(tx, actor, shop_id)
        shop = await shops.get_shop(tx, actor, shop_id)
    return house.get(Pages).render(
        request, "channels/files_part.html", runs=runs, view=view_of(request, shop_id, shop.currency), shown=show_id,
        imports=f"/shop/{show_id('shp', shop_id)}/imports",
    )  # fmt: skip


async def _page(request: Request, shop_id: UUID, *, told: str = "", refusal: Refusal | None = None) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    values: dict[str, Any] = {"allowed": actor.can(api.VIEW), "can_edit": actor.can(api.EDIT)}
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        if values["allowed"]:
            last = await api.find_last_day(tx, actor, shop_id) or day_of(house.clock.now())
            days = (last - timedelta(days=api.USUAL_DAYS - 1), last)
            missing = await api.list_missing_rates(tx, actor, shop_id, shop.currency, days)
            figures = [] if missing else await api.consolidate(tx, actor, shop_id, shop.currency, days)
            values |= {
                "channels": await api.list_connections(tx, actor, shop_id), "figures": figures, "days": days,
                "runs": await api.list_imports(tx, actor, shop_id), "rates": await api.list_rates(tx, actor, shop_id),
                "missing": missing[:MISSING_SHOWN], "missing_count": len(missing),
            }  # fmt: skip
    return house.get(Pages).render(
        request, "channels/channels.html", status=status_of(refusal) if refusal else 200, shop=shop,
        active="channels", told=told, refused=refusal and wording(request, refusal), calibres=CALIBRES,
        currencies=tuple(MINOR_DIGITS), fields=FIELDS, view=view_of(request, shop_id, shop.currency), shown=show_id,
        imports=f"/shop/{show_id('shp', shop_id)}/imports", **values,
    )  # fmt: skip


def _pair(line: str) -> tuple[str, str]:
    name, _, column = line.partition("=")
    return name.strip(), column.strip()


def _decimal(text: str, field: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number) > 10**9:
        raise Invalid(Problem(field, "not_a_number", Text("不是数字", "it is not a number"),
                              Text("写成 7.1 这样的数字", "Write a number such as 7.1")))  # fmt: skip
    return number
