"""How are levels and holds read, locked and written?

Locks are taken in one order everywhere: holds by (claim, SKU), then levels by (shop, SKU, event), then event limits.
The batch writer takes no lock of an existing hold. Everything is set-based; whoever holds a hot level commits soon.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.database.arrays import plain_array
from peakday.trade.stock.model import NO_EVENT, ChangeKind, DeductMode, HoldStatus, Level, LevelKey, StockChange
from peakday.trade.stock.rules.claim_decisions import EventKey, Taken

_MODES = {mode.value: mode for mode in DeductMode}


class LockedBatch(NamedTuple):
    """Levels and event limits that are ours, the database's clock once they were, and when known claims were accepted.

    With the event limits locked, a buyer's claims on different SKUs of the event wait for each other.
    """

    levels: dict[LevelKey, Level]
    at: datetime
    known: dict[UUID, datetime]
    event_limits: dict[EventKey, int]


class LockedLevels(NamedTuple):
    """Levels that are ours until the transaction ends, and the database's clock once they were."""

    levels: dict[LevelKey, Level]
    at: datetime


async def pin_plans(tx: Tx) -> None:
    """For this session's turn: without statistics PostgreSQL would read whole tables to find a few rows."""
    await tx.execute(_PIN_PLANS)


async def unpin_plans(tx: Tx) -> None:
    """The turn is over: whoever gets this connection next plans as usual."""
    await tx.execute(_UNPIN_PLANS)


async def lock_levels(tx: Tx, keys: Collection[LevelKey]) -> LockedLevels:
    """Keep everybody else away from those of these levels that exist."""
    rows = await tx.fetch(
        _LOCK_LEVELS, [k.shop_id for k in keys], [k.sku_id for k in keys], [k.event_ref for k in keys]
    )
    levels = {}
    for row in rows:
        key = LevelKey(row["shop_id"], row["sku_id"], row["event_ref"])
        levels[key] = Level(key, row["available"], _MODES[row["mode"]], row["buyer_limit"], row["low_mark"])
    at = max(row["at"] for row in rows) if rows else await tx.fetchval("select clock_timestamp()")
    return LockedLevels(levels, at)


async def lock_batch(tx: Tx, keys: Collection[LevelKey], claim_ids: Iterable[UUID]) -> LockedBatch:
    """Lock levels and find known claims in one question: a batch waits for the network as seldom as it can.

    What another process has committed while we waited for a lock may not be among the known: then the key of the holds
    refuses the batch, and it is asked again.
    """
    rows = await tx.fetch(
        _LOCK_BATCH, [k.shop_id for k in keys], [k.sku_id for k in keys], [k.event_ref for k in keys],
        plain_array(claim_ids),
    )  # fmt: skip
    levels: dict[LevelKey, Level] = {}
    known: dict[UUID, datetime] = {}
    events: dict[EventKey, int] = {}
    at: datetime | None = None
    for shop_id, sku_id, event_ref, available, mode, buyer_limit, low_mark, when in rows:
        if shop_id is None:
            known[sku_id] = when
            continue
        if sku_id is None:
            events[EventKey(shop_id, event_ref)] = buyer_limit
            continue
        key = LevelKey(shop_id, sku_id, event_ref)
        levels[key] = Level(key, available, _MODES[mode], buyer_limit, low_mark)
        at = when if at is None else max(at, when)
    return LockedBatch(levels, at or await tx.fetchval("select clock_timestamp()"), known, events)


async def known_claims(tx: Tx, claim_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When those of these claims that were ever accepted were."""
    rows = await tx.fetch(
        "select claim_id, held_at from stock.hold where claim_id = any($1::text::uuid[])", plain_array(claim_ids)
    )
    return {row["claim_id"]: row["held_at"] for row in rows}


async def taken_by(
    tx: Tx, buyer_ids: Collection[UUID], shop_ids: Collection[UUID]
) -> tuple[dict[tuple[UUID, LevelKey], int], dict[tuple[UUID, EventKey], int]]:
    """What buyers hold and own where a limit applied: by level, and by event. Needs the levels' locks."""
    rows = await tx.fetch(_TAKEN, plain_array(buyer_ids), plain_array(shop_ids))
    levels: dict[tuple[UUID, LevelKey], int] = {}
    events: dict[tuple[UUID, EventKey], int] = {}
    for row in rows:
        key = (row["buyer_id"], LevelKey(row["shop_id"], row["sku_id"], row["level_ref"]))
        levels[key] = levels.get(key, 0) + row["units"]
        if row["event_ref"]:
            event = (row["buyer_id"], EventKey(row["shop_id"], row["event_ref"]))
            events[event] = events.get(event, 0) + row["units"]
    return levels, events


async def save_available(tx: Tx, levels: Iterable[Level], at: datetime) -> None:
    """Write how many units are left. Needs the levels' locks."""
    rows = list(levels)
    await tx.execute(
        _SAVE_AVAILABLE, [r.key.shop_id for r in rows], [r.key.sku_id for r in rows], [r.key.event_ref for r in rows],
        [r.available for r in rows], at,
    )  # fmt: skip


async def take_units(tx: Tx, changed: Sequence[Level], taken: Sequence[Taken], at: datetime) -> None:
    """Write how many units are left and what accepted claims got. Needs the levels' locks.

    What many claims share travels once (a pattern), apart only who bought.
    """
    patterns: dict[tuple[int, bool, int], Taken] = {}  # by need, limit and expiry: what claims can differ in
    numbers = []
    for one in taken:
        pattern = id(one.need), one.is_limited, one.claim.expires_seconds
        if pattern not in patterns:
            patterns[pattern] = one
        numbers.append(pattern)
    places = {pattern: place for place, pattern in enumerate(patterns, 1)}
    of = list(patterns.values())
    await tx.execute(
        _TAKE_UNITS,
        plain_array(places[pattern] for pattern in numbers), plain_array(t.claim.claim_id for t in taken),
        plain_array(t.claim.buyer_id for t in taken),
        [p.key.shop_id for p in of], [p.key.sku_id for p in of], [p.key.event_ref for p in of],
        [p.need.quantity for p in of], [p.is_limited for p in of], [p.status.value for p in of],
        [p.need.event_ref or NO_EVENT for p in of], [timedelta(seconds=p.claim.expires_seconds) for p in of],
        at, [r.key.shop_id for r in changed],
        [r.key.sku_id for r in changed], [r.key.event_ref for r in changed], [r.available for r in changed],
    )  # fmt: skip


class OpenHold(NamedTuple):
    """An unpaid hold, locked."""

    claim_id: UUID
    key: LevelKey
    quantity: int
    status: HoldStatus


async def lock_holds(tx: Tx, claims: Sequence[tuple[UUID, UUID | None]]) -> list[OpenHold]:
    """The holds of these claims (None: all SKUs of the claim) that are still open, locked in their order."""
    rows = await tx.fetch(_LOCK_HOLDS, [claim for claim, _ in claims], [sku for _, sku in claims])
    holds = {
        (row["claim_id"], row["sku_id"]): OpenHold(
            row["claim_id"], LevelKey(row["shop_id"], row["sku_id"], row["level_ref"]), row["quantity"],
            HoldStatus(row["status"]),
        )
        for row in rows
    }  # fmt: skip
    return list(holds.values())


async def end_holds(
    tx: Tx, holds: Sequence[OpenHold], status: HoldStatus, at: datetime, reason: str | None = None
) -> None:  # fmt: skip
    """Move open holds to a final state. Needs the holds' locks."""
    tag = await tx.execute(
        _END_HOLDS, [h.claim_id for h in holds], [h.key.sku_id for h in holds], status.value, at, reason
    )
    assert tag == f"UPDATE {len(holds)}", (tag, len(holds))


async def put_back(tx: Tx, units: dict[LevelKey, int], at: datetime) -> None:
    """Units may be sold again. Takes the levels' locks in their order."""
    locked = await lock_levels(tx, sorted(units))
    missing = units.keys() - locked.levels.keys()
    assert not missing, missing
    for key, count in units.items():
        locked.levels[key].available += count
    await save_available(tx, locked.levels.values(), at)


async def open_levels(tx: Tx, keys: Sequence[LevelKey], at: datetime) -> None:
    """Levels without units for those that have none yet."""
    await tx.execute(
        "insert into stock.level (shop_id, sku_id, event_ref, available, changed_at)"
        " select w.*, 0, $4 from unnest($1::uuid[], $2::uuid[], $3::text[]) as w order by 1, 2, 3"
        " on conflict do nothing",
        [k.shop_id for k in keys], [k.sku_id for k in keys], [k.event_ref for k in keys], at,
    )  # fmt: skip


async def find_change(tx: Tx, key: LevelKey, change_key: str) -> StockChange | None:
    """The change of a level under a key. Needs the level's lock."""
    row = await tx.fetchrow(
        "select * from stock.change where shop_id = $1 and sku_id = $2 and event_ref = $3 and key = $4",
        *key, change_key,
    )  # fmt: skip
    return None if row is None else change_of(row)


def change_of(row: asyncpg.Record) -> StockChange:
    """A row of `stock.change`."""
    return StockChange(
        LevelKey(row["shop_id"], row["sku_id"], row["event_ref"]), row["key"], ChangeKind(row["kind"]), row["delta"],
        row["warehouse_id"], row["reason"], row["actor_id"], row["simulated"], row["changed_at"],
    )  # fmt: skip


async def insert_change(tx: Tx, change: StockChange) -> None:
    """Note why the number of units changed. Needs the level's lock."""
    await tx.execute(
        "insert into stock.change (shop_id, sku_id, event_ref, key, kind, delta, warehouse_id, reason, actor_id,"
        " simulated, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        *change.key, change.change_key, change.kind.value, change.delta, change.warehouse_id, change.reason,
        change.actor_id, change.is_simulated, change.changed_at,
    )  # fmt: skip


async def save_terms(tx: Tx, key: LevelKey, terms: tuple[str, int | None, int | None], at: datetime) -> None:
    """Mode, limit a buyer, low mark. Needs the level's lock."""
    await tx.execute(
        "update stock.level set mode = $4, buyer_limit = $5, low_mark = $6, changed_at = $7"
        " where shop_id = $1 and sku_id = $2 and event_ref = $3",
        *key, *terms, at,
    )  # fmt: skip


async def save_event_limit(tx: Tx, shop_id: UUID, event_ref: str, buyer_limit: int | None) -> None:
    """Set, change or take away the limit of an event."""
    if buyer_limit is None:
        await tx.execute(
            "delete from stock.event_limit where shop_id = $1 and event_ref = $2", shop_id, event_ref
        )  # fmt: skip
    else:
        await tx.execute(
            "insert into stock.event_limit (shop_id, event_ref, buyer_limit) values ($1, $2, $3)"
            " on conflict (shop_id, event_ref) do update set buyer_limit = excluded.buyer_limit",
            shop_id, event_ref, buyer_limit,
        )  # fmt: skip


async def mark_limited(tx: Tx, shop_id: UUID, *, level: LevelKey | None = None, event_ref: str | None = None) -> None:
    """Let a new limit count the holds that are there. Needs `lock_unlimited`: an act of the desk."""
    await tx.execute(
        f"update stock.hold set is_limited = true where {_UNLIMITED}",
        shop_id, level.sku_id if level else None, level.event_ref if level else None, event_ref,
    )  # fmt: skip


async def lock_unlimited(
    tx: Tx, shop_id: UUID, *, level: LevelKey | None = None, event_ref: str | None = None
) -> None:  # fmt: skip
    """Lock the holds that a new limit is to count, before the level or the limit. Reads the shop's holds."""
    await tx.execute(
        f"select from stock.hold where {_UNLIMITED} order by claim_id, sku_id for update",
        shop_id, level.sku_id if level else None, level.event_ref if level else None, event_ref,
    )  # fmt: skip


async def lock_sold(tx: Tx, claim_id: UUID, sku_id: UUID) -> asyncpg.Record | None:
    """A sold hold with what came back of it already."""
    return await tx.fetchrow(
        "select shop_id, sku_id, level_ref, quantity, returned from stock.hold"
        " where claim_id = $1 and sku_id = $2 and status = 'sold' for update",
        claim_id, sku_id,
    )  # fmt: skip


async def given_back(tx: Tx, claim_id: UUID, sku_id: UUID, key: str) -> int | None:
    """How many units came back under a key; None: it is new. Needs the hold's lock."""
    found: int | None = await tx.fetchval(
        "select quantity from stock.give_back where claim_id = $1 and sku_id = $2 and key = $3", claim_id, sku_id, key
    )
    return found


async def give_back(tx: Tx, claim_id: UUID, sku_id: UUID, key: str, what: tuple[int, str, datetime]) -> None:
    """Note that units came back: how many, why, when. Needs the hold's lock."""
    await tx.execute(
        "with noted as (insert into stock.give_back (claim_id, sku_id, key, quantity, reason, given_at)"
        " values ($1, $2, $3, $4, $5, $6))"
        " update stock.hold set returned = returned + $4 where claim_id = $1 and sku_id = $2",
        claim_id, sku_id, key, *what,
    )  # fmt: skip


_UNLIMITED = (
    "shop_id = $1 and not is_limited and status <> 'released'"
    " and ($2::uuid is null or sku_id = $2 and level_ref = $3) and ($4::text is null or event_ref = $4)"
)
_PIN_PLANS = (
    "set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off;"
    " set plan_cache_mode = force_generic_plan"
)
_UNPIN_PLANS = "reset enable_hashjoin; reset enable_mergejoin; reset enable_seqscan; reset plan_cache_mode"
_LOCKED = """
with locked as materialized (
    select l.shop_id, l.sku_id, l.event_ref, l.available, l.mode, l.buyer_limit, l.low_mark
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (shop_id, sku_id, event_ref)
    join stock.level l using (shop_id, sku_id, event_ref)
    order by l.shop_id, l.sku_id, l.event_ref
    for update of l
)
"""
_LOCK_LEVELS = f"{_LOCKED} select *, clock_timestamp() as at from locked"
_LOCK_BATCH = f"""
{_LOCKED}, limited as materialized (
    select e.shop_id, e.event_ref, e.buyer_limit from stock.event_limit e
    where (e.shop_id, e.event_ref) in (select shop_id, event_ref from unnest($1::uuid[], $3::text[])
        as w (shop_id, event_ref))
    order by e.shop_id, e.event_ref for update of e
)
select shop_id, sku_id, event_ref, available, mode, buyer_limit, low_mark, clock_timestamp() from locked
union all
select shop_id, null, event_ref, null, null, buyer_limit, null, null from limited
union all
select null, claim_id, null, null, null, null, null, held_at from stock.hold where claim_id = any($4::text::uuid[])
"""
_TAKEN = """
select buyer_id, shop_id, sku_id, level_ref, event_ref, sum(quantity - returned)::bigint as units from stock.hold
where buyer_id = any($1::text::uuid[]) and shop_id = any($2::text::uuid[]) and is_limited and status <> 'released'
group by buyer_id, shop_id, sku_id, level_ref, event_ref
"""
_SAVE_AVAILABLE = """
update stock.level l set available = w.available, changed_at = $5
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[]) as w (shop_id, sku_id, event_ref, available)
where l.shop_id = w.shop_id and l.sku_id = w.sku_id and l.event_ref = w.event_ref
"""
_TAKE_UNITS = """
with counted as (
    update stock.level l set available = w.available, changed_at = $12
    from unnest($13::uuid[], $14::uuid[], $15::text[], $16::bigint[]) as w (shop_id, sku_id, event_ref, available)
    where l.shop_id = w.shop_id and l.sku_id = w.sku_id and l.event_ref = w.event_ref
)
insert into stock.hold
    (claim_id, sku_id, shop_id, buyer_id, quantity, is_limited, status, level_ref, event_ref, held_at, expires_at)
select w.claim_id, ($5::uuid[])[no], ($4::uuid[])[no], w.buyer_id, ($7::int[])[no], ($8::boolean[])[no],
    ($9::text[])[no], ($6::text[])[no], ($10::text[])[no], $12, $12::timestamptz + ($11::interval[])[no]
from unnest($1::text::int[], $2::text::uuid[], $3::text::uuid[]) as w (no, claim_id, buyer_id)
"""
_LOCK_HOLDS = """
select h.claim_id, h.sku_id, h.shop_id, h.level_ref, h.quantity, h.status
from (select distinct * from unnest($1::uuid[], $2::uuid[]) as v (claim_id, sku_id)) w
join stock.hold h on h.claim_id = w.claim_id and (w.sku_id is null or h.sku_id = w.sku_id)
where h.status in ('held', 'noted')
order by h.claim_id, h.sku_id
for update of h
"""
_END_HOLDS = """
update stock.hold h set status = $3, ended_at = $4, reason = $5
from unnest($1::uuid[], $2::uuid[]) as w (claim_id, sku_id)
where h.claim_id = w.claim_id and h.sku_id = w.sku_id and h.status in ('held', 'noted')
"""
