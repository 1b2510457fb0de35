"""How is a channel's file taken, so that nothing of a contradictory one is and a good one has one effect?

The whole file is read and held against itself and against what earlier files told before its first block is stored.
Blocks then go through the house's imports: a killed import goes on, a finished one does nothing.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from peakday.insight.channels import queries, store
from peakday.insight.channels.files import read_file
from peakday.insight.channels.model import ChannelLine, Connection
from peakday.insight.channels.rules.contradictions import require_agreement, require_one_story
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.imports import ImportMoved, ImportRun, ImportStatus, fail_run, get_run, note_run, open_run
from peakday.kernel.jobs import enqueue_job
from peakday.kernel.refusal import Problem, Refusal
from peakday.kernel.rowfiles.errors import DiskFull
from peakday.kernel.rowfiles.loading import Checked, file_key, load_blocks
from peakday.kernel.rowfiles.records import Position
from peakday.kernel.text import Language

RUN_KIND = "channel"
JOB = "channels.import_file"
BLOCK_LINES = 5_000
FILE_NAME_LENGTH_MAX = 120
LANGUAGES: tuple[Language, ...] = ("zh", "en")


async def ask_for_import(house: House, shop_id: UUID, connection_id: UUID, path: Path, file_name: str) -> ImportRun:
    """Open the run of this file and leave the rows to the worker, which removes the file; a finished run is `done`."""
    run = await _open(house, shop_id, connection_id, path, file_name)
    if run.status is ImportStatus.DONE:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return run
    payload = {
        "shop_id": str(shop_id), "connection_id": str(connection_id), "path": str(path), "file": file_name,
        "run_id": str(run.run_id),
    }  # fmt: skip
    async with house.database.transaction() as tx:
        await enqueue_job(tx, JOB, payload, house.clock.now())
    return run


async def carry_on(house: House, payload: dict[str, str]) -> None:
    """The job: take the file to its end. What the file refuses is told on its run and not tried again."""
    path = Path(payload["path"])
    if not await asyncio.to_thread(path.exists):
        async with house.database.transaction() as tx:
            await fail_run(tx, UUID(payload["run_id"]), house.clock.now(), "the uploaded file is gone; send it again")
        return
    try:
        ids = (UUID(payload["shop_id"]), UUID(payload["connection_id"]))
        await import_channel_file(house, *ids, path, payload["file"])
    except (DiskFull, ImportMoved):
        raise  # there will be room, or another worker is at it: tried again
    except Refusal:
        pass
    await asyncio.to_thread(path.unlink, missing_ok=True)


async def import_channel_file(
    house: House, shop_id: UUID, connection_id: UUID, path: Path, file_name: str
) -> ImportRun:
    """Take the file; refuses as `channels.api.import_file` says, and then nothing of it is stored."""
    run = await _open(house, shop_id, connection_id, path, file_name)
    if run.status is ImportStatus.DONE:
        return run
    name = str(run.note["file"])
    try:
        async with house.database.read() as connected:
            connection = await queries.get_connection(connected, shop_id, connection_id)
        lines, problems = await _checked(house, connection, path, name)
        async with house.database.transaction() as tx:
            await note_run(tx, run.run_id, {"bytes_total": len(lines)})  # its position counts lines
    except Refusal as refusal:
        said = {language: refusal.message.of(language, **refusal.data) for language in LANGUAGES}
        async with house.database.transaction() as tx:
            await fail_run(tx, run.run_id, house.clock.now(), str(refusal))
            await note_run(tx, run.run_id, {"refusal": said})
        raise

    async def store_block(tx: Tx, run: ImportRun, block: Sequence[ChannelLine]) -> list[Problem]:
        await store.lock_connection(tx, shop_id, connection_id)
        stored = await queries.find_lines(tx, shop_id, connection_id, list({line.order_ref for line in block}))
        require_agreement(block, stored, name)
        await store.save_lines(tx, shop_id, connection_id, run.run_id, block)
        return []

    return await load_blocks(house.database, house.clock, run, _blocks(lines, problems, run), store_block)


async def _open(house: House, shop_id: UUID, connection_id: UUID, path: Path, file_name: str) -> ImportRun:
    name = "".join(letter for letter in file_name if letter.isprintable())[-FILE_NAME_LENGTH_MAX:] or "file"
    key = hashlib.sha256(f"{connection_id}:{await asyncio.to_thread(file_key, path)}".encode()).hexdigest()
    async with house.database.transaction() as tx:
        await queries.get_connection(tx, shop_id, connection_id)
        run = await open_run(tx, RUN_KIND, key, house.clock.now(), shop_id)
        if run.status is not ImportStatus.DONE:
            await note_run(tx, run.run_id, {"file": name, "connection": str(connection_id), "refusal": None})
        return await get_run(tx, run.run_id, shop_id)


async def _checked(
    house: House, connection: Connection, path: Path, name: str
) -> tuple[list[ChannelLine], list[Problem]]:
    lines, problems = await asyncio.to_thread(read_file, path, connection.calibre, connection.calibration)
    lines = require_one_story(lines, name)
    async with house.database.read() as connected:
        for start in range(0, len(lines), BLOCK_LINES):
            block = lines[start : start + BLOCK_LINES]
            orders = list({line.order_ref for line in block})
            stored = await queries.find_lines(connected, connection.shop_id, connection.connection_id, orders)
            require_agreement(block, stored, name)
    return lines, problems


def _blocks(
    lines: Sequence[ChannelLine], problems: list[Problem], run: ImportRun
) -> Iterator[Checked[Sequence[ChannelLine]]]:
    """The lines from where the run stands; the position counts lines, and the problems go with the first block."""
    first = int(run.position.get("byte", 0))
    told = [] if run.position else problems
    if not lines and told:
        yield Checked((), 0, told, Position(0, 2))
    for start in range(first, len(lines), BLOCK_LINES):
        block = lines[start : start + BLOCK_LINES]
        end = start + len(block)
        yield Checked(block, len(block), told if start == first else [], Position(end, end + 2))
