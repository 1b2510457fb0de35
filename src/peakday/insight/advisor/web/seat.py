"""Who sits before which shop's page, over which period, and may they see figures?

Everybody of the shop may open a page; without `data:view` it holds menus and to-do names but no figure. Another
shop's page is `NotFound`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import HTMLResponse

from peakday.insight.advisor.desk import Desk
from peakday.insight.advisor.periods import DEFAULT_PERIOD, Picker, period_text, picker
from peakday.insight.advisor.web.view import Reader
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.api import FactStore
from peakday.insight.metrics.model import Dimension, Window, WindowKind
from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Database
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop

FIGURES = "data:view"
HOME = "home:view"
REGIONS_KEPT_SECONDS = 60.0
KEPT = (*(dimension.value for dimension in Dimension), "q", "sort", "ranked")  # of the address, in its own links

_regions: WeakKeyDictionary[Database, tuple[dict[str, Text], float]] = WeakKeyDictionary()  # until which instant


@dataclass(frozen=True, slots=True)
class Seat:
    """One request for one page of one shop."""

    request: Request
    house: House
    actor: Actor
    shop: Shop
    desk: Desk
    reader: Reader
    picker: Picker

    @property
    def allowed(self) -> bool:
        """Whether figures may be shown."""
        return self.actor.can(FIGURES)

    def reader_of(self, window: Window) -> Reader:
        """The reader of another period."""
        return replace(self.reader, window=window)

    def render(self, template: str, path: str, /, **values: Any) -> HTMLResponse:
        """Draw a page of the room."""
        return self.house.get(Pages).render(
            self.request,
            f"advisor/{template}.html",
            shop=self.shop,
            reader=self.reader,
            allowed=self.allowed,
            picker=self.reader.picker(self.picker, path),
            is_running=self.desk.window.kind is WindowKind.TODAY,
            as_of=self.desk.now,
            **values,
        )


async def sit(request: Request, shop_id: UUID, default_period: str = DEFAULT_PERIOD) -> Seat:
    """Recognise the actor, the shop and the period; refuses other people's shops."""
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    now = house.clock.now()
    query = request.query_params
    window = metrics.parse_window(
        period_text(query.get("period") or default_period, query.get("start"), query.get("end")), now
    )
    language = visit_of(request).language
    reader = Reader(language, shop.currency, show_id("shp", shop_id), window, _kept(query))
    desk = Desk(actor, house.get(FactStore), shop_id, window, now)
    return Seat(request, house, actor, shop, desk, reader, picker(window, now, metrics.parse_window))


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in KEPT if query.get(name)}


async def region_names(seat: Seat) -> dict[str, Text]:
    """What regions are called; a new name shows within a minute."""
    database = seat.house.database
    names, until = _regions.get(database, ({}, 0.0))
    if time.monotonic() >= until:
        async with database.read() as connection:
            names = {one.region_id: Text(one.name, one.name) for one in await shops.list_regions(connection)}
        _regions[database] = (names, time.monotonic() + REGIONS_KEPT_SECONDS)
    return names
