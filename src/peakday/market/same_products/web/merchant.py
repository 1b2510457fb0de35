"""Where does a merchant see the same products of other shops, with the price of one unit?"""

import csv
import io
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from peakday.kernel.actor import SYSTEM, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.market.same_products import api
from peakday.market.same_products.model import Member
from peakday.market.same_products.web.view import View
from peakday.market.shops import api as shops

router = APIRouter(prefix="/shop/{shop_id}/data/same-products", include_in_schema=False)
ShopRef = Annotated[UUID, ShownId("shp")]
HOME = "home:view"


@router.get("")
async def same_products_page(request: Request, shop_id: ShopRef) -> Response:
    """The shop's items, each with its same products on sale elsewhere."""
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    groups: list[tuple[Member, list[Member]]] = []
    waiting = 0
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        if actor.can(api.VIEW):
            groups = await api.list_own_clusters(tx, actor, shop_id)
            waiting, _ = await api.count_waiting(tx)
        names = await _names(tx, groups)
    return house.get(Pages).render(
        request, "same_products/own.html", shop=shop, active="same-products", groups=groups, waiting=waiting,
        allowed=actor.can(api.VIEW), view=View(visit_of(request).language, names),
        address=f"/shop/{show_id('shp', shop_id)}/data/same-products",
    )  # fmt: skip


@router.get("/same-products.csv")
async def export(request: Request, shop_id: ShopRef) -> Response:
    """The same as a file."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    async with house.database.read() as tx:
        groups = await api.list_own_clusters(tx, actor, shop_id)
        view = View(visit_of(request).language, await _names(tx, groups))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["item", "title", "price", "unit_price", "shop", "their_title", "their_price", "their_unit_price"])
    for mine, others in groups:
        for other in others:
            own = [show_id("itm", mine.item_id), inert(mine.title), view.price(mine), view.unit(mine)]
            writer.writerow([*own, inert(view.shop(other)), inert(other.title), view.price(other), view.unit(other)])
    headers = {"content-disposition": 'attachment; filename="same-products.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _names(tx: Tx, groups: list[tuple[Member, list[Member]]]) -> dict[UUID, str]:
    """The names of the other shops: a shop's name is public."""
    ids = {other.shop_id for _, others in groups for other in others}
    return {shop_id: (await shops.get_shop(tx, SYSTEM, shop_id)).name for shop_id in ids}
