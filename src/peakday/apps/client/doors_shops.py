"""Which doors does the room `shops` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.market.shops.web.v1 import ProfileBody, ShopBody, ShopList


class ShopsDoors(Transport):
    """The doors of shops."""

    def list_shops(self, *, cursor: str | None = None, limit: int = 50, search: str | None = None) -> ShopList:
        """The shops that the caller may enter: all for staff, the own one for a merchant."""
        return self.ask("GET", "/v1/shops", ShopList, query={"cursor": cursor, "limit": limit, "search": search})

    def read_shop(self, shop_id: str) -> ShopBody:
        """One shop's profile."""
        return self.ask("GET", f"/v1/shops/{shop_id}", ShopBody)

    def edit_shop(self, shop_id: str, body: ProfileBody) -> ShopBody:
        """Change a shop's profile."""
        return self.ask("PATCH", f"/v1/shops/{shop_id}", ShopBody, body=body)
