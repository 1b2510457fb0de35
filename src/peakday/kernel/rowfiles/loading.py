"""How is a file of rows stored so that killing the process at any moment loses and doubles nothing?

Block by block: a block's rows, its problems and the position behind it are committed together, or not at all. While
the database stores one block, a thread reads and checks the next. Before each block the disks of the file and of our
own database are looked at; when one is full the run stops with `DiskFull`, keeps what it has, and goes on from there
when it is opened again. Should others fill the disk faster than that, the database finds out by itself; where not even
its log has room it goes down, and comes up again with what was committed.
"""

import asyncio
import errno
import hashlib
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import asyncpg

from peakday.kernel.clock import Clock
from peakday.kernel.database import Database, Tx
from peakday.kernel.database.errors import DatabaseFull
from peakday.kernel.imports import ImportRun, RowCounts, fail_run, finish_run, lock_run, save_progress
from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.errors import DiskFull, FileUnreadable
from peakday.kernel.rowfiles.records import Position
from peakday.kernel.rowfiles.shape import FileShape

FREE_BYTES_MIN = 512 << 20
HASH_BLOCK_BYTES = 4 << 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """One block, checked: rows fit to store, how many they are, and the problems of the rows that are refused."""

    rows: T
    count: int
    problems: list[Problem] = field(default_factory=list)
    end: Position = field(default_factory=lambda: Position(0, 2))
    carry: dict[str, Any] = field(default_factory=dict)  # what the next block needs of this one, kept with the position


_NO_DATABASE = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)
Store = Callable[[Tx, ImportRun, T], Awaitable[list[Problem]]]  # the problems of rows that storing has refused
Report = Callable[[ImportRun], None]


async def load_blocks(
    database: Database, clock: Clock, run: ImportRun, blocks: Iterator[Checked[T]], store: Store[T],
    report: Report | None = None,
) -> ImportRun:  # fmt: skip
    """Store the blocks one by one and finish the run. Raises `FileUnreadable`, `DiskFull`, `ImportMoved`."""
    data = await database.local_folder()
    try:
        waiting = asyncio.create_task(asyncio.to_thread(next, blocks, None))
        while (block := await waiting) is not None:
            waiting = asyncio.create_task(asyncio.to_thread(next, blocks, None))
            if data is not None:
                require_room(data, FREE_BYTES_MIN)
            run = await _store_block(database, clock, run, block, store)
            if report is not None:
                report(run)
        async with database.transaction() as tx:
            await finish_run(tx, run.run_id, clock.now())
    except (FileUnreadable, DiskFull) as refusal:
        with suppress(*_NO_DATABASE, DatabaseFull):  # told all the same; the run stays open
            async with database.transaction() as tx:
                await fail_run(tx, run.run_id, clock.now(), str(refusal))
        raise
    except _NO_DATABASE as error:
        if data is not None and shutil.disk_usage(data).free < FREE_BYTES_MIN:
            raise _disk_full(data) from error
        raise
    return run


async def _store_block(
    database: Database, clock: Clock, run: ImportRun, block: Checked[T], store: Store[T]
) -> ImportRun:  # fmt: skip
    try:
        async with database.transaction() as tx:
            await lock_run(tx, run.run_id, run.position)
            late = await _while_connected(tx, store(tx, run, block.rows)) if block.count else []
            problems = sorted([*block.problems, *late], key=lambda problem: problem.row or 0)
            accepted = block.count - len({problem.row for problem in late})
            refused = len({problem.row for problem in problems})
            position = {"byte": block.end.byte, "row": block.end.row, **block.carry}
            rows = RowCounts(accepted + refused, accepted, refused)
            await save_progress(tx, run.run_id, position, rows, problems, clock.now())
    except DatabaseFull as error:
        raise _disk_full(await database.local_folder() or Path.cwd()) from error
    return replace(
        run,
        position=position,
        rows_read=run.rows_read + accepted + refused,
        rows_accepted=run.rows_accepted + accepted,
        rows_refused=run.rows_refused + refused,
    )


async def _while_connected(tx: Tx, storing: Awaitable[list[Problem]]) -> list[Problem]:
    """The problems; TimeoutError as soon as the server goes down: asyncpg would wait in the middle of a COPY."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:

        def end(_: object) -> None:
            limit.reschedule(loop.time())

        tx.add_termination_listener(end)
        try:
            return await storing
        finally:
            with suppress(asyncpg.InterfaceError):
                tx.remove_termination_listener(end)


def start_of(run: ImportRun, shape: FileShape) -> Position:
    """Where the run goes on in its file."""
    if not run.position:
        return Position(shape.first_row_byte, 2)
    return Position(int(run.position["byte"]), int(run.position["row"]))


def require_room(folder: Path, needed_bytes: int = FREE_BYTES_MIN) -> None:
    """Refuse `DiskFull` unless the disk of `folder` has room."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise DiskFull(free_mb=free >> 20, needed_mb=needed_bytes >> 20)


def is_disk_full(error: OSError) -> bool:
    """Whether the system says that there is no room, or that a quota is used up."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def file_key(path: Path) -> str:
    """The hash that names a file's content."""
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _disk_full(folder: Path) -> DiskFull:
    return DiskFull(free_mb=shutil.disk_usage(folder).free >> 20, needed_mb=FREE_BYTES_MIN >> 20)
