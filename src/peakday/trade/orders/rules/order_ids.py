"""Which id does an order from elsewhere get?

The one that its shop, source and number there give (`kernel.ids.derived_id`), so that importing it twice finds it
there. It sorts by `created_at`: the primary key lists a shop's orders by time without another index.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.ids import derived_id


def order_id_of(created_at: datetime, shop_id: UUID, source: str, source_ref: str) -> UUID:
    """The id of the order that `source` calls `source_ref`, in this shop."""
    return derived_id(created_at, "order", str(shop_id), source, source_ref)


def refund_id_of(completed_at: datetime | None, shop_id: UUID, source: str, source_ref: str) -> UUID:
    """The id of the refund that `source` calls `source_ref`, in this shop."""
    return derived_id(completed_at, "refund", str(shop_id), source, source_ref)


def first_order_id_at(instant: datetime) -> UUID:
    """The smallest id that an order created at or after `instant` can have (to the millisecond)."""
    at = derived_id(instant, "bound").int
    return UUID(int=at >> 80 << 80)
