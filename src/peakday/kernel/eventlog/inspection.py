"""Is the log whole? Recounted from its files, not from what it says about itself.

Every part that the manifest names is on the disk with the rows it should have and only rows of its day; no key lies
twice in the parts; no file is live and retired at once; no finished segment is gone or cut before its rows were in
parts; no line was set aside as unreadable.
"""

from pathlib import Path

import duckdb

from peakday.kernel.audit import Finding
from peakday.kernel.eventlog.compaction import UNREADABLE
from peakday.kernel.eventlog.losses import list_faults
from peakday.kernel.eventlog.manifest import Manifest, StoredPart, read_manifest
from peakday.kernel.eventlog.model import LogShape

FINDINGS_MAX = 100  # of one kind
RESTORE = "put the file back from a backup; the next compaction takes its rows"


def inspect_log(folder: Path, shape: LogShape, room: str) -> list[Finding]:
    """The breaches found in a log's folder, named as `room`'s."""
    manifest = read_manifest(folder)
    findings: list[Finding] = []
    readable: list[Path] = []
    for part in manifest.parts:
        fault = _fault_of(folder, part)
        if fault is None:
            readable.append(folder / part.path)
        else:
            findings.append(Finding(room, "log_part_is_whole", part.path, fault))
    findings += _doubled_keys(readable, shape, room)
    findings += _parts_named_wrongly(manifest, room)
    for seal, fault in list_faults(folder):
        findings.append(Finding(room, "log_segment_is_whole", seal.name, fault, RESTORE))
    for path in sorted((folder / UNREADABLE).glob("*")):
        findings.append(Finding(room, "log_lines_are_readable", path.name, "lines were set aside as unreadable"))
    return findings


def _fault_of(folder: Path, part: StoredPart) -> str | None:
    path = folder / part.path
    if not path.exists():
        return "named in the manifest but not on the disk"
    try:
        row = duckdb.execute(
            "select count(*), count(*) filter (day <> ?) from read_parquet(?, hive_partitioning = false)",
            [part.day, str(path)],
        ).fetchone()
    except duckdb.Error as error:
        return f"cannot be read: {str(error).splitlines()[0]}"
    assert row is not None, part
    rows, strangers = row
    if rows != part.rows:
        return f"holds {rows} rows, the manifest says {part.rows}"
    return f"holds {strangers} rows of other days" if strangers else None


def _doubled_keys(parts: list[Path], shape: LogShape, room: str) -> list[Finding]:
    if not parts:
        return []
    key = ", ".join(shape.key)
    doubled = duckdb.execute(
        f"select {key}, count(*) from read_parquet(?, union_by_name = true, hive_partitioning = false)"
        f" group by {key} having count(*) > 1 limit {FINDINGS_MAX}",
        [[str(path) for path in parts]],
    ).fetchall()
    return [
        Finding(room, "log_key_is_unique", "/".join(str(value) for value in values), f"stored {count} times")
        for *values, count in doubled
    ]


def _parts_named_wrongly(manifest: Manifest, room: str) -> list[Finding]:
    """A path must not be live and retired at once, nor named twice."""
    live = [part.path for part in manifest.parts]
    wrong = {path for path in live if live.count(path) > 1} | ({entry.path for entry in manifest.retired} & set(live))
    return [Finding(room, "log_part_has_one_place", path, "named twice in the manifest") for path in sorted(wrong)]
