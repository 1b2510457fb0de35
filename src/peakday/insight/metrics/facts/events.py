"""How do events show up in figures within a second, each once?

Compacted events are Parquet by day. Segments that are not compacted yet are read as they grow: only the bytes that
came since the last look, only whole lines. A line whose key is in the day's Parquet or was read before is left out;
the lines of a segment leave the table in the same step in which their Parquet appears.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from peakday.insight.metrics.facts.changes import ANY, Shops
from peakday.insight.metrics.facts.relations import EVENTS, empty_select
from peakday.kernel.eventlog import LogFiles, LogShape
from peakday.kernel.eventlog.reading import is_readable_sql, lines_sql

Stamp = tuple[object, ...]
ShopDay = tuple[str | None, date]  # None: any shop


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
        self._parts: dict[Path, date] | None = None  # those of the last `take_in`, with their days
        self.changed: Shops = ANY  # by the last `take_in`

    def look(self) -> Stamp:
        """Notice the present files; the same stamp means the same rows."""
        self._files = self._source.files()
        sizes = tuple((path, _size(path)) for path in self._files.segments)
        return tuple(part.path for part in self._files.parts), sizes

    def forget(self) -> None:
        """Begin anew at the next `take_in`: its last changes were undone."""
        self._read_to.clear()
        self._parts = None

    def take_in(self, connection: duckdb.DuckDBPyConnection) -> str:
        """Bring the table up to the files of the last look; returns the select that shows all events."""
        shape = self._source.shape
        is_first = self._parts is None
        if not self._read_to:
            columns = ", ".join(f"{name} {kind}" for name, kind in shape.columns.items())
            connection.execute(
                f"create or replace table fresh_events ({columns}, day DATE, key_hash UBIGINT, source VARCHAR)"
            )
        changed: dict[str | None, set[date]] = {None: self._forget_compacted(connection) | self._changed_parts()}
        for segment in self._files.segments:
            for shop_id, day in self._read_on(connection, segment):
                changed.setdefault(shop_id, set()).add(day)
        self.changed = ANY if is_first else {shop_id: frozenset(days) for shop_id, days in changed.items()}
        return self._select()

    def _forget_compacted(self, connection: duckdb.DuckDBPyConnection) -> set[date]:
        """Let go of the lines of segments that are gone; returns their days."""
        days: set[date] = set()
        for gone in self._read_to.keys() - set(self._files.segments):
            days |= _forget_segment(connection, gone)
            self._read_to.pop(gone)
        return days

    def _changed_parts(self) -> set[date]:
        """The days of the parts that came and went."""
        before, self._parts = self._parts or {}, {part.path: part.day for part in self._files.parts}
        return {day for _, day in before.items() ^ self._parts.items()}

    def _read_on(self, connection: duckdb.DuckDBPyConnection, segment: Path) -> set[ShopDay]:
        """Take in what came since the last look; returns the shops and days that it touches."""
        touched: set[ShopDay] = set()
        begin = self._read_to.get(segment, 0)
        if _size(segment) < begin:  # its writer cut an unfinished write back
            touched = {(None, day) for day in _forget_segment(connection, segment)}
            begin = 0
        with segment.open("rb") as file:
            file.seek(begin)
            data = file.read()
        lines = data[: data.rfind(b"\n") + 1]
        self._read_to[segment] = begin + len(lines)
        if lines:
            arrived = self._scratch / "arrived.ndjson"
            arrived.write_bytes(lines)
            touched |= self._insert(connection, arrived, segment)
            arrived.unlink()
        return touched

    def _insert(self, connection: duckdb.DuckDBPyConnection, arrived: Path, segment: Path) -> set[ShopDay]:
        shape = self._source.shape
        columns = ", ".join([*shape.columns, "day", "key_hash"])
        connection.execute(
            f"create or replace temp table arriving as select {columns} from ({lines_sql([arrived], shape)})"
            f" where {is_readable_sql(shape)}"
            f" qualify row_number() over (partition by {', '.join(shape.key)} order by {shape.written}, line_no) = 1"
        )
        same = " and ".join(f"p.{name} is not distinct from a.{name}" for name in shape.key)
        touched = set(connection.execute("select distinct coalesce(shop_id, ''), day from arriving").fetchall())
        days = {day for _, day in touched}
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
        return touched

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


def _forget_segment(connection: duckdb.DuckDBPyConnection, segment: Path) -> set[date]:
    """Let go of a segment's lines; returns their days."""
    gone = connection.execute("delete from fresh_events where source = ? returning day", [str(segment)]).fetchall()
    return {day for (day,) in gone}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
