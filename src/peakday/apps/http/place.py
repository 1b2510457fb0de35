"""In which shop does a page stand? Its name is on every page, also on those of rooms below the shops' own."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from starlette.types import ASGIApp, Receive, Scope, Send

from peakday.kernel.house import House
from peakday.kernel.ids import read_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.web.context import Visit
from peakday.market.shops import api as shops
from peakday.market.shops.model import SHOP_PREFIX

NAMES_MAX = 10_000
FRESH_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Place:
    """The shop of the address."""

    name: str


class PlaceDoor:
    """Puts the shop of `/shop/{shop_id}/…` on the request, for a visitor who may enter it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._names: OrderedDict[UUID, tuple[str, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look the name up, then pass on; rooms refuse strangers by themselves."""
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
        name, until = self._names.get(shop_id, ("", 0.0))
        if time.monotonic() >= until:
            house: House = scope["app"].state.house
            try:
                async with house.database.read() as connection:
                    name = (await shops.get_shop(connection, visit.actor, shop_id)).name
            except NotFound:
                return None
            self._names[shop_id] = (name, time.monotonic() + FRESH_SECONDS)
            if len(self._names) > NAMES_MAX:
                self._names.popitem(last=False)
        return Place(name)
