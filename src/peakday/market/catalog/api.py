"""What may other rooms and doors ask of the catalogue?

Bulk (no actor: for importers, which stand above): `ensure_categories`, `ensure_brands`, `copy_items`, `copy_facts`.
A merchant's acts and reads take the actor first and check the shop. A merchant's file: `open_item_import` in a
transaction, then `run_item_import`, which stores it block by block in transactions of its own.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.market.catalog import bulk_reads, export, queries, shelf_reads, shelf_search, store
from peakday.market.catalog.actions.create_item import create_item
from peakday.market.catalog.actions.edit_item import edit_item, undo_edit
from peakday.market.catalog.actions.import_items import (
    JOB,
    KIND,
    ItemImport,
    ask_for_item_import,
    open_item_import,
    preview_items,
    run_item_import,
)
from peakday.market.catalog.compared_faces import NOTHING_READ, ComparedFace, ReadSoFar, list_changed_faces
from peakday.market.catalog.facts import copy_facts
from peakday.market.catalog.holds import Hold, lock_items, unlock_items
from peakday.market.catalog.item_faces import ItemFace, find_brand_names, find_item_faces
from peakday.market.catalog.model import (
    Brand,
    Category,
    CostedGood,
    Good,
    Goods,
    Item,
    ItemChange,
    ItemFilter,
    NewBrand,
    NewCategory,
    NewItem,
    ShelfGood,
    category_id_of,
    item_id_of,
    sku_id_of,
)
from peakday.market.catalog.rules.item_columns import ITEM_COLUMNS
from peakday.market.catalog.shelf import COUNTED_MAX, SHELF_PAGE_MAX, ShelfItem, ShelfQuestion, ShelfSort
from peakday.market.catalog.shelf_index import refresh_shelf

ITEM_IMPORT_KIND = KIND
ITEM_IMPORT_JOB = JOB
GOODS_MAX = 10_000  # SKUs of one question

# the market's shelf: for shoppers, without an actor; goods on sale are everybody's to see
search_shelf = shelf_search.search_shelf
count_shelf = shelf_search.count_shelf
find_shelf_items = shelf_search.find_shelf_items
shelf_categories = shelf_search.shelf_categories
write_popularity = shelf_search.write_popularity

__all__ = [
    "COUNTED_MAX",
    "ITEM_COLUMNS",
    "ITEM_IMPORT_JOB",
    "ITEM_IMPORT_KIND",
    "NOTHING_READ",
    "SHELF_PAGE_MAX",
    "ComparedFace",
    "Hold",
    "ItemFace",
    "ItemImport",
    "ReadSoFar",
    "ShelfItem",
    "ShelfQuestion",
    "ShelfSort",
    "ask_for_item_import",
    "category_id_of",
    "copy_facts",
    "copy_items",
    "count_items",
    "count_shelf",
    "create_item",
    "edit_item",
    "ensure_brands",
    "ensure_categories",
    "export_csv",
    "export_xlsx",
    "find_brand_names",
    "find_goods",
    "find_goods_of",
    "find_item_faces",
    "find_shelf_items",
    "find_titles",
    "get_item",
    "item_id_of",
    "list_brands",
    "list_categories",
    "list_changed_faces",
    "list_changes",
    "list_costed",
    "list_goods",
    "list_items",
    "list_missing_items",
    "lock_items",
    "open_item_import",
    "preview_items",
    "refresh_shelf",
    "run_item_import",
    "search_shelf",
    "shelf_categories",
    "sku_id_of",
    "undo_edit",
    "unlock_items",
    "write_popularity",
]  # fmt: skip


async def ensure_categories(tx: Tx, rows: Sequence[NewCategory]) -> dict[str, UUID]:
    """Store the categories of a source, idempotent; returns source_ref → category_id."""
    return await store.save_categories(tx, rows)


async def ensure_brands(tx: Tx, rows: Sequence[NewBrand]) -> dict[str, UUID]:
    """Store the brands of a source, idempotent; returns source_ref → brand_id."""
    return await store.save_brands(tx, rows)


async def copy_items(tx: Tx, rows: Iterable[NewItem], now: datetime) -> int:
    """Store items with SKUs in bulk, idempotent: only what changed is written. Returns how many were given.

    The ids are `item_id_of(shop_id, source_ref)` and `sku_id_of(shop_id, item_ref, sku_ref)`.
    """
    return await store.copy_items(tx, rows, now)


async def list_categories(tx: Tx) -> list[Category]:
    """The market's whole tree by path; it is the same for everybody."""
    return await queries.list_categories(tx)


async def find_titles(tx: Tx, shop_id: UUID, item_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of some items, for rooms that show what was bought; whoever may see the order may see them."""
    return await queries.find_titles(tx, shop_id, item_ids)


async def find_goods(
    tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID] = (), item_ids: Sequence[UUID] = (), limit: int = GOODS_MAX
) -> list[Goods]:
    """These SKUs of a shop and all SKUs of these items, with what a cart needs of them; at most `limit`.

    For rooms that price: what is not there, or was deleted, is left out.
    """
    return await queries.find_goods(tx, shop_id, sku_ids, item_ids, limit)


async def find_goods_of(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], ShelfGood]:
    """The SKUs that these (shop_id, sku_id) name, of any shops, in one question; for rooms that price for a shopper.

    At most `GOODS_MAX`; what is not there, or was deleted, is left out.
    """
    assert len(pairs) <= GOODS_MAX, len(pairs)
    return await shelf_reads.find_goods_of(tx, pairs)


async def list_goods(tx: Tx, shop_id: UUID, item_ids: Sequence[UUID]) -> list[Good]:
    """Every SKU of these items of a shop (deleted items left out), by item; one question for thousands of items."""
    return await bulk_reads.list_goods(tx, shop_id, item_ids)


async def list_costed(
    tx: Tx, shop_id: UUID, item_ids: Sequence[UUID] | None = None, cheapest: int = 0
) -> list[CostedGood]:
    """Every SKU on sale with price and cost: of these items (None: of all), and so many of the shop's cheapest."""
    return await bulk_reads.list_costed(tx, shop_id, item_ids, cheapest)


async def list_missing_items(tx: Tx, items: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """Which of these (shop_id, item_id) are no item's; their item ids. For audits."""
    return await queries.list_missing_items(tx, items)


async def list_brands(tx: Tx, after: UUID | None = None, limit: int = 50) -> list[Brand]:
    """Brands by id, behind `after`."""
    return await queries.list_brands(tx, after, limit)


async def list_items(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: ItemFilter, cursor: UUID | None = None, limit: int = 50
) -> list[Item]:
    """Items of the shop, without SKUs, behind the item `cursor`. Refuses `NotFound`, `NotAllowed`."""
    require(actor, "items:view", shop_id)
    return await queries.list_items(tx, shop_id, wanted, cursor, limit)


async def count_items(tx: Tx, actor: Actor, shop_id: UUID, wanted: ItemFilter) -> int:
    """How many items of the shop the filter finds."""
    require(actor, "items:view", shop_id)
    return await queries.count_items(tx, shop_id, wanted)


async def get_item(tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID) -> Item:
    """One item with its SKUs; costs are none for who may not see figures. Refuses `ItemNotFound`, `NotAllowed`."""
    require(actor, "items:view", shop_id)
    return queries.without_costs(await queries.get_item(tx, shop_id, item_id), hide=not actor.can("data:view"))


async def list_changes(tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID) -> list[ItemChange]:
    """The latest edits of an item, latest first."""
    require(actor, "items:view", shop_id)
    return await queries.list_changes(tx, shop_id, item_id)


async def export_csv(tx: Tx, actor: Actor, shop_id: UUID, wanted: ItemFilter) -> AsyncIterator[bytes]:
    """The items as CSV that `open_item_import` takes back; the cost column only for who may see figures.

    `tx` must be inside a transaction; memory does not grow with the number of items.
    """
    require(actor, "items:view", shop_id)
    async for part in export.csv_parts(tx, shop_id, wanted, has_costs=actor.can("data:view")):
        yield part


async def export_xlsx(tx: Tx, actor: Actor, shop_id: UUID, wanted: ItemFilter) -> AsyncIterator[bytes]:
    """The same as a workbook; more rows than a sheet holds go on in further sheets."""
    require(actor, "items:view", shop_id)
    async for part in export.xlsx_parts(tx, shop_id, wanted, has_costs=actor.can("data:view")):
        yield part
