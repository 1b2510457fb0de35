"""How does a whole house live on a clock of its own, its database too?

The rooms ask the database for the time. In a database of the simulation `clock_timestamp()` and its kin are its own
functions, found first by the search path, so that not one line of the rooms knows of it.
"""

from datetime import datetime, timedelta

import asyncpg

from peakday.kernel.database import Database


class VirtualClock:
    """The time of one history, in the process and in its database."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.latest = at  # the clock may jump back; what was once is never unsaid
        self._written: datetime | None = None

    def now(self) -> datetime:
        """The virtual instant."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Forward, or back."""
        self.at += by
        self.latest = max(self.latest, self.at)

    async def show(self, database: Database) -> None:
        """Tell the database what time it is."""
        if self._written != self.at:
            await database.pool.execute("update simulation.clock set at = $1", self.at)
            self._written = self.at


async def install(url: str, at: datetime) -> None:
    """Give a database that nobody else uses a virtual clock; connections made from now on live by it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_INSTALL)
        await connection.execute("insert into simulation.clock (at) values ($1)", at)
        name = await connection.fetchval("select quote_ident(current_database())")
        await connection.execute(f"alter database {name} set search_path = simulation, pg_catalog, public")
        await connection.execute(f"alter database {name} set synchronous_commit = off")
    finally:
        await connection.close()


_INSTALL = """
create schema simulation;
create unlogged table simulation.clock (at timestamptz not null);
create function simulation.clock_timestamp() returns timestamptz language sql as 'select at from simulation.clock';
create function simulation.statement_timestamp() returns timestamptz language sql
    as 'select at from simulation.clock';
create function simulation.now() returns timestamptz language sql as 'select at from simulation.clock';
"""
