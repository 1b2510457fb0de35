"""Is a finished segment gone or cut, before its rows were in parts?

Each finished segment has a seal that says how long it was. A segment that is gone or shorter is loss, and compaction
keeps the fault in the seal before it takes what is left, so that the audit tells of it for good. Segments of a killed
writer are sealed by the next writer, or by compaction.
"""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from peakday.kernel.eventlog.manifest import Manifest, read_manifest, segments_folder
from peakday.kernel.eventlog.seals import Seal, add_seal, read_seals, rewrite_seals
from peakday.kernel.eventlog.segments import is_finished, list_segments

BLOCK_BYTES = 1 << 20


def seal_leftovers(folder: Path) -> None:
    """Seal what killed writers left: finished segments of the log in `folder` without a seal."""
    retired = _retired(read_manifest(folder))
    segments = segments_folder(folder)
    known = read_seals(segments)
    for path in list_segments(segments):
        if path.name in known or path.name in retired or not is_finished(path) or not path.stat().st_size:
            continue
        with suppress(OSError):  # a full disk must not keep a writer from starting; compaction seals it later
            add_seal(segments, Seal(path.name, path.stat().st_size, count_lines(path)))


def mark_faults(folder: Path) -> None:
    """Keep in the seals which segments are cut, before compaction takes what is left of them.

    The seal of one that is gone stays as it is: put back from a backup, the segment is compacted as if nothing had
    happened.
    """
    segments = segments_folder(folder)
    found = list_faults(folder)
    faults = {seal.name: fault for seal, fault in found if seal.fault is None and (segments / seal.name).exists()}
    if faults:
        rewrite_seals(segments, lambda seal: msgspec.structs.replace(seal, fault=faults.get(seal.name, seal.fault)))


def strike_out(folder: Path) -> None:
    """Drop the seals of segments whose rows are in parts; those with a fault stay."""
    segments = segments_folder(folder)
    retired = _retired(read_manifest(folder))
    if any(name in retired and seal.fault is None for name, seal in read_seals(segments).items()):
        rewrite_seals(segments, lambda seal: None if seal.name in retired and seal.fault is None else seal)


def list_faults(folder: Path) -> list[tuple[Seal, str]]:
    """The seals whose segment is gone or shorter than sealed, and what is wrong."""
    segments = segments_folder(folder)
    seals = read_seals(segments)  # before the manifest: a segment retired since then is retired in what is read next
    retired = _retired(read_manifest(folder))
    found = [(seal, _fault_of(segments / seal.name, seal, retired)) for seal in seals.values()]
    return [(seal, fault) for seal, fault in found if fault is not None]


def count_lines(segment: Path) -> int:
    """Whole lines: what stands after the last newline was never acknowledged."""
    count = 0
    with segment.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            count += block.count(b"\n")
    return count


def _fault_of(segment: Path, seal: Seal, retired: Collection[str]) -> str | None:
    if seal.fault is not None:
        return seal.fault
    if seal.name in retired:
        return None
    if not segment.exists():
        return f"gone with its {seal.rows} rows before they were compacted"
    if segment.stat().st_size < seal.bytes:
        return f"holds {count_lines(segment)} rows of the {seal.rows} that it was finished with"
    return None


def _retired(manifest: Manifest) -> set[str]:
    return {Path(entry.path).name for entry in manifest.retired}
