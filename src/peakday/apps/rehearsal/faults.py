"""What goes wrong on purpose, and how long until the shop serves again?

Kills are `kill -9`, one after another at random moments, web, worker and PostgreSQL shuffled; the next one waits until
the shop serves again. It does when a shopper is told yes to a change (a cart, an address, an order, a payment: written
to disk) that was asked after the new process was there: an answer of the old one, or of what it left running, does not
count. Besides the shoppers of the load a witness asks, who changes a cart of their own until it succeeds. No shopper
asks a worker: it is back when a new one has opened its house and says that it started. A slow disk is PostgreSQL
waiting a millisecond before each flush of its log.
"""

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import psycopg

from peakday.apps.rehearsal.wire import Question, Wire
from peakday.kernel.database.launcher import server_pid

RECOVERY_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.02
WITNESS_SECONDS_MAX = 2.0  # then the witness asks anew
GAP_SECONDS_MIN = 0.1
SLOWER_BY_US = 1000
STARTED = b"worker started"


class Fault(StrEnum):
    """What a rehearsal can be asked to break."""

    KILL_WEB = "kill-web"
    KILL_WORKER = "kill-worker"
    KILL_POSTGRES = "kill-postgres"
    SLOW_DISK = "slow-disk"
    DUPLICATE_CALLBACKS = "duplicate-callbacks"
    LATE_CALLBACKS = "late-callbacks"


KILLS = (Fault.KILL_WEB, Fault.KILL_WORKER, Fault.KILL_POSTGRES)
# what the sandbox's bank is told to do
DECISIONS = {Fault.DUPLICATE_CALLBACKS: ("double", "out_of_order"), Fault.LATE_CALLBACKS: ("late",)}


@dataclass(frozen=True, slots=True)
class Site:
    """Where the market runs: its folder, its address, its own PostgreSQL's data."""

    home: Path
    host: str
    port: int
    data_dir: Path

    def pid_of(self, fault: Fault) -> int | None:
        """The process that a kill is meant for."""
        if fault is Fault.KILL_POSTGRES:
            return server_pid(self.data_dir)
        return noted_pid(self.home, "web" if fault is Fault.KILL_WEB else "worker")


@dataclass(frozen=True, slots=True)
class Kill:
    """A kill: of what, when (seconds since the start), and after how long the shop served again (None: it did not)."""

    fault: Fault
    at: float
    pid: int
    recovered_seconds: float | None


@dataclass
class Killer:
    """Somebody who pulls plugs. `witness` is the change that is asked on the wire until it is done again."""

    site: Site
    wire: Wire
    witness: Question
    faults: tuple[Fault, ...]
    count_each: int
    seed: int
    kills: list[Kill] = field(default_factory=list)
    _is_at_it: bool = False

    async def work(self, began: float, seconds: float) -> None:
        """All kills, shuffled, at random moments spread over the load."""
        draw = random.Random(self.seed)  # noqa: S311 - a fault, not a secret
        plan = [fault for fault in self.faults for _ in range(self.count_each)]
        draw.shuffle(plan)
        for done, fault in enumerate(plan):
            left = began + seconds - time.perf_counter()
            await asyncio.sleep(max(GAP_SECONDS_MIN, left / (len(plan) - done) * draw.uniform(0.0, 1.2)))
            self._is_at_it = True
            self.kills.append(await self._kill(fault, began))
            self._is_at_it = False

    async def finish(self, working: "asyncio.Task[None]") -> None:
        """The load is over: a kill under way is seen to its end, no other begins."""
        while self._is_at_it and not working.done():  # noqa: ASYNC110 - the end of a kill, once a rehearsal
            await asyncio.sleep(LOOK_SECONDS)
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    async def _kill(self, fault: Fault, began: float) -> Kill:
        pid = self.site.pid_of(fault)
        while pid is None:  # it is just coming back by itself
            await asyncio.sleep(LOOK_SECONDS)
            pid = self.site.pid_of(fault)
        log = self.site.home / "worker.log"
        said = log.stat().st_size if log.exists() else 0
        os.kill(pid, signal.SIGKILL)
        killed = time.perf_counter()
        try:
            async with asyncio.timeout(RECOVERY_SECONDS_MAX):
                while self.site.pid_of(fault) in {None, pid}:  # noqa: ASYNC110 - another process is watched
                    await asyncio.sleep(LOOK_SECONDS)
                back = await (self._started(log, said) if fault is Fault.KILL_WORKER else self._served())
        except TimeoutError:
            return Kill(fault, killed - began, pid, None)
        return Kill(fault, killed - began, pid, back - killed)

    async def _started(self, log: Path, said: int) -> float:
        """When a new worker has said that it started."""
        while not _has_started(log, said):  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(LOOK_SECONDS)
        return time.perf_counter()

    async def _served(self) -> float:
        """When the first change was done that somebody asks from now on."""
        lookout = self.wire.lookout
        lookout.begin(time.perf_counter())
        while lookout.served_at is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(WITNESS_SECONDS_MAX):
                    await self.wire.ask(self.witness)
            await asyncio.sleep(LOOK_SECONDS)
        return lookout.served_at


def noted_pid(home: Path, name: str) -> int | None:
    """The process that `peakday up` or its keeper has noted under a name, if it lives."""
    try:
        pid = int(json.loads((home / f"{name}.json").read_text())["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        return None
    return pid


@asynccontextmanager
async def slow_disk(url: str, *, is_wanted: bool) -> AsyncIterator[None]:
    """PostgreSQL waits a moment before each flush while the body runs, also after it was killed and started again."""
    if not is_wanted:
        yield
        return
    await asyncio.to_thread(_set_delay, url, SLOWER_BY_US)
    try:
        yield
    finally:
        await asyncio.to_thread(_set_delay, url, 0)


def _set_delay(url: str, microseconds: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in (("commit_delay", microseconds), ("commit_siblings", 0 if microseconds else 5)):
            connection.execute(f"alter system set {name} = {value:d}" if microseconds else f"alter system reset {name}")
        connection.execute("select pg_reload_conf()")


def _has_started(log: Path, said: int) -> bool:
    if not log.exists():
        return False
    with log.open("rb") as file:
        file.seek(said if log.stat().st_size >= said else 0)
        return STARTED in file.read()
