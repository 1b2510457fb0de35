"""What is asked from now on, and what was dealt lately, for all SKUs of a shop at once?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.price_history.model import Offer, Window
from peakday.trade.price_history.store import OFFER_COLUMNS, offer_of

QUERY_SECONDS_MAX = 120


@dataclass(frozen=True, slots=True)
class LateDeals:
    """Of a SKU in a window: the middle price of one piece (rounded down) and the pieces sold."""

    usual_minor: int
    pieces: int


@dataclass(frozen=True, slots=True)
class SoldBelow:
    """Of a SKU in a window: orders, and what their lines were paid below a price."""

    orders: int
    below_minor: int


async def offers_ahead(tx: Tx, shop_id: UUID, at: datetime, sku_ids: Sequence[UUID] | None) -> list[Offer]:
    """The offers of a shop (of these SKUs) that hold at an instant or will later."""
    rows = await tx.fetch(
        f"select {OFFER_COLUMNS} from price_history.offer o where o.shop_id = $1 and ($3::uuid[] is null"
        " or o.sku_id = any($3)) and o.valid && tstzrange($2, null) order by o.sku_id, o.offer_no",
        shop_id, at, None if sku_ids is None else list(sku_ids), timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return [offer_of(row) for row in rows]


async def late_deals(tx: Tx, shop_id: UUID, window: Window) -> dict[UUID, LateDeals]:
    """What each SKU of a shop was dealt at in a window, simulated orders left out."""
    rows = await tx.fetch(
        "select sku_id, percentile_disc(0.5) within group (order by dealt_minor) as usual_minor,"
        " sum(quantity)::int as pieces from price_history.deal where shop_id = $1 and paid_at >= $2 and paid_at < $3"
        " and sku_id is not null and quantity > 0 and dealt_minor > 0 and not simulated group by sku_id",
        shop_id, window.starts_at, window.ends_at, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return {row["sku_id"]: LateDeals(row["usual_minor"], row["pieces"]) for row in rows}


async def sold_below(tx: Tx, shop_id: UUID, sku_id: UUID, price_minor: int, window: Window) -> SoldBelow:
    """What the deals of a SKU in a window fell short of a price of one piece, each line by itself."""
    row = await tx.fetchrow(
        "select count(distinct order_id)::int as orders,"
        " coalesce(sum(greatest($3::bigint * quantity - compared_minor, 0)), 0)::bigint as below_minor"
        " from price_history.deal where shop_id = $1 and sku_id = $2 and paid_at >= $4 and paid_at < $5"
        " and quantity > 0 and not simulated",
        shop_id, sku_id, price_minor, window.starts_at, window.ends_at, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    assert row is not None
    return SoldBelow(row["orders"], row["below_minor"])
