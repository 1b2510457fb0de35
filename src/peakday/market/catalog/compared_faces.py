"""What may another room compare items by? What is public of them, in the order in which they were changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.database import Tx

_CHANGED = """
select i.changed_xid::text as xid, i.shop_id, i.item_id, i.leaf_category_id, i.title, coalesce(b.name, '') as brand,
    i.attributes, i.list_price_minor, i.currency, i.status = 'on_sale' as is_on_sale, i.first_listed_at
from catalog.item i left join catalog.brand b using (brand_id)
where (i.changed_xid, i.shop_id, i.item_id) > ($1::text::xid8, $2::uuid, $3::uuid)
    and i.changed_xid < pg_snapshot_xmin(pg_current_snapshot())
order by i.changed_xid, i.shop_id, i.item_id limit $4
"""


class ReadSoFar(NamedTuple):
    """The last change that was read; changes of transactions still open come later, none is passed over."""

    xid: str
    shop_id: UUID
    item_id: UUID


NOTHING_READ = ReadSoFar("0", UUID(int=0), UUID(int=0))


@dataclass(frozen=True, slots=True)
class ComparedFace:
    """What is public of one item. The price is the list price in minor units."""

    read: ReadSoFar
    category_id: UUID | None
    title: str
    brand: str
    attributes: Mapping[str, object]
    price_minor: int | None
    currency: str
    is_on_sale: bool
    first_listed_at: datetime | None


async def list_changed_faces(tx: Tx, after: ReadSoFar, limit: int) -> list[ComparedFace]:
    """The items of all shops that were made or changed after `after`, oldest change first."""
    rows = await tx.fetch(_CHANGED, *after, limit)
    return [ComparedFace(ReadSoFar(*row[:3]), *row[3:]) for row in rows]
