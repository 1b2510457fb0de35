"""How are carts written and locked?

The lock of a cart is its row in `carts.cart`, taken by whoever changes a line; of several carts in the order of their
buyers' ids. Whoever holds a cart's lock waits for no other room's lock, so it may be taken after all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.carts.model import REMOVALS_KEPT_MAX, Favourite, Line, Removal

LINE_COLUMNS = "shop_id, sku_id, quantity, is_selected, added_at, seen_minor, seen_left, live_room_id"


async def lock_carts(tx: Tx, buyer_ids: Iterable[UUID], at: datetime) -> dict[UUID, int]:
    """Lock these carts, made where there is none; how many lines each has. The order of the ids prevents deadlocks."""
    rows = await tx.fetch(
        "insert into carts.cart as c (buyer_id, changed_at) select b, $2 from unnest($1::uuid[]) as b"
        " on conflict (buyer_id) do update set changed_at = $2, version = c.version + 1 returning buyer_id, lines",
        sorted(set(buyer_ids)), at,
    )  # fmt: skip
    return {row["buyer_id"]: row["lines"] for row in rows}


async def lock_cart(tx: Tx, buyer_id: UUID) -> int:
    """Lock one cart, made where there is none; how often it was changed, this change among them."""
    version: int = await tx.fetchval(
        "insert into carts.cart as c (buyer_id, changed_at) values ($1, clock_timestamp())"
        " on conflict (buyer_id) do update set changed_at = excluded.changed_at, version = c.version + 1"
        " returning version",
        buyer_id,
    )  # fmt: skip
    return version


async def find_pieces(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """The pieces of these (buyer_id, sku_id)."""
    rows = await tx.fetch(
        "select buyer_id, sku_id, quantity from carts.line join unnest($1::uuid[], $2::uuid[]) as w(buyer_id, sku_id)"
        " using (buyer_id, sku_id)",
        [buyer_id for buyer_id, _ in pairs], [sku_id for _, sku_id in pairs],
    )  # fmt: skip
    return {(row["buyer_id"], row["sku_id"]): row["quantity"] for row in rows}


async def list_lines(tx: Tx, buyer_id: UUID) -> list[Line]:
    """Every line of a cart, newest first."""
    rows = await tx.fetch(
        f"select {LINE_COLUMNS} from carts.line where buyer_id = $1 order by added_at desc, sku_id desc", buyer_id
    )
    return [Line(*row) for row in rows]


async def save_lines(tx: Tx, lines: Sequence[tuple[UUID, Line]], more: Mapping[UUID, int]) -> None:
    """Write (buyer, line), new or changed, and count `more` lines in each cart; one statement. Needs the carts' locks.

    A line that was there keeps when it was added; what was seen, the pieces and the selection become as given.
    """
    await tx.execute(
        """
        with counted as (
            update carts.cart c set lines = c.lines + w.more
            from unnest($10::uuid[], $11::int[]) as w(buyer_id, more) where c.buyer_id = w.buyer_id)
        insert into carts.line as l (buyer_id, shop_id, sku_id, quantity, is_selected, added_at, seen_minor, seen_left,
            live_room_id)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::bool[], $6::timestamptz[], $7::bigint[],
            $8::int[], $9::text[])
        on conflict (buyer_id, sku_id) do update set quantity = excluded.quantity, seen_minor = excluded.seen_minor,
            seen_left = excluded.seen_left, is_selected = excluded.is_selected,
            live_room_id = coalesce(excluded.live_room_id, l.live_room_id)
        """,
        *_columns(lines), list(more), list(more.values()),
    )  # fmt: skip


async def change_line(tx: Tx, buyer_id: UUID, line: Line) -> None:
    """Write pieces and selection of a line that is there. Needs the cart's lock."""
    await tx.execute(
        "update carts.line set quantity = $3, is_selected = $4 where buyer_id = $1 and sku_id = $2",
        buyer_id, line.sku_id, line.quantity, line.is_selected,
    )  # fmt: skip


async def select_lines(
    tx: Tx, buyer_id: UUID, sku_ids: Sequence[UUID] | None, shop_id: UUID | None, *, is_selected: bool
) -> int:  # fmt: skip
    """Set the selection of these lines; how many changed. Needs the cart's lock."""
    status = await tx.execute(
        "update carts.line set is_selected = $4 where buyer_id = $1 and ($2::uuid[] is null or sku_id = any($2))"
        " and ($3::uuid is null or shop_id = $3) and is_selected <> $4",
        buyer_id, None if sku_ids is None else list(sku_ids), shop_id, is_selected,
    )  # fmt: skip
    return _count(status)


async def note_seen(tx: Tx, buyer_id: UUID, seen: Sequence[tuple[UUID, int, int | None]]) -> None:
    """Write what the shopper has seen of (sku_id, price, units left). Needs the cart's lock."""
    await tx.execute(
        "update carts.line l set seen_minor = w.minor, seen_left = w.units"
        " from unnest($2::uuid[], $3::bigint[], $4::int[]) as w(sku_id, minor, units)"
        " where l.buyer_id = $1 and l.sku_id = w.sku_id",
        buyer_id, [sku for sku, _, _ in seen], [minor for _, minor, _ in seen], [left for _, _, left in seen],
    )  # fmt: skip


async def take_lines(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, Line]]:
    """Delete these (buyer_id, sku_id) and count them off; what they were. Needs the carts' locks."""
    rows = await tx.fetch(
        f"""
        with gone as (
            delete from carts.line l using unnest($1::uuid[], $2::uuid[]) as w(buyer_id, sku_id)
            where l.buyer_id = w.buyer_id and l.sku_id = w.sku_id
            returning l.buyer_id, l.{LINE_COLUMNS.replace(", ", ", l.")}
        ), counted as (
            update carts.cart c set lines = c.lines - g.fewer
            from (select buyer_id, count(*) as fewer from gone group by buyer_id) g where c.buyer_id = g.buyer_id)
        select buyer_id, {LINE_COLUMNS} from gone
        """,
        [buyer_id for buyer_id, _ in pairs], [sku_id for _, sku_id in pairs],
    )  # fmt: skip
    return [(row[0], Line(*list(row)[1:])) for row in rows]


async def save_removal(tx: Tx, buyer_id: UUID, removal: Removal) -> None:
    """Keep what was removed; the oldest of a cart give way. Needs the cart's lock."""
    await tx.execute(
        "insert into carts.removal (buyer_id, removal_id, removed_at, lines) values ($1, $2, $3, $4)",
        buyer_id, removal.removal_id, removal.removed_at, [_written(line) for line in removal.lines],
    )  # fmt: skip
    await tx.execute(
        "delete from carts.removal where buyer_id = $1 and removal_id <= (select removal_id from carts.removal"
        " where buyer_id = $1 order by removal_id desc offset $2 limit 1)",
        buyer_id, REMOVALS_KEPT_MAX,
    )  # fmt: skip


async def find_removal(tx: Tx, buyer_id: UUID, removal_id: UUID, since: datetime) -> tuple[Removal, bool] | None:
    """A removal that is not older than `since`, and whether it was undone. Needs the cart's lock."""
    row = await tx.fetchrow(
        "select removal_id, removed_at, lines, undone_at from carts.removal where buyer_id = $1 and removal_id = $2"
        " and removed_at > $3",
        buyer_id, removal_id, since,
    )  # fmt: skip
    if row is None:
        return None
    removal = Removal(row["removal_id"], row["removed_at"], tuple(_read(line) for line in row["lines"]))
    return removal, row["undone_at"] is not None


async def note_undone(tx: Tx, buyer_id: UUID, removal_id: UUID, at: datetime) -> None:
    """This removal was undone."""
    await tx.execute(
        "update carts.removal set undone_at = $3 where buyer_id = $1 and removal_id = $2", buyer_id, removal_id, at
    )


async def save_favourites(tx: Tx, buyer_id: UUID, favourites: Sequence[Favourite]) -> int:
    """Keep these; what is kept already stays as it is. How many are new. Needs the cart's lock."""
    status = await tx.execute(
        "insert into carts.favourite (buyer_id, shop_id, sku_id, seen_minor, added_at)"
        " select $1, * from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::timestamptz[]) on conflict do nothing",
        buyer_id, [each.shop_id for each in favourites], [each.sku_id for each in favourites],
        [each.seen_minor for each in favourites], [each.added_at for each in favourites],
    )  # fmt: skip
    return _count(status)


async def trim_favourites(tx: Tx, buyer_id: UUID, keep: int) -> int:
    """Let the oldest go, so that so many stay; how many went. Needs the cart's lock."""
    status = await tx.execute(
        "delete from carts.favourite f using (select sku_id from carts.favourite where buyer_id = $1"
        " order by added_at desc, sku_id desc offset $2) o where f.buyer_id = $1 and f.sku_id = o.sku_id",
        buyer_id, keep,
    )  # fmt: skip
    return _count(status)


async def delete_favourites(tx: Tx, buyer_id: UUID, sku_ids: Sequence[UUID]) -> int:
    """Drop these; how many were there. Needs the cart's lock."""
    status = await tx.execute(
        "delete from carts.favourite where buyer_id = $1 and sku_id = any($2::uuid[])", buyer_id, list(sku_ids)
    )
    return _count(status)


async def sweep(tx: Tx, removals_before: datetime, empty_before: datetime) -> tuple[int, int]:
    """Drop removals that cannot be undone any more, and empty carts that nobody touched; how many of each."""
    removals = await tx.execute("delete from carts.removal where removed_at < $1", removals_before)
    carts = await tx.execute("delete from carts.cart where lines = 0 and changed_at < $1", empty_before)
    return _count(removals), _count(carts)


def _columns(lines: Sequence[tuple[UUID, Line]]) -> list[list[Any]]:
    return [
        [buyer_id for buyer_id, _ in lines], [line.shop_id for _, line in lines], [line.sku_id for _, line in lines],
        [line.quantity for _, line in lines], [line.is_selected for _, line in lines],
        [line.added_at for _, line in lines], [line.seen_minor for _, line in lines],
        [line.seen_left for _, line in lines], [line.live_room_id for _, line in lines],
    ]  # fmt: skip


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


def _written(line: Line) -> dict[str, object]:
    return {
        "shop_id": str(line.shop_id), "sku_id": str(line.sku_id), "quantity": line.quantity,
        "is_selected": line.is_selected, "added_at": line.added_at.isoformat(), "seen_minor": line.seen_minor,
        "seen_left": line.seen_left, "live_room_id": line.live_room_id,
    }  # fmt: skip


def _read(written: Mapping[str, Any]) -> Line:
    return Line(
        **{
            **written,
            "shop_id": UUID(written["shop_id"]),
            "sku_id": UUID(written["sku_id"]),
            "added_at": datetime.fromisoformat(written["added_at"]),
        }
    )


def favourite_of(row: asyncpg.Record) -> Favourite:
    """A row of shop_id, sku_id, seen_minor, added_at."""
    return Favourite(*row)
