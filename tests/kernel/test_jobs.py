"""Is every job done that was asked for, once where it has a key, and none that was not?"""

import asyncio
from datetime import timedelta

import pytest

from peakday.kernel import jobs
from peakday.kernel.ids import new_id
from peakday.kernel.jobs import (
    LEASE_SECONDS,
    JobKeyReused,
    JobKind,
    JobStatus,
    enqueue_job,
    get_job,
    run_due_jobs,
)
from peakday.kernel.refusal import NotFound


class Work:
    """A job function that remembers its payloads and fails the first `failures` times."""

    def __init__(self, failures=0, attempts_max=3):
        self.done = []
        self.failures = failures
        self.kind = JobKind("tests.work", self, attempts_max=attempts_max, timeout_seconds=5)

    async def __call__(self, house, payload):
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("the pen broke")
        self.done.append(payload["n"])


async def ask(house, n=1, **options):
    async with house.database.transaction() as tx:
        return await enqueue_job(tx, "tests.work", {"n": n}, house.clock.now(), **options)


async def job_of(house, job_id):
    async with house.database.read() as connection:
        return await get_job(connection, job_id, house.clock.now())


async def count_jobs(house):
    async with house.database.read() as connection:
        return await connection.fetchval("select count(*) from kernel.job")


async def test_jobs_are_done_in_the_order_they_fall_due(house, clock):
    work = Work()
    await ask(house, 1, run_at=clock.now() + timedelta(seconds=2))
    await ask(house, 2)
    clock.advance(timedelta(seconds=1))
    await ask(house, 3)
    assert await run_due_jobs(house, [work.kind]) == 2
    assert work.done == [2, 3]
    clock.advance(timedelta(seconds=1))
    assert await run_due_jobs(house, [work.kind]) == 1
    assert work.done == [2, 3, 1]


async def test_a_job_of_a_change_that_is_undone_is_never_done(house):
    async def change_and_fail():
        async with house.database.transaction() as tx:
            await enqueue_job(tx, "tests.work", {"n": 1}, house.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_and_fail()
    work = Work()
    assert await run_due_jobs(house, [work.kind]) == 0
    assert work.done == []


async def test_asking_twice_with_one_key_is_one_job_even_after_it_is_done(house):
    work = Work()
    first = await ask(house, 1, key="import-7")
    assert await ask(house, 1, key="import-7") == first
    await run_due_jobs(house, [work.kind])
    assert await ask(house, 1, key="import-7") == first
    await run_due_jobs(house, [work.kind])
    assert work.done == [1]
    assert (await job_of(house, first)).status is JobStatus.DONE


async def test_a_key_with_another_payload_is_refused_and_nothing_changes(house):
    first = await ask(house, 1, key="import-7")
    with pytest.raises(JobKeyReused):
        await ask(house, 2, key="import-7")
    assert await count_jobs(house) == 1
    assert (await job_of(house, first)).payload == {"n": 1}


async def test_a_failed_job_is_tried_again_after_a_pause_that_grows(house, clock):
    work = Work(failures=2)
    job_id = await ask(house)
    for pause in (5, 10):
        assert await run_due_jobs(house, [work.kind]) == 0
        job = await job_of(house, job_id)
        assert (job.status, job.last_error) == (JobStatus.WAITING, "RuntimeError('the pen broke')")
        assert job.run_at == clock.now() + timedelta(seconds=pause)
        clock.advance(timedelta(seconds=pause))
    assert await run_due_jobs(house, [work.kind]) == 1
    job = await job_of(house, job_id)
    assert (job.status, job.attempts, job.last_error) == (JobStatus.DONE, 3, None)


async def test_after_the_last_attempt_a_job_is_set_aside_with_its_error(house, clock):
    work = Work(failures=99)
    job_id = await ask(house)
    for _ in range(5):
        await run_due_jobs(house, [work.kind])
        clock.advance(timedelta(hours=2))
    job = await job_of(house, job_id)
    assert (job.status, job.attempts, job.last_error) == (JobStatus.FAILED, 3, "RuntimeError('the pen broke')")
    assert work.failures == 96


async def test_a_job_that_takes_too_long_is_stopped(house):
    async def sleep(house, payload):
        await asyncio.sleep(30)

    job_id = await ask(house)
    await run_due_jobs(house, [JobKind("tests.work", sleep, timeout_seconds=0.05)])
    assert (await job_of(house, job_id)).last_error == "not done within 0.05 s"


async def test_two_workers_at_once_do_each_job_once(house):
    work = Work()
    for n in range(20):
        await ask(house, n)
    assert sum(await asyncio.gather(*(run_due_jobs(house, [work.kind]) for _ in range(2)))) == 20
    assert sorted(work.done) == list(range(20))


async def test_the_job_of_a_worker_that_died_is_taken_over_when_its_lease_ends(house, clock):
    work = Work()
    job_id = await ask(house)
    assert await jobs._take_jobs(house, ["tests.work"], 1)  # and dies
    assert (await job_of(house, job_id)).status is JobStatus.RUNNING
    assert await run_due_jobs(house, [work.kind]) == 0
    clock.advance(timedelta(seconds=LEASE_SECONDS))
    assert await run_due_jobs(house, [work.kind]) == 1
    assert work.done == [1]


async def test_a_job_that_kills_its_worker_every_time_is_set_aside(house, clock):
    work = Work()
    job_id = await ask(house)
    for _ in range(3):
        await jobs._take_jobs(house, ["tests.work"], 1)
        clock.advance(timedelta(seconds=LEASE_SECONDS))
    assert await run_due_jobs(house, [work.kind]) == 0
    assert work.done == []
    job = await job_of(house, job_id)
    assert (job.status, job.last_error) == (JobStatus.FAILED, "its worker died in every attempt")


async def test_a_worker_that_lost_its_lease_cannot_report_over_the_one_who_took_it(house, clock):
    job_id = await ask(house)

    async def lose_lease(house, payload):
        clock.advance(timedelta(seconds=LEASE_SECONDS))
        assert await jobs._take_jobs(house, ["tests.work"], 1)

    await run_due_jobs(house, [JobKind("tests.work", lose_lease)])
    assert (await job_of(house, job_id)).status is JobStatus.RUNNING


async def test_the_lease_is_kept_while_the_work_goes_on(house, clock, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE_RENEWAL_SECONDS", 0.01)
    job_id = await ask(house)
    seen = []

    async def work_long(house, payload):
        clock.advance(timedelta(seconds=LEASE_SECONDS - 1))
        await asyncio.sleep(0.2)
        clock.advance(timedelta(seconds=LEASE_SECONDS - 1))
        seen.append((await job_of(house, job_id)).status)

    assert await run_due_jobs(house, [JobKind("tests.work", work_long)]) == 1
    assert seen == [JobStatus.RUNNING]


async def test_a_worker_that_is_asked_to_stop_gives_its_job_back(house):
    started = asyncio.Event()

    async def wait(house, payload):
        started.set()
        await asyncio.sleep(30)

    job_id = await ask(house)
    worker = asyncio.create_task(run_due_jobs(house, [JobKind("tests.work", wait)]))
    await started.wait()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    job = await job_of(house, job_id)
    assert (job.status, job.attempts) == (JobStatus.WAITING, 0)


async def test_a_kind_that_this_worker_does_not_know_is_left_to_others(house):
    job_id = await ask(house)
    assert await run_due_jobs(house, [JobKind("tests.other", Work())]) == 0
    assert (await job_of(house, job_id)).attempts == 0


async def test_a_job_that_nobody_asked_for_is_not_found(house, clock):
    with pytest.raises(NotFound):
        await job_of(house, new_id(clock.now()))


async def test_a_job_that_hangs_holds_up_neither_its_own_kind_nor_others(house):
    freed, quick = asyncio.Event(), Work()

    async def hang(house, payload):
        if payload["n"] == 1:
            await freed.wait()
        quick.done.append(payload["n"])

    async with house.database.transaction() as tx:
        for n in range(1, 4):
            await enqueue_job(tx, "tests.hang", {"n": n}, house.clock.now())
        await enqueue_job(tx, "tests.work", {"n": 4}, house.clock.now())
    crew = jobs.Crew(house, [JobKind("tests.hang", hang), quick.kind])
    async with asyncio.timeout(5):
        while sorted(quick.done) != [2, 3, 4]:
            await crew.take_up()
            await crew.hand_free(0.05)
    freed.set()
    await crew.finish()
    assert quick.done[3:] == [1]
    assert crew.done == 4


async def test_of_one_kind_only_so_many_run_at_once_and_other_kinds_keep_their_hands(house):
    freed, at_work, quick = asyncio.Event(), [], Work()

    async def hang(house, payload):
        at_work.append(payload["n"])
        await freed.wait()

    async with house.database.transaction() as tx:
        for n in range(5):
            await enqueue_job(tx, "tests.hang", {"n": n}, house.clock.now())
        await enqueue_job(tx, "tests.work", {"n": 9}, house.clock.now())
    crew = jobs.Crew(house, [JobKind("tests.hang", hang, at_once=2), quick.kind])
    for _ in range(3):
        await crew.take_up()
        await crew.hand_free(0.05)
    assert len(at_work) == 2
    assert quick.done == [9]
    await crew.drop()
    freed.set()
    assert await run_due_jobs(house, [JobKind("tests.hang", hang, at_once=2)]) == 5, "what was dropped was given back"
