"""Where do histories run? In a temporary installation with its own PostgreSQL, a database each, many at once.

Nothing of it touches a market, and nothing of it need survive, so the server does not wait for its disk.
"""

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import uvloop

from peakday.apps.simulation.history import Listener, run_history
from peakday.apps.simulation.model import Plan, Told
from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.settings import read_settings

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
MEMORY_BYTES_MIN = 4 * 2**30


def run_one(plan: Plan, listener: Listener | None = None) -> Told:
    """One history, told of while it runs. Raises `SimulationFailed`."""
    with _installation() as (url, home):
        return _run(_new_database(url, plan.seed), home, plan, listener)


def run_many(plans: Sequence[Plan], processes: int | None = None) -> Iterator[Told]:
    """Many histories, each told of when it is over. Raises `SimulationFailed` of the first that fails."""
    with _installation() as (url, home):
        urls = [_new_database(url, plan.seed) for plan in plans]
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=context) as pool:
            jobs = [pool.submit(_run, own, home, plan) for own, plan in zip(urls, plans, strict=True)]
            try:
                for job in as_completed(jobs):
                    yield job.result()
            finally:
                pool.shutdown(cancel_futures=True)


def _run(url: str, home: Path, plan: Plan, listener: Listener | None = None) -> Told:
    return uvloop.run(run_history(url, home / f"seed-{plan.seed}", plan, listener))


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
                connection.execute("alter system set fsync = off")
                connection.execute("select pg_reload_conf()")
            migrate(url)
            yield url, home
        finally:
            stop_server(settings)


def _new_database(url: str, seed: int) -> str:
    """A copy of the migrated database."""
    parts = urlsplit(url)
    name, template = f"simulation_{seed}", parts.path.lstrip("/")
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "{template}"')
    return urlunsplit(parts._replace(path=f"/{name}"))
