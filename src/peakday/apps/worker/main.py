"""How does the worker spend its day?

It waits for PostgreSQL to say that there is news or a job (LISTEN), looks by itself every few seconds in case it missed
the call or a pause has ended, and does each duty at its beat. Any number of workers may run. A fault is written down
and the work goes on; when the database is away it is tried again until it is back. On SIGTERM or SIGINT the worker
stops at once: what was in progress is undone or given back, and another worker takes it up.
"""

import asyncio
import contextlib
import logging
import random
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

import asyncpg
import uvloop

from peakday.apps.opening import open_house, open_web_engines
from peakday.apps.worker.tasks import DUTIES, JOB_KINDS, REACTIONS
from peakday.kernel.duties import Duty, perform
from peakday.kernel.house import House
from peakday.kernel.jobs import JobKind, run_due_jobs
from peakday.kernel.outbox import Reaction, deliver_pending
from peakday.kernel.settings import Settings

POLL_SECONDS = 2
PAUSE_AFTER_FAULT_SECONDS = 3

_log = logging.getLogger(__name__)


@dataclass
class Worker:
    """One worker: what it knows to do, in which house."""

    house: House
    reactions: Sequence[Reaction]
    job_kinds: Sequence[JobKind]
    duties: Sequence[Duty]
    poll_seconds: float = POLL_SECONDS
    _calls: dict[str, asyncio.Event] = field(default_factory=dict)

    async def run(self) -> None:
        """Work until cancelled."""
        self._calls = {name: asyncio.Event() for name in ("peakday_outbox", "peakday_jobs")}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._work_off("peakday_outbox", self._deliver))
            group.create_task(self._work_off("peakday_jobs", self._run_jobs))
            for duty in self.duties:
                group.create_task(self._keep_duty(duty))

    async def _deliver(self) -> int:
        return await deliver_pending(self.house.database, list(self.reactions), self.house.clock)

    async def _run_jobs(self) -> int:
        return await run_due_jobs(self.house, self.job_kinds)

    async def _work_off(self, channel: str, work: Callable[[], Awaitable[int]]) -> None:
        """Work while there is something to do, then wait for a call or the next look."""
        call = self._calls[channel]
        while True:
            call.clear()
            with _written_down(channel) as outcome:
                outcome.done = await work()
            if outcome.is_fault:
                await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS)
            elif not outcome.done:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(call.wait(), self.poll_seconds)

    async def _keep_duty(self, duty: Duty) -> None:
        """At its beat, first soon after the start; a little askew, so that workers do not all knock at once."""
        await asyncio.sleep(min(duty.every_seconds, 5) * random.random())  # noqa: S311 - spreads load, hides nothing
        while True:
            with _written_down(duty.name):
                await perform(self.house, duty)
            await asyncio.sleep(duty.every_seconds)

    async def _listen(self) -> None:
        """Hear the calls; after a lost connection, listen again."""
        while True:
            with _written_down("listen"):
                connection, lost = await asyncpg.connect(self.house.database.url), asyncio.Event()
                connection.add_termination_listener(lambda _, lost=lost: lost.set())
                try:
                    for channel, call in self._calls.items():
                        await connection.add_listener(channel, lambda *_, call=call: call.set())
                        call.set()
                    await lost.wait()
                finally:
                    await connection.close(timeout=1)
            await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS)


@dataclass
class _Outcome:
    done: int = 0
    is_fault: bool = False


@contextlib.contextmanager
def _written_down(name: str) -> Iterator[_Outcome]:
    """Any fault of the body goes to the log; the worker lives on."""
    outcome = _Outcome()
    try:
        yield outcome
    except Exception:  # noqa: BLE001 - the worker must outlive any fault of what it runs
        outcome.is_fault = True
        _log.exception("%s failed; it will be tried again", name)


def run_worker(settings: Settings) -> None:
    """Run one worker in this process until it is told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with contextlib.suppress(asyncio.CancelledError):
        uvloop.run(_run(settings))


async def _run(settings: Settings) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    async with open_house(settings) as house, open_web_engines(house):
        _log.info("worker started: %d duties, %d kinds of jobs", len(DUTIES), len(JOB_KINDS))
        await Worker(house, REACTIONS, JOB_KINDS, DUTIES).run()
