"""Which doors does the room `catalog` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from typing import Literal

from peakday.apps.client.transport import Transport
from peakday.market.catalog.model import ItemStatus
from peakday.market.catalog.web.bodies import (
    BrandList,
    CategoryList,
    ChangeList,
    ImportBody,
    ImportList,
    ItemBody,
    ItemEditBody,
    ItemList,
    NewItemBody,
)


class CatalogDoors(Transport):
    """The doors of catalog."""

    def list_categories(self, *, cursor: str | None = None, limit: int = 200) -> CategoryList:
        """The market's category tree, by path."""
        return self.ask("GET", "/v1/categories", CategoryList, query={"cursor": cursor, "limit": limit})

    def list_brands(self, *, cursor: str | None = None, limit: int = 50) -> BrandList:
        """The market's brands."""
        return self.ask("GET", "/v1/brands", BrandList, query={"cursor": cursor, "limit": limit})

    def list_items(
        self,
        shop_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        search: str | None = None,
        category_id: str | None = None,
        status: ItemStatus | None = None,
        price_min_minor: int | None = None,
        price_max_minor: int | None = None,
        sort: str = "newest",
    ) -> ItemList:
        """Items of the shop. `search` looks into titles, item numbers and ids; a category brings all below it."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/items",
            ItemList,
            query={
                "cursor": cursor,
                "limit": limit,
                "search": search,
                "category_id": category_id,
                "status": status,
                "price_min_minor": price_min_minor,
                "price_max_minor": price_max_minor,
                "sort": sort,
            },
        )

    def create_item(self, shop_id: str, body: NewItemBody) -> ItemBody:
        """Make one item."""
        return self.ask("POST", f"/v1/shops/{shop_id}/items", ItemBody, body=body)

    def read_item(self, shop_id: str, item_id: str) -> ItemBody:
        """One item with its SKUs."""
        return self.ask("GET", f"/v1/shops/{shop_id}/items/{item_id}", ItemBody)

    def edit_item(self, shop_id: str, item_id: str, body: ItemEditBody) -> ItemBody:
        """Change title, prices or state."""
        return self.ask("PATCH", f"/v1/shops/{shop_id}/items/{item_id}", ItemBody, body=body)

    def list_changes(self, shop_id: str, item_id: str) -> ChangeList:
        """The latest edits of an item."""
        return self.ask("GET", f"/v1/shops/{shop_id}/items/{item_id}/edits", ChangeList)

    def undo_edit(self, shop_id: str, item_id: str, edit_no: str) -> ItemBody:
        """Set the fields of an edit back, unless they were changed again since."""
        return self.ask("POST", f"/v1/shops/{shop_id}/items/{item_id}/edits/{edit_no}/undo", ItemBody)

    def export_items(
        self,
        shop_id: str,
        *,
        format: Literal["csv", "xlsx"] = "csv",
        search: str | None = None,
        category_id: str | None = None,
        status: ItemStatus | None = None,
        price_min_minor: int | None = None,
        price_max_minor: int | None = None,
    ) -> bytes:
        """The items as a file that the import takes back; a row for each SKU."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/exports/items",
            bytes,
            query={
                "format": format,
                "search": search,
                "category_id": category_id,
                "status": status,
                "price_min_minor": price_min_minor,
                "price_max_minor": price_max_minor,
            },
        )

    def import_items(
        self, shop_id: str, body: object, *, zone: Literal["Asia/Shanghai", "UTC"] | None = None
    ) -> ImportBody:
        """Send a CSV file of items with our column names; the worker stores it. The same file again is the same import."""
        return self.ask("POST", f"/v1/shops/{shop_id}/imports", ImportBody, query={"zone": zone}, body=body)

    def list_imports(self, shop_id: str) -> ImportList:
        """The shop's imports of items, latest first."""
        return self.ask("GET", f"/v1/shops/{shop_id}/imports", ImportList)

    def read_import(self, shop_id: str, import_id: str) -> ImportBody:
        """How far an import has come."""
        return self.ask("GET", f"/v1/shops/{shop_id}/imports/{import_id}", ImportBody)

    def read_errors(self, shop_id: str, import_id: str) -> bytes:
        """Every refused row with field, value and remedy, as CSV; values are left out for who may not see figures."""
        return self.ask("GET", f"/v1/shops/{shop_id}/imports/{import_id}/errors", bytes)
