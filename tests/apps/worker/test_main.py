"""Does the worker hear of work at once, live through faults, and stop cleanly?"""

import asyncio
import contextlib
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from peakday.apps.worker import main
from peakday.apps.worker.main import Worker
from peakday.apps.worker.tasks import DUTIES, JOB_KINDS, REACTIONS
from peakday.kernel.duties import Duty
from peakday.kernel.jobs import JobKind, enqueue_job
from peakday.kernel.outbox import Reaction, announce


@dataclass(frozen=True, slots=True)
class ShelfFilled:
    count: int
    topic: str = "tests.ShelfFilled.v1"


@asynccontextmanager
async def working(worker):
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition, seconds=5):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def worker(house, heard):
    """A worker that hears news and works jobs off."""

    async def hear(tx, news):
        heard.append(news.payload["count"])

    async def work(house, payload):
        heard.append(payload["n"])

    return Worker(house, [Reaction("tests.hear", "tests.ShelfFilled.v1", hear)], [JobKind("tests.work", work)], [])


async def tell(house, count):
    async with house.database.transaction() as tx:
        await announce(tx, ShelfFilled(count), house.clock.now())


async def test_news_and_jobs_are_taken_up_when_they_are_committed(house, worker, heard):
    async with working(worker):
        await asyncio.sleep(0.2)
        await tell(house, 7)
        await until(lambda: heard == [7])
        async with house.database.transaction() as tx:
            await enqueue_job(tx, "tests.work", {"n": 8}, house.clock.now())
        await until(lambda: heard == [7, 8])


async def test_what_waited_before_the_start_is_taken_up(house, worker, heard):
    await tell(house, 7)
    async with working(worker):
        await until(lambda: heard == [7])


async def test_after_lost_connections_the_worker_goes_on(house, worker, heard, monkeypatch):
    monkeypatch.setattr(main, "PAUSE_AFTER_FAULT_SECONDS", 0.05)
    async with working(worker):
        await asyncio.sleep(0.2)
        async with house.database.read() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        await asyncio.sleep(0.3)
        await tell(house, 9)
        await until(lambda: heard == [9])


async def test_a_duty_that_fails_is_done_again_at_its_beat(house):
    beats = []

    async def stumble(house):
        beats.append(1)
        raise RuntimeError("stumbled")

    async with working(Worker(house, [], [], [Duty("tests.stumble", 0.02, stumble)])):
        await until(lambda: len(beats) >= 3)


def test_every_reaction_job_and_duty_has_a_name_of_its_own():
    for table in (REACTIONS, JOB_KINDS, DUTIES):
        names = [entry.name for entry in table]
        assert len(set(names)) == len(names)
