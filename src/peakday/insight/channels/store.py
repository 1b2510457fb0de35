"""Which writes does the room `channels` make?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.insight.channels.errors import ConnectionNameTaken, RatesOverlap
from peakday.insight.channels.goods_model import ItemLink, ListingKey
from peakday.insight.channels.model import ChannelLine, Connection, Rate
from peakday.kernel.database import Tx

_COLUMNS = (
    "order_ref", "line_ref", "row_no", "item_ref", "sku_ref", "title", "quantity", "paid_minor", "tax_minor",
    "postage_minor", "refund_minor", "fees_minor", "currency", "ordered_at", "paid_at", "refunded_at", "status",
)  # fmt: skip
_TOLD = [name for name in _COLUMNS if name not in {"order_ref", "line_ref"}]


async def add_connection(tx: Tx, connection: Connection) -> None:
    """Keep a new channel; refuses `ConnectionNameTaken`."""
    how = connection.calibration
    done = await tx.execute(
        "insert into channels.connection (shop_id, connection_id, name, calibre, zone, currency, tax_included,"
        " tax_basis_points, mapping, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " on conflict (shop_id, name) do nothing",
        connection.shop_id, connection.connection_id, connection.name, connection.calibre, how.zone, how.currency,
        how.tax.is_included, how.tax.basis_points, dict(how.mapping), connection.created_at,
    )  # fmt: skip
    if done != "INSERT 0 1":
        raise ConnectionNameTaken(name=connection.name)


async def lock_connection(tx: Tx, shop_id: UUID, connection_id: UUID) -> None:
    """One writer of a channel's lines at a time, to the end of the transaction."""
    await tx.fetchval(
        "select 1 from channels.connection where shop_id = $1 and connection_id = $2 for update", shop_id, connection_id
    )


async def save_lines(tx: Tx, shop_id: UUID, connection_id: UUID, run_id: UUID, lines: Sequence[ChannelLine]) -> None:
    """Keep the lines; one that we have is told anew. Needs the connection's lock and agreement with what we have."""
    await tx.execute("create temp table told (like channels.line) on commit drop")
    await tx.copy_records_to_table(
        "told",
        columns=("shop_id", "connection_id", "run_id", *_COLUMNS),
        records=[(shop_id, connection_id, run_id, *(getattr(line, name) for name in _COLUMNS)) for line in lines],
    )
    sets = ", ".join(f"{name} = excluded.{name}" for name in ("run_id", *_TOLD))
    await tx.execute(
        "insert into channels.line select * from told"
        f" on conflict (shop_id, connection_id, order_ref, line_ref) do update set {sets}"
    )
    await tx.execute("drop table told")


async def add_rate(tx: Tx, shop_id: UUID, rate: Rate, now: datetime) -> None:
    """Keep a rate; refuses `RatesOverlap`."""
    try:
        async with tx.transaction():
            await tx.execute(
                "insert into channels.exchange_rate values ($1, $2, $3, $4, $5, $6, $7, $8)",
                shop_id, rate.currency, rate.into, rate.first_day, rate.last_day, rate.rate, rate.source, now,
            )  # fmt: skip
    except (asyncpg.ExclusionViolationError, asyncpg.UniqueViolationError):
        raise RatesOverlap(currency=rate.currency) from None


async def link_item(tx: Tx, shop_id: UUID, link: ItemLink, account_id: UUID | None) -> bool:
    """Say which of our goods a listing is; whether that is news."""
    done = await tx.execute(
        "insert into channels.item_link (shop_id, connection_id, item_ref, item_id, sku_id, evidence, linked_at,"
        " linked_by) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (shop_id, connection_id, item_ref) do update"
        " set item_id = excluded.item_id, sku_id = excluded.sku_id, evidence = excluded.evidence,"
        " linked_at = excluded.linked_at, linked_by = excluded.linked_by"
        " where (item_link.item_id, item_link.sku_id) is distinct from (excluded.item_id, excluded.sku_id)",
        shop_id, *link.key, link.item_id, link.sku_id, link.evidence, link.linked_at, account_id,
    )  # fmt: skip
    return done == "INSERT 0 1"


async def unlink_item(tx: Tx, shop_id: UUID, key: ListingKey) -> bool:
    """Take a link back; whether there was one."""
    done = await tx.execute(
        "delete from channels.item_link where shop_id = $1 and connection_id = $2 and item_ref = $3", shop_id, *key
    )
    return done == "DELETE 1"


async def add_unlike(tx: Tx, shop_id: UUID, key: ListingKey, item_id: UUID, now: datetime) -> None:
    """Remember that a listing is not an item."""
    await tx.execute(
        "insert into channels.item_unlike values ($1, $2, $3, $4, $5) on conflict do nothing",
        shop_id, *key, item_id, now,
    )  # fmt: skip
