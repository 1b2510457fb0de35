"""Does a load end with what was committed when the server goes away in the middle of a COPY?"""

import asyncio

import asyncpg
import pytest

from peakday.kernel.database.errors import DatabaseAway
from peakday.kernel.imports import ImportStatus, RowCounts, get_run, open_run
from peakday.kernel.rowfiles.loading import Checked, load_blocks
from peakday.kernel.rowfiles.records import Position

LINE = b"x" * 999 + b"\n"


@pytest.mark.parametrize("bytes_before", [0, 20_000_000])
async def test_a_server_that_goes_in_the_middle_of_a_copy_ends_the_load_with_whole_blocks(
    database, clock, bytes_before
):
    async with database.transaction() as tx:
        await tx.execute("create table public.kept (word text)")
        run = await open_run(tx, "test", "a file", clock.now())

    async def store(tx, now_run, block):
        pid = await tx.fetchval("select pg_backend_pid()")

        async def lines():
            for number in range(60_000 if block == "second" else 1):
                if block == "second" and number * len(LINE) == bytes_before:
                    async with database.read() as other:
                        await other.execute("select pg_terminate_backend($1)", pid)
                yield LINE

        await tx.copy_to_table("kept", source=lines(), timeout=120)
        return []

    blocks = [Checked("first", 1, end=Position(10, 3)), Checked("second", 1, end=Position(20, 4))]
    loading = asyncio.create_task(load_blocks(database, clock, run, iter(blocks), store))
    await asyncio.wait([loading], timeout=30)
    assert loading.done()
    assert isinstance(loading.exception(), TimeoutError | DatabaseAway | asyncpg.PostgresError)
    async with database.read() as tx:
        found = await get_run(tx, run.run_id)
        assert await tx.fetchval("select count(*) from kept") == 1
    assert (found.status, found.position) == (ImportStatus.RUNNING, {"byte": 10, "row": 3})
    assert RowCounts(found.rows_read, found.rows_accepted, found.rows_refused) == RowCounts(1, 1, 0)
