"""How are instruments written: versions without gaps, moves of the status, one writer of an instrument at a time?

`lock_instrument` takes the instrument's row; whoever changes it holds that lock. Cards and uses are written by
`usage_store.py`, presales by `presale_store.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.trade.promotions.errors import InstrumentNotFound
from peakday.trade.promotions.model import Instrument
from peakday.trade.promotions.stored import InstrumentStatus, StoredInstrument
from peakday.trade.promotions.written import read_instrument, write_instrument

COLUMNS = (
    "i.instrument_id, i.shop_id, i.status, i.version, i.created_by, i.created_at, i.submitted_by, i.approved_by,"
    " i.changed_at, i.reason, v.body"
)
FROM = "from promotions.instrument i join promotions.version v using (instrument_id, version)"


@dataclass(frozen=True, slots=True)
class Moved:
    """A move to write: who, to where, why; with a new version or without."""

    actor: Actor
    there: InstrumentStatus
    now: datetime
    reason: str = ""
    submitted_by: UUID | None = None
    approved_by: UUID | None = None


async def insert_instrument(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument: Instrument, now: datetime, client_key: str | None
) -> bool:  # fmt: skip
    """Keep a new draft as version 1; False when the client key names one already (then nothing was written)."""
    row = await tx.fetchrow(
        "insert into promotions.instrument (instrument_id, shop_id, kind, name_zh, name_en, status, version,"
        " valid_from, valid_until, client_key, created_by, created_at, changed_at)"
        " values ($1, $2, $3, $4, $5, 'draft', 1, $6, $7, $8, $9, $10, $10) on conflict do nothing returning 1",
        instrument.instrument_id, shop_id, instrument.kind.value, instrument.name.zh, instrument.name.en,
        instrument.valid_from, instrument.valid_until, client_key, actor.account_id, now,
    )  # fmt: skip
    if row is None:
        return False
    await tx.execute("insert into promotions.tally (instrument_id) values ($1)", instrument.instrument_id)
    await _insert_version(tx, actor, instrument, 1, now, None)
    await _insert_move(tx, instrument, 1, None, Moved(actor, InstrumentStatus.DRAFT, now))
    return True


async def find_by_key(tx: Tx, shop_id: UUID | None, client_key: str) -> StoredInstrument | None:
    """The instrument that a client key names."""
    row = await tx.fetchrow(
        f"select {COLUMNS} {FROM} where i.shop_id is not distinct from $1 and i.client_key = $2", shop_id, client_key
    )
    return stored_of(row) if row else None


async def lock_instrument(tx: Tx, shop_id: UUID | None, instrument_id: UUID) -> StoredInstrument:
    """An instrument of its owner, locked until the transaction ends. Refuses `InstrumentNotFound`."""
    row = await tx.fetchrow(
        f"select {COLUMNS} {FROM} where i.instrument_id = $1 and i.shop_id is not distinct from $2 for update of i",
        instrument_id, shop_id,
    )  # fmt: skip
    if row is None:
        raise InstrumentNotFound
    return stored_of(row)


async def save_version(
    tx: Tx, stored: StoredInstrument, instrument: Instrument, moved: Moved, rolled_back_to: int | None = None
) -> None:  # fmt: skip
    """The next version of a locked instrument, in the status of the move."""
    version = stored.version + 1
    await _insert_version(tx, moved.actor, instrument, version, moved.now, rolled_back_to)
    await tx.execute(
        "update promotions.instrument set version = $2, kind = $3, name_zh = $4, name_en = $5, valid_from = $6,"
        " valid_until = $7, status = $8, changed_at = $9, reason = $10, submitted_by = null, approved_by = null"
        " where instrument_id = $1",
        stored.instrument_id, version, instrument.kind.value, instrument.name.zh, instrument.name.en,
        instrument.valid_from, instrument.valid_until, moved.there.value, moved.now, moved.reason,
    )  # fmt: skip
    await _insert_move(tx, instrument, version, stored.status, moved)


async def save_move(tx: Tx, stored: StoredInstrument, moved: Moved) -> None:
    """A move of a locked instrument's status."""
    await tx.execute(
        "update promotions.instrument set status = $2, changed_at = $3, reason = $4, submitted_by = $5,"
        " approved_by = $6 where instrument_id = $1",
        stored.instrument_id, moved.there.value, moved.now, moved.reason, moved.submitted_by, moved.approved_by,
    )  # fmt: skip
    await _insert_move(tx, stored.instrument, stored.version, stored.status, moved)


async def lock_shop(tx: Tx, shop_id: UUID | None) -> None:
    """Whoever makes an instrument of this owner live waits here, so that no two overlap unseen."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('promotions:' || $1::text, 0))", str(shop_id))


async def _insert_version(
    tx: Tx, actor: Actor, instrument: Instrument, version: int, now: datetime, rolled_back_to: int | None
) -> None:  # fmt: skip
    await tx.execute(
        "insert into promotions.version (instrument_id, version, body, saved_by, saved_at, rolled_back_to)"
        " values ($1, $2, $3, $4, $5, $6)",
        instrument.instrument_id, version, write_instrument(instrument), actor.account_id, now, rolled_back_to,
    )  # fmt: skip


async def _insert_move(
    tx: Tx, instrument: Instrument, version: int, here: InstrumentStatus | None, moved: Moved
) -> None:  # fmt: skip
    await tx.execute(
        "insert into promotions.move (instrument_id, move_no, version, from_status, to_status, moved_by, actor_name,"
        " moved_at, reason) select $1, coalesce(max(move_no), 0) + 1, $2, $3, $4, $5, $6, $7, $8"
        " from promotions.move where instrument_id = $1",
        instrument.instrument_id, version, here and here.value, moved.there.value, moved.actor.account_id,
        moved.actor.name, moved.now, moved.reason,
    )  # fmt: skip


def stored_of(row: asyncpg.Record) -> StoredInstrument:
    """A row of COLUMNS as a stored instrument."""
    return StoredInstrument(
        shop_id=row["shop_id"], instrument=read_instrument(row["instrument_id"], row["body"]),
        status=InstrumentStatus(row["status"]), version=row["version"], created_by=row["created_by"],
        created_at=row["created_at"], submitted_by=row["submitted_by"], approved_by=row["approved_by"],
        changed_at=row["changed_at"], reason=row["reason"],
    )  # fmt: skip
