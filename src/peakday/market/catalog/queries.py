"""What does the catalogue answer to lists, pages and other rooms?"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.market.catalog.errors import ItemNotFound
from peakday.market.catalog.listing import conditions, order_of
from peakday.market.catalog.model import Brand, Category, Goods, Item, ItemChange, ItemFilter, ItemStatus, Sku

PAGE_MAX = 200
STREAM_BATCH = 2_000
COPY_SECONDS_MAX = 900
_CHANGE = "edit_no, edited_at, edited_by, before, after, undone_at"

_ITEM = """
select i.shop_id, i.item_id, i.source, i.source_ref, i.title, i.leaf_category_id, c.path as category_path,
    c.path_en as category_path_en, i.brand_id, b.name as brand_name, i.attributes, i.images, i.list_price_minor,
    i.strike_price_minor, i.currency, i.status, i.flags, i.first_listed_at, i.updated_at
from catalog.item i
left join catalog.category c on c.category_id = i.leaf_category_id
left join catalog.brand b on b.brand_id = i.brand_id
"""


_GOODS = """
with wanted as (
    select s.sku_id, s.item_id, s.source_ref as sku_ref, i.source_ref as item_ref, i.title, s.spec,
        coalesce(s.price_minor, i.list_price_minor) as price_minor, i.currency, i.leaf_category_id,
        s.status = 'on_sale' and i.status = 'on_sale' as is_on_sale
    from catalog.sku s join catalog.item i using (shop_id, item_id)
    where s.shop_id = $1 and (s.sku_id = any($2::uuid[]) or s.item_id = any($3::uuid[]))
        and s.status <> 'deleted' and i.status <> 'deleted'
    order by i.source_ref, s.source_ref, s.sku_id limit $4
), recursive_categories as (
    with recursive above(leaf_id, category_id) as (
        select distinct leaf_category_id, leaf_category_id from wanted where leaf_category_id is not null
        union select a.leaf_id, c.parent_id from above a join catalog.category c using (category_id)
            where c.parent_id is not null)
    select leaf_id, array_agg(category_id) as category_ids from above group by leaf_id
)
select w.sku_id, w.item_id, w.sku_ref, w.item_ref, w.title, w.spec, w.price_minor, w.currency,
    coalesce(r.category_ids, '{}') as category_ids, w.is_on_sale
from wanted w left join recursive_categories r on r.leaf_id = w.leaf_category_id
order by w.item_ref, w.sku_ref, w.sku_id
"""


async def list_categories(tx: Tx) -> list[Category]:
    """The whole tree, parents before children, by path."""
    rows = await tx.fetch(
        "select category_id, parent_id, name_zh, name_en, path, path_en, is_leaf, source, source_ref"
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


async def find_titles(tx: Tx, shop_id: UUID, item_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of these items of a shop."""
    rows = await tx.fetch(
        "select item_id, title from catalog.item where shop_id = $1 and item_id = any($2::uuid[])",
        shop_id, list(item_ids),
    )  # fmt: skip
    return {row["item_id"]: row["title"] for row in rows}


async def list_missing_items(tx: Tx, items: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """Which of these (shop_id, item_id) are no item's; their item ids."""
    rows = await tx.fetch(
        "select w.item_id from unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id) where not exists ("
        " select from catalog.item i where i.shop_id = w.shop_id and i.item_id = w.item_id) order by w.item_id",
        [shop_id for shop_id, _ in items], [item_id for _, item_id in items],
    )  # fmt: skip
    return [row["item_id"] for row in rows]


async def find_goods(
    tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID], item_ids: Sequence[UUID], limit: int
) -> list[Goods]:
    """These SKUs of a shop and all SKUs of these items, by item and number."""
    rows = await tx.fetch(_GOODS, shop_id, list(sku_ids), list(item_ids), limit)
    return [Goods(**{**dict(row), "category_ids": frozenset(row["category_ids"])}) for row in rows]


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


def without_costs(item: Item, *, hide: bool) -> Item:
    """The item as somebody sees it who may not see figures."""
    return replace(item, skus=tuple(replace(sku, cost_minor=None) for sku in item.skus)) if hide else item


async def list_items(
    tx: Tx, shop_id: UUID, wanted: ItemFilter, cursor: UUID | None = None, limit: int = 50
) -> list[Item]:  # fmt: skip
    """Items of the shop in the wanted order, behind the item `cursor`; without their SKUs."""
    where, values = conditions(shop_id, wanted, cursor)
    rows = await tx.fetch(
        f"{_ITEM} where {where} order by {order_of(wanted.sort)} limit {min(int(limit), PAGE_MAX + 1)}", *values
    )
    return [_item(row) for row in rows]


async def count_items(tx: Tx, shop_id: UUID, wanted: ItemFilter) -> int:
    """How many items of the shop the filter finds."""
    where, values = conditions(shop_id, wanted)
    count: int = await tx.fetchval(f"select count(*) from catalog.item i where {where}", *values)
    return count


async def stream_rows(tx: Tx, shop_id: UUID, wanted: ItemFilter) -> AsyncIterator[asyncpg.Record]:
    """A row for each SKU of the items that the filter finds, by a cursor: `tx` must be inside a transaction."""
    where, values = conditions(shop_id, wanted)
    query = (
        "select i.item_id, i.source_ref as item_ref, s.source_ref as sku_ref, i.title, c.path as category,"
        " b.name as brand, i.list_price_minor as list_price, s.price_minor as sku_price, i.strike_price_minor as"
        " strike_price, s.cost_minor as cost, s.quantity_stated as quantity, s.spec, i.attributes, i.images,"
        " i.status, i.first_listed_at as listed_at, i.currency from catalog.item i"
        " left join catalog.sku s on s.shop_id = i.shop_id and s.item_id = i.item_id"
        " left join catalog.category c on c.category_id = i.leaf_category_id"
        " left join catalog.brand b on b.brand_id = i.brand_id"
        f" where {where} order by {order_of(wanted.sort)}, s.source_ref"
    )
    async for row in tx.cursor(query, *values, prefetch=STREAM_BATCH, timeout=COPY_SECONDS_MAX):
        yield row


async def list_changes(tx: Tx, shop_id: UUID, item_id: UUID, limit: int = 20) -> list[ItemChange]:
    """The latest edits of an item, latest first."""
    rows = await tx.fetch(
        f"select {_CHANGE} from catalog.item_edit where shop_id = $1 and item_id = $2 order by edit_no desc limit $3",
        shop_id, item_id, min(limit, PAGE_MAX),
    )  # fmt: skip
    return [ItemChange(**dict(row)) for row in rows]


async def find_change(tx: Tx, shop_id: UUID, item_id: UUID, edit_no: int) -> ItemChange | None:
    """One edit of an item."""
    row = await tx.fetchrow(
        f"select {_CHANGE} from catalog.item_edit where shop_id = $1 and item_id = $2 and edit_no = $3",
        shop_id, item_id, edit_no,
    )  # fmt: skip
    return ItemChange(**dict(row)) if row else None


async def is_leaf(tx: Tx, category_id: UUID) -> bool:
    """Whether this is a category that items may hang on."""
    found = await tx.fetchval("select is_leaf from catalog.category where category_id = $1", category_id)
    return bool(found)


def _item(row: asyncpg.Record, skus: tuple[Sku, ...] = ()) -> Item:
    return Item(**{**dict(row), "status": ItemStatus(row["status"]), "skus": skus})


def _sku(row: asyncpg.Record) -> Sku:
    return Sku(**{**dict(row), "status": ItemStatus(row["status"])})
