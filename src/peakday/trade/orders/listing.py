"""How does a wish for some orders become a condition of SQL?

Ids sort by creation, so a span of days is a span of ids and rides on the primary key.
"""

from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from peakday.kernel.clock import day_start
from peakday.kernel.ids import read_id
from peakday.trade.orders.model import ORDER_PREFIX, OrderFilter, Waiting
from peakday.trade.orders.rules.order_ids import first_order_id_at

PAGE_MAX = 200
# what an order waits for, as SQL over its own columns
WAITING = MappingProxyType({
    Waiting.PAYMENT: "status in ('awaiting_payment', 'awaiting_balance')",
    Waiting.SHIPMENT: "status = 'awaiting_shipment'",
    Waiting.RECEIPT: "status = 'shipped'",
    Waiting.REFUND: "order_id in (select order_id from orders.refund"
    " where shop_id = $1 and state in ('asked', 'returning', 'paying'))",
})  # fmt: skip


def conditions(shop_id: UUID, wanted: OrderFilter, cursor: UUID | None) -> tuple[str, list[object]]:
    """The `where` of a listing and its values."""
    parts = ["shop_id = $1"]
    values: list[object] = [shop_id]

    def add(template: str, value: object) -> None:
        if value is not None:
            values.append(value)
            parts.append(template.format(f"${len(values)}"))

    add("order_id < {}", cursor)
    add("status = {}", wanted.status)
    add("terminal = {}", wanted.terminal)
    add("region_id = {}", wanted.region_id)
    add("buyer_id = {}", wanted.buyer_id)
    add("{} = any(flags)", wanted.flag)
    add("order_id >= {}", wanted.first_day and first_order_id_at(day_start(wanted.first_day)))
    add("order_id < {}", wanted.last_day and first_order_id_at(day_start(wanted.last_day + timedelta(days=1))))
    if wanted.has_refund is not None:
        parts.append("refund_minor <> 0" if wanted.has_refund else "refund_minor = 0")
    if wanted.waits_for is not None:
        parts.append(WAITING[wanted.waits_for])
    if wanted.search:
        number = wanted.search.strip()
        own = _own_id(number)
        add("order_id = {}" if own else "source_ref = {}", own or number)
    return " and ".join(parts), values


def _own_id(number: str) -> UUID | None:
    try:
        return read_id(ORDER_PREFIX, number)
    except ValueError:
        return None
