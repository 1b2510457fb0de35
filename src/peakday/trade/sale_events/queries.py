"""Which events are there, what did a shop enrol, who left?"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.trade.sale_events.errors import EventNotFound
from peakday.trade.sale_events.exits import Exit, ExitAsk, ExitReason
from peakday.trade.sale_events.model import (
    EnrolledPrice,
    Entry,
    EntryStatus,
    EventPlan,
    EventStatus,
    Phase,
    Proof,
    SaleEvent,
    ShopEnrolment,
    Terms,
    Track,
    TrackCount,
    TrackKind,
    Wave,
    WaveKind,
)

PAGE_MAX = 200
EVENTS_MAX = 200
STREAM_BATCH = 2_000
QUERY_SECONDS_MAX = 120
ENTRY_COLUMNS = (
    "shop_id, event_id, track, item_id, sku_id, item_ref, sku_ref, price_minor, list_minor, deposit_minor, currency,"
    " stock, limit_per_buyer, status, proof_verdict, permitted_minor, proof_versions, proven_on, enrolled_at,"
    " updated_at, import_run, import_row"
)
_EVENT = "select e.* from sale_events.event e"


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries of a shop: of a track, an item, in a state, without a proven price."""

    track: str | None = None
    item_id: UUID | None = None
    status: EntryStatus | None = None
    is_unproven: bool = False


async def list_events(tx: Tx, *, with_drafts: bool = False, ends_after: datetime | None = None) -> list[SaleEvent]:
    """Events, the latest first; drafts and cancelled ones only where asked for."""
    rows = await tx.fetch(
        f"{_EVENT} where ($1 or status = 'published') and ($2::timestamptz is null or exists (select"
        " from sale_events.wave w where w.event_id = e.event_id and upper(w.held) > $2))"
        " order by enrols_from desc, event_id limit $3",
        with_drafts, ends_after, EVENTS_MAX,
    )  # fmt: skip
    return await _events(tx, rows)


async def get_event(tx: Tx, event_id: UUID, *, with_drafts: bool = False) -> SaleEvent:
    """One event. Refuses `EventNotFound`, also for a draft or a cancelled one where drafts are not asked for."""
    rows = await tx.fetch(f"{_EVENT} where event_id = $1 and ($2 or status = 'published')", event_id, with_drafts)
    if not rows:
        raise EventNotFound
    return (await _events(tx, rows))[0]


async def find_event(tx: Tx, code: str) -> SaleEvent | None:
    """The event of that code, in any state."""
    found = await _events(tx, await tx.fetch(f"{_EVENT} where code = $1", code))
    return found[0] if found else None


async def list_enrolments(tx: Tx, shop_id: UUID) -> dict[UUID, ShopEnrolment]:
    """The shop's enrolments by event."""
    rows = await tx.fetch(
        "select event_id, shop_id, status, enrolled_at, exited_at from sale_events.shop_enrolment where shop_id = $1",
        shop_id,
    )
    return {row["event_id"]: ShopEnrolment(**{**dict(row), "status": EntryStatus(row["status"])}) for row in rows}


async def count_entries(
    tx: Tx, shop_id: UUID, event_id: UUID | None = None, item_id: UUID | None = None
) -> dict[tuple[UUID, str], TrackCount]:  # fmt: skip
    """How much of a shop is in each track, by (event, track)."""
    rows = await tx.fetch(
        "select event_id, track, count(distinct item_id) filter (where status = 'enrolled') as items,"
        " count(*) filter (where status = 'enrolled') as skus, count(*) filter (where status = 'exited') as exited,"
        " count(*) filter (where status = 'enrolled' and proof_verdict <> 'proven') as unproven,"
        " coalesce(sum(stock) filter (where status = 'enrolled'), 0)::bigint as stock"
        " from sale_events.entry where shop_id = $1 and ($2::uuid is null or event_id = $2)"
        " and ($3::uuid is null or item_id = $3) group by event_id, track",
        shop_id, event_id, item_id, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return {(row["event_id"], row["track"]): TrackCount(*list(row)[2:]) for row in rows}


async def count_shops(tx: Tx, event_id: UUID) -> tuple[int, int]:
    """How many shops take part, and how many SKUs."""
    row = await tx.fetchrow(
        "select (select count(*) from sale_events.shop_enrolment where event_id = $1 and status = 'enrolled'),"
        " (select count(*) from sale_events.entry where event_id = $1 and status = 'enrolled')",
        event_id, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    assert row is not None
    return row[0], row[1]


async def list_entries(
    tx: Tx, shop_id: UUID, event_id: UUID, wanted: EntryFilter, after: tuple[UUID, UUID, str] | None, limit: int
) -> list[Entry]:
    """A page of entries behind (item, SKU, track), in the order of these."""
    where, values = _conditions(shop_id, event_id, wanted)
    if after is not None:
        values += after
        where += f" and (item_id, sku_id, track) > (${len(values) - 2}, ${len(values) - 1}, ${len(values)})"
    rows = await tx.fetch(
        f"select {ENTRY_COLUMNS} from sale_events.entry where {where} order by item_id, sku_id, track"
        f" limit {min(int(limit), PAGE_MAX + 1)}",
        *values,
    )
    return [entry_of(row) for row in rows]


async def find_entry(tx: Tx, shop_id: UUID, event_id: UUID, track: str, sku_id: UUID) -> Entry | None:
    """One entry, in any state."""
    row = await tx.fetchrow(
        f"select {ENTRY_COLUMNS} from sale_events.entry where shop_id = $1 and event_id = $2 and track = $3"
        " and sku_id = $4",
        shop_id, event_id, track, sku_id,
    )  # fmt: skip
    return entry_of(row) if row else None


async def list_prices(
    tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID] | None, ends_after: datetime | None
) -> list[EnrolledPrice]:  # fmt: skip
    """What enrolled SKUs cost in the sales of their tracks, earliest first."""
    rows = await tx.fetch(
        "select n.item_id, n.sku_id, e.code || '/' || n.track as event_ref, n.price_minor, n.currency,"
        " lower(w.held) as valid_from, upper(w.held) as valid_until from sale_events.entry n"
        " join sale_events.event e using (event_id)"
        " join sale_events.wave w on w.event_id = n.event_id and w.track = n.track and w.kind in ('deposit', 'spot')"
        " where n.shop_id = $1 and n.status = 'enrolled' and e.status = 'published'"
        " and ($2::uuid[] is null or n.sku_id = any($2)) and ($3::timestamptz is null or upper(w.held) > $3)"
        " order by lower(w.held), n.item_id, n.sku_id",
        shop_id, None if sku_ids is None else list(sku_ids), ends_after, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return [EnrolledPrice(**dict(row)) for row in rows]


async def stream_entries(tx: Tx, shop_id: UUID, event_id: UUID, wanted: EntryFilter) -> AsyncIterator[Entry]:
    """All of them by a cursor: `tx` must be inside a transaction."""
    where, values = _conditions(shop_id, event_id, wanted)
    query = f"select {ENTRY_COLUMNS} from sale_events.entry where {where} order by item_id, sku_id, track"
    async for row in tx.cursor(query, *values, prefetch=STREAM_BATCH, timeout=QUERY_SECONDS_MAX):
        yield entry_of(row)


async def list_exited(tx: Tx, exit_: Exit) -> list[Entry]:
    """The entries that a departure took out."""
    rows = await tx.fetch(
        f"select {ENTRY_COLUMNS} from sale_events.entry where shop_id = $1 and event_id = $2 and exit_id = $3",
        exit_.ask.shop_id, exit_.ask.event_id, exit_.exit_id, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return [entry_of(row) for row in rows]


async def find_places(
    tx: Tx, shop_id: UUID, event_id: UUID, item_ids: Sequence[UUID]
) -> list[tuple[UUID, UUID, str, str, UUID | None, int | None, datetime]]:
    """What these items have in the event: item, SKU, track, status, run and row it came from, when enrolled."""
    array = "{" + ",".join(map(str, item_ids)) + "}"
    rows = await tx.fetch(
        "select item_id, sku_id, track, status, import_run, import_row, enrolled_at from sale_events.entry"
        " where shop_id = $1 and event_id = $2 and item_id = any((select $3::text::uuid[])::uuid[])",
        shop_id, event_id, array, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return [tuple(row) for row in rows]


async def list_item_ids(tx: Tx, shop_id: UUID, event_id: UUID) -> list[UUID]:
    """The items of a shop that take part."""
    rows = await tx.fetch(
        "select distinct item_id from sale_events.entry where shop_id = $1 and event_id = $2 and status = 'enrolled'",
        shop_id, event_id, timeout=QUERY_SECONDS_MAX,
    )  # fmt: skip
    return [row["item_id"] for row in rows]


async def list_exits(tx: Tx, shop_id: UUID, event_id: UUID | None, limit: int = 50) -> list[Exit]:
    """The shop's departures, latest first."""
    rows = await tx.fetch(
        "select * from sale_events.exit where shop_id = $1 and ($2::uuid is null or event_id = $2)"
        " order by exited_at desc, exit_id limit $3",
        shop_id, event_id, min(limit, PAGE_MAX),
    )  # fmt: skip
    return [_exit(row) for row in rows]


async def count_exits(tx: Tx, shop_id: UUID, event_id: UUID) -> int:
    """How often something of the shop left the event."""
    count: int = await tx.fetchval(
        "select count(*) from sale_events.exit where shop_id = $1 and event_id = $2", shop_id, event_id
    )
    return count


async def find_exit(tx: Tx, shop_id: UUID, exit_id: UUID) -> Exit | None:
    """One departure of the shop."""
    row = await tx.fetchrow("select * from sale_events.exit where shop_id = $1 and exit_id = $2", shop_id, exit_id)
    return _exit(row) if row else None


async def find_last_exit(tx: Tx, ask: ExitAsk) -> Exit | None:
    """The departure that last took exactly this out and was not taken back."""
    row = await tx.fetchrow(
        "select * from sale_events.exit where shop_id = $1 and event_id = $2 and item_id is not distinct from $3"
        " and track is not distinct from $4 and undone_at is null order by exited_at desc, exit_id limit 1",
        ask.shop_id, ask.event_id, ask.item_id, ask.track,
    )  # fmt: skip
    return _exit(row) if row else None


async def find_feed(tx: Tx, shop_id: UUID) -> tuple[bytes, datetime] | None:
    """The hash of the feed's secret, and when it was made."""
    row = await tx.fetchrow("select token_hash, made_at from sale_events.feed where shop_id = $1", shop_id)
    return (row["token_hash"], row["made_at"]) if row else None


def entry_of(row: asyncpg.Record) -> Entry:
    """A row of ENTRY_COLUMNS as an entry."""
    return Entry(
        shop_id=row["shop_id"], event_id=row["event_id"], track=row["track"], item_id=row["item_id"],
        sku_id=row["sku_id"], item_ref=row["item_ref"], sku_ref=row["sku_ref"], price_minor=row["price_minor"],
        list_minor=row["list_minor"], deposit_minor=row["deposit_minor"], currency=row["currency"], stock=row["stock"],
        limit=row["limit_per_buyer"], status=EntryStatus(row["status"]),
        proof=Proof(row["proof_verdict"], row["permitted_minor"], row["proof_versions"], row["proven_on"]),
        enrolled_at=row["enrolled_at"], updated_at=row["updated_at"], import_run=row["import_run"],
        import_row=row["import_row"],
    )  # fmt: skip


def _conditions(shop_id: UUID, event_id: UUID, wanted: EntryFilter) -> tuple[str, list[Any]]:
    values: list[Any] = [shop_id, event_id]
    where = "shop_id = $1 and event_id = $2"
    for name, value in (("track", wanted.track), ("item_id", wanted.item_id), ("status", wanted.status)):
        if value is not None:
            values.append(value)
            where += f" and {name} = ${len(values)}"
    if wanted.is_unproven:
        where += " and proof_verdict <> 'proven'"
    return where, values


async def _events(tx: Tx, rows: Sequence[asyncpg.Record]) -> list[SaleEvent]:
    ids = [row["event_id"] for row in rows]
    waves: dict[tuple[UUID, str], list[Wave]] = {}
    for row in await tx.fetch(
        "select event_id, track, kind, name_zh, name_en, lower(held) as starts_at, upper(held) as ends_at"
        " from sale_events.wave where event_id = any($1::uuid[]) order by event_id, track, wave_no",
        ids,
    ):
        wave = Wave(WaveKind(row["kind"]), Text(row["name_zh"], row["name_en"]), row["starts_at"], row["ends_at"])
        waves.setdefault((row["event_id"], row["track"]), []).append(wave)
    tracks: dict[UUID, list[Track]] = {}
    for row in await tx.fetch(
        "select * from sale_events.track where event_id = any($1::uuid[]) order by track_no", ids
    ):
        tracks.setdefault(row["event_id"], []).append(_track(row, tuple(waves[row["event_id"], row["track"]])))
    return [_event(row, tuple(tracks[row["event_id"]])) for row in rows]


def _track(row: asyncpg.Record, waves: tuple[Wave, ...]) -> Track:
    return Track(
        row["track"], Text(row["name_zh"], row["name_en"]), TrackKind(row["kind"]), row["enrols_from"],
        row["enrols_until"], row["stock_locks_at"], waves,
    )  # fmt: skip


def _event(row: asyncpg.Record, tracks: tuple[Track, ...]) -> SaleEvent:
    plan = EventPlan(
        code=row["code"], name=Text(row["name_zh"], row["name_en"]), enrols_from=row["enrols_from"],
        enrols_until=row["enrols_until"], tracks=tracks, terms=_terms(row["terms"]),
        note=Text(row["note_zh"], row["note_en"]), source=row["source"], is_sample=row["is_sample"],
    )  # fmt: skip
    return SaleEvent(
        row["event_id"], plan, EventStatus(row["status"]), row["version"], row["created_at"], row["published_at"]
    )


def _terms(kept: Mapping[str, Any]) -> Terms:
    return Terms(
        kept["price_rule"], kept["promotion_rule"], kept["exit_rule"], kept["drop_rule"], kept["accepts_unproven"],
        kept["stock_locks_hours_after"], date.fromisoformat(kept["promotion_on"]),
        tuple((first, second) for first, second in kept["forbidden_pairs"]),
    )  # fmt: skip


def _exit(row: asyncpg.Record) -> Exit:
    ask = ExitAsk(row["shop_id"], row["event_id"], row["item_id"], row["track"])
    return Exit(
        row["exit_id"], ask, ExitReason(row["reason"]), row["note"], Phase(row["phase"]), row["points"], row["skus"],
        row["consequences"], row["exited_at"], row["exited_by"], row["undo_until"], row["undone_at"],
    )  # fmt: skip
