"""What goes wrong on purpose, and how long until the shop serves again?

Kills are `kill -9`, one after another at random moments, web, worker and PostgreSQL shuffled; the next one waits until
the shop serves again. A web process serves when `/health` answers from a new process; PostgreSQL likewise; a worker
when a new one has said that it started. A slow disk is PostgreSQL waiting a millisecond before each flush of its log.
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
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

from peakday.kernel.database.launcher import server_pid

RECOVERY_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.05
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
    """Somebody who pulls plugs."""

    site: Site
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
        while time.perf_counter() - killed < RECOVERY_SECONDS_MAX:
            if self.site.pid_of(fault) not in {None, pid} and await asyncio.to_thread(self._serves, fault, said):
                return Kill(fault, killed - began, pid, time.perf_counter() - killed)
            await asyncio.sleep(LOOK_SECONDS)
        return Kill(fault, killed - began, pid, None)

    def _serves(self, fault: Fault, said: int) -> bool:
        if fault is Fault.KILL_WORKER and not _has_started(self.site.home / "worker.log", said):
            return False
        return is_healthy(self.site.host, self.site.port)


def is_healthy(host: str, port: int) -> bool:
    """Whether the shop and its database answer."""
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


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
