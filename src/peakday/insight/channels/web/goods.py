"""Which pages say which of our goods a channel's listing is, and show goods across channels: prices, stock, profit?"""

import csv
import io
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from peakday.insight.channels import api, goods
from peakday.insight.channels.goods_model import Evidence, ListingKey
from peakday.insight.channels.rules.price_gaps import TOLERANCE_BASIS_POINTS
from peakday.insight.channels.web.places import ChannelRef, ShopRef, address_of, view_of, wording
from peakday.kernel.actor import require
from peakday.kernel.clock import day_of
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.refusal import Invalid, NotFound, Problem, Refusal
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN
from peakday.kernel.web.problems import status_of
from peakday.market.shops import api as shops

router = APIRouter(prefix="/goods")  # part of merchant.router
Ref = Annotated[str, Form(max_length=200, pattern=LINE_PATTERN)]
Code = Annotated[str, Form(max_length=128, pattern=LINE_PATTERN)]
ItemWord = Annotated[str, Form(max_length=64, pattern="^[a-z]{3}_[0-9A-Za-z]+$|^$")]
HOME = "home:view"
ROWS_SHOWN = 100


@router.get("")
async def goods_page(request: Request, shop_id: ShopRef) -> Response:
    """The goods across channels."""
    return await _page(request, shop_id)


async def _page(request: Request, shop_id: UUID, refusal: Refusal | None = None) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    values: dict[str, Any] = {"allowed": actor.can(api.VIEW), "can_edit": actor.can(api.EDIT), "state": None}
    refused = refusal
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        if values["allowed"]:
            last = await api.find_last_day(tx, actor, shop_id) or day_of(house.clock.now())
            days = (last - timedelta(days=api.USUAL_DAYS - 1), last)
            values |= {"links": await goods.links_of(tx, actor, shop_id), "days": days}
            try:
                values["state"] = await goods.goods_state(house, tx, actor, shop_id, shop.currency, days)
            except api.MissingRate as missing:
                refused = refused or missing
            values["names"] = {one.connection_id: one.name for one in await api.list_connections(tx, actor, shop_id)}
    return house.get(Pages).render(
        request, "channels/goods.html", status=status_of(refusal) if refusal else 200, shop=shop, active="channels",
        refused=refused and wording(request, refused), view=view_of(request, shop_id, shop.currency), shown=show_id,
        tolerance=TOLERANCE_BASIS_POINTS // 100, limit=ROWS_SHOWN, usual_days=api.USUAL_DAYS, **values,
    )  # fmt: skip


@router.post("/links")
async def link(
    request: Request, shop_id: ShopRef, channel: Annotated[str, Form(max_length=64)], ref: Ref, item: ItemWord = "",
    sku: ItemWord = "", code: Code = "", evidence: Annotated[Evidence, Form()] = Evidence.HAND,
) -> Response:  # fmt: skip
    """Say which of our goods a listing is: a proposal confirmed, or one found by its own code."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    try:
        key = ListingKey(_id(channel, "chn"), ref)
        async with house.database.transaction() as tx:
            if code:
                found = await goods.find_own(tx, actor, shop_id, code)
                if not found:
                    raise _unknown(code)
                chosen = (found[0].item_id, found[0].sku_id if len(found) == 1 else None, Evidence.HAND)
            else:
                chosen = (_id(item, "itm"), _id(sku, "sku") if sku else None, evidence)
            await goods.confirm_link(house, tx, actor, shop_id, key, chosen)
    except Invalid as refusal:
        return await _page(request, shop_id, refusal)
    return _back(shop_id)


@router.post("/links/all")
async def link_all(request: Request, shop_id: ShopRef) -> Response:
    """Confirm every proposal by code."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await goods.confirm_all(house, tx, actor_of(request), shop_id)
    return _back(shop_id)


@router.post("/links/{connection_id}/removal")
async def unlink(request: Request, shop_id: ShopRef, connection_id: ChannelRef, ref: Ref) -> Response:
    """Take a link back."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await goods.take_back(tx, actor_of(request), shop_id, ListingKey(connection_id, ref))
    return _back(shop_id)


@router.post("/links/{connection_id}/refusal")
async def refuse(request: Request, shop_id: ShopRef, connection_id: ChannelRef, ref: Ref, item: ItemWord) -> Response:
    """Say that a listing is not the item that was proposed."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        key = ListingKey(connection_id, ref)
        await goods.refuse_link(house, tx, actor_of(request), shop_id, key, _id(item, "itm"))
    return _back(shop_id)


@router.get("/profit.csv")
async def profit_file(request: Request, shop_id: ShopRef) -> Response:
    """Stock and profit of the linked goods over the last thirty days with trade."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        last = await api.find_last_day(tx, actor, shop_id) or day_of(house.clock.now())
        days = (last - timedelta(days=api.USUAL_DAYS - 1), last)
        state = await goods.goods_state(house, tx, actor, shop_id, shop.currency, days)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["item", "title", "sku", "currency", "quantity", "net", "cost", "profit", "stock"])
    for one in state.profits:
        money = [
            "" if minor is None else decimal_text(minor, shop.currency)
            for minor in (one.net_minor, one.cost_minor, one.profit_minor)
        ]
        writer.writerow([
            show_id("itm", one.item_id), inert(state.titles.get(one.item_id, "")),
            show_id("sku", one.sku_id) if one.sku_id else "", shop.currency, one.quantity, *money,
            "" if one.stock is None else one.stock,
        ])  # fmt: skip
    disposition = {"content-disposition": 'attachment; filename="goods.csv"'}
    return Response("\ufeff" + out.getvalue(), 200, disposition, "text/csv; charset=utf-8")


def _id(shown: str, prefix: str) -> UUID:
    try:
        return read_id(prefix, shown)
    except ValueError:
        raise NotFound from None


def _unknown(code: str) -> Invalid:
    said, remedy = (
        Text("本店没有这个编码", "the shop has no such code"),
        Text("填写商家编码或商品编码", "Give a SKU's or an item's own code"),
    )
    return Invalid(Problem("code", "unknown_code", said, remedy, value=code[:80]))


def _back(shop_id: UUID) -> Response:
    return RedirectResponse(f"{address_of(shop_id)}/goods", 303)
