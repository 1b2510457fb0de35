"""Who sits before which shop's page, over which period, and may they see figures?

Everybody of the shop may open a page; without `data:view` it holds menus and to-do names but no figure. Another
shop's page is `NotFound`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse

from peakday.insight.advisor.desk import Desk
from peakday.insight.advisor.periods import DEFAULT_PERIOD, Picker, period_text, picker
from peakday.insight.advisor.web.view import Reader
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.api import FactStore
from peakday.insight.metrics.model import Dimension, Window, WindowKind
from peakday.kernel import imports
from peakday.kernel.actor import Actor, require
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop

FIGURES = "data:view"
HOME = "home:view"
SAMPLE = "complete-journey"
KEPT = (*(dimension.value for dimension in Dimension), "q", "sort", "ranked")  # of the address, in its own links


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
    data_note: str

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
            data_note=self.data_note,
            **values,
        )


async def sit(request: Request, shop_id: UUID, default_period: str = DEFAULT_PERIOD) -> Seat:
    """Recognise the actor, the shop and the period; refuses other people's shops."""
    house, actor = house_of(request), actor_of(request)
    require(actor, HOME, shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        shift_days = await _shift_days(connection, shop)
    now = house.clock.now()
    query = request.query_params
    window = metrics.parse_window(
        period_text(query.get("period") or default_period, query.get("start"), query.get("end")), now
    )
    language = visit_of(request).language
    reader = Reader(language, shop.currency, show_id("shp", shop_id), window, _kept(query))
    desk = Desk(actor, house.get(FactStore), shop_id, window, now)
    return Seat(
        request, house, actor, shop, desk, reader, picker(window, now, metrics.parse_window),
        _note(shift_days).of(language) if shift_days is not None else "",
    )  # fmt: skip


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in KEPT if query.get(name)}


async def _shift_days(connection: Any, shop: Shop) -> int | None:
    """By how many days the sample's dates were moved; None for a shop that is not of the sample."""
    if shop.source != SAMPLE:
        return None
    runs = await imports.list_runs(connection, None)
    found = (run.note.get("shift_days") for run in runs if run.kind == SAMPLE)
    return next((days for days in found if isinstance(days, int)), None)


async def region_names(seat: Seat) -> dict[str, Text]:
    """What regions are called."""
    async with seat.house.database.read() as connection:
        return {one.region_id: Text(one.name, one.name) for one in await shops.list_regions(connection)}


def _note(shift_days: int) -> Text:
    return Text(
        f"样例市场:真实零售数据,全部日期后移 {shift_days:,} 天。",
        f"Sample market: a real retailer's data, all dates moved by {shift_days:,} days.",
    )
