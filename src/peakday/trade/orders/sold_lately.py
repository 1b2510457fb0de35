"""How many pieces of each item were paid lately? What rooms above order their lists by."""

from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx

ITEMS_MAX = 20_000
_SECONDS_MAX = 120


async def pieces_sold(tx: Tx, since: datetime) -> list[tuple[UUID, int]]:
    """(item_id, pieces) of what was paid since an instant, most first; at most `ITEMS_MAX`, of all shops."""
    rows = await tx.fetch(
        "select l.item_id, sum(l.quantity)::bigint as pieces from orders.customer_order o"
        " join orders.line l using (shop_id, order_id) where o.paid_at >= $1"
        " group by l.item_id order by pieces desc, l.item_id limit $2",
        since, ITEMS_MAX, timeout=_SECONDS_MAX,
    )  # fmt: skip
    return [(row["item_id"], row["pieces"]) for row in rows]
