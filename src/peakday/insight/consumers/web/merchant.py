"""Which page shows a merchant who the shop's consumers are and where they move?

The period ends yesterday at the latest: stages are told once a day. A cell of the flow leads to the file of its people
(their ids in this market, no names), which later is a crowd.
"""

import csv
import io
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from peakday.insight.consumers import api as consumers
from peakday.insight.consumers.model import Place, Stage
from peakday.insight.consumers.web.view import NOWHERE, View
from peakday.insight.metrics.api import FactStore, parse_window
from peakday.kernel.actor import require
from peakday.kernel.clock import day_of
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop

router = APIRouter(prefix="/shop/{shop_id}/data/consumers", include_in_schema=False)
ShopId = Annotated[UUID, ShownId("shp")]
PlaceName = Annotated[str, Query(pattern=f"^({'|'.join(Stage)}|{NOWHERE})$")]
HOME, FIGURES = "home:view", "data:view"
USUAL_DAYS = 30


@router.get("")
async def consumers_page(
    request: Request, shop_id: ShopId, start: date | None = None, end: date | None = None
) -> Response:
    """Stages, flow, FAST, GROW and RFM of one period."""
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    view = _view(request, shop, start, end)
    allowed = actor.can(FIGURES)
    picture = None
    if allowed:
        window = view.window
        picture = await consumers.picture_of(actor, house.get(FactStore), shop_id, window.first_day, window.last_day)
    return house.get(Pages).render(
        request, "consumers/page.html", shop=shop, view=view, allowed=allowed, picture=picture, active="consumers"
    )


@router.get("/people.csv")
async def people_file(
    request: Request,
    shop_id: ShopId,
    start: date,
    end: date,
    left: Annotated[PlaceName, Query(alias="from")],
    reached: Annotated[PlaceName, Query(alias="to")],
) -> Response:
    """The people of one cell of the flow."""
    house, actor = house_of(request), actor_of(request)
    require(actor, FIGURES, shop_id)
    async with house.database.read() as connection:
        view = _view(request, await shops.get_shop(connection, actor, shop_id), start, end)
    eve, last = view.window.first_day - timedelta(days=1), view.window.last_day
    people = await consumers.people_in_cell(
        actor, house.get(FactStore), shop_id, (eve, _place(left)), (last, _place(reached))
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["buyer", "from", "to", "from_day", "to_day"])
    writer.writerows((show_id("byr", UUID(one)), left, reached, eve, last) for one in people if _is_id(one))
    return _file(out, f"consumers-{left}-{reached}-{last}.csv")


@router.get("/lifetime")
async def lifetime_page(request: Request, shop_id: ShopId) -> Response:
    """What today's buyers will still spend, with its range."""
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    view, allowed = _view(request, shop, None, None), actor.can(FIGURES)
    found = None
    if allowed:
        found = await consumers.lifetimes_of(actor, house.get(FactStore), shop_id, view.window.last_day)
    return house.get(Pages).render(
        request, "consumers/lifetime.html", shop=shop, view=view, allowed=allowed, found=found, active="consumers"
    )


@router.get("/lifetime.csv")
async def lifetime_file(request: Request, shop_id: ShopId) -> Response:
    """The same, a row a buyer."""
    house, actor = house_of(request), actor_of(request)
    require(actor, FIGURES, shop_id)
    async with house.database.read() as connection:
        view = _view(request, await shops.get_shop(connection, actor, shop_id), None, None)
    found = await consumers.lifetimes_of(actor, house.get(FactStore), shop_id, view.window.last_day)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["buyer", "still_buys", "purchases_expected", "money_expected", "currency", "from", "days"])
    for buyer, alive, purchases, minor in found.people if found else ():
        if found and _is_id(buyer):
            shown, money = show_id("byr", UUID(buyer)), decimal_text(minor, view.currency)
            row = [f"{alive:.3f}", f"{purchases:.3f}", money, view.currency, found.day, found.ahead_days]
            writer.writerow([shown, *row])
    return _file(out, f"lifetime-{view.window.last_day}.csv")


def _file(out: io.StringIO, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _place(name: str) -> Place:
    return None if name == NOWHERE else Stage(name)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False  # a visitor known by a shop's own word only
    return True


def _view(request: Request, shop: Shop, start: date | None, end: date | None) -> View:
    now = house_of(request).clock.now()
    yesterday = day_of(now) - timedelta(days=1)
    last = min(end or yesterday, yesterday)
    first = min(start or last - timedelta(days=USUAL_DAYS - 1), last)
    window = parse_window(f"{first}..{last}", now)
    address = f"/shop/{show_id('shp', shop.shop_id)}/data/consumers"
    return View(visit_of(request).language, shop.currency, address, window, now)
