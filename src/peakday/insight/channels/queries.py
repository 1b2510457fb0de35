"""Which reads does the room `channels` make? All within one shop."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from peakday.insight.channels.errors import ConnectionNotFound
from peakday.insight.channels.model import (
    Calibration,
    Calibre,
    ChannelLine,
    Connection,
    DayFigures,
    LineStatus,
    Rate,
    StoredLine,
    TaxRule,
)
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.database import Tx

CONNECTIONS_MAX = 50
RATES_MAX = 2_000

# each amount on the market day of its own instant: sales and fees when paid, refunds when refunded
_DAYS = f"""
with told as (
    select connection_id, currency, order_ref, coalesce(paid_at, refunded_at) as at, quantity, paid_minor, tax_minor,
           postage_minor, 0::bigint as refund_minor, fees_minor
    from channels.line where shop_id = $1 and coalesce(paid_at, refunded_at) is not null
    union all
    select connection_id, currency, null, refunded_at, 0, 0, 0, 0, refund_minor, 0
    from channels.line where shop_id = $1 and refunded_at is not null
)
select connection_id, (at at time zone '{MARKET_ZONE}')::date as day, currency,
       count(distinct order_ref) filter (where paid_minor > 0)::int as orders, sum(quantity)::bigint as quantity,
       sum(paid_minor)::bigint as paid_minor, sum(tax_minor)::bigint as tax_minor,
       sum(postage_minor)::bigint as postage_minor, sum(refund_minor)::bigint as refund_minor,
       sum(fees_minor)::bigint as fees_minor
from told
where ($2::date is null or (at at time zone '{MARKET_ZONE}')::date between $2 and $3)
group by 1, 2, 3 order by 2, 1, 3
"""


async def list_connections(tx: Tx, shop_id: UUID) -> list[Connection]:
    """The shop's channels, oldest first."""
    rows = await tx.fetch(
        "select * from channels.connection where shop_id = $1 order by created_at, name limit $2",
        shop_id, CONNECTIONS_MAX,
    )  # fmt: skip
    return [_connection(row) for row in rows]


async def get_connection(tx: Tx, shop_id: UUID, connection_id: UUID) -> Connection:
    """One channel of the shop; refuses `ConnectionNotFound`."""
    row = await tx.fetchrow(
        "select * from channels.connection where shop_id = $1 and connection_id = $2", shop_id, connection_id
    )
    if row is None:
        raise ConnectionNotFound
    return _connection(row)


async def find_lines(
    tx: Tx, shop_id: UUID, connection_id: UUID, orders: Sequence[str]
) -> dict[tuple[str, str], StoredLine]:
    """The lines that we have of these orders, with the file that told each."""
    rows = await tx.fetch(
        "select line.*, coalesce(run.note ->> 'file', '') as file_name from channels.line"
        " left join kernel.import_run run on run.run_id = line.run_id"
        " where line.shop_id = $1 and line.connection_id = $2 and line.order_ref = any($3::text[])",
        shop_id, connection_id, orders,
    )  # fmt: skip
    return {(row["order_ref"], row["line_ref"]): StoredLine(_line(row), row["file_name"]) for row in rows}


async def list_days(
    tx: Tx, shop_id: UUID, first_day: date | None = None, last_day: date | None = None
) -> list[DayFigures]:
    """What each channel came to on each market day, in the currencies of its files."""
    return [DayFigures(**dict(row)) for row in await tx.fetch(_DAYS, shop_id, first_day, last_day)]


async def find_last_day(tx: Tx, shop_id: UUID) -> date | None:
    """The latest market day on which something was paid."""
    day: date | None = await tx.fetchval(
        f"select (max(paid_at) at time zone '{MARKET_ZONE}')::date from channels.line"
        " where shop_id = $1 and paid_at is not null",
        shop_id,
    )
    return day


async def list_rates(tx: Tx, shop_id: UUID) -> list[Rate]:
    """The rates that the merchant gave, latest first."""
    rows = await tx.fetch(
        "select currency, into_currency as into, first_day, last_day, rate, source from channels.exchange_rate"
        " where shop_id = $1 order by first_day desc, currency limit $2",
        shop_id, RATES_MAX,
    )  # fmt: skip
    return [Rate(**dict(row)) for row in rows]


def _connection(row: asyncpg.Record) -> Connection:
    tax = TaxRule(row["tax_included"], row["tax_basis_points"])
    how = Calibration(row["zone"], row["currency"], tax, row["mapping"])
    return Connection(
        row["shop_id"], row["connection_id"], row["name"], Calibre(row["calibre"]), how, row["created_at"]
    )


def _line(row: asyncpg.Record) -> ChannelLine:
    left_out = {"shop_id", "connection_id", "run_id", "file_name", "status"}
    values = {name: value for name, value in row.items() if name not in left_out}
    return ChannelLine(status=LineStatus(row["status"]), **values)
