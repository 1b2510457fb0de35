"""How is it noted who saw what?

This ASGI middleware stands inside the door that recognises visitors. When somebody signed in is about to get a page of
a shop (or its JSON), an entry `viewed` (`exported` for files) is written first: no trace, no view. The same actor at
the same address within a minute is one view, so that paging, fragments and polling do not drown the trail; files are
noted each time.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.kernel.actor import Actor
from peakday.kernel.house import House
from peakday.kernel.ids import read_id
from peakday.kernel.web.context import Visit
from peakday.market.accounts import api
from peakday.market.accounts.model import SHOP_PREFIX

SAME_VIEW = timedelta(minutes=1)
VIEWS_KEPT_MAX = 20_000
PATH_LENGTH_MAX = 300


class TrailDoor:
    """Notes the views of shops' pages, files and API answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._seen: OrderedDict[tuple[UUID | None, str], datetime] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; note the view before the answer begins."""
        visit: Visit | None = scope.get("state", {}).get("visit") if scope["type"] == "http" else None
        shop_id = _shop_in(scope["path"]) if visit and visit.actor and scope["method"] == "GET" else None
        if visit is None or visit.actor is None or shop_id is None:
            await self.app(scope, receive, send)
            return
        actor = visit.actor

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                kind = Headers(raw=message["headers"]).get("content-disposition", "")
                await self._note(scope, actor, shop_id, is_file=kind.startswith("attachment"))
            await send(message)

        await self.app(scope, receive, send_noted)

    async def _note(self, scope: Scope, actor: Actor, shop_id: UUID, *, is_file: bool) -> None:
        house: House = scope["app"].state.house
        now, path = house.clock.now(), scope["path"].replace("\0", "")[:PATH_LENGTH_MAX]
        view = (actor.via_key or actor.account_id, path)
        last = self._seen.get(view)
        if last is not None and now - last < SAME_VIEW and not is_file:
            return
        action = "exported" if is_file else "viewed"
        async with house.database.transaction() as tx:
            await api.record_audit(tx, actor, action, f"page:{path}", now, {"shop_id": shop_id})
        if is_file:
            return
        self._seen.pop(view, None)
        self._seen[view] = now
        if len(self._seen) > VIEWS_KEPT_MAX:
            self._seen.popitem(last=False)


def _shop_in(path: str) -> UUID | None:
    """The shop that `/shop/{id}/…` or `/v1/shops/{id}…` names."""
    for beginning in ("/shop/", "/v1/shops/"):
        if path.startswith(beginning):
            try:
                return read_id(SHOP_PREFIX, path.removeprefix(beginning).partition("/")[0])
            except ValueError:
                return None
    return None
