"""How is work done later, once, and not lost when a worker dies?

`enqueue_job` writes a row in the caller's transaction: the job exists if the change that asked for it does. A worker
takes a due job under a lease and keeps the lease alive while it works; when the worker dies, the lease ends and another
takes the job over. So a job runs at least once, and its function must be safe to repeat. A key makes asking safe to
repeat: the same kind and key is the same job, for ever; with another payload it is refused. A job that fails is tried
again with growing pauses and after `attempts_max` set aside with its error for a person to see. Why this is not a
library: docs/decisions/0002-jobs.md. One worker runs several jobs at once, but of one kind only so many: slow ones hold
up neither each other nor other kinds.

A job function must not block the event loop (use `asyncio.to_thread`): the lease is kept alive from there.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import Conflict, NotFound
from peakday.kernel.text import Text

BATCH_MAX = 20
HANDS_MAX = 12  # jobs at once in one worker; fewer than its pool has connections
AT_ONCE_MAX = 4
ATTEMPTS_MAX = 5
TIMEOUT_SECONDS = 3600
LEASE_SECONDS = 60
LEASE_RENEWAL_SECONDS = 15
PAUSE_SECONDS_FIRST = 5
PAUSE_SECONDS_MAX = 3600

_log = logging.getLogger(__name__)

JobFunction = Callable[[House, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A named piece of work, its function and its limits."""

    name: str
    run: JobFunction
    attempts_max: int = ATTEMPTS_MAX
    timeout_seconds: float = TIMEOUT_SECONDS
    at_once: int = AT_ONCE_MAX  # so many of this kind in one worker


class JobStatus(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work that was asked for."""

    job_id: UUID
    kind: str
    key: str | None
    payload: dict[str, Any]
    status: JobStatus
    attempts: int
    created_at: datetime
    run_at: datetime
    last_error: str | None


class JobKeyReused(Conflict):
    """The key was used for a job with another payload."""

    code = "job_key_reused"
    message = Text("键 {key} 已用于另一个 {kind} 任务", "The key {key} belongs to another job of kind {kind}")


async def enqueue_job(
    tx: Tx, kind: str, payload: dict[str, Any], now: datetime, *, key: str | None = None, run_at: datetime | None = None
) -> UUID:
    """Ask for a job in the caller's transaction; with a `key` asked for before, the id of that same job.

    Refuses with `JobKeyReused` when the key's job has another payload.
    """
    job_id = await tx.fetchval(
        "insert into kernel.job (job_id, kind, key, payload, created_at, run_at) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (kind, key) do nothing returning job_id",
        new_id(now), kind, key, payload, now, run_at or now,
    )  # fmt: skip
    if job_id is None:
        row = await tx.fetchrow("select job_id, payload from kernel.job where kind = $1 and key = $2", kind, key)
        assert row is not None, (kind, key)
        if row["payload"] != payload:
            raise JobKeyReused(kind=kind, key=key)
        job_id = row["job_id"]
    assert isinstance(job_id, UUID)
    return job_id


async def get_job(tx: Tx, job_id: UUID, now: datetime) -> Job:
    """A job as it stands; refuses with `NotFound`."""
    row = await tx.fetchrow("select * from kernel.job where job_id = $1", job_id)
    if row is None:
        raise NotFound
    return _job(row, now)


def _job(row: asyncpg.Record, now: datetime) -> Job:
    if row["finished_at"] is not None:
        status = JobStatus.DONE
    elif row["failed_at"] is not None:
        status = JobStatus.FAILED
    else:
        status = JobStatus.RUNNING if row["leased_until"] and row["leased_until"] > now else JobStatus.WAITING
    return Job(
        row["job_id"], row["kind"], row["key"], row["payload"], status,
        row["attempts"], row["created_at"], row["run_at"], row["last_error"],
    )  # fmt: skip


async def run_due_jobs(house: House, kinds: Sequence[JobKind], batch: int = BATCH_MAX) -> int:
    """Run what is due, the longest waiting first, and wait for it; how many jobs were done. Several may run it."""
    crew = Crew(house, kinds)
    left = batch
    try:
        while left > 0:
            started = await crew.take_up(left)
            left -= started
            if not started and not await crew.hand_free():
                break
        await crew.finish()
    except BaseException:
        await crew.drop()
        raise
    return crew.done


class Crew:
    """The hands of one worker: several jobs at once, of each kind only so many, so that none waits for a slow one."""

    def __init__(self, house: House, kinds: Sequence[JobKind], hands: int = HANDS_MAX) -> None:
        self.done = 0
        self._house = house
        self._kinds = {kind.name: kind for kind in kinds}
        self._hands = hands
        self._at_work: dict[asyncio.Task[bool], JobKind] = {}

    async def take_up(self, limit: int = HANDS_MAX) -> int:
        """Start what is due, the longest waiting first, as far as hands are free; how many were started."""
        busy = Counter(kind.name for kind in self._at_work.values())
        room = {name: kind.at_once - busy[name] for name, kind in self._kinds.items() if kind.at_once > busy[name]}
        wanted = min(limit, self._hands - len(self._at_work), *room.values()) if room else 0
        jobs = await _take_jobs(self._house, list(room), wanted) if wanted > 0 else []
        for job in jobs:
            kind = self._kinds[job.kind]
            self._at_work[asyncio.create_task(_run_job(self._house, kind, job))] = kind
        return len(jobs)

    async def hand_free(self, seconds: float | None = None) -> bool:
        """Wait until a job has ended, at most `seconds`; whether one has. Its own trouble is raised here."""
        if not self._at_work:
            await asyncio.sleep(seconds or 0)
            return False
        ended, _ = await asyncio.wait(self._at_work, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            del self._at_work[task]
        self.done += sum(task.result() for task in ended)
        return bool(ended)

    async def finish(self) -> None:
        """Wait for all that was started."""
        while await self.hand_free():
            pass

    async def drop(self) -> None:
        """Break off what is at work and give it back."""
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        self._at_work.clear()


async def _take_jobs(house: House, names: list[str], limit: int) -> list[Job]:
    now = house.clock.now()
    async with house.database.transaction() as tx:
        rows = await tx.fetch(
            "update kernel.job set attempts = attempts + 1, leased_until = $2 where job_id in ("
            " select job_id from kernel.job where finished_at is null and failed_at is null and run_at <= $1"
            " and (leased_until is null or leased_until <= $1) and kind = any($3)"
            " order by run_at, job_id limit $4 for update skip locked) returning *",
            now, now + timedelta(seconds=LEASE_SECONDS), names, limit,
        )  # fmt: skip
    return [_job(row, now) for row in sorted(rows, key=lambda row: (row["run_at"], row["job_id"]))]


async def _run_job(house: House, kind: JobKind, job: Job) -> bool:
    """Run one job that we hold. A job whose worker died in every attempt is set aside without another."""
    if job.attempts > kind.attempts_max:
        await _set_aside(house, kind, job, job.last_error or "its worker died in every attempt")
        return False
    limit = asyncio.timeout(kind.timeout_seconds)
    try:
        async with _kept_lease(house, job), limit:
            await kind.run(house, job.payload)
    except asyncio.CancelledError:
        await _give_back(house, job)
        raise
    except Exception as error:  # noqa: BLE001 - must outlive any fault of a job: recorded and retried
        _log.exception("job %s %s failed", kind.name, job.job_id)
        reason = f"not done within {kind.timeout_seconds} s" if limit.expired() else repr(error)
        await _set_aside(house, kind, job, reason)
        return False
    async with house.database.transaction() as tx:
        await tx.execute(
            "update kernel.job set finished_at = $3, leased_until = null, last_error = null"
            " where job_id = $1 and attempts = $2 and finished_at is null",
            job.job_id, job.attempts, house.clock.now(),
        )  # fmt: skip
    return True


async def _give_back(house: House, job: Job) -> None:
    """This worker is asked to stop: the attempt does not count, and another may take the job at once."""
    async with house.database.transaction() as tx:
        await tx.execute(
            "update kernel.job set leased_until = null, attempts = attempts - 1 where job_id = $1 and attempts = $2",
            job.job_id, job.attempts,
        )  # fmt: skip


async def _set_aside(house: House, kind: JobKind, job: Job, error: str) -> None:
    """For a while, or for good after the last attempt; not when another worker has taken the job over meanwhile."""
    now = house.clock.now()
    pause = min(PAUSE_SECONDS_FIRST * 2 ** (job.attempts - 1), PAUSE_SECONDS_MAX)
    async with house.database.transaction() as tx:
        await tx.execute(
            "update kernel.job set last_error = $3, leased_until = null, run_at = $4,"
            " failed_at = case when $5 then $6::timestamptz end where job_id = $1 and attempts = $2",
            job.job_id, job.attempts, error, now + timedelta(seconds=pause), job.attempts >= kind.attempts_max, now,
        )  # fmt: skip


@asynccontextmanager
async def _kept_lease(house: House, job: Job) -> AsyncIterator[None]:
    """Keep the lease alive while the body works."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(LEASE_RENEWAL_SECONDS)
            async with house.database.transaction() as tx:
                await tx.execute(
                    "update kernel.job set leased_until = $3 where job_id = $1 and attempts = $2",
                    job.job_id, job.attempts, house.clock.now() + timedelta(seconds=LEASE_SECONDS),
                )  # fmt: skip

    renewal = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewal.cancel()
        await asyncio.gather(renewal, return_exceptions=True)
