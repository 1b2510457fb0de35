"""How does a merchant's CSV of items, orders or events come in, whatever its columns are called?

`inspect_file` proposes which column is which (`column_mapping`) and shows the first rows and what is wrong in them.
A person confirms; `open_csv_import` fixes the run and `run_csv_import` carries it to its end, block by block, resumable
at any moment. Items go through `catalog.api`, orders through `orders.api`, events through `behaviour.api`.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from peakday.apps.importers.column_mapping import SAMPLE_ROWS_MAX, Guess, mapping_of, propose_mapping
from peakday.apps.importers.csv_store import store_events, store_orders
from peakday.apps.importers.event_rows import EventFile, EventRows, check_events
from peakday.apps.importers.import_fields import FIELDS, FileKind
from peakday.apps.importers.order_rows import OrderFile, OrderRows, check_orders
from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.imports import ImportMoved, ImportRun, ImportStatus, fail_run, get_run, note_run, open_run
from peakday.kernel.jobs import JobKind, enqueue_job
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.rowfiles.loading import Checked, Report, file_key, load_blocks, require_room, start_of
from peakday.kernel.rowfiles.records import Position, first_position, read_blocks
from peakday.kernel.rowfiles.shape import FileShape, find_shape
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog

JOB = "importers.import_csv"
TIMEOUT_SECONDS = 6 * 3600
PREVIEW_ROWS = 20
ORDER_ROWS_MAX = 5_000  # rows of one order that a block hands on to the next
_PREVIEW_BYTES = 1 << 16
_PERMISSIONS: dict[FileKind, tuple[str, ...]] = {
    FileKind.ITEMS: ("items:edit",),
    FileKind.ORDERS: ("trade:edit", "data:view"),
    FileKind.EVENTS: ("data:edit", "data:view"),
}


@dataclass(frozen=True, slots=True)
class CsvImport:
    """What is asked for: a file of a kind, which column is which field, currency, zone of times that name none."""

    kind: FileKind
    path: Path
    columns: Mapping[str, str]
    currency: str = "CNY"
    zone: str | None = None

    @property
    def run_kind(self) -> str:
        """The kind of its run."""
        return f"csv-{self.kind}"

    def key(self) -> str:
        """Names the input: the same content read in the same way is the same import."""
        how = msgspec.json.encode([sorted(self.columns.items()), self.currency, self.zone]).decode()
        return f"{file_key(self.path)}:{how}"

    def note(self) -> dict[str, object]:
        """What another process needs to go on with it."""
        return {
            "file": str(self.path), "columns": dict(self.columns), "currency": self.currency, "zone": self.zone,
        }  # fmt: skip

    def for_items(self) -> catalog.ItemImport:
        """The same as the catalogue wants it."""
        return catalog.ItemImport(self.path, self.columns, self.currency, self.zone)


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file before it is imported: its columns, the proposal, its first rows and what is wrong in them."""

    shape: FileShape
    guesses: list[Guess]
    columns: dict[str, str]
    missing: list[str]
    rows: list[list[str]]
    problems: list[Problem]


def require_import(actor: Actor, kind: FileKind, shop_id: UUID) -> None:
    """Refuse unless the actor may import this kind into this shop."""
    for permission in _PERMISSIONS[kind]:
        require(actor, permission, shop_id)


def may_import(actor: Actor, kind: FileKind) -> bool:
    """Whether the actor may import this kind at all."""
    return all(actor.can(permission) for permission in _PERMISSIONS[kind])


async def inspect_file(
    house: House, shop_id: UUID, kind: FileKind, path: Path, columns: Mapping[str, str] | None = None,
    zone: str | None = None,
) -> Inspection:  # fmt: skip
    """Look at a file; `columns` is a mapping that a person has corrected. Raises `FileUnreadable`."""
    shape = await asyncio.to_thread(find_shape, path)
    block = await asyncio.to_thread(next, read_blocks(path, shape, first_position(shape), _PREVIEW_BYTES), None)
    rows = block.rows[:SAMPLE_ROWS_MAX] if block else []
    guesses = propose_mapping(FIELDS[kind], shape.header, rows)
    chosen = dict(columns) if columns is not None else mapping_of(guesses)
    absent = [field.name for field in FIELDS[kind] if field.required and field.name not in chosen]
    problems = list(block.faults) if block else []
    if not absent and block is not None:
        wanted = CsvImport(kind, path, chosen, zone=zone)
        problems += await _preview(house, shop_id, wanted, shape, rows[:PREVIEW_ROWS], block.numbers[:PREVIEW_ROWS])
    return Inspection(shape, guesses, chosen, absent, rows[:PREVIEW_ROWS], problems[:PREVIEW_ROWS])


async def _preview(
    house: House, shop_id: UUID, wanted: CsvImport, shape: FileShape, rows: list[list[str]], numbers: Sequence[int]
) -> list[Problem]:  # fmt: skip
    if wanted.kind is FileKind.ITEMS:
        async with house.database.read() as tx:
            categories = await catalog.list_categories(tx)
        return catalog.preview_items(shop_id, wanted.for_items(), categories, len(rows)).problems
    places = places_of(wanted, shape)
    if wanted.kind is FileKind.ORDERS:
        return check_orders(OrderFile(shop_id, places, wanted.currency, wanted.zone), rows, numbers).problems
    return check_events(EventFile(shop_id, places, "preview", wanted.zone), rows, numbers).problems


async def open_csv_import(house: House, tx: Tx, actor: Actor, shop_id: UUID, wanted: CsvImport) -> ImportRun:
    """The run of this file, new or earlier; stores no row. Refuses `Invalid` when a column is missing."""
    require_import(actor, wanted.kind, shop_id)
    if wanted.kind is FileKind.ITEMS:
        return await catalog.open_item_import(tx, actor, shop_id, wanted.for_items(), house.clock)
    shape = await asyncio.to_thread(find_shape, wanted.path)
    places_of(wanted, shape)
    run = await open_run(tx, wanted.run_kind, await asyncio.to_thread(wanted.key), house.clock.now(), shop_id)
    await note_run(tx, run.run_id, {**wanted.note(), "bytes_total": shape.bytes_total})
    return run


async def ask_for_csv_import(house: House, tx: Tx, actor: Actor, shop_id: UUID, wanted: CsvImport) -> ImportRun:
    """Open the run and leave the rows to the worker."""
    run = await open_csv_import(house, tx, actor, shop_id, wanted)
    if run.status is not ImportStatus.DONE:
        await enqueue_job(tx, JOB, {"run_id": str(run.run_id)}, house.clock.now())
    return run


async def run_csv_import(house: House, run: ImportRun, wanted: CsvImport, report: Report | None = None) -> ImportRun:
    """Carry the run to its end. Raises `FileUnreadable`, `DiskFull`, `ImportMoved`; what is stored stays."""
    if run.status is ImportStatus.DONE:
        return run
    if wanted.kind is FileKind.ITEMS:
        return await catalog.run_item_import(house.database, house.clock, run, wanted.for_items(), report)
    assert run.shop_id is not None, run.run_id
    shop_id = run.shop_id
    shape = find_shape(wanted.path)
    places = places_of(wanted, shape)
    start = start_of(run, shape)
    if wanted.kind is FileKind.ORDERS:
        orders_file = OrderFile(shop_id, places, wanted.currency, wanted.zone)
        carry = [(int(number), list(row)) for number, row in run.position.get("carry", [])]

        async def keep_orders(tx: Tx, _: ImportRun, rows: OrderRows) -> list[Problem]:
            return await store_orders(house, tx, orders_file, rows)

        orders_blocks = _order_blocks(wanted.path, shape, start, orders_file, carry)
        return await load_blocks(house.database, house.clock, run, orders_blocks, keep_orders, report)
    events_file = EventFile(shop_id, places, run.key[:20], wanted.zone)

    async def keep_events(_: Tx, __: ImportRun, rows: EventRows) -> list[Problem]:
        return await store_events(house, rows)

    event_blocks = _event_blocks(wanted.path, shape, start, events_file)
    return await load_blocks(house.database, house.clock, run, event_blocks, keep_events, report)


def _order_blocks(
    path: Path, shape: FileShape, start: Position, file: OrderFile, carry: list[tuple[int, list[str]]]
) -> Iterator[Checked[OrderRows]]:
    """Blocks of whole orders: the rows of a block's last order wait for the next block."""
    place = file.places["order_ref"]
    for block in read_blocks(path, shape, start):
        require_room(path.parent)
        rows = [*carry, *zip(map(int, block.numbers), block.rows, strict=True)]
        cut = len(rows)
        if block.end.byte < shape.bytes_total and rows:
            last = rows[-1][1][place].strip()
            while cut and rows[cut - 1][1][place].strip() == last:
                cut -= 1
            cut = len(rows) if len(rows) - cut > ORDER_ROWS_MAX else cut
        carry = rows[cut:]
        checked = check_orders(file, [row for _, row in rows[:cut]], [number for number, _ in rows[:cut]])
        count = sum(len(numbers) for _, numbers in checked.orders)
        kept = {"carry": [[number, row] for number, row in carry]}
        yield Checked(checked, count, block.faults + checked.problems, block.end, kept)


def _event_blocks(path: Path, shape: FileShape, start: Position, file: EventFile) -> Iterator[Checked[EventRows]]:
    for block in read_blocks(path, shape, start):
        require_room(path.parent)
        checked = check_events(file, block.rows, block.numbers)
        yield Checked(checked, len(checked.events), block.faults + checked.problems, block.end)


def places_of(wanted: CsvImport, shape: FileShape) -> dict[str, int]:
    """Where each field stands in the file; refuses `Invalid` when a column is missing or named twice."""
    known = {field.name: field for field in FIELDS[wanted.kind]}
    problems = [
        _absent(field.name, field.title, shape)
        for field in known.values() if field.required and field.name not in wanted.columns
    ]  # fmt: skip
    for name, header in wanted.columns.items():
        if name not in known or shape.header.count(header) != 1:
            problems.append(_absent(name, Text(header, header), shape))
    if problems:
        raise Invalid(*problems)
    return {name: shape.header.index(header) for name, header in wanted.columns.items()}


def _absent(name: str, title: Text, shape: FileShape) -> Problem:
    have = ", ".join(shape.header[:30])
    message = Text(f"列“{title.zh}”应在文件中出现一次", f"the file must have the column “{title.en}” exactly once")
    remedy = Text(f"指定对应的列;文件中有:{have}", f"Say which column it is; the file has: {have}")
    return Problem(name, "column_missing", message, remedy, 1)


async def carry_on(house: House, payload: dict[str, Any]) -> None:
    """The job: carry the run `run_id` on; a full disk is tried again later, an unreadable file is not."""
    async with house.database.read() as tx:
        run = await get_run(tx, UUID(payload["run_id"]))
    if run.status is ImportStatus.DONE:
        return
    note = run.note
    kind = FileKind(run.kind.removeprefix("csv-"))
    wanted = CsvImport(kind, Path(note["file"]), note["columns"], note["currency"], note["zone"])
    try:
        await run_csv_import(house, run, wanted)
    except (FileUnreadable, ImportMoved):
        return
    except FileNotFoundError:
        async with house.database.transaction() as tx:
            await fail_run(tx, run.run_id, house.clock.now(), "the uploaded file is gone; send it again")
        return
    if wanted.path.is_relative_to(house.settings.uploads_dir):
        wanted.path.unlink(missing_ok=True)


JOB_KINDS = [JobKind(JOB, carry_on, timeout_seconds=TIMEOUT_SECONDS)]
