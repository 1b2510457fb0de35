"""What does every test stand on? A real PostgreSQL of its own, a clock that stands still, and a house around them.

One server a test run, shared by the xdist workers, without fsync (a test's data need not survive the machine). The
migrated template is made once; each test that asks for `database` gets a clone of it that is dropped afterwards.
"""

import asyncio
import fcntl
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import psycopg
import pytest

from peakday.kernel.clock import FixedClock
from peakday.kernel.database import Database, connect
from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.house import House
from peakday.kernel.settings import Settings, read_settings
from tests.running_order import long_ones_first
from tests.stock_of_databases import StockOfDatabases

REPOSITORY = Path(__file__).parents[1]
NOON = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
_TEMPLATE = "tests_template"
_PREFIX = "peakday-tests-"
_HOME = pytest.StashKey[Path]()
_HOLD = pytest.StashKey[TextIO]()


def pytest_configure(config: pytest.Config) -> None:
    """The folder of this run's server: made by the run, told to its workers."""
    if hasattr(config, "workerinput"):
        config.stash[_HOME] = Path(config.workerinput["peakday_home"])
        return
    _clear_up_after_the_killed(Path(_fast_folder() or tempfile.gettempdir()))
    home = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_fast_folder()))
    home.chmod(0o755)  # as root the server runs as another user, who must come in
    config.stash[_HOME] = home
    config.stash[_HOLD] = (home / "run.lock.made").open("w")
    fcntl.flock(config.stash[_HOLD], fcntl.LOCK_EX)  # until this process ends, however it ends
    (home / "run.lock.made").rename(home / "run.lock")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    node.workerinput["peakday_home"] = str(node.config.stash[_HOME])


@pytest.hookimpl(tryfirst=True)  # before whoever raises here
def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or _HOME not in config.stash:
        return
    _remove(config.stash[_HOME])
    config.stash[_HOLD].close()


def _clear_up_after_the_killed(folder: Path) -> None:
    """Stop the servers of runs that ended without a word, and remove their folders."""
    for path in folder.glob(f"{_PREFIX}*/run.lock"):
        with suppress(OSError), path.open("w") as file:  # held by a run that lives, or removed this moment
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path.parent)


def _remove(home: Path) -> None:
    if (home / "postgres").exists():
        stop_server(_server_settings(home))
    shutil.rmtree(home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A set has another order in every process, and the workers of one run must collect the same order."""
    for item in items:
        for mark in item.iter_markers("parametrize"):
            if len(mark.args) > 1 and isinstance(mark.args[1], set | frozenset):
                raise pytest.UsageError(f"{item.nodeid}: parametrize() over a set; wrap it in sorted()")
    items[:] = long_ones_first(items)


def _fast_folder() -> str | None:
    """Memory where there is plenty: a clone of the template takes 12 ms there and 250 ms on a disk."""
    is_roomy = Path("/dev/shm").is_dir() and shutil.disk_usage("/dev/shm").free > 4 * 2**30
    return "/dev/shm" if is_roomy else None


def _server_settings(home: Path) -> Settings:
    return read_settings({"PEAKDAY_HOME": str(home)})


@pytest.fixture(scope="session")
def fast_folder() -> str | None:
    """For `tempfile`: where many small files are written fast; None is its own choice."""
    return _fast_folder()


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> str:
    """The address of the run's server (its maintenance database), with the migrated template in it."""
    home = pytestconfig.stash[_HOME]
    with (home / "template.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        url = ensure_server(_server_settings(home))
        with psycopg.connect(url, autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [_TEMPLATE]).fetchone()
            if known is None:
                for name in ("fsync", "full_page_writes", "synchronous_commit"):
                    connection.execute(f"alter system set {name} = off")
                connection.execute("select pg_reload_conf()")
                connection.execute("drop database if exists tests_template_making")
                connection.execute("create database tests_template_making")
                migrate(_address_of(url, "tests_template_making"))
                connection.execute(f"alter database tests_template_making rename to {_TEMPLATE}")
    return url


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """The address of a fresh database without tables."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name} template template1 strategy file_copy")
        yield _address_of(server_url, name)
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def stock_of_databases(server_url: str) -> Iterator[StockOfDatabases]:
    """The clones that this worker's tests will ask for."""
    stock = StockOfDatabases(server_url, _TEMPLATE)
    yield stock
    stock.close()


@pytest.fixture
def database_url(server_url: str, stock_of_databases: StockOfDatabases) -> Iterator[str]:
    """The address of a fresh migrated database."""
    name = stock_of_databases.take()
    yield _address_of(server_url, name)
    stock_of_databases.give_back(name)


def _address_of(server_url: str, database: str) -> str:
    return f"{server_url.rpartition('/')[0]}/{database}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a fresh migrated database."""
    database = await connect(database_url, pool_size=8)
    yield database
    try:
        await look_for_leftovers(database)
    finally:
        await database.close()


async def look_for_leftovers(database: Database) -> None:
    """A session is not wiped when it goes back to the pool: nobody may leave a setting, a lock or a table in it."""
    lines = [await database.pool.acquire() for _ in range(database.pool.get_idle_size())]
    left = {await line.fetchval(_LEFTOVERS) for line in lines} - {None}
    for line in lines:
        await database.pool.release(line)
    assert not left, f"left in a session of the pool: {left}"


_LEFTOVERS = """
    select string_agg(what, ', ') from (
        select 'set ' || name from pg_settings where source = 'session' and name <> 'jit'  -- the driver's
        union all select 'listen ' || channel from pg_listening_channels() channel
        union all select 'advisory lock ' || objid from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'
        union all select 'table ' || relname from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r'
            and relname not like 'incoming%'  -- empty at every commit, kept for the next batch
    ) found (what)
"""


@pytest.fixture
def clock() -> FixedClock:
    """Double 11 of 2026, noon in UTC."""
    return FixedClock(NOON)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in a folder of its own, with nothing in it; no server behind it."""
    return read_settings({"PEAKDAY_HOME": str(tmp_path / "home")})


@pytest.fixture
def house(settings: Settings, clock: FixedClock, database: Database, database_url: str) -> House:
    """A house over the fresh database. Engines of rooms are added by the tests that need them."""
    settings.home.mkdir(parents=True)
    settled = read_settings({"PEAKDAY_HOME": str(settings.home), "PEAKDAY_DATABASE_URL": database_url})
    return House(settled, clock, database)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data sets beside the checkout."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets are not here: expected ../shared/data beside the checkout")
    return folder


async def wait_for_older_work(database: Database) -> None:
    """Until a snapshot's horizon passes what was committed so far.

    The horizon is the server's: a database that is being made for another test holds it back for some milliseconds.
    """
    async with database.transaction() as tx:
        mine = await tx.fetchval("select pg_current_xact_id()::text::bigint")
    for _ in range(2_000):
        async with database.read() as tx:
            if await tx.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint") > mine:
                return
        await asyncio.sleep(0.005)
    raise AssertionError("an older transaction stays open")
