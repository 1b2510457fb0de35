"""Which files are the log?

The manifest names the parts, and the files that are no longer part of the log but still on the disk for readers that
began before. It is replaced as a whole (write aside, sync, rename, sync the folder): a crash leaves the old one or the
new one. A segment that the manifest does not call retired is in no part.
"""

import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import msgspec

from peakday.kernel.eventlog.durability import sync_folder

MANIFEST_NAME = "manifest.json"


class StoredPart(msgspec.Struct, frozen=True):
    """One Parquet file of a day; `path` is relative to the log's folder."""

    path: str
    day: date
    rows: int


class Retired(msgspec.Struct, frozen=True):
    """A segment or part whose rows are in a part of the manifest; removed when its grace is over."""

    path: str
    at: datetime


class Manifest(msgspec.Struct, frozen=True):
    """The state of the log at one version."""

    version: int = 0
    parts: tuple[StoredPart, ...] = ()
    retired: tuple[Retired, ...] = ()

    def next(self, parts: Iterable[StoredPart], retired: Iterable[Retired]) -> "Manifest":
        """The state after this one."""
        return Manifest(self.version + 1, tuple(sorted(parts, key=lambda part: (part.day, part.path))), tuple(retired))


def segments_folder(folder: Path) -> Path:
    """Where a log keeps its segments."""
    return folder / "segments"


def read_manifest(folder: Path) -> Manifest:
    """The present manifest; an empty one before the first compaction."""
    try:
        content = (folder / MANIFEST_NAME).read_bytes()
    except FileNotFoundError:
        return Manifest()
    return msgspec.json.decode(content, type=Manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest at once and for good."""
    aside = folder / f".{MANIFEST_NAME}"
    with aside.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        file.flush()
        os.fsync(file.fileno())
    aside.rename(folder / MANIFEST_NAME)
    sync_folder(folder)
