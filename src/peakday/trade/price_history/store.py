"""How are prices written: offers without overlap, deals once only, grants of protection one after the other?

Offers of a shop are woven under one lock of the shop, so that two writers cannot both end the same price. Deals are
copied into a staging table of this transaction and inserted where they are not yet there; of a deal that is there only
what was refunded may change.
"""

import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import IO
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.price_history.errors import DealNotFound
from peakday.trade.price_history.model import Deal, DealKind, Offer, OfferKind, ProtectionAsk
from peakday.trade.price_history.rules.price_intervals import weave_offers

OFFERS_A_BATCH = 10_000
BULK_ROWS = 10_000  # so many new rows at once, and the planner is told: before that a question took 20 ms, then 1 ms
COPY_SECONDS_MAX = 600
DEAL_COLUMNS = (
    "shop_id", "order_id", "line_no", "item_id", "sku_id", "kind", "quantity", "paid_minor", "red_packet_minor",
    "tax_minor", "refunded_minor", "currency", "paid_at", "event_ref", "flags", "simulated",
)  # fmt: skip

Key = tuple[UUID, UUID, OfferKind]


async def lock_offers(tx: Tx, shop_ids: Iterable[UUID]) -> None:
    """Keep other writers of these shops' offers out until the transaction ends; always in the order of the ids."""
    for shop_id in sorted(set(shop_ids)):
        await tx.execute(
            "select pg_advisory_xact_lock(hashtextextended('price_history.offer ' || $1, 0))", str(shop_id)
        )


async def save_offers(tx: Tx, offers: Sequence[Offer], now: datetime) -> int:
    """Weave new offers into the stored ones; how many were added. Refuses `PriceOverlaps`, then nothing is written.

    A key's offers must come in one call if they begin at several instants: calls are woven one after the other.
    """
    await lock_offers(tx, (offer.shop_id for offer in offers))
    by_key: dict[Key, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_key[offer.shop_id, offer.sku_id, offer.kind].append(offer)
    added = 0
    keys = list(by_key)
    for start in range(0, len(keys), OFFERS_A_BATCH):
        added += await _weave(tx, {key: by_key[key] for key in keys[start : start + OFFERS_A_BATCH]}, now)
    await _tell_planner(tx, "offer", added)
    return added


async def end_offers(
    tx: Tx, shop_id: UUID, event_refs: Sequence[str], item_ids: Sequence[UUID] | None, sku_ids: Sequence[UUID] | None,
    now: datetime,
) -> tuple[int, int]:  # fmt: skip
    """End the offers of these events now, and take back those that never held; how many of each.

    Takes the lock of the shop's offers. Only of `item_ids` and `sku_ids`, where given. What once held is history: kept.
    """
    await lock_offers(tx, [shop_id])
    items = None if item_ids is None else list(item_ids)
    skus = None if sku_ids is None else list(sku_ids)
    where = (
        "shop_id = $1 and event_ref = any($2::text[]) and ($3::uuid[] is null or item_id = any($3))"
        " and ($4::uuid[] is null or sku_id = any($4))"
    )
    removed = await tx.execute(
        f"delete from price_history.offer where {where} and lower(valid) >= $5",
        shop_id, list(event_refs), items, skus, now, timeout=COPY_SECONDS_MAX,
    )  # fmt: skip
    ended = await tx.execute(
        f"update price_history.offer set valid = tstzrange(lower(valid), $5) where {where}"
        " and valid @> $5::timestamptz",
        shop_id, list(event_refs), items, skus, now, timeout=COPY_SECONDS_MAX,
    )  # fmt: skip
    return int(ended.rsplit(" ", 1)[1]), int(removed.rsplit(" ", 1)[1])


async def copy_deals(tx: Tx, deals: Iterable[Deal]) -> int:
    """Store deals in bulk, idempotent by (shop, order, line); how many rows are new or were refunded since."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(map(_deal_row, deals))
    return await copy_deal_file(tx, io.BytesIO(text.getvalue().encode()))


async def copy_deal_file(tx: Tx, file: IO[bytes]) -> int:
    """The same from CSV that was made elsewhere: no header, DEAL_COLUMNS in their order, lists as array text."""
    await tx.execute(_STAGE)
    await tx.copy_to_table(
        "staged_deal", source=_chunks(file), columns=DEAL_COLUMNS, format="csv", timeout=COPY_SECONDS_MAX
    )
    tag: str = await tx.execute(_INSERT_DEALS, timeout=COPY_SECONDS_MAX)
    written = int(tag.rsplit(" ", 1)[1])
    await _tell_planner(tx, "deal", written)
    return written


async def read_until(tx: Tx, source: str) -> int | None:
    """Up to which transaction the deals of a source were taken over; None: not begun."""
    text = await tx.fetchval("select read_until::text from price_history.deal_source where source = $1", source)
    return None if text is None else int(text)


async def note_read_until(tx: Tx, source: str, transaction: int) -> None:
    """Keep it."""
    await tx.execute(
        "insert into price_history.deal_source (source, read_until) values ($1, $2::text::xid8)"
        " on conflict (source) do update set read_until = excluded.read_until",
        source, str(transaction),
    )  # fmt: skip


async def lock_deal(tx: Tx, ask: ProtectionAsk) -> tuple[Deal, int, int]:
    """The deal, locked until the transaction ends; what protection gave for it, and in how many grants."""
    row = await tx.fetchrow(f"{_DEAL} for update", ask.shop_id, ask.order_id, ask.line_no)
    if row is None:
        raise DealNotFound
    granted = await tx.fetchrow(_GRANTED, ask.shop_id, ask.order_id, ask.line_no)
    assert granted is not None
    return deal_of(row), granted["amount_minor"], granted["grants"]


async def find_deal(tx: Tx, ask: ProtectionAsk) -> tuple[Deal, int]:
    """The deal and what protection gave for it so far."""
    row = await tx.fetchrow(_DEAL, ask.shop_id, ask.order_id, ask.line_no)
    if row is None:
        raise DealNotFound
    granted = await tx.fetchrow(_GRANTED, ask.shop_id, ask.order_id, ask.line_no)
    assert granted is not None
    return deal_of(row), granted["amount_minor"]


async def add_grant(
    tx: Tx, ask: ProtectionAsk, grant_no: int, amount: tuple[int, str], rule_version: str, now: datetime
) -> None:  # fmt: skip
    """Keep that a difference was given: amount in minor units and currency."""
    await tx.execute(
        "insert into price_history.protection values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ask.shop_id, ask.order_id, ask.line_no, grant_no, *amount, ask.asked.value, rule_version, now,
    )  # fmt: skip


def deal_of(row: asyncpg.Record) -> Deal:
    """A row with the columns of DEAL_COLUMNS as a deal."""
    values = {name: row[name] for name in DEAL_COLUMNS}
    return Deal(**{**values, "kind": DealKind(row["kind"]), "flags": tuple(row["flags"])})


async def _chunks(file: IO[bytes], size: int = 1 << 20) -> AsyncIterator[bytes]:
    """The bytes of a file in large pieces; asyncpg's own reader takes 64 kB at a time."""
    while chunk := file.read(size):
        yield chunk


async def _tell_planner(tx: Tx, table: str, rows: int) -> None:
    if rows >= BULK_ROWS:
        await tx.execute(f"analyze price_history.{table}")


async def _weave(tx: Tx, by_key: dict[Key, list[Offer]], now: datetime) -> int:
    stored = await _stored_since(tx, by_key)
    ended: list[tuple[UUID, int, datetime]] = []
    added: list[Offer] = []
    for key, offers in by_key.items():
        weaving = weave_offers(stored.get(key, []), offers)
        ended += [(key[0], offer_no, until) for offer_no, until in weaving.ended.items()]
        added += weaving.added
    await tx.execute(_END_OFFERS, *_columns(ended, 3))
    rows = [
        (o.shop_id, o.item_id, o.sku_id, o.kind.value, o.price_minor, o.currency, o.valid_from, o.valid_until, o.source,
         o.event_ref)
        for o in added
    ]  # fmt: skip
    await tx.execute(_INSERT_OFFERS, *_columns(rows, 10), now)
    return len(added)


async def _stored_since(tx: Tx, by_key: dict[Key, list[Offer]]) -> dict[Key, list[Offer]]:
    """What holds at the first new beginning of each key, and all that comes later."""
    wanted = [(*key, min(offer.valid_from for offer in offers)) for key, offers in by_key.items()]
    shops, skus, kinds, begins = _columns(wanted, 4)
    rows = await tx.fetch(_STORED_OFFERS, shops, skus, [str(kind) for kind in kinds], begins)
    stored: dict[Key, list[Offer]] = defaultdict(list)
    for row in rows:
        offer = offer_of(row)
        stored[offer.shop_id, offer.sku_id, offer.kind].append(offer)
    return stored


def offer_of(row: asyncpg.Record) -> Offer:
    """A row of OFFER_COLUMNS as an offer."""
    return Offer(**{**dict(row), "kind": OfferKind(row["kind"])})


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _deal_row(deal: Deal) -> list[object]:
    return [
        deal.shop_id, deal.order_id, deal.line_no, deal.item_id, deal.sku_id, deal.kind.value, deal.quantity,
        deal.paid_minor, deal.red_packet_minor, deal.tax_minor, deal.refunded_minor, deal.currency, deal.paid_at,
        deal.event_ref, "{" + ",".join(deal.flags) + "}", deal.simulated,
    ]  # fmt: skip


OFFER_COLUMNS = (
    "o.shop_id, o.offer_no, o.item_id, o.sku_id, o.kind, o.price_minor, o.currency, lower(o.valid) as valid_from,"
    " upper(o.valid) as valid_until, o.source, o.event_ref"
)
_DEAL_LIST = ", ".join(DEAL_COLUMNS)
_DEAL = f"select {_DEAL_LIST} from price_history.deal where shop_id = $1 and order_id = $2 and line_no = $3"
_GRANTED = (
    "select coalesce(sum(amount_minor), 0)::bigint as amount_minor, count(*) as grants from price_history.protection"
    " where shop_id = $1 and order_id = $2 and line_no = $3"
)
_STORED_OFFERS = f"""
select {OFFER_COLUMNS} from price_history.offer o
join unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as w(shop_id, sku_id, kind, begins_at)
    on o.shop_id = w.shop_id and o.sku_id = w.sku_id and o.kind = w.kind and o.valid && tstzrange(w.begins_at, null)
"""
_END_OFFERS = """
update price_history.offer o set valid = tstzrange(lower(o.valid), w.valid_until)
from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as w(shop_id, offer_no, valid_until)
where o.shop_id = w.shop_id and o.offer_no = w.offer_no
"""
_INSERT_OFFERS = """
insert into price_history.offer
    (shop_id, item_id, sku_id, kind, price_minor, currency, valid, source, event_ref, recorded_at)
select shop_id, item_id, sku_id, kind, price_minor, currency, tstzrange(valid_from, valid_until), source, event_ref, $11
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[],
    $8::timestamptz[], $9::text[], $10::text[])
    as w(shop_id, item_id, sku_id, kind, price_minor, currency, valid_from, valid_until, source, event_ref)
"""
_STAGE = f"""
create temp table if not exists staged_deal on commit drop as
    select {_DEAL_LIST} from price_history.deal with no data;
truncate staged_deal
"""
_INSERT_DEALS = f"""
insert into price_history.deal as d ({_DEAL_LIST})
select distinct on (shop_id, order_id, line_no) {_DEAL_LIST} from staged_deal order by shop_id, order_id, line_no
on conflict (shop_id, order_id, line_no) do update set refunded_minor = excluded.refunded_minor
where d.refunded_minor <> excluded.refunded_minor
"""
