"""What was bought in these orders, and what was given back? For rooms above that count what the news tells of.

One question for thousands of orders. Orders that are not paid in full are left out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.database import Tx

_PAID = """
select o.shop_id, o.order_id, o.buyer_id, o.region_id, o.currency, o.simulated, o.paid_at, o.paid_minor,
    l.item_id, l.category_id, l.quantity, l.paid_minor as line_minor
from unnest($1::text::uuid[], $2::text::uuid[]) as w(shop_id, order_id)
join orders.customer_order o using (shop_id, order_id) join orders.line l using (shop_id, order_id)
where o.paid_at is not null
order by o.paid_at, o.order_id, l.line_no
"""
_GIVEN_BACK = """
select o.shop_id, o.order_id, o.buyer_id, o.region_id, o.currency, o.simulated, o.paid_at,
    r.amount_minor, l.item_id, l.category_id
from unnest($1::text::uuid[], $2::text::uuid[]) as w(shop_id, refund_id)
join orders.refund r using (shop_id, refund_id) join orders.customer_order o using (shop_id, order_id)
left join orders.line l using (shop_id, order_id, line_no)
where o.paid_at is not null and r.completed_at is not null
order by o.paid_at, r.refund_id
"""


class PaidLine(NamedTuple):
    """A line of a paid order; a row repeats its order. `paid_minor` is the order's, `line_minor` without postage."""

    shop_id: UUID
    order_id: UUID
    buyer_id: UUID | None
    region_id: str | None
    currency: str
    simulated: bool
    paid_at: datetime
    paid_minor: int
    item_id: UUID
    category_id: UUID | None
    quantity: int
    line_minor: int


class GivenBack(NamedTuple):
    """A completed refund of a paid order; without an item it is of the order as a whole."""

    shop_id: UUID
    order_id: UUID
    buyer_id: UUID | None
    region_id: str | None
    currency: str
    simulated: bool
    paid_at: datetime
    amount_minor: int
    item_id: UUID | None
    category_id: UUID | None


async def list_paid_lines(tx: Tx, orders: Sequence[tuple[str, str]]) -> list[PaidLine]:
    """The lines of those (shop_id, order_id) that are paid, the earliest payment first, an order's lines together."""
    rows = await tx.fetch(_PAID, _array([shop for shop, _ in orders]), _array([order for _, order in orders]))
    return list(map(PaidLine._make, rows))


async def list_given_back(tx: Tx, refunds: Sequence[tuple[str, str]]) -> list[GivenBack]:
    """Those (shop_id, refund_id) that are completed and belong to a paid order, the earliest payment first."""
    rows = await tx.fetch(_GIVEN_BACK, _array([shop for shop, _ in refunds]), _array([refund for _, refund in refunds]))
    return list(map(GivenBack._make, rows))


def _array(ids: Sequence[str]) -> str:
    return "{" + ",".join(ids) + "}"
