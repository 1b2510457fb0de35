"""What are these SKUs of any shops? One question for a whole cart, however many shops it spans."""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.catalog.model import ShelfGood

# `offset 0`: SKU by SKU through the index, however many rows the planner expects. A leaf's chain comes with one of its
# goods only: most of a large cart's answer would be the same few chains again and again.
_GOODS_OF = """
with wanted as materialized (
    select s.shop_id, s.sku_id, s.item_id, i.title, s.spec, i.images[1] as image,
        coalesce(s.price_minor, i.list_price_minor) as price_minor, i.currency, i.leaf_category_id,
        s.status = 'on_sale' and i.status = 'on_sale' as is_on_sale
    from unnest($1::uuid[], $2::uuid[]) as w(shop_id, sku_id)
    cross join lateral (select * from catalog.sku s
        where s.sku_id = w.sku_id and s.shop_id = w.shop_id and s.status <> 'deleted' offset 0) s
    cross join lateral (select * from catalog.item i
        where i.shop_id = s.shop_id and i.item_id = s.item_id and i.status <> 'deleted' offset 0) i
), recursive_categories as (
    with recursive above(leaf_id, category_id) as (
        select distinct leaf_category_id, leaf_category_id from wanted where leaf_category_id is not null
        union select a.leaf_id, c.parent_id from above a join catalog.category c using (category_id)
            where c.parent_id is not null)
    select leaf_id, array_agg(category_id) as category_ids from above group by leaf_id
)
select w.shop_id, w.sku_id, w.item_id, w.title, w.spec, w.image, w.price_minor, w.currency, w.is_on_sale,
    w.leaf_category_id,
    case when row_number() over (partition by w.leaf_category_id) = 1 then r.category_ids end as category_ids
from wanted w left join recursive_categories r on r.leaf_id = w.leaf_category_id
"""
_NOWHERE: frozenset[UUID] = frozenset()


async def find_goods_of(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], ShelfGood]:
    """The SKUs that these (shop_id, sku_id) name; what is not there, or was deleted, is left out."""
    rows = await tx.fetch(_GOODS_OF, [shop_id for shop_id, _ in pairs], [sku_id for _, sku_id in pairs])
    chains = {row[9]: frozenset(row[10]) for row in rows if row[10]}
    return {
        (shop_id, sku_id): ShelfGood(
            shop_id, sku_id, item_id, title, spec, image, price_minor, currency, chains.get(leaf_id, _NOWHERE),
            is_on_sale, leaf_id,
        )
        for shop_id, sku_id, item_id, title, spec, image, price_minor, currency, is_on_sale, leaf_id, _ in rows
    }  # fmt: skip
