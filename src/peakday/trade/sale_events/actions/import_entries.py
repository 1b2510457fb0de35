"""How does a shop enrol hundreds of thousands of SKUs from a file?

Block by block (`kernel.rowfiles.loading`): a block's entries, their prices, its problems and the position behind it are
committed together, so a killed import goes on where it stopped and the error file is whole. The window is judged by the
instant at which the file was sent: what was in time is not refused because the queue was long, unless the sale has
begun meanwhile.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import Clock
from peakday.kernel.database import Database, Tx
from peakday.kernel.database.record_clock import record_now
from peakday.kernel.imports import ImportRun, ImportStatus, note_run, open_run
from peakday.kernel.jobs import enqueue_job
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.rowfiles.loading import Checked, Report, file_key, load_blocks, require_room, start_of
from peakday.kernel.rowfiles.records import Position, read_blocks
from peakday.kernel.rowfiles.shape import FileShape, find_shape
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.trade.sale_events import queries
from peakday.trade.sale_events.actions.admission import Door, admit
from peakday.trade.sale_events.actions.enrol import EDIT, lock_enrolled, open_door, track_of
from peakday.trade.sale_events.errors import ShopNotEnrolled
from peakday.trade.sale_events.events import EnrolmentRefused, ItemEnrolled
from peakday.trade.sale_events.model import EventStatus
from peakday.trade.sale_events.rules.entry_rows import EntryRows, check_entries, missing_columns, places_of

KIND = "csv-event-entries"
JOB = "sale_events.import_entries"
BLOCK_BYTES = 512 << 10  # some ten thousand rows: what one transaction holds and one kill repeats


@dataclass(frozen=True, slots=True)
class EntryImport:
    """What is asked for: a file, into which event and track."""

    path: Path
    event_id: UUID
    track: str
    currency: str = "CNY"
    exits: int = 0  # how often the shop had left by then: what has left may come back by the same file
    block_bytes: int = BLOCK_BYTES

    def key(self) -> str:
        """Names the input: the same content for the same track is the same import."""
        how = msgspec.json.encode([str(self.event_id), self.track, self.currency, self.exits])
        return f"{file_key(self.path)}:{how.decode()}"

    def note(self) -> dict[str, object]:
        """What another process needs to go on with it."""
        return {
            "file": str(self.path), "event_id": str(self.event_id), "track": self.track, "currency": self.currency,
        }  # fmt: skip

    @classmethod
    def of_note(cls, note: Mapping[str, Any]) -> "EntryImport":
        """The import that a run's note tells of."""
        return cls(Path(note["file"]), UUID(note["event_id"]), note["track"], note["currency"])


async def ask_for_enrolment_import(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: EntryImport, clock: Clock
) -> ImportRun:  # fmt: skip
    """Open the run and leave the rows to the worker. Refuses as `open_enrolment_import` does."""
    run = await open_enrolment_import(tx, actor, shop_id, wanted, clock)
    if run.status is not ImportStatus.DONE:
        await enqueue_job(tx, JOB, {"run_id": str(run.run_id)}, clock.now())
    return run


async def open_enrolment_import(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: EntryImport, clock: Clock
) -> ImportRun:  # fmt: skip
    """The run of this file, new or earlier; stores no row.

    Refuses a file that cannot be read or lacks a column (`FileUnreadable`, `Invalid`), `WindowClosed`,
    `ShopNotEnrolled`, `TrackNotFound`, `EventNotFound`, `NotAllowed`.
    """
    require(actor, EDIT, shop_id)
    now = await record_now(clock, tx)
    door = await open_door(tx, actor, (shop_id, wanted.event_id, wanted.track), now)
    await lock_enrolled(tx, shop_id, wanted.event_id)
    shape = await asyncio.to_thread(find_shape, wanted.path)
    _places(shape)
    exits = await queries.count_exits(tx, shop_id, wanted.event_id)
    wanted = replace(wanted, currency=door.currency, exits=exits)
    run = await open_run(tx, KIND, await asyncio.to_thread(wanted.key), clock.now(), shop_id)
    await note_run(tx, run.run_id, {**wanted.note(), "bytes_total": shape.bytes_total})
    subject = f"event:{door.event.plan.code}/{wanted.track}"
    await accounts.record_audit(tx, actor, "enrolment_file_sent", subject, clock.now(), {"shop_id": shop_id})
    return run


async def run_enrolment_import(
    database: Database, clock: Clock, run: ImportRun, wanted: EntryImport, report: Report | None = None
) -> ImportRun:
    """Carry the run to its end. Raises `FileUnreadable`, `DiskFull`, `ImportMoved`; what is stored stays."""
    if run.status is ImportStatus.DONE:
        return run
    assert run.shop_id is not None, run.run_id
    shape = await asyncio.to_thread(find_shape, wanted.path)
    places = _places(shape)
    async with database.read() as tx:
        event = await queries.get_event(tx, wanted.event_id, with_drafts=True)
    door = Door(run.shop_id, event, track_of(event, wanted.track), wanted.currency, run.started_at, run.run_id)

    async def store(tx: Tx, now_run: ImportRun, rows: EntryRows) -> list[Problem]:
        del now_run
        return await _store_block(tx, replace(door, refs=rows.refs), rows, clock)

    done = await load_blocks(
        database, clock, run, _checked_blocks(wanted, shape, start_of(run, shape), (door, places)), store, report
    )
    async with database.transaction() as tx:
        await _tell(tx, door, done, clock)
    return done


async def _store_block(tx: Tx, door: Door, rows: EntryRows, clock: Clock) -> list[Problem]:
    now = await record_now(clock, tx)
    try:
        await lock_enrolled(tx, door.shop_id, door.event.event_id)
        is_open = now < door.track.sale.starts_at and door.event.status is EventStatus.PUBLISHED
    except ShopNotEnrolled:  # it has left since the file was sent
        is_open = False
    if not is_open:
        return [_too_late(wish.row, rows.refs.get(wish.row or 0)) for wish in rows.wishes]
    admitted = await admit(tx, SYSTEM, door, rows.wishes, now)
    return admitted.problems


def _checked_blocks(
    wanted: EntryImport, shape: FileShape, start: Position, how: tuple[Door, dict[str, int]]
) -> Iterator[Checked[EntryRows]]:
    door, places = how
    for block in read_blocks(wanted.path, shape, start, wanted.block_bytes):
        require_room(wanted.path.parent)
        rows = check_entries(door.shop_id, places, door.currency, block.columns, block.numbers)
        yield Checked(rows, len(rows.wishes), block.faults + rows.problems, block.end)


async def _tell(tx: Tx, door: Door, run: ImportRun, clock: Clock) -> None:
    """One piece of news for the whole file, and one more when rows were refused."""
    counts = await queries.count_entries(tx, door.shop_id, door.event.event_id)
    count = counts.get((door.event.event_id, door.track.code))
    place = (door.shop_id, door.event.event_id, door.track.code)
    if count and run.rows_accepted:
        await announce(tx, ItemEnrolled(*place, None, count.items, run.rows_accepted), clock.now())
    if run.rows_refused:
        refused = EnrolmentRefused(*place, run.run_id, run.rows_accepted, run.rows_refused)
        await announce(tx, refused, clock.now())


def _places(shape: FileShape) -> dict[str, int]:
    places = places_of(shape.header)
    problems = missing_columns(places, shape.header)
    if problems:
        raise Invalid(*problems)
    return places


def _too_late(row: int | None, value: str | None) -> Problem:
    return Problem(
        "", "window_closed", Text("店铺已退出活动或已开卖", "the shop has left the event, or its sale has begun"),
        Text("报名其他场次", "Enrol in another track"), row, value,
    )  # fmt: skip
