"""How do finished segments become Parquet by day, with no row lost and none doubled at whatever moment the power fails?

Read the finished segments, keep the first row of each key, drop rows that a part already has, write new parts, sync
them, and replace the manifest: that one rename is the moment at which segments give way to parts. A crash before it
leaves parts that nobody names (removed next time); a crash after it leaves segments that the manifest calls retired. A
new part swallows the day's parts that are not much larger than itself: a day has few parts, a late row costs little.
"""

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb

from peakday.kernel.eventlog.durability import sync_file, sync_folder
from peakday.kernel.eventlog.losses import count_lines, mark_faults, seal_leftovers, strike_out
from peakday.kernel.eventlog.manifest import (
    Manifest,
    Retired,
    StoredPart,
    read_manifest,
    segments_folder,
    write_manifest,
)
from peakday.kernel.eventlog.model import LogShape
from peakday.kernel.eventlog.reading import is_readable_sql, lines_sql
from peakday.kernel.eventlog.segments import is_finished, list_segments, only_one

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROUND_BYTES_MAX = 256 * 1024 * 1024  # of segments in one round
MEMORY_MAX = "1500MB"
GRACE = timedelta(minutes=10)  # how long a reader may hold a view
SWALLOW_FACTOR = 2  # a part up to twice as large as the new rows is merged with them
UNREADABLE = "unreadable"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What one compaction did: `doubled` rows had a key that the log held, `unreadable` lines were set aside."""

    segments: int = 0
    rows: int = 0
    doubled: int = 0
    unreadable: int = 0

    def plus(self, other: "Compacted") -> "Compacted":
        """The sum of two rounds."""
        return Compacted(
            self.segments + other.segments,
            self.rows + other.rows,
            self.doubled + other.doubled,
            self.unreadable + other.unreadable,
        )


def compact_log(
    folder: Path,
    shape: LogShape,
    now: datetime,
    grace: timedelta = GRACE,
    at_step: Callable[[str], object] = str,
) -> Compacted:
    """Compact every finished segment; does nothing while another process compacts this log.

    `at_step` is told each step as it is done, for tests that stop there.
    """
    total = Compacted()
    with only_one(folder / ".compaction.lock") as is_ours:
        if not is_ours:
            return total
        strike_out(folder)
        _sweep(folder, now, grace)
        seal_leftovers(folder)
        mark_faults(folder)
        while segments := _next_segments(folder):
            total = total.plus(_compact_round(folder, shape, segments, now, at_step))
    return total


def _next_segments(folder: Path) -> list[Path]:
    """Finished segments that are in no part, oldest first, up to the bytes of one round."""
    retired = {entry.path for entry in read_manifest(folder).retired}
    chosen: list[Path] = []
    size = 0
    for segment in list_segments(segments_folder(folder)):
        if _name(folder, segment) in retired or not is_finished(segment):
            continue
        size += segment.stat().st_size
        if chosen and size > ROUND_BYTES_MAX:
            break
        chosen.append(segment)
    return chosen


def _compact_round(
    folder: Path, shape: LogShape, segments: list[Path], now: datetime, at_step: Callable[[str], object]
) -> Compacted:
    manifest = read_manifest(folder)
    parts = list(manifest.parts)
    swallowed: list[StoredPart] = []
    with _connect(folder) as connection:
        unreadable = _load(connection, folder, shape, segments)
        at_step("loaded")
        doubled = _drop_doubles(connection, shape) + _drop_known(connection, shape, [folder / p.path for p in parts])
        at_step("deduplicated")
        counts = connection.execute("select day, count(*) from fresh group by day order by day").fetchall()
        for day, rows in counts:
            merged = _to_swallow([part for part in parts if part.day == day], rows)
            part = _write_part(connection, folder, shape, day, merged)
            assert part.rows == rows + sum(other.rows for other in merged), (part, rows, merged)
            parts = [other for other in parts if other not in merged] + [part]
            swallowed += merged
            at_step("part written")
    gone = [_name(folder, segment) for segment in segments] + [part.path for part in swallowed]
    write_manifest(folder, manifest.next(parts, [*manifest.retired, *(Retired(path, now) for path in gone)]))
    at_step("manifest replaced")
    strike_out(folder)
    return Compacted(len(segments), sum(rows for _, rows in counts), doubled, unreadable)


def _connect(folder: Path) -> "DuckDBPyConnection":
    spill = str(folder / ".spill").replace("'", "''")
    return duckdb.connect(config={"memory_limit": MEMORY_MAX, "temp_directory": spill})


def _load(connection: "DuckDBPyConnection", folder: Path, shape: LogShape, segments: list[Path]) -> int:
    """Read the lines into `fresh`; tells how many whole lines could not be read (their segment is kept aside)."""
    filled = [segment for segment in segments if segment.stat().st_size > 0]
    if not filled:
        connection.execute(
            "create temp table fresh (" + ", ".join(f"{n} {t}" for n, t in shape.columns.items())
            + ", day date, key_hash ubigint, segment varchar, line_no bigint)"
        )  # fmt: skip
        return 0
    connection.execute(
        f"create temp table fresh as select * from ({lines_sql(filled, shape)}) where {is_readable_sql(shape)}"
    )
    read = dict(connection.execute("select segment, count(*) from fresh group by segment").fetchall())
    unreadable = 0
    for segment in filled:
        missing = count_lines(segment) - read.get(str(segment), 0)
        if missing:
            unreadable += missing
            _log.error("%d lines of %s cannot be read; the file is kept under %s/", missing, segment.name, UNREADABLE)
            _set_aside(folder, segment)
    return unreadable


def _set_aside(folder: Path, segment: Path) -> None:
    aside = folder / UNREADABLE / segment.name
    aside.parent.mkdir(exist_ok=True)
    if not aside.exists():
        os.link(segment, aside)
        sync_folder(aside.parent)


def _drop_doubles(connection: "DuckDBPyConnection", shape: LogShape) -> int:
    """Of the fresh rows with one key, keep the one written first."""
    key = ", ".join(shape.key)
    return _count_of(
        connection,
        "delete from fresh where line_no in (select line_no from (select line_no, row_number() over"
        f" (partition by {key} order by {shape.written}, line_no) as place from fresh"
        " where key_hash in (select key_hash from fresh group by key_hash having count(*) > 1)) where place > 1)",
    )


def _drop_known(connection: "DuckDBPyConnection", shape: LogShape, parts: list[Path]) -> int:
    """Drop fresh rows whose key lies in a part of whatever day. Only the column of hashes is read of all parts."""
    if not parts:
        return 0
    files = "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in parts) + "]"
    source = f"read_parquet({files}, union_by_name = true, hive_partitioning = false)"
    connection.execute(
        f"create temp table known as select distinct key_hash from {source}"
        " where key_hash in (select key_hash from fresh)"
    )
    if _count_of(connection, "select count(*) from known") == 0:
        return 0
    same_key = " and ".join(f"p.{name} is not distinct from fresh.{name}" for name in shape.key)
    return _count_of(
        connection,
        f"delete from fresh using (select {', '.join(shape.key)} from {source}"
        f" where key_hash in (select key_hash from known)) p where {same_key}",
    )


def _to_swallow(parts: list[StoredPart], rows: int) -> list[StoredPart]:
    """The day's parts to merge with new rows: from the smallest on, while the next is not much larger than the sum."""
    merged: list[StoredPart] = []
    for part in sorted(parts, key=lambda part: part.rows):
        if part.rows > SWALLOW_FACTOR * rows:
            break
        merged.append(part)
        rows += part.rows
    return merged


def _write_part(
    connection: "DuckDBPyConnection", folder: Path, shape: LogShape, day: date, merged: Iterable[StoredPart]
) -> StoredPart:
    day_folder = folder / f"day={day.isoformat()}"
    if not day_folder.exists():
        day_folder.mkdir()
        sync_folder(folder)
    path = day_folder / f"part-{uuid4().hex}.parquet"
    columns = ", ".join(shape.stored)
    sources = [f"select {columns} from fresh where day = date '{day.isoformat()}'"]
    for part in merged:
        name = str(folder / part.path).replace("'", "''")
        sources.append(f"select * from read_parquet('{name}', hive_partitioning = false)")
    target = str(path).replace("'", "''")
    rows = _count_of(
        connection,
        f"copy (select {columns} from ({' union all by name '.join(sources)}) order by {', '.join(shape.cluster)})"
        f" to '{target}' (format parquet, compression zstd)",
    )
    sync_file(path)
    sync_folder(day_folder)
    return StoredPart(_name(folder, path), day, rows)


def _sweep(folder: Path, now: datetime, grace: timedelta) -> None:
    """Remove retired files whose grace is over, and parts that nobody names (of a compaction that did not end).

    A name leaves the manifest only when its file was gone already: no reader meets a retired segment without its name.
    """
    manifest = read_manifest(folder)
    present = tuple(entry for entry in manifest.retired if (folder / entry.path).exists())
    if present != manifest.retired:
        manifest = Manifest(manifest.version + 1, manifest.parts, present)
        write_manifest(folder, manifest)
    for entry in present:
        if entry.at + grace <= now:
            (folder / entry.path).unlink(missing_ok=True)
    named = {part.path for part in manifest.parts} | {entry.path for entry in present}
    for path in folder.glob("day=*/part-*.parquet"):
        if _name(folder, path) not in named:
            path.unlink()


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _count_of(connection: "DuckDBPyConnection", sql: str) -> int:
    row = connection.execute(sql).fetchone()
    assert row is not None, sql
    return int(row[0])
