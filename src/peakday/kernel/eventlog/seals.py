"""Which finished segments are not in a part yet, and how long was each?

A list beside the segments. Whoever finishes a segment adds one line to it before letting go of the segment; compaction
strikes the line out once the rows are in parts. So a segment that is gone, or shorter than it was, is missed: `losses`.

The list says what was there, not who changed it: whoever can write the folder can write the list too.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from peakday.kernel.eventlog.durability import sync_folder

SEALS_NAME = "seals.jsonl"


class Seal(msgspec.Struct, frozen=True):
    """What a segment held when it was finished; `fault` is what compaction found wrong with it."""

    name: str
    bytes: int
    rows: int
    fault: str | None = None


def add_seal(segments: Path, seal: Seal) -> None:
    """Note a finished segment, durably; `segments` is the folder of the segments. Hold the segment's lock."""
    with _held(segments) as descriptor:
        os.write(descriptor, b"\n" + msgspec.json.encode(seal))  # a line cut off by a crash ends here
        os.fdatasync(descriptor)


def read_seals(segments: Path) -> dict[str, Seal]:
    """The seals of segments that are in no part yet, by name of the segment."""
    try:
        content = (segments / SEALS_NAME).read_bytes()
    except FileNotFoundError:
        return {}
    return {seal.name: seal for seal in _seals_in(content)}


def rewrite_seals(segments: Path, change: Callable[[Seal], Seal | None]) -> None:
    """Replace the list as a whole, while nobody adds to it; None strikes a seal out."""
    with _held(segments):
        kept = [changed for seal in read_seals(segments).values() if (changed := change(seal)) is not None]
        aside = segments / f".{SEALS_NAME}"
        with aside.open("wb") as file:
            file.writelines(b"\n" + msgspec.json.encode(seal) for seal in kept)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(segments / SEALS_NAME)
        sync_folder(segments)


def _seals_in(content: bytes) -> Iterator[Seal]:
    for line in content.splitlines():
        try:
            yield msgspec.json.decode(line, type=Seal)
        except msgspec.DecodeError:
            continue  # empty, or cut off by a crash before its writer went on


@contextmanager
def _held(segments: Path) -> Iterator[int]:
    """The list, open at its end and for one at a time; opened again when it was replaced while we waited."""
    segments.mkdir(parents=True, exist_ok=True)
    path = segments / SEALS_NAME
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor)):
                yield descriptor
                return
        finally:
            os.close(descriptor)
