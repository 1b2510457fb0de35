"""How does a test sit at a merchant's desk? A signed-in browser at one shop, with its token."""

from contextlib import asynccontextmanager

from peakday.kernel.ids import show_id
from tests.market.doors import csrf_in, signed_in


class Desk:
    """A signed-in browser at one shop, with its CSRF token."""

    def __init__(self, client, floor, token: str) -> None:
        self.client, self.token = client, token
        shop = show_id("shp", floor.shop_id)
        self.page, self.door = f"/shop/{shop}/promotions", f"/v1/shops/{shop}"

    async def get(self, path: str):
        return await self.client.get(path)

    async def send(self, path: str, body, method: str = "POST"):
        return await self.client.request(method, self.door + path, json=body, headers={"x-csrf-token": self.token})

    async def type(self, path: str, **typed):
        return await self.client.post(self.page + path, data=typed | {"csrf_token": self.token})


@asynccontextmanager
async def at_desk(floor, login: str = "owner-one", language: str = "en"):
    async with signed_in(floor.house, login) as client:
        client.headers["accept-language"] = language
        shop = show_id("shp", floor.shop_id)
        page = await client.get(f"/shop/{shop}/promotions/new")
        if page.status_code != 200:
            page = await client.get("/account")
        yield Desk(client, floor, csrf_in(page))
