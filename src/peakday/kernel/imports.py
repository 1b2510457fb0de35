"""How far has an import come, and what was wrong in it?

An import is a *run*: a kind, a key that names the input (a file's hash, a package's version) and perhaps a shop. The
importer stores a chunk of rows and calls `save_progress` in the same transaction, so a run that is killed at any moment
goes on where it stopped, nothing lost and nothing doubled. The same kind, key and shop is the same run: asked for again
when it is done, it comes back as `done` and there is nothing left to do.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import Conflict, NotFound, Problem
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Text

RUNS_LISTED_MAX = 200
VALUE_LENGTH_MAX = 400  # of a refused value, in the error file
ERROR_FILE_BATCH = 5_000
ERROR_FILE_PART = 1 << 16
ERROR_FILE_COLUMNS = ("row", "field", "value", "code", "message", "message_zh", "remedy", "remedy_zh")

_NUMBER = re.compile(r"[+-][\d.,]+", re.ASCII)
_COLUMNS = (
    "run_id, kind, key, shop_id, status, position, rows_read, rows_accepted, rows_refused, rows_total,"
    " started_at, updated_at, finished_at, failure, note"
)
_PROBLEM_COLUMNS = (
    "run_id", "row_no", "field", "value", "code", "message_zh", "message_en", "remedy_zh", "remedy_en",
)  # fmt: skip


class ImportStatus(StrEnum):
    """Where a run stands. A failed run goes on when it is opened again."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RowCounts(NamedTuple):
    """How many rows were read, and what became of them."""

    read: int
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import: what of, how far, with which counts."""

    run_id: UUID
    kind: str
    key: str
    shop_id: UUID | None
    status: ImportStatus
    position: dict[str, Any]
    rows_read: int
    rows_accepted: int
    rows_refused: int
    rows_total: int | None
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    failure: str | None
    note: dict[str, Any]

    @property
    def share_done(self) -> float | None:
        """How much of the input was read, 0 to 1; none when its size is unknown."""
        if self.status is ImportStatus.DONE:
            return 1.0
        if self.note.get("bytes_total"):
            return min(float(self.position.get("byte", 0)) / float(self.note["bytes_total"]), 1.0)
        return min(self.rows_read / self.rows_total, 1.0) if self.rows_total else None


class ImportMoved(Conflict):
    """Another process has carried the run on in the meantime."""

    code = "import_moved"
    message = Text("该导入任务正由另一个进程处理", "Another process is already carrying this import on")


async def open_run(
    tx: Tx, kind: str, key: str, now: datetime, shop_id: UUID | None = None, rows_total: int | None = None
) -> ImportRun:
    """The run of this input: new, or the earlier one at its position; a finished one comes back `done`."""
    row = await tx.fetchrow(
        "insert into kernel.import_run (run_id, kind, key, shop_id, rows_total, started_at, updated_at)"
        " values ($1, $2, $3, $4, $5, $6, $6)"
        " on conflict (kind, key, shop_id) do update set"
        " status = case when kernel.import_run.status = 'failed' then 'running' else kernel.import_run.status end,"
        " failure = case when kernel.import_run.status = 'failed' then null else kernel.import_run.failure end,"
        " rows_total = coalesce(excluded.rows_total, kernel.import_run.rows_total)"
        f" returning {_COLUMNS}",
        new_id(now), kind, key, shop_id, rows_total, now,
    )  # fmt: skip
    assert row is not None
    return _run(row)


async def lock_run(tx: Tx, run_id: UUID, position: Mapping[str, Any]) -> ImportRun:
    """Hold the run for this transaction; refuses `ImportMoved` unless it still stands at `position`."""
    row = await tx.fetchrow(f"select {_COLUMNS} from kernel.import_run where run_id = $1 for update", run_id)
    if row is None:
        raise NotFound
    run = _run(row)
    if run.position != dict(position) or run.status is ImportStatus.DONE:
        raise ImportMoved
    return run


async def save_progress(
    tx: Tx, run_id: UUID, position: Mapping[str, Any], rows: RowCounts, problems: Sequence[Problem], now: datetime
) -> None:
    """Move the run to `position`; the counts are increments. Call it in the transaction that stores the rows."""
    assert rows.read == rows.accepted + rows.refused, rows
    done = await tx.execute(
        "update kernel.import_run set position = $2, rows_read = rows_read + $3, rows_accepted = rows_accepted + $4,"
        " rows_refused = rows_refused + $5, updated_at = $6 where run_id = $1 and status <> 'done'",
        run_id, dict(position), *rows, now,
    )  # fmt: skip
    if done != "UPDATE 1":
        raise ImportMoved
    if problems:
        await tx.copy_records_to_table(
            "import_problem",
            schema_name="kernel",
            columns=_PROBLEM_COLUMNS,
            records=[(run_id, *_problem_row(problem)) for problem in problems],
        )


async def finish_run(tx: Tx, run_id: UUID, now: datetime, note: Mapping[str, Any] | None = None) -> None:
    """Close the run; `note` holds what the importer wants to tell about it."""
    await tx.execute(
        "update kernel.import_run set status = 'done', finished_at = $2, updated_at = $2, failure = null,"
        " note = note || $3 where run_id = $1",
        run_id, now, dict(note or {}),
    )  # fmt: skip


async def fail_run(tx: Tx, run_id: UUID, now: datetime, failure: str) -> None:
    """Say why the run stopped; opened again, it goes on where it was."""
    await tx.execute(
        "update kernel.import_run set status = 'failed', failure = $3, updated_at = $2"
        " where run_id = $1 and status <> 'done'",
        run_id, now, failure,
    )  # fmt: skip


async def note_run(tx: Tx, run_id: UUID, note: Mapping[str, Any]) -> None:
    """Add to what the run tells about itself."""
    await tx.execute("update kernel.import_run set note = note || $2 where run_id = $1", run_id, dict(note))


async def get_run(tx: Tx, run_id: UUID, shop_id: UUID | None = None) -> ImportRun:
    """One run; with `shop_id`, only if it is a run of that shop. Refuses `NotFound`."""
    row = await tx.fetchrow(
        f"select {_COLUMNS} from kernel.import_run where run_id = $1 and ($2::uuid is null or shop_id = $2)",
        run_id, shop_id,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return _run(row)


async def list_runs(tx: Tx, shop_id: UUID | None, limit: int = 50) -> list[ImportRun]:
    """The runs of a shop (none: of the whole market), latest first."""
    rows = await tx.fetch(
        f"select {_COLUMNS} from kernel.import_run where shop_id is not distinct from $1"
        " order by started_at desc, run_id limit $2",
        shop_id, min(limit, RUNS_LISTED_MAX),
    )  # fmt: skip
    return [_run(row) for row in rows]


async def list_finished(tx: Tx, since: datetime) -> dict[UUID | None, datetime]:
    """When the latest import of each shop (None: of the whole market) was done; those done since then only."""
    rows = await tx.fetch(
        "select shop_id, max(finished_at) as finished_at from kernel.import_run"
        " where status = 'done' and finished_at >= $1 group by shop_id",
        since,
    )
    return {row["shop_id"]: row["finished_at"] for row in rows}


async def find_shift_days(tx: Tx, source: str) -> int | None:
    """By how many days the latest import of the whole market from `source` moved its dates; None if it says nothing."""
    days: int | None = await tx.fetchval(
        "select (note ->> 'shift_days')::int from kernel.import_run"
        " where shop_id is null and kind = $1 and note ? 'shift_days' order by started_at desc, run_id limit 1",
        source,
    )
    return days


async def list_problems(tx: Tx, run_id: UUID, limit: int = 50) -> list[Problem]:
    """The first problems of a run, in the order of the input."""
    rows = await tx.fetch(
        "select * from kernel.import_problem where run_id = $1 order by problem_no limit $2", run_id, limit
    )
    return [
        Problem(
            row["field"], row["code"], Text(row["message_zh"], row["message_en"]),
            Text(row["remedy_zh"], row["remedy_en"]), row["row_no"], row["value"],
        )
        for row in rows
    ]  # fmt: skip


async def write_error_file(tx: Tx, run_id: UUID, path: Path) -> int:
    """Write what was refused, with row, field and remedy, as CSV that spreadsheets open; returns the bytes written.

    `tx` must be inside a transaction: the problems are read by a cursor, so memory does not grow with their number.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        async for part in stream_error_file(tx, run_id):
            file.write(part)
        return file.tell()


async def stream_error_file(tx: Tx, run_id: UUID, *, hide_values: bool = False) -> AsyncIterator[bytes]:
    """The error file in parts; `tx` must be inside a transaction. `hide_values`: for who may not see figures."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(ERROR_FILE_COLUMNS)
    yield b"\xef\xbb\xbf"  # the mark makes spreadsheets read Chinese
    query = (
        "select row_no, field, value, code, message_en, message_zh, remedy_en, remedy_zh"
        " from kernel.import_problem where run_id = $1 order by problem_no"
    )
    async for row in tx.cursor(query, run_id, prefetch=ERROR_FILE_BATCH):
        values = dict(row) | ({"value": ""} if hide_values else {})
        writer.writerow([_inert(value) for value in values.values()])
        if text.tell() > ERROR_FILE_PART:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _inert(value: object) -> object:
    """A value that a spreadsheet would run as a formula is written as text; plain numbers stay as they are."""
    return inert(value) if isinstance(value, str) and not _NUMBER.fullmatch(value) else value


def _problem_row(problem: Problem) -> tuple[object, ...]:
    value = None if problem.value is None else problem.value.replace("\x00", "\\0")[:VALUE_LENGTH_MAX]
    return (
        problem.row, problem.field, value, problem.code,
        problem.message.zh, problem.message.en, problem.remedy.zh, problem.remedy.en,
    )  # fmt: skip


def _run(row: asyncpg.Record) -> ImportRun:
    return ImportRun(**{**dict(row), "status": ImportStatus(row["status"])})
