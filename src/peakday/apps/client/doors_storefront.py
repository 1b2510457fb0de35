"""Which doors does the room `storefront` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.apps.storefront.web.v1 import GoodList, ItemBody, SignInBody
from peakday.market.accounts.web.buyers_v1 import PassBody


class StorefrontDoors(Transport):
    """The doors of storefront."""

    def search_goods(
        self,
        *,
        q: str = "",
        shop_id: str | None = None,
        category_id: str | None = None,
        min_minor: int | None = None,
        max_minor: int | None = None,
        sort: str = "popular",
        cursor: str | None = None,
        limit: int = 24,
    ) -> GoodList:
        """Goods on sale in all shops, with the final price of each."""
        return self.ask(
            "GET",
            "/v1/items",
            GoodList,
            query={
                "q": q,
                "shop_id": shop_id,
                "category_id": category_id,
                "min_minor": min_minor,
                "max_minor": max_minor,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
            },
        )

    def read_good(self, item_id: str) -> ItemBody:
        """One item with its SKUs: the final price of a piece for the buyer whose pass is shown, and how it comes about."""
        return self.ask("GET", f"/v1/items/{item_id}", ItemBody)

    def sign_in_buyer(self, body: SignInBody) -> PassBody:
        """A pass for a registered buyer; the cart of the guest whose pass is shown comes along."""
        return self.ask("POST", "/v1/buyers/sessions", PassBody, body=body)
