"""On what is a foreign format translated? On a DuckDB of its own, into four tables that every importer fills.

An importer reads its files with SQL and leaves
    new_order   `n` (1, 2, 3 … in the order of shop and id), the columns of orders.store.ORDER_COLUMNS, and `rows`: for
                how many rows of the source it stands
    new_line    `n` of its order, LINE_COLUMNS
    new_refund  `n` of its order, REFUND_COLUMNS
    refused     file, row, field, value, code: what is wrong in which row of which file of the source
`loading` carries them over. Ids are made here by `kernel.ids.derived_id`'s rule, written as macros.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

MEMORY_MAX = "4GB"
THREADS = 2

_TABLES = """
create table new_refund (
    n bigint, shop_id varchar, refund_id varchar, order_id varchar, line_no int, amount_minor bigint,
    completed_at timestamp);
create table refused (file varchar, row bigint, field varchar, value varchar, code varchar);
"""
_MACROS = """
create macro lay_version_over(digest, head) as
    head[1:8] || '-' || head[9:12] || '-7' || digest[14:16] || '-'
    || substr('89ab', 1 + ((strpos('0123456789abcdef', digest[17:17]) - 1) % 4), 1) || digest[18:20]
    || '-' || digest[21:32];
create macro derived_id_of_digest(digest, ms) as
    lay_version_over(digest, case when ms is null then digest[1:12] else format('{:012x}', ms) end);
-- kernel.ids.derived_id(at, *key): `ms` is epoch_ms(at) or null, `key` the parts joined by chr(31)
create macro derived_id(ms, key) as derived_id_of_digest(sha256(key), ms);
-- an amount of a double column in whole hundredths
create macro cents(amount) as cast(round(amount * 100) as bigint);
-- an amount as text (separators allowed) in minor units; null when it is none or has more than two decimals
create macro as_decimal(words) as try_cast(replace(replace(words, ',', ''), ' ', '') as decimal(18, 6));
create macro minor(words) as
    case when as_decimal(words) * 100 = trunc(as_decimal(words) * 100) then (as_decimal(words) * 100)::bigint end;
create macro as_time(words) as try_cast(words as timestamp);
-- a wall clock of the market (Asia/Shanghai has had no summer time since 1991) as UTC
create macro market_time(wall) as wall - interval 8 hour;
"""


def open_desk() -> duckdb.DuckDBPyConnection:
    """A fresh translation desk in memory."""
    desk = duckdb.connect(config={"memory_limit": MEMORY_MAX, "threads": THREADS})
    desk.execute("set timezone = 'UTC'")
    desk.execute(_MACROS)
    desk.execute(_TABLES)
    return desk


def as_utc(instant: datetime) -> datetime:
    """A time that DuckDB gave (UTC without a zone) as an instant."""
    return instant.replace(tzinfo=UTC)


def lay_ids(desk: duckdb.DuckDBPyConnection, table: str, ids: Mapping[str, UUID]) -> None:
    """Put a room's ids on the desk as a table of (ref, id)."""
    rows = pa.table({"ref": list(ids), "id": [str(value) for value in ids.values()]},
                    schema=pa.schema([("ref", pa.string()), ("id", pa.string())]))  # fmt: skip
    desk.register("incoming_ids", rows)
    desk.execute(f"create or replace table {table} as from incoming_ids")
    desk.unregister("incoming_ids")


def rows_of(desk: duckdb.DuckDBPyConnection, query: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
    """The rows of a query, read by a cursor of its own, so that threads do not meet."""
    with closing(desk.cursor()) as cursor:
        return cursor.execute(query, list(values)).fetchall()
