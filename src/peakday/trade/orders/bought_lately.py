"""In how many orders was each item lately? What rooms above order their lists by."""

from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx

ITEMS_MAX = 20_000
_SECONDS_MAX = 120


async def bought_lately(tx: Tx, since: datetime) -> list[tuple[UUID, int]]:
    """(item_id, paid orders with it) since an instant, most first; at most `ITEMS_MAX`, of all shops."""
    rows = await tx.fetch(
        "select l.item_id, count(*) as times from orders.customer_order o"
        " join orders.line l using (shop_id, order_id) where o.paid_at >= $1"
        " group by l.item_id order by times desc, l.item_id limit $2",
        since, ITEMS_MAX, timeout=_SECONDS_MAX,
    )  # fmt: skip
    return [(row["item_id"], row["times"]) for row in rows]
