"""What is known of the SKUs of thousands of items? One question for a block of a file, never one a row."""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.catalog.model import Good

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
