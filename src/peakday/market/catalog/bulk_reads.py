"""What is known of the SKUs of thousands of items? One question for a block of a file, never one a row."""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.catalog.model import CostedGood, Good

_GOODS = """
select s.item_id, s.sku_id, i.source_ref as item_ref, s.source_ref as sku_ref,
    coalesce(s.price_minor, i.list_price_minor) as price_minor, i.currency,
    i.status = 'on_sale' and s.status = 'on_sale' as is_on_sale, s.quantity_stated
from catalog.item i join catalog.sku s on s.shop_id = i.shop_id and s.item_id = i.item_id
where i.shop_id = $1 and i.item_id = any((select $2::text::uuid[])::uuid[]) and i.status <> 'deleted'
order by i.item_id, s.source_ref
"""  # the inner select hides the ids from the planner, which would read them three times
QUERY_SECONDS_MAX = 120


async def list_goods(tx: Tx, shop_id: UUID, item_ids: Sequence[UUID]) -> list[Good]:
    """Every SKU of these items of the shop that are not deleted, by item."""
    array = "{" + ",".join(map(str, item_ids)) + "}"
    rows = await tx.fetch(_GOODS, shop_id, array, timeout=QUERY_SECONDS_MAX)
    return [Good(*row) for row in rows]


_COSTED = """
with wanted as (
    select s.item_id, s.sku_id, i.title, s.source_ref as sku_ref,
        coalesce(s.price_minor, i.list_price_minor) as price_minor,
        s.cost_minor, i.currency, i.leaf_category_id, s.quantity_stated
    from catalog.item i join catalog.sku s on s.shop_id = i.shop_id and s.item_id = i.item_id
    where i.shop_id = $1 and i.status = 'on_sale' and s.status = 'on_sale'
        and coalesce(s.price_minor, i.list_price_minor) is not null
), near as (
    select * from wanted where $2::uuid[] is null or item_id = any($2)
    union
    (select * from wanted order by price_minor, sku_id limit $3)
), above as (
    with recursive up(leaf_id, category_id) as (
        select distinct leaf_category_id, leaf_category_id from near where leaf_category_id is not null
        union select u.leaf_id, c.parent_id from up u join catalog.category c using (category_id)
            where c.parent_id is not null)
    select leaf_id, array_agg(category_id) as category_ids from up group by leaf_id
)
select n.item_id, n.sku_id, n.title, n.price_minor, n.cost_minor, n.currency, n.leaf_category_id,
    coalesce(a.category_ids, '{}') as category_ids, n.quantity_stated
from near n left join above a on a.leaf_id = n.leaf_category_id order by n.item_id, n.sku_ref, n.sku_id
"""


async def list_costed(
    tx: Tx, shop_id: UUID, item_ids: Sequence[UUID] | None, cheapest: int
) -> list[CostedGood]:  # fmt: skip
    """Every SKU on sale that has a price, of these items (None: of all) and the shop's cheapest, by item."""
    wanted = None if item_ids is None else list(item_ids)
    rows = await tx.fetch(_COSTED, shop_id, wanted, cheapest, timeout=QUERY_SECONDS_MAX)
    return [CostedGood(**{**dict(row), "category_ids": frozenset(row["category_ids"])}) for row in rows]
