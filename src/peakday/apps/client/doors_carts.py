"""Which doors does the room `carts` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from uuid import UUID

from peakday.apps.client.transport import Transport
from peakday.trade.carts.web.bodies import (
    AddedBody,
    AdditionsBody,
    CartBody,
    ChangeBody,
    ChangedBody,
    CountBody,
    FavouritesBody,
    RemovalBody,
    RemovalWish,
    SelectionBody,
    SkusBody,
    SummaryBody,
)


class CartsDoors(Transport):
    """The doors of carts."""

    def add_to_cart(self, body: object) -> AddedBody:
        """Add pieces of a SKU to the own cart, a guest's too; durable when answered."""
        return self.ask("POST", "/v1/my/cart/lines", AddedBody, body=body)

    def get_cart(
        self,
        *,
        search: str = "",
        shop_id: str | None = None,
        show: str = "all",
        sort: str = "shop",
        cursor: str | None = None,
        limit: int = 50,
    ) -> CartBody:
        """The own cart by shop, with the best price of what is selected and what is missing to more."""
        return self.ask(
            "GET",
            "/v1/my/cart",
            CartBody,
            query={"search": search, "shop_id": shop_id, "show": show, "sort": sort, "cursor": cursor, "limit": limit},
        )

    def note_look(self) -> CountBody:
        """The shopper has seen the cart as it is now: changes are told from here on. How many lines had changed."""
        return self.ask("POST", "/v1/my/cart/look", CountBody)

    def change_line(self, sku_id: str, body: ChangeBody) -> ChangedBody:
        """Set pieces or selection of a line; the answer has the new best price of the cart."""
        return self.ask("PATCH", f"/v1/my/cart/lines/{sku_id}", ChangedBody, body=body)

    def select_lines(self, body: SelectionBody) -> SummaryBody:
        """Select or deselect lines, a shop's lines, or all."""
        return self.ask("POST", "/v1/my/cart/selection", SummaryBody, body=body)

    def remove_lines(self, body: RemovalWish) -> RemovalBody:
        """Remove lines, or without `sku_ids` everything that cannot be bought; it may come back for a day."""
        return self.ask("POST", "/v1/my/cart/removals", RemovalBody, body=body)

    def undo_removal(self, removal_id: str) -> CountBody:
        """Bring back what was removed; asking again brings nothing more."""
        return self.ask("POST", f"/v1/my/cart/removals/{removal_id}/undo", CountBody)

    def find_additions(self, *, reach: UUID | None = None) -> AdditionsBody:
        """Goods that bring the cart over the next tier, ranked by what is paid more for the value that is added."""
        return self.ask("GET", "/v1/my/cart/additions", AdditionsBody, query={"reach": reach})

    def list_favourites(self, *, cursor: str | None = None, limit: int = 50) -> FavouritesBody:
        """The own favourites as they are now, newest first."""
        return self.ask("GET", "/v1/my/favourites", FavouritesBody, query={"cursor": cursor, "limit": limit})

    def move_to_favourites(self, body: SkusBody) -> CountBody:
        """Move lines of the cart to the favourites; how many moved."""
        return self.ask("POST", "/v1/my/favourites", CountBody, body=body)

    def remove_favourites(self, body: SkusBody) -> CountBody:
        """Forget favourites; how many there were."""
        return self.ask("POST", "/v1/my/favourites/removals", CountBody, body=body)

    def move_to_cart(self, sku_id: str) -> AddedBody:
        """Put a favourite into the cart, one piece of it."""
        return self.ask("POST", f"/v1/my/favourites/{sku_id}/cart", AddedBody)
