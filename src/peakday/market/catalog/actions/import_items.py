"""How does a merchant's file of items come in?

Millions of rows, checked and stored block by block (`kernel.rowfiles.loading`): a killed import goes on where it
stopped, the same file again changes nothing, and every refused row is in the error file with field and remedy.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from peakday.kernel.actor import Actor, require
from peakday.kernel.clock import Clock
from peakday.kernel.database import Database, Tx
from peakday.kernel.imports import ImportRun, ImportStatus, note_run, open_run
from peakday.kernel.jobs import enqueue_job
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.rowfiles.loading import Checked, Report, file_key, load_blocks, require_room, start_of
from peakday.kernel.rowfiles.records import Position, first_position, read_blocks
from peakday.kernel.rowfiles.shape import FileShape, find_shape
from peakday.kernel.text import Text
from peakday.market.catalog import bulk_store, queries
from peakday.market.catalog.holds import Hold
from peakday.market.catalog.model import Category
from peakday.market.catalog.rules.category_names import CategoryNames
from peakday.market.catalog.rules.item_columns import COLUMN_NAMES, ITEM_COLUMNS
from peakday.market.catalog.rules.item_rows import ItemFile, ItemRows, check_items, repeated

KIND = "csv-items"
JOB = "catalog.import_items"
PREVIEW_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class ItemImport:
    """What is asked for: a file, whose column is which (name of ours → header), currency, zone of its times."""

    path: Path
    columns: Mapping[str, str] | None = None  # none: the file uses our own names
    currency: str = "CNY"
    zone: str | None = None
    encoding: str | None = None

    def key(self) -> str:
        """Names the input: the same content read in the same way is the same import."""
        how = msgspec.json.encode([sorted((self.columns or {}).items()), self.currency, self.zone, self.encoding])
        return f"{file_key(self.path)}:{how.decode()}"

    def note(self) -> dict[str, object]:
        """What another process needs to go on with it."""
        return {
            "file": str(self.path), "columns": dict(self.columns) if self.columns else None,
            "currency": self.currency, "zone": self.zone, "encoding": self.encoding,
        }  # fmt: skip

    @classmethod
    def of_note(cls, note: Mapping[str, Any]) -> "ItemImport":
        """The import that a run's note tells of."""
        return cls(Path(note["file"]), note["columns"], note["currency"], note["zone"], note["encoding"])


async def ask_for_item_import(tx: Tx, actor: Actor, shop_id: UUID, wanted: ItemImport, clock: Clock) -> ImportRun:
    """Open the run and leave the rows to the worker."""
    run = await open_item_import(tx, actor, shop_id, wanted, clock)
    if run.status is not ImportStatus.DONE:
        await enqueue_job(tx, JOB, {"run_id": str(run.run_id)}, clock.now())
    return run


async def open_item_import(tx: Tx, actor: Actor, shop_id: UUID, wanted: ItemImport, clock: Clock) -> ImportRun:
    """The run of this file, new or earlier. Refuses a file that cannot be read or lacks a column; stores no row."""
    require(actor, "items:edit", shop_id)
    shape = await asyncio.to_thread(find_shape, wanted.path, wanted.encoding)
    places_of(shape, wanted.columns)
    run = await open_run(tx, KIND, await asyncio.to_thread(wanted.key), clock.now(), shop_id)
    await note_run(tx, run.run_id, {**wanted.note(), "bytes_total": shape.bytes_total})
    return run


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file and what is wrong with them; nothing is stored."""

    header: tuple[str, ...]
    rows: list[list[str]]
    problems: list[Problem]


def preview_items(shop_id: UUID, wanted: ItemImport, categories: Sequence[Category], rows_max: int = 20) -> Preview:
    """Read the beginning of the file as the import would. Raises `FileUnreadable`, `Invalid`."""
    shape = find_shape(wanted.path, wanted.encoding)
    file = ItemFile(shop_id, places_of(shape, wanted.columns), CategoryNames(categories), wanted.currency, wanted.zone)
    for block in read_blocks(wanted.path, shape, first_position(shape), PREVIEW_BYTES):
        rows, numbers = block.rows[:rows_max], block.numbers[:rows_max]
        faults = [fault for fault in block.faults if (fault.row or 0) <= rows_max + 1]
        columns = [column[:rows_max] for column in block.columns]
        return Preview(shape.header, rows, faults + check_items(file, columns, numbers).problems)
    return Preview(shape.header, [], [])


async def run_item_import(
    database: Database, clock: Clock, run: ImportRun, wanted: ItemImport, report: Report | None = None
) -> ImportRun:
    """Carry the run to its end. Raises `FileUnreadable`, `DiskFull`, `ImportMoved`; what is stored stays."""
    if run.status is ImportStatus.DONE:
        return run
    assert run.shop_id is not None, run.run_id
    shop_id = run.shop_id
    shape = find_shape(wanted.path, wanted.encoding)
    places = places_of(shape, wanted.columns)
    async with database.read() as tx:
        categories = CategoryNames(await queries.list_categories(tx))
    file = ItemFile(shop_id, places, categories, wanted.currency, wanted.zone)

    async def store(tx: Tx, now_run: ImportRun, rows: ItemRows) -> list[Problem]:
        key = (now_run.run_id, now_run.started_at)
        held = await bulk_store.find_held_rows(tx, shop_id, rows.table, places, clock.now())
        table = bulk_store.without_rows(rows.table, held) if held else rows.table
        again = await bulk_store.store_rows(tx, shop_id, table, key, places, wanted.currency) if len(table) else []
        field = "sku_ref" if "sku_ref" in places else "item_ref"
        return [
            *(repeated(row, first, ref, field) for row, first, ref in again),
            *(held_row(row, hold) for row, hold in sorted(held.items())),
        ]

    return await load_blocks(
        database, clock, run, _checked_blocks(wanted.path, shape, start_of(run, shape), file), store, report
    )


def held_row(row: int, hold: Hold) -> Problem:
    """The problem of a row that would change what is held: its price, or its place on the shelf."""
    return Problem("list_price", "item_held", hold.reason, hold.remedy, row)


def _checked_blocks(path: Path, shape: FileShape, start: Position, file: ItemFile) -> Iterator[Checked[ItemRows]]:
    for block in read_blocks(path, shape, start):
        require_room(path.parent)
        checked = check_items(file, block.columns, block.numbers)
        checked = ItemRows(bulk_store.in_key_order(checked.table), checked.problems)
        yield Checked(checked, len(checked.table), block.faults + checked.problems, block.end)


def places_of(shape: FileShape, columns: Mapping[str, str] | None) -> dict[str, int]:
    """Where each of our columns stands in the file; refuses `Invalid` when one that must be there is not."""
    wanted = dict(columns) if columns else {name: name for name in COLUMN_NAMES if name in shape.header}
    problems = [
        _absent(column.name, column.title.zh, shape) for column in ITEM_COLUMNS
        if column.required and column.name not in wanted
    ]  # fmt: skip
    for name, header in wanted.items():
        if name not in COLUMN_NAMES:
            problems.append(_absent(name, name, shape, "unknown_column"))
        elif shape.header.count(header) != 1:
            code = "column_missing" if header not in shape.header else "column_twice"
            problems.append(_absent(name, header, shape, code))
    if problems:
        raise Invalid(*problems)
    return {name: shape.header.index(header) for name, header in wanted.items()}


def _absent(name: str, title: str, shape: FileShape, code: str = "column_missing") -> Problem:
    known = ", ".join(shape.header[:30])
    return Problem(
        name, code,
        Text(f"列“{title}”应在文件中出现一次", f"the file must have the column {name} ({title}) exactly once"),
        Text(f"指定对应的列;文件中有:{known}", f"Say which column it is; the file has: {known}"),
        1, title,
    )  # fmt: skip
