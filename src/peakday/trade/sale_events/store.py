"""How are events, enrolments, entries and departures written?

Locks, always in this order: the shop's enrolment in the event (`lock_enrolment`), then the prices of the shop (the
price history takes that lock itself). Whoever enrols, changes or leaves holds the first, so that what was checked still
holds when it is written. Entries go in by COPY into a temporary table and one statement.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.trade.sale_events.errors import CodeTaken, ShopNotEnrolled
from peakday.trade.sale_events.exits import Consequences, Exit
from peakday.trade.sale_events.model import (
    Entry,
    EntryStatus,
    EventPlan,
    EventStatus,
    ShopEnrolment,
)

STORE_SECONDS_MAX = 600
_ENTRY_COLUMNS = (
    "shop_id", "event_id", "track", "item_id", "sku_id", "item_ref", "sku_ref", "price_minor", "list_minor",
    "deposit_minor", "currency", "stock", "limit_per_buyer", "status", "proof_verdict", "permitted_minor",
    "proof_versions", "proven_on", "enrolled_at", "updated_at", "enrolled_by", "import_run", "import_row",
)  # fmt: skip
_KEY = ("shop_id", "event_id", "item_id", "sku_id", "track")
_CHANGED = tuple(name for name in _ENTRY_COLUMNS if name not in {*_KEY, "enrolled_at"})
_STAGE = (
    f"create temp table if not exists staged_entry on commit drop as select {', '.join(_ENTRY_COLUMNS)}"
    " from sale_events.entry with no data; truncate staged_entry"
)
_STORE_ENTRIES = f"""
insert into sale_events.entry as old ({", ".join(_ENTRY_COLUMNS)}) select {", ".join(_ENTRY_COLUMNS)} from staged_entry
on conflict ({", ".join(_KEY)}) do update set exit_id = null,
    {", ".join(f"{name} = excluded.{name}" for name in _CHANGED)}
"""


async def insert_event(tx: Tx, actor: Actor, plan: EventPlan, now: datetime) -> UUID:
    """Store a draft; its id. Refuses `CodeTaken`, also when somebody else takes it at the same time."""
    event_id = await tx.fetchval(
        "insert into sale_events.event (event_id, code, name_zh, name_en, note_zh, note_en, enrols_from, enrols_until,"
        " terms, source, is_sample, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
        " $13) on conflict (code) do nothing returning event_id",
        new_id(now), plan.code, plan.name.zh, plan.name.en, plan.note.zh, plan.note.en, plan.enrols_from,
        plan.enrols_until, terms_json(plan), plan.source, plan.is_sample, now, actor.account_id,
    )  # fmt: skip
    if event_id is None:
        raise CodeTaken(taken=plan.code)
    for number, track in enumerate(plan.tracks, 1):
        await tx.execute(
            "insert into sale_events.track values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            event_id, track.code, number, track.name.zh, track.name.en, track.kind.value, track.enrols_from,
            track.enrols_until, track.stock_locks_at,
        )  # fmt: skip
        await tx.executemany(
            "insert into sale_events.wave values ($1, $2, $3, $4, $5, $6, tstzrange($7, $8))",
            [
                (event_id, track.code, place, wave.kind.value, wave.name.zh, wave.name.en, wave.starts_at, wave.ends_at)
                for place, wave in enumerate(track.waves, 1)
            ],
        )
    return UUID(bytes=event_id.bytes)


def terms_json(plan: EventPlan) -> dict[str, Any]:
    """The terms as the database keeps them."""
    terms = plan.terms
    return {
        "price_rule": terms.price_rule, "promotion_rule": terms.promotion_rule, "exit_rule": terms.exit_rule,
        "drop_rule": terms.drop_rule, "accepts_unproven": terms.accepts_unproven,
        "stock_locks_hours_after": terms.stock_locks_hours_after, "promotion_on": terms.promotion_on.isoformat(),
        "forbidden_pairs": [list(pair) for pair in terms.forbidden_pairs],
    }  # fmt: skip


async def set_event_status(tx: Tx, event_id: UUID, status: EventStatus, now: datetime) -> None:
    """Move an event. Needs `lock_event`."""
    await tx.execute(
        "update sale_events.event set status = $2, version = version + 1,"
        " published_at = case when $2 = 'published' then $3 else published_at end where event_id = $1",
        event_id, status.value, now,
    )  # fmt: skip


async def lock_event(tx: Tx, event_id: UUID) -> None:
    """Hold an event against other changes of its state and against new enrolments of shops."""
    await tx.execute("select 1 from sale_events.event where event_id = $1 for update", event_id)


async def share_event(tx: Tx, event_id: UUID) -> None:
    """Keep the event's state as it is until the transaction ends."""
    await tx.execute("select 1 from sale_events.event where event_id = $1 for share", event_id)


async def insert_enrolment(tx: Tx, actor: Actor, shop_id: UUID, event_id: UUID, now: datetime) -> bool:
    """Enrol a shop, or again one that left; whether anything changed."""
    done = await tx.execute(
        "insert into sale_events.shop_enrolment as old (event_id, shop_id, enrolled_at, enrolled_by)"
        " values ($1, $2, $3, $4) on conflict (shop_id, event_id) do update set status = 'enrolled', exited_at = null,"
        " enrolled_at = excluded.enrolled_at, enrolled_by = excluded.enrolled_by where old.status = 'exited'",
        event_id, shop_id, now, actor.account_id,
    )  # fmt: skip
    return bool(done != "INSERT 0 0")


async def lock_enrolment(tx: Tx, shop_id: UUID, event_id: UUID) -> ShopEnrolment:
    """The shop's enrolment, held until the transaction ends. Refuses `ShopNotEnrolled` when there is none."""
    row = await tx.fetchrow(
        "select event_id, shop_id, status, enrolled_at, exited_at from sale_events.shop_enrolment"
        " where shop_id = $1 and event_id = $2 for update",
        shop_id, event_id,
    )  # fmt: skip
    if row is None:
        raise ShopNotEnrolled
    return ShopEnrolment(**{**dict(row), "status": EntryStatus(row["status"])})


async def set_enrolment(tx: Tx, shop_id: UUID, event_id: UUID, status: EntryStatus, now: datetime) -> None:
    """Move the shop's enrolment. Needs `lock_enrolment`."""
    await tx.execute(
        "update sale_events.shop_enrolment set status = $3,"
        " exited_at = case when $3 = 'exited' then $4::timestamptz end where shop_id = $1 and event_id = $2",
        shop_id, event_id, status.value, now,
    )  # fmt: skip


async def save_entries(tx: Tx, actor: Actor, entries: Sequence[Entry]) -> None:
    """Store entries, new or changed or back again. Needs `lock_enrolment`."""
    await tx.execute(_STAGE)
    await tx.copy_records_to_table(
        "staged_entry", columns=_ENTRY_COLUMNS, records=[_record(actor, entry) for entry in entries],
        timeout=STORE_SECONDS_MAX,
    )  # fmt: skip
    await tx.execute(_STORE_ENTRIES, timeout=STORE_SECONDS_MAX)


async def set_stock(tx: Tx, key: tuple[UUID, UUID, str, UUID], stock: int, now: datetime) -> bool:
    """Change the promised stock of (shop, event, track, SKU) that takes part; whether there is one."""
    done = await tx.execute(
        "update sale_events.entry set stock = $5, updated_at = $6 where shop_id = $1 and event_id = $2 and track = $3"
        " and sku_id = $4 and status = 'enrolled'",
        *key, stock, now,
    )  # fmt: skip
    return bool(done == "UPDATE 1")


async def mark_exited(tx: Tx, exit_: Exit, tracks: Sequence[str], now: datetime) -> int:
    """Take the entries of a departure out; how many. Needs `lock_enrolment`."""
    done: str = await tx.execute(
        "update sale_events.entry set status = 'exited', exit_id = $5, updated_at = $6 where shop_id = $1"
        " and event_id = $2 and ($3::uuid is null or item_id = $3) and track = any($4::text[]) and status = 'enrolled'",
        exit_.ask.shop_id, exit_.ask.event_id, exit_.ask.item_id, list(tracks), exit_.exit_id, now,
        timeout=STORE_SECONDS_MAX,
    )  # fmt: skip
    return int(done.rsplit(" ", 1)[1])


async def mark_back(tx: Tx, exit_: Exit, now: datetime) -> None:
    """Let the entries of a departure take part again. Needs `lock_enrolment`."""
    await tx.execute(
        "update sale_events.entry set status = 'enrolled', exit_id = null, updated_at = $3"
        " where shop_id = $1 and event_id = $4 and exit_id = $2",
        exit_.ask.shop_id, exit_.exit_id, now, exit_.ask.event_id, timeout=STORE_SECONDS_MAX,
    )  # fmt: skip


async def insert_exit(tx: Tx, exit_: Exit) -> None:
    """Keep a departure."""
    await tx.execute(
        "insert into sale_events.exit (exit_id, shop_id, event_id, item_id, track, reason, note, phase, points, skus,"
        " consequences, exited_at, exited_by, undo_until)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        exit_.exit_id, exit_.ask.shop_id, exit_.ask.event_id, exit_.ask.item_id, exit_.ask.track, exit_.reason.value,
        exit_.note, exit_.phase.value, exit_.points, exit_.skus, dict(exit_.consequences), exit_.exited_at,
        exit_.exited_by, exit_.undo_until,
    )  # fmt: skip


async def mark_undone(tx: Tx, actor: Actor, exit_id: UUID, now: datetime) -> None:
    """Note that a departure was taken back."""
    await tx.execute(
        "update sale_events.exit set undone_at = $2, undone_by = $3 where exit_id = $1", exit_id, now, actor.account_id
    )


async def save_feed(tx: Tx, actor: Actor, shop_id: UUID, token_hash: bytes, now: datetime) -> None:
    """Replace the secret of a shop's feed; the address before is dead."""
    await tx.execute(
        "insert into sale_events.feed values ($1, $2, $3, $4) on conflict (shop_id) do update set"
        " token_hash = excluded.token_hash, made_at = excluded.made_at, made_by = excluded.made_by",
        shop_id, token_hash, now, actor.account_id,
    )  # fmt: skip


async def add_reminders(
    tx: Tx, event_id: UUID, date: tuple[str, str, int], now: datetime
) -> list[UUID]:  # fmt: skip
    """Note that the enrolled shops are told of a date (track, milestone, lead in hours); those not told before.

    With a track only shops that have something in it.
    """
    track, milestone, lead = date
    rows = await tx.fetch(
        "insert into sale_events.reminder select s.shop_id, s.event_id, $2, $3, $4, $5"
        " from sale_events.shop_enrolment s where s.event_id = $1 and s.status = 'enrolled'"
        " and ($2 = '' or $3 = 'price_lock' or exists (select from sale_events.entry e where e.shop_id = s.shop_id"
        " and e.event_id = s.event_id and e.track = $2 and e.status = 'enrolled'))"
        " on conflict do nothing returning shop_id",
        event_id, track, milestone, lead, now,
    )  # fmt: skip
    return [row["shop_id"] for row in rows]


def consequences_json(consequences: Consequences) -> dict[str, Any]:
    """What was shown before a departure, as it is kept."""
    return {
        "phase": consequences.phase.value, "points": consequences.points, "seen": consequences.seen,
        "tracks": [
            {"track": one.track.code, "phase": one.phase.value, "items": one.items, "skus": one.skus,
             "stock": one.stock, "warm_seconds": one.warm_seconds, "sale_seconds": one.sale_seconds,
             "protected_until": one.protected_until.isoformat() if one.protected_until else None}
            for one in consequences.lost
        ],
    }  # fmt: skip


def _record(actor: Actor, entry: Entry) -> tuple[object, ...]:
    proof = entry.proof
    return (
        entry.shop_id, entry.event_id, entry.track, entry.item_id, entry.sku_id, entry.item_ref, entry.sku_ref,
        entry.price_minor, entry.list_minor, entry.deposit_minor, entry.currency, entry.stock, entry.limit,
        entry.status.value, proof.verdict, proof.permitted_minor, proof.versions, proof.proven_on, entry.enrolled_at,
        entry.updated_at, actor.account_id, entry.import_run, entry.import_row,
    )  # fmt: skip
