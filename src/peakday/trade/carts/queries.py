"""What do pages ask of carts and favourites?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.carts.model import Favourite, Line
from peakday.trade.carts.store import LINE_COLUMNS, favourite_of


async def database_now(tx: Tx) -> datetime:
    """The instant by the database's clock, the same for all processes."""
    now: datetime = await tx.fetchval("select clock_timestamp()")
    return now


async def count_lines(tx: Tx, buyer_id: UUID) -> int:
    """How many lines a cart has."""
    return await tx.fetchval("select lines from carts.cart where buyer_id = $1", buyer_id) or 0


async def list_carts(tx: Tx, buyer_ids: Sequence[UUID]) -> dict[UUID, tuple[int, list[Line]]]:
    """How often each of these carts was changed, and its lines, newest first; who never had a cart is absent."""
    rows = await tx.fetch(
        "select c.buyer_id, c.version, l.* from carts.cart c left join lateral ("
        f" select {LINE_COLUMNS} from carts.line l where l.buyer_id = c.buyer_id order by added_at desc, sku_id desc"
        ") l on true where c.buyer_id = any($1::uuid[])",
        list(buyer_ids),
    )  # fmt: skip
    carts: dict[UUID, tuple[int, list[Line]]] = {}
    for buyer_id, version, *line in rows:
        _, lines = carts.setdefault(buyer_id, (version, []))
        if line[0] is not None:
            lines.append(Line(*line))
    return carts


async def find_line(tx: Tx, buyer_id: UUID, sku_id: UUID) -> Line | None:
    """One line."""
    row = await tx.fetchrow(
        f"select {LINE_COLUMNS} from carts.line where buyer_id = $1 and sku_id = $2", buyer_id, sku_id
    )
    return Line(*row) if row else None


async def find_lines(tx: Tx, buyer_id: UUID, sku_ids: Sequence[UUID]) -> list[Line]:
    """Those of these SKUs that are in the cart."""
    rows = await tx.fetch(
        f"select {LINE_COLUMNS} from carts.line where buyer_id = $1 and sku_id = any($2::uuid[])"
        " order by added_at desc, sku_id desc",
        buyer_id, list(sku_ids),
    )  # fmt: skip
    return [Line(*row) for row in rows]


async def list_favourites(
    tx: Tx, buyer_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[Favourite]:  # fmt: skip
    """Favourites, newest first, behind the (added_at, sku_id) of the last page's end."""
    rows = await tx.fetch(
        "select shop_id, sku_id, seen_minor, added_at from carts.favourite where buyer_id = $1"
        " and ($2::timestamptz is null or (added_at, sku_id) < ($2, $3::uuid)) order by added_at desc, sku_id desc"
        " limit $4",
        buyer_id, after[0] if after else None, after[1] if after else None, limit,
    )  # fmt: skip
    return [favourite_of(row) for row in rows]


async def find_favourites(tx: Tx, buyer_id: UUID, sku_ids: Sequence[UUID]) -> list[Favourite]:
    """Those of these SKUs that are favourites."""
    rows = await tx.fetch(
        "select shop_id, sku_id, seen_minor, added_at from carts.favourite where buyer_id = $1"
        " and sku_id = any($2::uuid[])",
        buyer_id, list(sku_ids),
    )  # fmt: skip
    return [favourite_of(row) for row in rows]


async def count_favourites(tx: Tx, buyer_id: UUID) -> int:
    """How many there are."""
    count: int = await tx.fetchval("select count(*) from carts.favourite where buyer_id = $1", buyer_id)
    return count
