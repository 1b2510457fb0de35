"""Which goods do a shop's channels tell of: listings, links, last prices, what each came to a day? All within one shop.

A listing is named by the seller's code, else the channel's item number, else its title; a line with none of them (a
report of orders only) tells of no goods.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from peakday.insight.channels.goods_model import Evidence, ItemLink, Listing, ListingDay, ListingKey
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.database import Tx

LISTINGS_MAX = 500
LINKS_MAX = 5_000
_REF = "left(coalesce(nullif(line.sku_ref, ''), nullif(line.item_ref, ''), nullif(line.title, '')), 200)"

_LISTINGS = f"""
select connection_id, {_REF} as ref, (array_agg(title order by paid_at desc, order_ref))[1] as title,
       sum(quantity)::bigint as quantity, max(paid_at) as last_paid_at
from channels.line
where shop_id = $1 and paid_at is not null and paid_minor > 0 and {_REF} is not null
  and not exists (select 1 from channels.item_link l where l.shop_id = $1
                  and l.connection_id = line.connection_id and l.item_ref = {_REF})
group by 1, 2 order by sum(paid_minor) desc, 2, 1 limit $2
"""

_QUOTES = f"""
select distinct on (told.connection_id, ref) told.connection_id, ref, paid_minor, quantity, currency, paid_at, day,
       order_ref, row_no, coalesce(run.note ->> 'file', '') as file_name
from (
    select line.connection_id, {_REF} as ref, paid_minor, quantity, currency, paid_at, order_ref, line_ref, row_no,
           run_id, (paid_at at time zone '{MARKET_ZONE}')::date as day
    from channels.line where shop_id = $1 and paid_minor > 0 and quantity > 0
      and paid_at >= $2::date::timestamp at time zone '{MARKET_ZONE}'
      and paid_at < ($3::date + 1)::timestamp at time zone '{MARKET_ZONE}'
) told
join channels.item_link link on link.shop_id = $1 and link.connection_id = told.connection_id
    and link.item_ref = told.ref
left join kernel.import_run run using (run_id)
order by told.connection_id, ref, paid_at desc, order_ref desc, told.line_ref desc
"""

_DAYS = f"""
with line as (
    select line.*, {_REF} as ref from channels.line where shop_id = $1
), linked as (
    select line.* from line join channels.item_link link on link.shop_id = $1
        and link.connection_id = line.connection_id and link.item_ref = line.ref
), told as (
    select connection_id, ref, currency, order_ref, coalesce(paid_at, refunded_at) as at, quantity, paid_minor,
           tax_minor, postage_minor, 0::bigint as refund_minor, fees_minor from linked
    union all
    select connection_id, ref, currency, null, refunded_at, 0, 0, 0, 0, refund_minor, 0 from linked
)
select connection_id, ref, (at at time zone '{MARKET_ZONE}')::date as day, currency,
       count(distinct order_ref) filter (where paid_minor > 0)::int as orders, sum(quantity)::bigint as quantity,
       sum(paid_minor)::bigint as paid_minor, sum(tax_minor)::bigint as tax_minor,
       sum(postage_minor)::bigint as postage_minor, sum(refund_minor)::bigint as refund_minor,
       sum(fees_minor)::bigint as fees_minor
from told
where at >= $2::date::timestamp at time zone '{MARKET_ZONE}'
  and at < ($3::date + 1)::timestamp at time zone '{MARKET_ZONE}'
group by 1, 2, 3, 4 order by 3, 1, 2, 4
"""


async def list_unlinked(tx: Tx, shop_id: UUID) -> list[Listing]:
    """The listings that nobody has linked, by the money they brought; at most LISTINGS_MAX."""
    rows = await tx.fetch(_LISTINGS, shop_id, LISTINGS_MAX)
    return [
        Listing(ListingKey(row["connection_id"], row["ref"]), row["title"], row["quantity"], row["last_paid_at"])
        for row in rows
    ]


async def list_links(tx: Tx, shop_id: UUID) -> list[ItemLink]:
    """The links, latest first."""
    rows = await tx.fetch(
        "select connection_id, item_ref, item_id, sku_id, evidence, linked_at from channels.item_link"
        " where shop_id = $1 order by linked_at desc, connection_id, item_ref limit $2",
        shop_id, LINKS_MAX,
    )  # fmt: skip
    return [
        ItemLink(
            ListingKey(row["connection_id"], row["item_ref"]), row["item_id"], row["sku_id"],
            Evidence(row["evidence"]), row["linked_at"],
        )
        for row in rows
    ]  # fmt: skip


async def list_unlikes(tx: Tx, shop_id: UUID) -> set[tuple[ListingKey, UUID]]:
    """Which listings are not which items, by a person's word."""
    rows = await tx.fetch(
        "select connection_id, item_ref, item_id from channels.item_unlike where shop_id = $1", shop_id
    )
    return {(ListingKey(row["connection_id"], row["item_ref"]), row["item_id"]) for row in rows}


async def has_listing(tx: Tx, shop_id: UUID, key: ListingKey) -> bool:
    """Whether the channel's files tell of such goods."""
    return bool(await tx.fetchval(
        f"select exists (select 1 from channels.line where shop_id = $1 and connection_id = $2 and {_REF} = $3)",
        shop_id, *key,
    ))  # fmt: skip


async def list_last_sales(tx: Tx, shop_id: UUID, days: tuple[date, date]) -> Sequence[Any]:
    """The last line that was paid of each linked listing, with the file and row that tells it."""
    return await tx.fetch(_QUOTES, shop_id, *days)


async def list_listing_days(tx: Tx, shop_id: UUID, days: tuple[date, date]) -> list[ListingDay]:
    """What each linked listing came to on each market day, in the currencies of its files."""
    return [ListingDay(**dict(row)) for row in await tx.fetch(_DAYS, shop_id, *days)]
