"""What does a caller see of a server that goes, and does the pool find it again?"""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

from peakday.kernel.database import connect, pool
from peakday.kernel.database.errors import DatabaseAway, DatabaseFull
from tests.conftest import look_for_leftovers


async def end_all_others(database):
    async with database.read() as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("door", ["transaction", "read"])
async def test_a_connection_that_breaks_in_the_middle_is_a_refusal_and_the_next_one_works(database, database_url, door):
    other = await connect(database_url, pool_size=1)

    async def ask_twice():
        async with getattr(other, door)() as connection:
            await connection.fetchval("select 1")
            await end_all_others(database)
            await connection.fetchval("select 1")

    with pytest.raises(DatabaseAway):
        await ask_twice()
    async with other.read() as connection:
        assert await connection.fetchval("select 2") == 2
    await other.close()


async def test_a_line_that_broke_while_it_lay_idle_is_not_handed_out_again(database, database_url):
    other = await connect(database_url, pool_size=1)
    async with other.read() as connection:
        await connection.fetchval("select 1")
    await end_all_others(database)
    answers = []
    for _ in range(3):
        try:
            async with other.transaction() as tx:
                answers.append(await tx.fetchval("select 1"))
        except DatabaseAway:
            answers.append(None)
    assert answers[-2:] == [1, 1]
    await other.close()


class Gate:
    """A server that may be away: a line to the real one that can be cut and opened again on the same port."""

    def __init__(self, url):
        self.url, self.knocks, self._server, self._port = url, 0, None, 0

    async def open(self):
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        parts = urlsplit(self.url)
        return parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{self._port}").geturl()

    def close(self):
        self._server.close()

    async def _pass_on(self, reader, writer):
        self.knocks += 1
        parts = urlsplit(self.url)
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    @staticmethod
    async def _pump(reader, writer):
        try:
            while words := await reader.read(65_536):
                writer.write(words)
        except ConnectionError:
            pass
        finally:
            writer.close()


async def ask(database):
    async with database.read() as connection:
        return await connection.fetchval("select 1")


async def test_who_asks_while_the_server_is_started_again_waits_for_it_and_is_answered(database, database_url):
    gate = Gate(database_url)
    other = await connect(await gate.open(), pool_size=4)
    gate.close()
    await end_all_others(database)
    askers = [asyncio.create_task(ask(other)) for _ in range(40)]
    await asyncio.sleep(0.3)
    assert not any(asker.done() and not asker.exception() for asker in askers)
    before = gate.knocks
    await gate.open()
    answers = await asyncio.gather(*askers, return_exceptions=True)
    assert answers.count(1) >= 39  # one may have held the line that broke: whether it was heard is unknown
    assert gate.knocks - before <= 1 + 4  # who knocks, and the pool's own lines
    await other.close()
    gate.close()


async def test_who_asks_a_server_that_stays_away_is_told_so(database, database_url, monkeypatch):
    monkeypatch.setattr(pool, "AWAY_SECONDS_MAX", 0.1)
    gate = Gate(database_url)
    other = await connect(await gate.open(), pool_size=2)
    gate.close()
    await end_all_others(database)
    answers = await asyncio.gather(*[ask(other) for _ in range(8)], return_exceptions=True)
    assert [type(answer) for answer in answers] == [DatabaseAway] * 8
    with pytest.raises(DatabaseAway):
        await other.look()
    await gate.open()
    await other.look()
    assert await ask(other) == 1
    await other.close()
    gate.close()


@pytest.mark.parametrize(
    "deed",
    ["select pg_advisory_lock(1)", "listen news", "create temp table found (n int)", "select 1; set work_mem = '1MB'"],
)
async def test_what_somebody_leaves_in_a_session_is_found_at_the_end_of_a_test(database_url, deed):
    other = await connect(database_url, pool_size=1)
    await look_for_leftovers(other)
    async with other.read() as connection:
        await connection.execute(deed)
    with pytest.raises(AssertionError, match="left in a session"):
        await look_for_leftovers(other)
    await other.close()


async def test_a_look_at_the_server_does_not_queue_for_the_pool(database_url):
    other = await connect(database_url, pool_size=1)
    async with other.transaction():
        async with asyncio.timeout(1):
            await asyncio.gather(*[other.look() for _ in range(20)])
    await other.close()


async def test_a_setting_made_for_a_turn_does_not_stay_in_the_session(database_url):
    other = await connect(database_url, pool_size=1)
    async with other.read() as connection:
        usual = await connection.fetchval("show enable_seqscan")
        await connection.execute("set enable_seqscan = off; set plan_cache_mode = force_generic_plan")
        assert (usual, await connection.fetchval("show enable_seqscan")) == ("on", "off")
    async with other.read() as connection:
        assert await connection.fetchval("show enable_seqscan") == "on"
        assert await connection.fetchval("show plan_cache_mode") == "auto"
        assert await connection.fetchval("show timezone") == "UTC"
    await other.close()


async def test_a_full_disk_is_a_refusal_and_nothing_of_the_transaction_stays(database):
    async with database.transaction() as tx:
        await tx.execute("create table kept (n int)")

    async def fill():
        async with database.transaction() as tx:
            await tx.execute("insert into kept values (1)")
            await tx.execute("do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$")

    with pytest.raises(DatabaseFull) as refusal:
        await fill()
    assert refusal.value.code == "database_full"
    async with database.read() as connection:
        assert await connection.fetchval("select count(*) from kept") == 0


async def test_a_line_that_breaks_with_a_question_on_it_is_told_as_such_and_not_what_clearing_up_stumbles_over(
    database,
):
    asking = []

    async def break_in_the_middle():
        async with database.transaction() as tx:
            asking.append(asyncio.create_task(tx.fetchval("select pg_sleep(5)")))
            await asyncio.sleep(0.05)
            raise asyncpg.ConnectionDoesNotExistError

    with pytest.raises(DatabaseAway):
        await break_in_the_middle()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await asking[0]
    async with database.read() as connection:
        assert await connection.fetchval("select 2") == 2
