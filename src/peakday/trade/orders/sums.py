"""What do the records add up to, shop by shop? For whoever proves an import against its source.

A discount counts with its face: `raw_minor` where it was larger than what it could take off, so that a source's own
sums can be found again.
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx

SUM_SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class ShopSums:
    """Everything of one source in one shop, in counts and minor units."""

    orders: int
    lines: int
    quantity: int
    list_minor: int
    paid_minor: int  # of lines: without postage
    postage_minor: int
    refund_minor: int
    face_minor: dict[str, int]  # by instrument


async def sum_shops(tx: Tx, source: str) -> dict[UUID, ShopSums]:
    """The sums of every shop that has orders of this source."""
    rows = await tx.fetch(
        "with of_order as ("
        "  select shop_id, count(*) as orders, sum(postage_minor)::bigint as postage_minor,"
        "    sum(refund_minor)::bigint as refund_minor"
        "  from orders.customer_order where source = $1 group by shop_id"
        "), of_line as ("
        "  select l.shop_id, count(*) as lines, sum(l.quantity)::bigint as quantity,"
        "    sum(l.list_minor)::bigint as list_minor, sum(l.paid_minor)::bigint as paid_minor"
        "  from orders.line l join orders.customer_order o using (shop_id, order_id) where o.source = $1"
        "  group by l.shop_id"
        ") select shop_id, orders, lines, quantity, list_minor, paid_minor, postage_minor, refund_minor"
        " from of_order join of_line using (shop_id)",
        source,
        timeout=SUM_SECONDS_MAX,
    )
    faces = await tx.fetch(
        "select l.shop_id, part ->> 'instrument' as instrument,"
        " sum(coalesce((part ->> 'raw_minor')::bigint, (part ->> 'minor')::bigint))::bigint as minor"
        " from orders.line l join orders.customer_order o using (shop_id, order_id),"
        " lateral jsonb_array_elements(l.discounts) part"
        " where o.source = $1 group by l.shop_id, instrument",
        source,
        timeout=SUM_SECONDS_MAX,
    )
    by_shop: dict[UUID, dict[str, int]] = {}
    for row in faces:
        by_shop.setdefault(row["shop_id"], {})[row["instrument"]] = row["minor"]
    return {row["shop_id"]: _sums(row, by_shop.get(row["shop_id"], {})) for row in rows}


def _sums(row: asyncpg.Record, faces: dict[str, int]) -> ShopSums:
    figures = dict(row)
    del figures["shop_id"]
    return ShopSums(**figures, face_minor=faces)


async def count_checkouts(tx: Tx, source: str) -> int:
    """How many payments of a buyer the source's orders stand for."""
    return int(
        await tx.fetchval(
            "select count(distinct checkout_id) from orders.customer_order where source = $1",
            source,
            timeout=SUM_SECONDS_MAX,
        )
    )
