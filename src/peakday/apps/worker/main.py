"""How does the worker spend its day?

It looks for news and jobs five times a second while there are none, and does each duty at its beat. It is not called by
PostgreSQL (LISTEN): commits that call wait for each other, and the hot minute has thousands a second. Any number of
workers may run. A fault is written down
and the work goes on; when the database is away it is tried again until it is back. On SIGTERM or SIGINT the worker
stops at once: what was in progress is undone or given back, and another worker takes it up.
"""

import asyncio
import contextlib
import gc
import logging
import random
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import uvloop

from peakday.apps.opening import open_house, open_web_engines
from peakday.apps.worker.tasks import BULK_REACTIONS, DUTIES, JOB_KINDS, REACTIONS
from peakday.kernel.duties import Duty, perform
from peakday.kernel.house import House
from peakday.kernel.jobs import Crew, JobKind
from peakday.kernel.outbox import BULK_MAX, BulkReaction, Reaction, deliver_in_bulk, deliver_pending
from peakday.kernel.settings import Settings

POLL_SECONDS = 0.2
BULK_SECONDS = 0.15  # between rounds that were not full: a round of hundreds costs little more than a round of ten
PAUSE_AFTER_FAULT_SECONDS = 1
GARBAGE_THRESHOLDS = (50_000, 20, 50)

_log = logging.getLogger(__name__)


@dataclass
class Worker:
    """One worker: what it knows to do, in which house."""

    house: House
    reactions: Sequence[Reaction]
    job_kinds: Sequence[JobKind]
    duties: Sequence[Duty]
    poll_seconds: float = POLL_SECONDS
    bulk_reactions: Sequence[BulkReaction] = ()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver_news())
            group.create_task(self._deliver_in_bulk())
            group.create_task(self._run_jobs())
            for duty in self.duties:
                group.create_task(self._keep_duty(duty))

    async def _deliver_news(self) -> None:
        """Deliver while there is news, then look again soon."""
        while True:
            with _written_down("delivery") as outcome:
                outcome.done = await deliver_pending(
                    self.house.database, list(self.reactions), self.house.clock, in_bulk=self.bulk_reactions
                )
            if not outcome.done:
                await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS if outcome.is_fault else self.poll_seconds)

    async def _deliver_in_bulk(self) -> None:
        """The same for who takes thousands at once, however long the others take."""
        while self.bulk_reactions:
            with _written_down("delivery in bulk") as outcome:
                outcome.done = await deliver_in_bulk(self.house.database, self.bulk_reactions, self.house.clock)
            if outcome.done < BULK_MAX:
                await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS if outcome.is_fault else BULK_SECONDS)

    async def _run_jobs(self) -> None:
        """Take up what is due as hands get free."""
        crew = Crew(self.house, self.job_kinds)
        try:
            while True:
                with _written_down("jobs") as outcome:
                    if not await crew.take_up():
                        await crew.hand_free(self.poll_seconds)
                if outcome.is_fault:
                    await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS)
        finally:
            await crew.drop()

    async def _keep_duty(self, duty: Duty) -> None:
        """At its beat, first soon after the start; a little askew, so that workers do not all knock at once."""
        await asyncio.sleep(min(duty.every_seconds, 5) * random.random())  # noqa: S311 - spreads load, hides nothing
        while True:
            with _written_down(duty.name):
                await perform(self.house, duty)
            await asyncio.sleep(duty.every_seconds)


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
        gc.freeze()  # what is here stays; thousands of orders in bulk make many objects that counting frees
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        _log.info("worker started: %d duties, %d kinds of jobs", len(DUTIES), len(JOB_KINDS))
        await Worker(house, REACTIONS, JOB_KINDS, DUTIES, bulk_reactions=BULK_REACTIONS).run()
