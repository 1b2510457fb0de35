"""Which page shows a merchant what rises in the market, what to do about it, and how old the own items are?"""

import csv
import io
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from peakday.insight.metrics.api import FactStore
from peakday.insight.trends import api
from peakday.insight.trends.web import segments
from peakday.insight.trends.web.view import View
from peakday.kernel.actor import require
from peakday.kernel.clock import day_of
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop

router = APIRouter(prefix="/shop/{shop_id}/data/trends", include_in_schema=False)
router.include_router(segments.router)
ShopRef = Annotated[UUID, ShownId("shp")]
HOME = "home:view"
LIVES_SHOWN, CARDS_SHOWN = 50, 8


@router.get("")
async def trends_page(request: Request, shop_id: ShopRef) -> Response:
    """Cards of what rises, and the ages of the shop's items."""
    house, actor = house_of(request), actor_of(request)
    shop = await _shop(request, shop_id)
    allowed = actor.can(api.DATA_VIEW)
    told = None
    if allowed:
        told = await api.trends_of(actor, house.get(FactStore), shop_id, day_of(house.clock.now()))
    return house.get(Pages).render(
        request, "trends/trends.html", shop=shop, view=_view(request, shop), allowed=allowed, told=told,
        shown=LIVES_SHOWN, cards_shown=CARDS_SHOWN, active="trends",
    )  # fmt: skip


@router.get("/lives.csv")
async def lives_file(request: Request, shop_id: ShopRef) -> Response:
    """Every step of every item with the figures that it was taken on."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.DATA_VIEW, shop_id)
    shop = await _shop(request, shop_id)
    told = await api.trends_of(actor, house.get(FactStore), shop_id, day_of(house.clock.now()))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["item", "title", "since", "age", "before", "rolling", "currency", "leaf_share", "rank_share",
                     "growth", "leaf_growth", "days_listed"])  # fmt: skip
    for life in told.lives:
        for step in life.steps:
            seen = step.evidence
            writer.writerow([
                show_id("itm", life.item_id), inert(life.title), step.on, step.age, step.before or "",
                decimal_text(seen.rolling_minor, shop.currency), shop.currency, f"{seen.leaf_share:.4f}",
                f"{seen.rank_share:.4f}", f"{seen.growth:.3f}", f"{seen.leaf_growth:.3f}", seen.days_listed,
            ])  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="lives-{told.end_day}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _shop(request: Request, shop_id: UUID) -> Shop:
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    async with house.database.read() as connection:
        return await shops.get_shop(connection, actor, shop_id)


def _view(request: Request, shop: Shop) -> View:
    own = f"/shop/{show_id('shp', shop.shop_id)}"
    return View(visit_of(request).language, shop.currency, f"{own}/data/trends", own)
