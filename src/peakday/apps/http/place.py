"""In which shop does a page stand, and is its data of these days? Both are on every page of every room."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from starlette.types import ASGIApp, Receive, Scope, Send

from peakday.kernel.house import House
from peakday.kernel.ids import read_id
from peakday.kernel.imports import find_shift_days
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.kernel.web.context import Visit
from peakday.market.shops import api as shops
from peakday.market.shops.model import SHOP_PREFIX

PLACES_MAX = 10_000
FRESH_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Place:
    """The shop of the address, and what its pages say about its data."""

    name: str
    note: Text | None


class PlaceDoor:
    """Puts the shop of `/shop/{shop_id}/…` on the request, for a visitor who may enter it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._places: OrderedDict[UUID, tuple[Place, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look the shop up, then pass on; rooms refuse strangers by themselves."""
        if scope["type"] == "http" and scope["path"].startswith("/shop/"):
            scope.setdefault("state", {})["shop"] = await self._find(scope)
        await self.app(scope, receive, send)

    async def _find(self, scope: Scope) -> Place | None:
        visit: Visit | None = scope["state"].get("visit")
        if visit is None or visit.actor is None:
            return None
        try:
            shop_id = read_id(SHOP_PREFIX, scope["path"].split("/")[2])
        except ValueError:
            return None
        if visit.actor.shop_id not in {None, shop_id}:
            return None
        place, until = self._places.get(shop_id, (None, 0.0))
        if place is None or time.monotonic() >= until:
            house: House = scope["app"].state.house
            try:
                async with house.database.read() as connection:
                    shop = await shops.get_shop(connection, visit.actor, shop_id)
                    place = Place(shop.name, _note(await find_shift_days(connection, shop.source)))
            except NotFound:
                return None
            self._places[shop_id] = (place, time.monotonic() + FRESH_SECONDS)
            if len(self._places) > PLACES_MAX:
                self._places.popitem(last=False)
        return place


def _note(shift_days: int | None) -> Text | None:
    """What is true of a market whose dates were moved on import; nothing to say of any other."""
    if not shift_days:
        return None
    return Text(
        f"样例市场:真实零售数据,全部日期后移 {shift_days:,} 天。",
        f"Sample market: a real retailer's data, all dates moved by {shift_days:,} days.",
    )
