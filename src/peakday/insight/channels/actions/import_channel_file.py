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
from peakday.kernel.imports import ImportRun, ImportStatus, fail_run, note_run, open_run
from peakday.kernel.refusal import Problem, Refusal
from peakday.kernel.rowfiles.loading import Checked, file_key, load_blocks
from peakday.kernel.rowfiles.records import Position

RUN_KIND = "channel"
BLOCK_LINES = 5_000
FILE_NAME_LENGTH_MAX = 120


async def import_channel_file(
    house: House, shop_id: UUID, connection_id: UUID, path: Path, file_name: str
) -> ImportRun:
    """Take the file; refuses as `channels.api.import_file` says, and then nothing of it is stored."""
    name = "".join(letter for letter in file_name if letter.isprintable())[-FILE_NAME_LENGTH_MAX:] or "file"
    key = hashlib.sha256(f"{connection_id}:{await asyncio.to_thread(file_key, path)}".encode()).hexdigest()
    async with house.database.transaction() as tx:
        connection = await queries.get_connection(tx, shop_id, connection_id)
        run = await open_run(tx, RUN_KIND, key, house.clock.now(), shop_id)
        if run.status is ImportStatus.DONE:
            return run
        await note_run(tx, run.run_id, {"file": name, "connection": str(connection_id)})
    try:
        lines, problems = await _checked(house, connection, path, name)
    except Refusal as refusal:
        async with house.database.transaction() as tx:
            await fail_run(tx, run.run_id, house.clock.now(), str(refusal))
        raise

    async def store_block(tx: Tx, run: ImportRun, block: Sequence[ChannelLine]) -> list[Problem]:
        await store.lock_connection(tx, shop_id, connection_id)
        stored = await queries.find_lines(tx, shop_id, connection_id, list({line.order_ref for line in block}))
        require_agreement(block, stored, name)
        await store.save_lines(tx, shop_id, connection_id, run.run_id, block)
        return []

    return await load_blocks(house.database, house.clock, run, _blocks(lines, problems, run), store_block)


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
