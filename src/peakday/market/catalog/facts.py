"""How do items, categories and brands reach the columnar facts?

`copy_facts` streams one analytical relation as CSV with a header: all rows, or those changed since a transaction id.
"""

from collections.abc import Awaitable, Callable
from inspect import isawaitable

from peakday.kernel.clock import MARKET_ZONE_NAME
from peakday.kernel.database import Tx

Sink = Callable[[bytes], Awaitable[None] | None]
COPY_SECONDS_MAX = 600
RELATIONS = {
    "items": f"""
        select shop_id, item_id, leaf_category_id as category_id, brand_id, title, list_price_minor, status,
            (first_listed_at at time zone '{MARKET_ZONE_NAME}')::date as first_listed_day
        from catalog.item where {{changed}}
        """,
    "categories": "select category_id, parent_id, name_zh, name_en from catalog.category where {changed}",
    "brands": "select brand_id, name from catalog.brand where {changed}",
}


async def copy_facts(connection: Tx, relation: str, changed_since: int | None, sink: Sink) -> None:
    """Stream `relation` (items, categories or brands) into `sink` as CSV with a header.

    `changed_since` is a transaction id: only rows that a transaction of that id or a later one wrote.
    """
    changed = "true" if changed_since is None else f"changed_xid >= '{int(changed_since)}'::xid8"

    async def write(data: bytes) -> None:
        outcome = sink(data)
        if isawaitable(outcome):
            await outcome

    await connection.copy_from_query(
        RELATIONS[relation].format(changed=changed),
        output=write, format="csv", header=True, timeout=COPY_SECONDS_MAX,
    )  # fmt: skip
