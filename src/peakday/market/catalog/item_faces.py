"""What is shown of an item of any shop in a list: its title, its brand, its category?"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.database import Tx

_FACES = """
select i.shop_id, i.item_id, i.title, i.leaf_category_id, i.brand_id, coalesce(b.name, '')
from unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id)
join catalog.item i using (shop_id, item_id) left join catalog.brand b using (brand_id)
"""


class ItemFace(NamedTuple):
    """An item with the brand that its record states, if it does."""

    shop_id: UUID
    item_id: UUID
    title: str
    category_id: UUID | None
    brand_id: UUID | None
    brand_name: str


async def find_item_faces(tx: Tx, items: Sequence[tuple[UUID, UUID]]) -> dict[UUID, ItemFace]:
    """By item, those of (shop_id, item_id) that there are; one question for thousands."""
    rows = await tx.fetch(_FACES, [shop_id for shop_id, _ in items], [item_id for _, item_id in items])
    return {row[1]: ItemFace(*row) for row in rows}


async def find_brand_names(tx: Tx, brand_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of those brands that there are."""
    rows = await tx.fetch("select brand_id, name from catalog.brand where brand_id = any($1)", brand_ids)
    return {row[0]: row[1] for row in rows}
