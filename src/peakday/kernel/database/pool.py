"""How is a transaction opened?

At the entry (a request, a job, a command): `async with database.transaction() as tx`. Actions receive `tx` and never
commit. `read` gives a connection for queries outside a transaction. JSON columns travel as Python values, and every
session runs in UTC.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import msgspec

Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

POOL_SIZE = 16
STATEMENT_TIMEOUT_SECONDS = 60


class Database:
    """A pool of connections to the record."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", url: str) -> None:
        self._pool = pool
        self.url = url

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A connection inside one transaction: committed at the end, undone by any exception."""
        async with self._pool.acquire() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A connection for reads."""
        async with self._pool.acquire() as connection:
            yield connection

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool itself, for libraries that want one."""
        return self._pool

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()


async def connect(url: str, pool_size: int = POOL_SIZE) -> Database:
    """Open a pool on a PostgreSQL address."""
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=pool_size,
        init=_prepare,
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
