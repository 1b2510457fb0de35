"""How are shops, regions and warehouses written and locked, and sent out as facts?"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.market.shops.model import (
    NewRegion,
    NewShop,
    NewWarehouse,
    ProfileChanges,
    Rating,
    Shop,
    ShopId,
    ShopKind,
    Violation,
    shop_id_of,
    warehouse_id_of,
)

BATCH_MAX = 10_000

SHOP_COLUMNS = (
    "shop_id, source, source_ref, name, name_en, kind, level, rating, rating_marks, city, belt, main_category,"
    " brand_ids, is_domestic_brand, violation_points, dsr_description, dsr_service, dsr_shipping, experience_score,"
    " currency, introduction, service_phone, service_email, opened_at, updated_at, version"
)
FACT_COLUMNS = {"shops": "shop_id, name, currency"}


def shop_of(row: asyncpg.Record) -> Shop:
    """A row of `SHOP_COLUMNS` as a shop."""
    values = {**dict(row), "kind": ShopKind(row["kind"]), "rating": Rating(row["rating"])}
    return Shop(**{**values, "shop_id": ShopId(row["shop_id"]), "brand_ids": tuple(row["brand_ids"])})


async def insert_shops(tx: Tx, rows: Sequence[NewShop]) -> None:
    """Write the shops that are not there yet; what is there stays, for its merchant may have changed it."""
    for start in range(0, len(rows), BATCH_MAX):
        batch = rows[start : start + BATCH_MAX]
        await tx.execute(
            "insert into shops.shop (shop_id, source, source_ref, name, name_en, kind, city, belt, main_category,"
            " is_domestic_brand, currency, opened_at, updated_at)"
            " select id, source, ref, name, name_en, kind, city, belt, category, domestic, currency, at, at"
            " from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
            " $8::text[], $9::text[], $10::boolean[], $11::text[], $12::timestamptz[])"
            " as r(id, source, ref, name, name_en, kind, city, belt, category, domestic, currency, at)"
            " on conflict (source, source_ref) do nothing",
            [shop_id_of(row.source, row.source_ref) for row in batch],
            *_columns(
                batch, "source", "source_ref", "name", "name_en", "kind", "city", "belt", "main_category",
                "is_domestic_brand", "currency", "opened_at",
            ),
        )  # fmt: skip


async def insert_regions(tx: Tx, rows: Sequence[NewRegion]) -> None:
    """Write the regions that are not there yet."""
    await tx.execute(
        "insert into shops.region (region_id, name, source)"
        " select * from unnest($1::text[], $2::text[], $3::text[]) on conflict (region_id) do nothing",
        *_columns(rows, "region_id", "name", "source"),
    )


async def insert_warehouses(tx: Tx, rows: Sequence[NewWarehouse]) -> None:
    """Write the warehouses that are not there yet."""
    await tx.execute(
        "insert into shops.warehouse (warehouse_id, region_id, name, source, source_ref)"
        " select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])"
        " on conflict (source, source_ref) do nothing",
        [warehouse_id_of(row.source, row.source_ref) for row in rows],
        *_columns(rows, "region_id", "name", "source", "source_ref"),
    )


async def add_violation(tx: Tx, violation: Violation) -> bool:
    """Note points and add them to the shop's; False when this key was noted before."""
    is_new = await tx.fetchval(
        "insert into shops.violation (shop_id, violation_key, points, reason_zh, reason_en, noted_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning true",
        violation.shop_id, violation.key, violation.points, violation.reason.zh, violation.reason.en,
        violation.noted_at,
    )  # fmt: skip
    if is_new:
        await _add_points(tx, violation.shop_id, violation.points)
    return bool(is_new)


async def undo_violation(tx: Tx, shop_id: UUID, key: str, now: datetime) -> bool:
    """Take points off again; False when there are none of that key."""
    points = await tx.fetchval(
        "update shops.violation set undone_at = $3 where shop_id = $1 and violation_key = $2 and undone_at is null"
        " returning points",
        shop_id, key, now,
    )  # fmt: skip
    if points is not None:
        await _add_points(tx, shop_id, -points)
    return points is not None


async def _add_points(tx: Tx, shop_id: UUID, points: int) -> None:
    await tx.execute(
        "update shops.shop set violation_points = greatest(violation_points + $2, 0),"
        " changed_xid = pg_current_xact_id() where shop_id = $1",
        shop_id, points,
    )  # fmt: skip


async def lock_shop(tx: Tx, shop_id: UUID) -> Shop | None:
    """A shop, locked until the transaction ends."""
    row = await tx.fetchrow(f"select {SHOP_COLUMNS} from shops.shop where shop_id = $1 for update", shop_id)
    return shop_of(row) if row else None


async def update_profile(tx: Tx, shop_id: UUID, changes: ProfileChanges, now: datetime) -> Shop:
    """Set what the changes name; a new version, fresh for the facts."""
    wanted = {field: value for field, value in asdict(changes).items() if value is not None}
    assignments = "".join(f", {field} = ${number}" for number, field in enumerate(wanted, 3))
    row = await tx.fetchrow(
        f"update shops.shop set updated_at = $2, version = version + 1, changed_xid = pg_current_xact_id(){assignments}"
        f" where shop_id = $1 returning {SHOP_COLUMNS}",
        shop_id, now, *wanted.values(),
    )  # fmt: skip
    assert row is not None, shop_id
    return shop_of(row)


async def copy_facts(
    connection: Tx, relation: str, changed_since: int | None, sink: Callable[[bytes], Awaitable[None] | None]
) -> None:
    """Stream a relation as CSV with a header: all rows, or those changed in or after transaction `changed_since`."""
    where = "" if changed_since is None else f" where changed_xid >= '{int(changed_since)}'::xid8"
    query = f"select {FACT_COLUMNS[relation]} from shops.shop{where}"

    async def write(chunk: bytes) -> None:
        written = sink(chunk)
        if written is not None:
            await written

    await connection.copy_from_query(query, output=write, format="csv", header=True)


def _columns(rows: Sequence[object], *names: str) -> list[list[object]]:
    return [[getattr(row, name) for row in rows] for name in names]
