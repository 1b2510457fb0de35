"""What was asked and paid for an item in a window, and what is asked now?

A page is one statement: offers that held in the window, and deals paid in it, where like deals of a market day are one
row that says how many they were. So an item with a million deals is a few hundred rows, and every figure stays exact.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.clock import MARKET_ZONE_NAME
from peakday.kernel.database import Tx
from peakday.trade.price_history.bulk import DealSum
from peakday.trade.price_history.model import Deal, DealKind, Offer, OfferKind, Window
from peakday.trade.price_history.store import OFFER_COLUMNS, offer_of

QUERY_SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which prices to read: of an item in a window; of one SKU; without an order; apart before and after `cut_at`."""

    shop_id: UUID
    item_id: UUID
    window: Window
    sku_id: UUID | None = None
    without_order: UUID | None = None
    cut_at: datetime | None = None
    has_deals: bool = True


@dataclass(frozen=True, slots=True)
class BulkWanted:
    """Which SKUs, as (item, SKU), in which window and currency."""

    shop_id: UUID
    skus: Sequence[tuple[UUID, UUID]]
    window: Window
    currency: str


async def list_prices(tx: Tx, wanted: Wanted) -> tuple[list[Offer], list[Deal]]:
    """The offers and the grouped deals that are wanted."""
    rows = await tx.fetch(
        _PRICES, wanted.shop_id, wanted.item_id, wanted.window.starts_at, wanted.window.ends_at, wanted.sku_id,
        wanted.without_order, wanted.cut_at or wanted.window.starts_at, wanted.has_deals, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    offers = [_offer(wanted, row) for row in rows if row["deals"] is None]
    deals = [_deal(wanted, row) for row in rows if row["deals"] is not None]
    return offers, deals


async def prices_at(tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID], at: datetime | None) -> dict[UUID, list[Offer]]:
    """The offers that hold at an instant, by SKU; None is now by the database's clock, the same for all processes."""
    rows = await tx.fetch(
        f"select {OFFER_COLUMNS} from price_history.offer o where o.shop_id = $1 and o.sku_id = any($2::uuid[])"
        " and o.valid @> coalesce($3::timestamptz, statement_timestamp()) order by o.sku_id, o.price_minor, o.kind",
        shop_id, list(sku_ids), at,
    )  # fmt: skip
    found: dict[UUID, list[Offer]] = defaultdict(list)
    for row in rows:
        found[row["sku_id"]].append(offer_of(row))
    return dict(found)


async def find_offer(tx: Tx, shop_id: UUID, offer_no: int) -> Offer | None:
    """One stored offer of a shop."""
    row = await tx.fetchrow(
        f"select {OFFER_COLUMNS} from price_history.offer o where o.shop_id = $1 and o.offer_no = $2",
        shop_id, offer_no,
    )  # fmt: skip
    return offer_of(row) if row else None


async def lowest_offers(tx: Tx, wanted: BulkWanted, kinds: Sequence[str], cut_percent: int) -> dict[UUID, int]:
    """The highest price that the lowest offer of each SKU in the window permits; SKUs without an offer are absent."""
    rows = await tx.fetch(
        _LOWEST_OFFERS, wanted.shop_id, *_id_texts(wanted.skus), wanted.window.starts_at, wanted.window.ends_at,
        list(kinds), wanted.currency, 100 - cut_percent, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return {row["sku_id"]: row["permitted"] for row in rows}


async def lowest_deals(
    tx: Tx, wanted: BulkWanted, counted: tuple[Sequence[str], Sequence[str]], cut_percent: int
) -> dict[UUID, int]:
    """The same of deals; counted is (kinds that count, flags that do not)."""
    kinds, flags = counted
    rows = await tx.fetch(
        _LOWEST_DEALS, wanted.shop_id, *_id_texts(wanted.skus), wanted.window.starts_at, wanted.window.ends_at,
        list(kinds), wanted.currency, 100 - cut_percent, list(flags), timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return {row["sku_id"]: row["permitted"] for row in rows}


async def list_event_offers(tx: Tx, wanted: BulkWanted, without_ref: str | None) -> dict[UUID, str]:
    """Which of these SKUs have an event price in the window, and of which event ("" where none is named)."""
    rows = await tx.fetch(
        _EVENT_OFFERS, wanted.shop_id, *_id_texts(wanted.skus), wanted.window.starts_at, wanted.window.ends_at,
        without_ref, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return {row["sku_id"]: row["event_ref"] or "" for row in rows}


async def sum_deals(
    tx: Tx, shop_id: UUID, item_ids: Sequence[UUID] | None, window: Window
) -> DealSum:  # fmt: skip
    """What was paid for these items of a shop (None: all) in a window, simulated orders left out."""
    row = await tx.fetchrow(
        "select count(distinct order_id) as orders, count(*) as lines, coalesce(sum(quantity), 0)::bigint as pieces,"
        " coalesce(sum(paid_minor), 0)::bigint as paid_minor,"
        " coalesce(sum(refunded_minor), 0)::bigint as refunded_minor from price_history.deal"
        " where shop_id = $1 and ($2::uuid[] is null or item_id = any($2)) and paid_at >= $3 and paid_at < $4"
        " and not simulated",
        shop_id, None if item_ids is None else list(item_ids), window.starts_at, window.ends_at,
        timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    assert row is not None
    return DealSum(**dict(row))


async def list_offers(tx: Tx, shop_id: UUID, sku_id: UUID) -> list[Offer]:
    """All offers of a SKU, earliest first."""
    rows = await tx.fetch(
        f"select {OFFER_COLUMNS} from price_history.offer o where o.shop_id = $1 and o.sku_id = $2"
        " order by lower(o.valid), o.offer_no",
        shop_id, sku_id,
    )  # fmt: skip
    return [offer_of(row) for row in rows]


def _id_texts(skus: Sequence[tuple[UUID, UUID]]) -> tuple[str, str]:
    """Item ids and SKU ids as two arrays of PostgreSQL: two values to read, not one for each id."""
    items, ids = ",".join(str(item) for item, _ in skus), ",".join(str(sku) for _, sku in skus)
    return f"{{{items}}}", f"{{{ids}}}"


def _offer(wanted: Wanted, row: asyncpg.Record) -> Offer:
    return Offer(
        wanted.shop_id, wanted.item_id, row["sku_id"], OfferKind(row["kind"]), row["minor"], row["currency"],
        row["first_at"], row["last_at"], row["source"], row["event_ref"], row["number"],
    )  # fmt: skip


def _deal(wanted: Wanted, row: asyncpg.Record) -> Deal:
    order_id, line_no = row["first_line"].split("/")  # a sample; ids sort by time, and one text is aggregated fastest
    deal = Deal(
        shop_id=wanted.shop_id, order_id=UUID(order_id), line_no=int(line_no), item_id=wanted.item_id,
        sku_id=row["sku_id"], kind=DealKind(row["kind"]), quantity=row["quantity"], paid_minor=row["minor"],
        currency=row["currency"], paid_at=row["first_at"], red_packet_minor=row["red_packet_minor"],
        tax_minor=row["tax_minor"], refunded_minor=row["refunded_minor"], event_ref=row["event_ref"],
        flags=tuple(row["flags"]), simulated=row["simulated"], deals=row["deals"],
    )  # fmt: skip
    return replace(deal, last_paid_at=row["last_at"]) if row["deals"] > 1 else deal


_PRICES = f"""
select sku_id, kind, price_minor as minor, currency, lower(valid) as first_at, upper(valid) as last_at, event_ref,
    offer_no as number, source, null::text as first_line, 1 as quantity, 0::bigint as red_packet_minor,
    0::bigint as tax_minor, 0::bigint as refunded_minor, null::text[] as flags, false as simulated,
    null::bigint as deals
from price_history.offer
where shop_id = $1 and item_id = $2 and valid && tstzrange($3, $4) and ($5::uuid is null or sku_id = $5)
union all
select sku_id, kind, paid_minor, currency, min(paid_at), max(paid_at), event_ref,
    null, null, min(order_id::text || '/' || line_no), quantity, red_packet_minor, tax_minor, refunded_minor,
    flags, simulated, count(*)
from price_history.deal
where $8 and shop_id = $1 and item_id = $2 and paid_at >= $3 and paid_at < $4 and ($5::uuid is null or sku_id = $5)
    and order_id is distinct from $6::uuid
group by sku_id, kind, paid_minor, currency, event_ref, quantity, red_packet_minor, tax_minor, refunded_minor, flags,
    simulated, (paid_at at time zone '{MARKET_ZONE_NAME}')::date, paid_at >= $7
"""

# Of thousands of SKUs at once. A floor of the lowest is the lowest of the floors, so exact fractions need no fractions.
_WANTED = "unnest((select $2::text::uuid[])::uuid[], (select $3::text::uuid[])::uuid[]) as w(item_id, sku_id)"
_LOWEST_OFFERS = f"""
select o.sku_id, div(min(o.price_minor)::numeric * $8, 100)::bigint as permitted
from {_WANTED} join price_history.offer o on o.shop_id = $1 and o.item_id = w.item_id and o.sku_id = w.sku_id
where o.valid && tstzrange($4, $5) and o.kind = any($6::text[]) and o.currency = $7
group by o.sku_id
"""
_LOWEST_DEALS = f"""
select d.sku_id, min(div(d.compared_minor::numeric * $8, d.quantity::numeric * 100))::bigint as permitted
from {_WANTED} join price_history.deal d on d.shop_id = $1 and d.item_id = w.item_id and d.sku_id = w.sku_id
where d.paid_at >= $4 and d.paid_at < $5 and d.kind = any($6::text[]) and d.currency = $7 and not d.simulated
    and not d.flags && $9::text[] and d.quantity > 0 and d.compared_minor > 0
    and not (d.refunded_minor > 0 and d.refunded_minor >= d.paid_minor)
group by d.sku_id
"""
_EVENT_OFFERS = f"""
select distinct on (o.sku_id) o.sku_id, o.event_ref
from {_WANTED} join price_history.offer o on o.shop_id = $1 and o.item_id = w.item_id and o.sku_id = w.sku_id
where o.valid && tstzrange($4, $5) and o.kind = 'event' and ($6::text is null or o.event_ref is distinct from $6)
order by o.sku_id, o.offer_no
"""
