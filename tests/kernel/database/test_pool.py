"""What does a caller see of a server that goes, and does the pool find it again?"""

import pytest

from peakday.kernel.database import connect
from peakday.kernel.database.errors import DatabaseAway


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
