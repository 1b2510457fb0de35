"""Which pages show a merchant what will sell, how sure that is, and how right it was before?"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from peakday.insight.forecasting import api
from peakday.insight.forecasting.errors import SkuNotForecast
from peakday.insight.forecasting.model import WHOLE_SHOP, Demand
from peakday.insight.forecasting.web.view import View
from peakday.insight.metrics.api import FactStore
from peakday.kernel.actor import require
from peakday.kernel.ids import show_id
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop

router = APIRouter(prefix="/shop/{shop_id}/data/forecasts", include_in_schema=False)
ShopRef = Annotated[UUID, ShownId("shp")]
SkuRef = Annotated[UUID, ShownId("sku")]
Told = Annotated[str, Query(max_length=12, pattern=r"^\d*$")]
Region = Annotated[str | None, Query(max_length=128, pattern=LINE_PATTERN)]
HOME = "home:view"


@router.get("")
async def forecasts_page(request: Request, shop_id: ShopRef, made: Told = "") -> Response:
    """The next two weeks of the whole shop and of each SKU."""
    house, actor = house_of(request), actor_of(request)
    shop = await _shop(request, shop_id)
    told: list[Demand] = []
    compared = calibration = None
    if actor.can(api.VIEW):
        told = await api.demand_of(house, actor, shop_id)
        if told:
            compared = await api.compare(house, actor, house.get(FactStore), shop_id)
            calibration = await api.calibration_of(house, actor, shop_id)
    view = await _view(request, shop_id, told)
    return house.get(Pages).render(
        request, "forecasting/forecasts.html", shop=shop, view=view, allowed=actor.can(api.VIEW), told=told,
        compared=compared, calibration=calibration, made=made, active="forecasts",
    )  # fmt: skip


@router.post("/make")
async def make_page(request: Request, shop_id: ShopRef) -> Response:
    """Forecast the shop now."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    made = await api.make_now(house, actor, house.get(FactStore), shop_id)
    return RedirectResponse(f"/shop/{show_id('shp', shop_id)}/data/forecasts?made={made}", status_code=303)


@router.get("/backtest")
async def backtest_page(request: Request, shop_id: ShopRef) -> Response:
    """How right forecasts were: those that were shown, and the method tried again from earlier days."""
    house, actor = house_of(request), actor_of(request)
    shop = await _shop(request, shop_id)
    calibration = await api.calibration_of(house, actor, shop_id) if actor.can(api.VIEW) else None
    view = await _view(request, shop_id, [])
    return house.get(Pages).render(
        request, "forecasting/backtest.html", shop=shop, view=view, allowed=actor.can(api.VIEW),
        calibration=calibration, active="forecasts",
    )  # fmt: skip


@router.get("/forecasts.csv")
async def forecasts_file(request: Request, shop_id: ShopRef, region: Region = None) -> Response:
    """The forecasts, a row a SKU and day; of one region if asked."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    told = await api.demand_of(house, actor, shop_id, region_id=region)
    view = await _view(request, shop_id, told)
    levels = [f"q{level:g}" for level in api.LEVELS]
    rows = (
        [
            show_id("sku", one.forecast.sku_id), inert(view.titles.get(one.forecast.item_id, "")),
            inert(region or ""), day, f"{one.units[at]:.3f}", *(f"{value:.3f}" for value in one.quantiles[at]),
            one.forecast.model, one.forecast.made_at.isoformat(timespec="seconds"),
        ]
        for one in told
        for at, day in enumerate(one.forecast.days)
    )  # fmt: skip
    head = ["sku", "title", "region", "day", "mean", *levels, "model", "made_at"]
    return _file(head, rows, "forecasts.csv")


@router.get("/{sku_id}")
async def sku_page(request: Request, shop_id: ShopRef, sku_id: SkuRef) -> Response:
    """Forecast and truth of one SKU."""
    house, actor = house_of(request), actor_of(request)
    shop = await _shop(request, shop_id)
    require(actor, api.VIEW, shop_id)
    compared = await api.compare(house, actor, house.get(FactStore), shop_id, _named(sku_id))
    live = [one for one in compared.said if not one.forecast.is_backtest]
    view = await _view(request, shop_id, compared.said)
    return house.get(Pages).render(
        request, "forecasting/sku.html", shop=shop, view=view, compared=compared, latest=live[-1] if live else None,
        sku=show_id("sku", sku_id), active="forecasts",
    )  # fmt: skip


@router.get("/{sku_id}/days.csv")
async def sku_file(request: Request, shop_id: ShopRef, sku_id: SkuRef) -> Response:
    """Every saying of one SKU, a row a day of each, with what happened."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    compared = await api.compare(house, actor, house.get(FactStore), shop_id, _named(sku_id))
    rows = (
        [
            day, one.forecast.first_day, "backtest" if one.forecast.is_backtest else "live", one.forecast.model,
            one.forecast.made_at.isoformat(timespec="seconds"), f"{one.units[at]:.3f}",
            *(f"{value:.3f}" for value in one.quantiles[at]),
            compared.sold.get(day, 0) if compared.since <= day <= compared.until else "",
        ]
        for one in compared.said
        for at, day in enumerate(one.forecast.days)
    )  # fmt: skip
    head = ["day", "said_from", "kind", "model", "made_at", "mean", *(f"q{level:g}" for level in api.LEVELS), "sold"]
    return _file(head, rows, f"forecast-{show_id('sku', sku_id)}.csv")


def _named(sku_id: UUID) -> UUID:
    """The whole shop has its own place and is no SKU."""
    if sku_id == WHOLE_SHOP:
        raise SkuNotForecast
    return sku_id


async def _shop(request: Request, shop_id: UUID) -> Shop:
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    async with house.database.read() as connection:
        return await shops.get_shop(connection, actor, shop_id)


async def _view(request: Request, shop_id: UUID, told: Sequence[Demand]) -> View:
    items = {one.forecast.item_id for one in told}
    named = {region for one in told for region in one.forecast.regions}
    async with house_of(request).database.read() as connection:
        titles = await catalog.find_titles(connection, shop_id, list(items))
        regions = {one.region_id: one.name for one in await shops.list_regions(connection) if one.region_id in named}
    address = f"/shop/{show_id('shp', shop_id)}/data/forecasts"
    return View(visit_of(request).language, address, titles, regions)


def _file(head: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
