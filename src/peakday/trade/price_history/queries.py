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


async def list_offers(tx: Tx, shop_id: UUID, sku_id: UUID) -> list[Offer]:
    """All offers of a SKU, earliest first."""
    rows = await tx.fetch(
        f"select {OFFER_COLUMNS} from price_history.offer o where o.shop_id = $1 and o.sku_id = $2"
        " order by lower(o.valid), o.offer_no",
        shop_id, sku_id,
    )  # fmt: skip
    return [offer_of(row) for row in rows]


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
