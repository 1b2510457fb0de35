"""How does a reader see the whole log, each row once, while it is written and compacted?

The list of segments is taken between two looks at the manifest that agree. Retired files stay on the disk for a grace
period, so the view that a reader holds stays readable. Rows of segments are compared with the parts of their own days:
a row that was sent twice with two different days is seen twice until compaction, which compares with all days.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from peakday.kernel.eventlog.manifest import read_manifest, segments_folder
from peakday.kernel.eventlog.model import LogFiles, LogShape, Part
from peakday.kernel.eventlog.segments import list_segments


def log_files(folder: Path) -> LogFiles:
    """The parts and the segments not yet compacted, as they stand together."""
    while True:
        manifest = read_manifest(folder)
        segments = list_segments(segments_folder(folder))
        if read_manifest(folder).version == manifest.version:
            break
    retired = {folder / entry.path for entry in manifest.retired}
    return LogFiles(
        tuple(Part(folder / part.path, part.day, part.rows) for part in manifest.parts),
        tuple(path for path in segments if path not in retired and path.stat().st_size > 0),
    )


def relation_sql(files: LogFiles, shape: LogShape, since: date | None = None, until: date | None = None) -> str:
    """A DuckDB query of the log's rows, each once, with the columns of `shape` and `day`.

    `since` and `until` (inclusive market days) leave out the parts of other days before they are opened.
    """
    columns = ", ".join([*shape.columns, "day"])
    parts = [part.path for part in files.parts if _is_within(part.day, since, until)]
    stored = f"select {columns}, key_hash from {_parquet(parts)}" if parts else f"{_nothing(shape)}"
    if not files.segments:
        return f"select {columns} from ({stored})"
    days = " and ".join(
        [f"day >= date '{since}'"] * (since is not None) + [f"day <= date '{until}'"] * (until is not None)
    )
    same_key = " and ".join(f"p.{name} is not distinct from f.{name}" for name in shape.key)
    return (
        f"with lines as materialized ({lines_sql(files.segments, shape)} where {days or 'true'}),"
        f" fresh as (select * from lines where {is_readable_sql(shape)} qualify row_number() over"
        f" (partition by {', '.join(shape.key)} order by {shape.written}, line_no) = 1),"
        f" stored as ({stored})"
        f" select {columns} from stored union all"
        f" select {columns} from fresh f where not exists (select 1 from stored p"
        f" where p.key_hash = f.key_hash and p.day = f.day and {same_key})"
    )


def lines_sql(segments: Iterable[Path], shape: LogShape) -> str:
    """The lines of segments as rows with `day`, `key_hash`, `segment` and `line_no`; what cannot be read is null.

    A market day begins at 16:00 UTC (Asia/Shanghai has kept +08:00 since 1991).
    """
    columns = ", ".join(
        f"coalesce({name}, {shape.filled[name]}) as {name}" if name in shape.filled else name for name in shape.columns
    )
    types = ", ".join(f"{name}: '{kind}'" for name, kind in shape.columns.items())
    key = ", ".join(f"coalesce({name}, '')" for name in shape.key)
    return (
        f"select * from (select {columns},"
        f" cast({shape.instant} + interval 8 hour as date) as day,"
        f" md5_number_lower(concat_ws(chr(31), {key})) as key_hash, filename as segment,"
        " row_number() over () as line_no"
        f" from read_json({_paths(segments)}, format = 'newline_delimited', columns = {{{types}}},"
        " ignore_errors = true, filename = true, maximum_object_size = 16777216))"
    )


def is_readable_sql(shape: LogShape) -> str:
    """Whether a line could be read: a torn tail and a line that is not ours have no key or no time."""
    return f"{shape.instant} is not null and {shape.key[-1]} is not null"


def _is_within(day: date, since: date | None, until: date | None) -> bool:
    return (since is None or day >= since) and (until is None or day <= until)


def _parquet(parts: Iterable[Path]) -> str:
    return f"read_parquet({_paths(parts)}, union_by_name = true, hive_partitioning = false)"


def _paths(paths: Iterable[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"


def _nothing(shape: LogShape) -> str:
    typed = [f"null::{kind} as {name}" for name, kind in shape.columns.items()]
    return f"select {', '.join(typed)}, null::date as day, null::ubigint as key_hash where false"
