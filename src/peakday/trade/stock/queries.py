"""What may be sold, what is held, what was sold, and why did it change?

Sold is what came in, less what is available and held: `peakday audit` proves that the holds say the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Goods
from peakday.trade.stock.model import (
    DeductMode,
    Hold,
    HoldStatus,
    LevelKey,
    StockChange,
    StockLine,
)
from peakday.trade.stock.store import change_of

VIEW = "items:view"
PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class StockFilter:
    """Which levels of a shop: of one SKU, of one event, only empty ones, only those at their mark."""

    sku_id: UUID | None = None
    event_ref: str | None = None
    is_sold_out: bool | None = None
    is_low: bool | None = None


Cursor = tuple[UUID, str]  # SKU and event of the last line


async def available_of(tx: Tx, pairs: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """What may be sold now of these (shop_id, sku_id), without what events set aside; unknown ones are left out."""
    asked = list(pairs)
    rows = await tx.fetch(
        "select l.shop_id, l.sku_id, l.available from unnest($1::uuid[], $2::uuid[]) as w (shop_id, sku_id)"
        " join stock.level l on l.shop_id = w.shop_id and l.sku_id = w.sku_id and l.event_ref = ''",
        [shop_id for shop_id, _ in asked], [sku_id for _, sku_id in asked],
    )  # fmt: skip
    return {(row["shop_id"], row["sku_id"]): row["available"] for row in rows}


async def levels_of(tx: Tx, keys: Sequence[LevelKey]) -> dict[LevelKey, int]:
    """How many may be sold now of these levels, events' among them; unknown ones are left out."""
    rows = await tx.fetch(
        "select l.shop_id, l.sku_id, l.event_ref, l.available"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (shop_id, sku_id, event_ref)"
        " join stock.level l using (shop_id, sku_id, event_ref)",
        [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys],
    )  # fmt: skip
    return {LevelKey(row[0], row[1], row[2]): row[3] for row in rows}


async def levels_of_skus(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> dict[LevelKey, int]:
    """How many may be sold now of every level of these (shop_id, sku_id): their own, and what events set aside."""
    rows = await tx.fetch(
        "select l.shop_id, l.sku_id, l.event_ref, l.available"
        " from unnest($1::uuid[], $2::uuid[]) as w (shop_id, sku_id) join stock.level l using (shop_id, sku_id)",
        [shop_id for shop_id, _ in pairs], [sku_id for _, sku_id in pairs],
    )  # fmt: skip
    return {LevelKey(row[0], row[1], row[2]): row[3] for row in rows}


async def holds_of(tx: Tx, claim_ids: Sequence[UUID]) -> list[Hold]:
    """The holds of these claims, in the order of claim and SKU."""
    rows = await tx.fetch(
        "select * from stock.hold where claim_id = any($1::uuid[]) order by claim_id, sku_id", claim_ids
    )
    return [
        Hold(
            row["claim_id"], row["buyer_id"], LevelKey(row["shop_id"], row["sku_id"], row["level_ref"]),
            row["quantity"], HoldStatus(row["status"]), row["held_at"], row["expires_at"], row["returned"],
        )
        for row in rows
    ]  # fmt: skip


async def list_stock(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: StockFilter, cursor: Cursor | None = None, limit: int = 50
) -> list[StockLine]:  # fmt: skip
    """Levels of a shop by SKU and event, behind the cursor. Refuses `NotFound`, `NotAllowed`, `Invalid`."""
    require(actor, VIEW, shop_id)
    if not 1 <= limit <= PAGE_MAX + 1:
        raise Invalid(_LIMIT_PROBLEM)
    after_sku, after_event = cursor or (None, None)
    rows = await tx.fetch(
        _LINES, shop_id, after_sku, after_event, limit, wanted.sku_id, wanted.event_ref, wanted.is_sold_out,
        wanted.is_low,
    )  # fmt: skip
    goods = await catalog.find_goods(tx, shop_id, [row["sku_id"] for row in rows])
    known = {good.sku_id: good for good in goods}
    return [_line(row, known.get(row["sku_id"])) for row in rows]


async def count_stock(tx: Tx, actor: Actor, shop_id: UUID, wanted: StockFilter) -> int:
    """How many levels the filter finds. Refuses `NotFound`, `NotAllowed`."""
    require(actor, VIEW, shop_id)
    found: int = await tx.fetchval(
        f"select count(*) from stock.level l where shop_id = $1 {_FILTER}",
        shop_id, None, None, None, wanted.sku_id, wanted.event_ref, wanted.is_sold_out, wanted.is_low,
    )  # fmt: skip
    return found


async def list_changes(
    tx: Tx, actor: Actor, key: LevelKey, before: datetime | None = None, limit: int = 50
) -> list[StockChange]:  # fmt: skip
    """Why a level has as many units as it has, latest first, before an instant. Refuses `NotFound`, `NotAllowed`."""
    require(actor, VIEW, key.shop_id)
    if not 1 <= limit <= PAGE_MAX:
        raise Invalid(_LIMIT_PROBLEM)
    rows = await tx.fetch(
        "select * from stock.change where shop_id = $1 and sku_id = $2 and event_ref = $3"
        " and ($4::timestamptz is null or changed_at < $4) order by changed_at desc, key limit $5",
        *key, before, limit,
    )  # fmt: skip
    return [change_of(row) for row in rows]


def _line(row: asyncpg.Record, good: Goods | None) -> StockLine:
    return StockLine(
        LevelKey(row["shop_id"], row["sku_id"], row["event_ref"]), good.item_id if good else None,
        good.title if good else "", good.spec if good else {}, row["available"], row["held"], row["sold"],
        DeductMode(row["mode"]), row["buyer_limit"], row["low_mark"], row["simulated"], row["changed_at"],
    )  # fmt: skip


_LIMIT_PROBLEM = Problem(
    "limit", "limit_not_valid", Text("每页 1 到 200 条", "A page has 1 to 200 lines"),
    Text("修改后重试", "Change it and try again"),
)  # fmt: skip
_FILTER = """
    and ($2::uuid is null or (l.sku_id, l.event_ref) > ($2, coalesce($3::text, ''))) and ($4::int is null or true)
    and ($5::uuid is null or l.sku_id = $5) and ($6::text is null or l.event_ref = $6)
    and ($7::boolean is null or (l.available = 0) = $7)
    and ($8::boolean is null or coalesce(l.available <= l.low_mark, false) = $8)
"""
_LINES = f"""
with page as materialized (
    select * from stock.level l where shop_id = $1 {_FILTER} order by l.sku_id, l.event_ref limit $4
)
select p.*, h.held, c.came - p.available - h.held as sold
from page p
cross join lateral (
    select coalesce(sum(quantity), 0)::bigint as held from stock.hold
    where shop_id = p.shop_id and sku_id = p.sku_id and level_ref = p.event_ref and status = 'held'
) h
cross join lateral (
    select coalesce(sum(delta), 0)::bigint as came from stock.change
    where shop_id = p.shop_id and sku_id = p.sku_id and event_ref = p.event_ref
) c
order by p.sku_id, p.event_ref
"""
