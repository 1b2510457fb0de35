"""Is a duty done by one worker at a time, and never blocked by one that died?"""

import asyncio

import pytest

from peakday.kernel.database import connect
from peakday.kernel.duties import Duty, perform
from peakday.kernel.house import House


async def test_of_two_workers_one_does_the_duty_and_the_other_goes_on(house):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def sweep(house):
        entered.set()
        await leave.wait()

    duty = Duty("tests.sweep", 1, sweep)
    first = asyncio.create_task(perform(house, duty))
    await entered.wait()
    assert await perform(house, duty) is False
    assert await perform(house, Duty("tests.other", 1, lambda house: asyncio.sleep(0))) is True
    leave.set()
    assert await first is True
    assert await perform(house, duty) is True


async def test_a_duty_that_fails_can_be_done_again(house):
    async def break_down(house):
        raise RuntimeError("the broom broke")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="the broom broke"):
            await perform(house, Duty("tests.sweep", 1, break_down))


async def test_a_worker_that_dies_holds_nothing_up(house, database_url):
    other = House(house.settings, house.clock, await connect(database_url, pool_size=2))
    started = asyncio.Event()

    async def work_for_ever(house):
        started.set()
        await asyncio.sleep(60)

    dying = asyncio.create_task(perform(other, Duty("tests.sweep", 1, work_for_ever)))
    await started.wait()
    async with house.database.read() as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
        )
    for _ in range(100):
        if await perform(house, Duty("tests.sweep", 1, lambda house: asyncio.sleep(0))):
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the lock outlived its worker")
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await other.database.close()
