"""What does the catalogue answer to lists, pages and other rooms?"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.market.catalog.errors import ItemNotFound
from peakday.market.catalog.model import Brand, Category, Item, ItemStatus, Sku

PAGE_MAX = 200
COPY_SECONDS_MAX = 900

_ITEM = """
select i.shop_id, i.item_id, i.source, i.source_ref, i.title, i.leaf_category_id, c.path as category_path, i.brand_id,
    b.name as brand_name, i.attributes, i.images, i.list_price_minor, i.strike_price_minor, i.currency, i.status,
    i.flags, i.first_listed_at, i.updated_at
from catalog.item i
left join catalog.category c on c.category_id = i.leaf_category_id
left join catalog.brand b on b.brand_id = i.brand_id
"""


async def list_categories(tx: Tx) -> list[Category]:
    """The whole tree, parents before children, by path."""
    rows = await tx.fetch(
        "select category_id, parent_id, name_zh, name_en, path, is_leaf, source, source_ref"
        " from catalog.category order by path, category_id"
    )
    return [Category(**dict(row)) for row in rows]


async def list_brands(tx: Tx, after: UUID | None, limit: int) -> list[Brand]:
    """Brands in the order of their ids, behind `after`."""
    rows = await tx.fetch(
        "select brand_id, name, source, source_ref from catalog.brand where $1::uuid is null or brand_id > $1"
        " order by brand_id limit $2",
        after, min(limit, PAGE_MAX),
    )  # fmt: skip
    return [Brand(**dict(row)) for row in rows]


async def list_missing_items(tx: Tx, items: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """Which of these (shop_id, item_id) are no item's; their item ids."""
    rows = await tx.fetch(
        "select w.item_id from unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id) where not exists ("
        " select from catalog.item i where i.shop_id = w.shop_id and i.item_id = w.item_id) order by w.item_id",
        [shop_id for shop_id, _ in items], [item_id for _, item_id in items],
    )  # fmt: skip
    return [row["item_id"] for row in rows]


async def get_item(tx: Tx, shop_id: UUID, item_id: UUID) -> Item:
    """One item of the shop with its SKUs. Refuses `ItemNotFound`."""
    row = await tx.fetchrow(f"{_ITEM} where i.shop_id = $1 and i.item_id = $2", shop_id, item_id)
    if row is None:
        raise ItemNotFound
    skus = await tx.fetch(
        "select sku_id, item_id, source_ref, spec, price_minor, cost_minor, quantity_stated, status from catalog.sku"
        " where shop_id = $1 and item_id = $2 order by source_ref, sku_id",
        shop_id, item_id,
    )  # fmt: skip
    return _item(row, tuple(_sku(sku) for sku in skus))


def _item(row: asyncpg.Record, skus: tuple[Sku, ...] = ()) -> Item:
    return Item(**{**dict(row), "status": ItemStatus(row["status"]), "skus": skus})


def _sku(row: asyncpg.Record) -> Sku:
    return Sku(**{**dict(row), "status": ItemStatus(row["status"])})
