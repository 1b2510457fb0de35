"""Where do histories run? In a temporary installation with its own PostgreSQL, a database each, many at once.

Nothing of it touches a market, and nothing of it need survive, so the server does not wait for its disk.
"""

import gc
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import uvloop

from peakday.apps.simulation.history import Listener, run_history
from peakday.apps.simulation.model import Plan, SimulationFailed, Told
from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.settings import read_settings

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
MEMORY_BYTES_MIN = 4 * 2**30
GARBAGE_MIN = 50_000  # objects between two looks for garbage
LOOKS_AGAIN = (100, 1)  # steps between two looks when a history is run again to find the act


def run_one(plan: Plan, listener: Listener | None = None) -> Told:
    """One history, told of while it runs. Raises `SimulationFailed`, as near to its cause as can be."""
    with _installation() as (url, home):
        return _run(url, home, plan, listener)


def run_many(plans: Sequence[Plan], processes: int | None = None) -> Iterator[Told]:
    """Many histories, each told of when it is over. Raises `SimulationFailed` of the first that fails."""
    with _installation() as (url, home):
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes or (os.cpu_count() or 1) + 1, mp_context=context) as pool:
            jobs = [pool.submit(_run, url, home, plan) for plan in plans]
            try:
                for job in as_completed(jobs):
                    yield job.result()
            finally:
                pool.shutdown(cancel_futures=True)


def _run(url: str, home: Path, plan: Plan, listener: Listener | None = None) -> Told:
    gc.freeze()
    gc.set_threshold(GARBAGE_MIN)
    try:
        return _run_once(url, home, plan, listener)
    except SimulationFailed as failed:
        raise narrow(plan, failed, lambda again: _run_once(url, home, again)) from None


def narrow(plan: Plan, failed: SimulationFailed, run: Callable[[Plan], Told]) -> SimulationFailed:
    """The same history again, looked at more and more often, until the very act is known."""
    for every in LOOKS_AGAIN:
        if failed.since is None or failed.step - failed.since <= every:
            continue
        again = replace(plan, check_after=failed.since + 1, check_every=every, steps=failed.step)
        try:
            run(again)
        except SimulationFailed as nearer:
            failed = nearer
    return failed


def _run_once(url: str, home: Path, plan: Plan, listener: Listener | None = None) -> Told:
    with _new_database(url, plan.seed) as own, tempfile.TemporaryDirectory(dir=home) as folder:
        return uvloop.run(run_history(own, Path(folder), plan, listener))


@contextmanager
def _installation() -> Iterator[tuple[str, Path]]:
    """A server of our own with an empty migrated database; its address and a home folder."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN
    with tempfile.TemporaryDirectory(prefix="peakday-simulate-", dir=MEMORY if is_roomy else None) as folder:
        Path(folder).chmod(0o755)  # as root the server runs as another user, who must come in
        home = Path(folder) / "home"
        settings = read_settings({
            name: value for name, value in os.environ.items() if name != "PEAKDAY_DATABASE_URL"
        } | {"PEAKDAY_HOME": str(home)})  # fmt: skip
        url = ensure_server(settings)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit"):
                    connection.execute(f"alter system set {name} = off")
                connection.execute("select pg_reload_conf()")
            migrate(url)
            yield url, home
        finally:
            stop_server(settings)


@contextmanager
def _new_database(url: str, seed: int) -> Iterator[str]:
    """A copy of the migrated database, gone afterwards."""
    parts = urlsplit(url)
    name, template = f"simulation_{seed}", parts.path.lstrip("/")
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "{template}" strategy file_copy')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f'drop database "{name}" with (force)')
