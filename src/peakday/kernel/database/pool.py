"""How is a transaction opened?

At the entry (a request, a job, a command): `async with database.transaction() as tx`. Actions receive `tx` and never
commit. `read` gives a connection for queries outside a transaction. JSON columns travel as Python values, and every
session runs in UTC.

While the server is away one task knocks and everybody else waits for it, up to `AWAY_SECONDS_MAX`: a restart is not
slowed down by thousands who knock, and most of those who ask during it are served late instead of being refused.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import asyncpg
import msgspec

from peakday.kernel.database.errors import DatabaseAway, DatabaseFull

Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

POOL_SIZE = 16
STATEMENT_TIMEOUT_SECONDS = 60
STATEMENTS_KEPT = 1_000  # prepared, of one connection: the doors ask more than the driver's hundred
CLOSE_SECONDS_MAX = 10
AWAY_SECONDS_MAX = 3.0  # so long a question waits for a server that is being started again
KNOCK_SECONDS = 0.05
LOOK_SECONDS_MAX = 2.0
# what is said of a server that is not there, is starting or stopping, or has gone in the middle of a sentence
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,  # the driver's own confusion when a line breaks in the middle of a question
    ConnectionError,
)
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


class _Session(asyncpg.Connection):
    """A connection that is not wiped when it goes back to the pool: that would be one more question for every request.

    So whoever uses one leaves it as it was: settings are `set local`, tables `on commit drop`, and a session's advisory
    lock is given back by who took it. The tests' own pools look whether anything stayed. Only who says `set` by itself,
    for the length of a turn, has it taken back here.
    """

    __slots__ = ("_is_set",)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._is_set = False

    async def execute(
        self,
        query: str,
        *values: Any,
        timeout: float | None = None,  # noqa: ASYNC109 - the driver's own shape
    ) -> str:
        """As the driver's; a setting of the session is remembered."""
        if query.startswith("set ") and not query.startswith("set local "):
            self._is_set = True
        return await super().execute(query, *values, timeout=timeout)

    def get_reset_query(self) -> str:
        """Nothing to wipe but settings; what is left of a transaction is rolled back without this."""
        is_set, self._is_set = self._is_set, False
        return "reset all" if is_set else ""


class Database:
    """A pool of connections to the record."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", url: str) -> None:
        self._pool = pool
        self.url = url
        self._folder: Path | None = None
        self._return: asyncio.Task[None] | None = None
        self._look: asyncio.Task[None] | None = None
        self._look_line: asyncpg.Connection[asyncpg.Record] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A connection inside one transaction: committed at the end, undone by any exception.

        Refuses `DatabaseFull`, and `DatabaseAway` when the server goes; whether it was committed is then unknown.
        """
        try:
            async with self._borrowed() as connection, connection.transaction():
                yield connection
        except asyncpg.DiskFullError as error:
            raise DatabaseFull from error
        except _AWAY as error:
            raise DatabaseAway from error
        except asyncpg.InterfaceError as error:
            raise _away_or(error) from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A connection for reads. Refuses `DatabaseAway`."""
        try:
            async with self._borrowed() as connection:
                yield connection
        except _AWAY as error:
            raise DatabaseAway from error
        except asyncpg.InterfaceError as error:
            raise _away_or(error) from error

    async def look(self) -> None:
        """Whether the server answers: asked on a line of its own, so that nobody who queues for the pool is in the way,
        and once for all who ask at the same time. Refuses `DatabaseAway`.
        """
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._ask_anything())
            self._look.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._look)

    async def local_folder(self) -> Path | None:
        """Where the server's data lies, if that is on this machine and we may know it: for looking at its disk."""
        if self._folder is None and urlsplit(self.url).hostname in _THIS_MACHINE:
            with suppress(asyncpg.InsufficientPrivilegeError, OSError):
                async with self.read() as connection:
                    folder = Path(await connection.fetchval("show data_directory"))
                self._folder = folder if folder.exists() else None
        return self._folder

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool itself, for libraries that want one."""
        return self._pool

    async def close(self) -> None:
        """Give all connections back; a server that is down is not waited for long."""
        for task in (self._return, self._look):
            if task is not None:
                task.cancel()
        if self._look_line is not None:
            self._look_line.terminate()
        try:
            await asyncio.wait_for(self._pool.close(), CLOSE_SECONDS_MAX)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Tx]:
        connection = await self._take()
        try:
            yield connection
        except BaseException:
            with suppress(*_AWAY, asyncpg.InterfaceError):  # when a line breaks, the first fault says what happened
                await self._pool.release(connection)
            raise
        await self._pool.release(connection)

    async def _take(self) -> "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]":
        """A connection of the pool, or the fault that kept it away for `AWAY_SECONDS_MAX`: nothing was asked yet."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + AWAY_SECONDS_MAX
        while True:
            if self._return is not None:
                await asyncio.wait([self._return], timeout=max(0.0, deadline - loop.time()))
            try:
                if self._return is not None and not self._return.done():
                    raise DatabaseAway
                return await self._pool.acquire()
            except _AWAY:
                if loop.time() >= deadline:
                    raise
                if self._return is None or self._return.done():
                    self._return = asyncio.create_task(self._knock())

    async def _knock(self) -> None:
        """Ends when the server lets somebody in, or says why not."""
        while True:
            try:
                line = await asyncpg.connect(self.url, timeout=LOOK_SECONDS_MAX)
            except (*_AWAY, TimeoutError):
                await asyncio.sleep(KNOCK_SECONDS)
            except asyncpg.PostgresError:
                return
            else:
                line.terminate()
                return

    async def _ask_anything(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                if self._look_line is None or self._look_line.is_closed():
                    self._look_line = await asyncpg.connect(self.url)
                await self._look_line.fetchval("select 1")
        except (*_AWAY, TimeoutError, asyncpg.InterfaceError) as error:
            if self._look_line is not None:
                self._look_line.terminate()
            raise DatabaseAway from error


def _away_or(error: asyncpg.InterfaceError) -> Exception:
    """The driver's word for a line that broke, or what it stumbled over while clearing up; other misuse stays a bug."""
    is_broken = "connection is closed" in str(error) or "released back to the pool" in str(error)
    return DatabaseAway() if is_broken or isinstance(error.__context__, _AWAY) else error


async def connect(url: str, pool_size: int = POOL_SIZE) -> Database:
    """Open a pool on a PostgreSQL address."""
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=pool_size,
        init=_prepare,
        connection_class=_Session,
        server_settings={"timezone": "UTC", "application_name": "peakday"},
        command_timeout=STATEMENT_TIMEOUT_SECONDS,
        statement_cache_size=STATEMENTS_KEPT,
    )
    return Database(pool, url)


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
        )
