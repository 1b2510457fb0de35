"""How do events show up in figures within a second, each once?

Compacted events are Parquet by day. Segments that are not compacted yet are read as they grow: only the bytes that
came since the last look, only whole lines. A line whose key is in the day's Parquet or was read before is left out;
the lines of a segment leave the table in the same step in which their Parquet appears.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from peakday.insight.metrics.facts.relations import EVENTS, empty_select
from peakday.kernel.eventlog import LogFiles, LogShape
from peakday.kernel.eventlog.reading import is_readable_sql, lines_sql

Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where the event log lies and what its rows hold."""

    files: Callable[[], LogFiles]
    shape: LogShape


class EventTail:
    """The events of one process's view: the log's parts, and a table of what is not in a part yet."""

    def __init__(self, source: EventSource, scratch: Path) -> None:
        self._source = source
        self._scratch = scratch
        self._read_to: dict[Path, int] = {}
        self._files = LogFiles((), ())

    def look(self) -> Stamp:
        """Notice the present files; the same stamp means the same rows."""
        self._files = self._source.files()
        sizes = tuple((path, _size(path)) for path in self._files.segments)
        return tuple(part.path for part in self._files.parts), sizes

    def forget(self) -> None:
        """Begin anew at the next `take_in`: its last changes were undone."""
        self._read_to.clear()

    def take_in(self, connection: duckdb.DuckDBPyConnection) -> str:
        """Bring the table up to the files of the last look; returns the select that shows all events."""
        shape = self._source.shape
        if not self._read_to:
            columns = ", ".join(f"{name} {kind}" for name, kind in shape.columns.items())
            connection.execute(
                f"create or replace table fresh_events ({columns}, day DATE, key_hash UBIGINT, source VARCHAR)"
            )
        self._forget_compacted(connection)
        for segment in self._files.segments:
            self._read_on(connection, segment)
        return self._select()

    def _forget_compacted(self, connection: duckdb.DuckDBPyConnection) -> None:
        for gone in self._read_to.keys() - set(self._files.segments):
            connection.execute("delete from fresh_events where source = ?", [str(gone)])
            self._read_to.pop(gone)

    def _read_on(self, connection: duckdb.DuckDBPyConnection, segment: Path) -> None:
        begin = self._read_to.get(segment, 0)
        if _size(segment) < begin:  # its writer cut an unfinished write back
            connection.execute("delete from fresh_events where source = ?", [str(segment)])
            begin = 0
        with segment.open("rb") as file:
            file.seek(begin)
            data = file.read()
        lines = data[: data.rfind(b"\n") + 1]
        self._read_to[segment] = begin + len(lines)
        if not lines:
            return
        arrived = self._scratch / "arrived.ndjson"
        arrived.write_bytes(lines)
        self._insert(connection, arrived, segment)
        arrived.unlink()

    def _insert(self, connection: duckdb.DuckDBPyConnection, arrived: Path, segment: Path) -> None:
        shape = self._source.shape
        columns = ", ".join([*shape.columns, "day", "key_hash"])
        connection.execute(
            f"create or replace temp table arriving as select {columns} from ({lines_sql([arrived], shape)})"
            f" where {is_readable_sql(shape)}"
            f" qualify row_number() over (partition by {', '.join(shape.key)} order by {shape.written}, line_no) = 1"
        )
        same = " and ".join(f"p.{name} is not distinct from a.{name}" for name in shape.key)
        days = {day for (day,) in connection.execute("select distinct day from arriving").fetchall()}
        parts = [f"'{part.path}'" for part in self._files.parts if part.day in days]
        known = ["select key_hash, day, " + ", ".join(shape.key) + " from fresh_events"]
        if parts:
            known.append(
                f"select key_hash, day, {', '.join(shape.key)} from read_parquet([{', '.join(parts)}],"
                " union_by_name=true, hive_partitioning=false)"
            )
        connection.execute(
            f"insert into fresh_events by name select *, '{segment}' as source from arriving a"
            f" where not exists (select 1 from ({' union all '.join(known)}) p"
            f" where p.key_hash = a.key_hash and p.day = a.day and {same})"
        )
        connection.execute("drop table arriving")

    def _select(self) -> str:
        columns = ", ".join(
            name if name in self._source.shape.columns or name == "day" else f"cast(null as {kind}) as {name}"
            for name, kind in EVENTS.columns.items()
        )
        fresh = f"select {columns} from fresh_events"
        if not self._files.parts:
            return fresh
        paths = ", ".join(f"'{part.path}'" for part in self._files.parts)
        stored = f"select {columns} from read_parquet([{paths}], union_by_name=true, hive_partitioning=false)"
        return stored if not self._files.segments else f"{stored} union all {fresh}"


def empty_events() -> str:
    """The relation of a house without an event log."""
    return empty_select(EVENTS)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
