"""Does a slow reader of a file hold nothing of the record?"""

import asyncio

import pytest

from peakday.kernel.database import Database
from peakday.kernel.web.spooling import MEMORY_BYTES_MAX, spooled

ROWS = 40_000
LINE = b"0123456789012345678901234567890123456789\n"


async def a_file(database: Database):
    async with database.transaction() as tx:
        yield b"head\n"
        async for row in tx.cursor(f"select * from generate_series(1, {ROWS}) as n", prefetch=1_000):
            if row["n"] % 1_000 == 0:
                yield LINE * 1_000


async def test_a_reader_who_stops_after_the_first_bytes_holds_no_connection(database):
    parts = spooled(a_file(database))
    got = await anext(parts)
    assert got.startswith(b"head\n")
    async with asyncio.timeout(10):
        while database.pool.get_idle_size() < database.pool.get_size():
            await asyncio.sleep(0.01)
    got += b"".join([part async for part in parts])
    assert got == b"head\n" + LINE * ROWS
    assert len(got) > MEMORY_BYTES_MAX


async def test_a_reader_who_leaves_stops_the_source_and_frees_its_connection(database):
    parts = spooled(a_file(database))
    await anext(parts)
    await parts.aclose()
    assert database.pool.get_idle_size() == database.pool.get_size()


async def test_a_fault_of_the_source_breaks_the_file_off_instead_of_ending_it_well():
    async def broken():
        yield b"one\n"
        raise RuntimeError("gone")

    parts = spooled(broken())
    assert await anext(parts) == b"one\n"
    with pytest.raises(RuntimeError, match="gone"):
        await anext(parts)
