"""How is a transaction opened?

At the entry (a request, a job, a command): `async with database.transaction() as tx`. Actions receive `tx` and never
commit. `read` gives a connection for queries outside a transaction. JSON columns travel as Python values, and every
session runs in UTC.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg
import msgspec

from peakday.kernel.database.errors import DatabaseAway, DatabaseFull

Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

POOL_SIZE = 16
STATEMENT_TIMEOUT_SECONDS = 60
CLOSE_SECONDS_MAX = 10
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
    lock is given back by who took it.
    """

    __slots__ = ()

    def get_reset_query(self) -> str:
        """Nothing to wipe; what is left of a transaction is still rolled back."""
        return ""


class Database:
    """A pool of connections to the record."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", url: str) -> None:
        self._pool = pool
        self.url = url
        self._folder: Path | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A connection inside one transaction: committed at the end, undone by any exception.

        Refuses `DatabaseFull`, and `DatabaseAway` when the server goes; whether it was committed is then unknown.
        """
        try:
            async with self._pool.acquire() as connection, connection.transaction():
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
            async with self._pool.acquire() as connection:
                yield connection
        except _AWAY as error:
            raise DatabaseAway from error
        except asyncpg.InterfaceError as error:
            raise _away_or(error) from error

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
        try:
            await asyncio.wait_for(self._pool.close(), CLOSE_SECONDS_MAX)
        except TimeoutError:
            self._pool.terminate()


def _away_or(error: asyncpg.InterfaceError) -> Exception:
    """The driver's word for a line that broke a moment ago; any other misuse of it is a bug and stays what it is."""
    is_broken = "connection is closed" in str(error) or "released back to the pool" in str(error)
    return DatabaseAway() if is_broken else error


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
