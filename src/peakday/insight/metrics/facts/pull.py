"""How do changed rows come out of the record?

In one read-only snapshot each room streams its relations as CSV: all rows, or those written by a transaction at or
above the last watermark. The new watermark is the oldest transaction still running: everything below it is in what was
read.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from peakday.insight.metrics.facts.relations import RECORDS
from peakday.kernel.database import Database, Tx

Sink = Callable[[bytes], Awaitable[None] | None]
CopyFacts = Callable[[Tx, str, int | None, Sink], Awaitable[None]]
Providers = Mapping[str, CopyFacts]  # relation to the room that streams it


@dataclass(frozen=True, slots=True)
class Pulled:
    """What was streamed: the CSV of each relation that has rows, with its header."""

    identity: str
    snapshot: str
    watermark: int
    since: int | None  # none: these are all rows
    files: Mapping[str, tuple[Path, list[str]]]


async def read_snapshot(connection: Tx) -> str:
    """The record's present state as a short text: the same text means the very same visible rows."""
    return str(await connection.fetchval("select pg_current_snapshot()::text"))


async def pull_rows(
    database: Database, providers: Providers, folder: Path, since: int | None = None, identity: str | None = None
) -> Pulled:
    """Stream every relation into `folder`; `since` counts only if the database is still the one of `identity`."""
    files: dict[str, tuple[Path, list[str]]] = {}
    async with database.read() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        row = await connection.fetchrow(
            "select pg_current_snapshot()::text as snapshot,"
            " pg_snapshot_xmin(pg_current_snapshot())::text as watermark,"
            " (select system_identifier from pg_control_system())::text || '/' || d.oid as identity"
            " from pg_database d where datname = current_database()"
        )
        assert row is not None
        since = since if row["identity"] == identity else None
        for relation in RECORDS:
            if relation.name in providers:
                path = folder / f"{relation.name}.csv"
                header = await _stream(connection, providers[relation.name], relation.name, since, path)
                if header is not None:
                    files[relation.name] = (path, header)
    return Pulled(row["identity"], row["snapshot"], int(row["watermark"]), since, files)


async def _stream(connection: Tx, copy: CopyFacts, relation: str, since: int | None, path: Path) -> list[str] | None:
    """Write one relation's CSV; returns its header, or none when there was no row."""
    with path.open("wb") as file:

        def sink(data: bytes) -> None:
            file.write(data)

        await copy(connection, relation, since, sink)
    with path.open("rb") as written:
        header = written.readline().decode().strip().split(",")
        return header if written.read(1) else None
