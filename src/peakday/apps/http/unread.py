"""How many messages has the visitor not read? The mark in the head of every page of a shop: one look into an index."""

from starlette.types import ASGIApp, Receive, Scope, Send

from peakday.kernel.house import House
from peakday.kernel.web.context import Visit
from peakday.operations.workbench import api as workbench


class UnreadDoor:
    """Puts `unread` on the request of a page that shows a shop to one of its accounts."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, then pass on; forms and parts of pages have no head."""
        if scope["type"] == "http" and scope["path"].startswith("/shop/") and scope["method"] == "GET":
            await self._count(scope)
        await self.app(scope, receive, send)

    async def _count(self, scope: Scope) -> None:
        visit: Visit | None = scope.setdefault("state", {}).get("visit")
        if visit is None or visit.actor is None or (b"hx-request", b"true") in scope["headers"]:
            return
        house: House = scope["app"].state.house
        async with house.database.read() as connection:
            scope["state"]["unread"] = await workbench.count_unread_of(connection, visit.actor)
