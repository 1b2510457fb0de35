"""How do lines get onto the disk so that none is lost, and how does another process know that a file is finished?

A segment is a file of lines that one process appends to. While it is open its writer holds a lock on it; the lock
ends with the process, also by kill -9, so a segment that can be locked is finished. A write counts when `fdatasync`
returned. When a write or a sync fails the file is cut back to its last durable byte and never written again: after a
failed sync the system may call lost pages clean. A line without its newline is a write that nobody was told about.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from peakday.kernel.clock import Clock
from peakday.kernel.eventlog.durability import sync_folder
from peakday.kernel.eventlog.seals import Seal, add_seal
from peakday.kernel.ids import new_id

SEGMENT_BYTES_MAX = 64 * 1024 * 1024
SUFFIX = ".ndjson"


class Disk:
    """The calls that can fail; a test hands in one that does."""

    def write(self, descriptor: int, data: memoryview) -> int:
        """Append what fits."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Return when what was written would survive a power cut."""
        os.fdatasync(descriptor)


class SegmentWriter:
    """Writes one open segment at a time. Not for two threads at once."""

    def __init__(
        self, folder: Path, clock: Clock, bytes_max: int = SEGMENT_BYTES_MAX, disk: Disk | None = None
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._bytes_max = bytes_max
        self._disk = disk or Disk()
        self._descriptor: int | None = None
        self._durable_bytes = 0
        self._durable_rows = 0
        self._name = ""

    @property
    def is_open(self) -> bool:
        """Whether a segment is open."""
        return self._descriptor is not None

    def write(self, data: bytes) -> None:
        """Append lines; they are durable on return. Raises OSError, and then nothing of them counts."""
        descriptor = self._descriptor if self._descriptor is not None else self._open()
        try:
            view = memoryview(data)
            while view:
                view = view[self._disk.write(descriptor, view) :]
            self._disk.sync(descriptor)
        except OSError:
            self._cut_back(descriptor)
            raise
        self._durable_bytes += len(data)
        self._durable_rows += data.count(b"\n")
        if self._durable_bytes >= self._bytes_max:
            self.close()

    def close(self) -> None:
        """Finish the segment and seal it; the next write opens another."""
        if self._descriptor is not None:
            with suppress(OSError):  # a full disk: the next writer or compaction seals it
                if self._durable_bytes:
                    add_seal(self._folder, Seal(self._name, self._durable_bytes, self._durable_rows))
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        """A new segment, locked before it can be seen under its name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = new_id(self._clock.now()).hex + SUFFIX
        hidden = self._folder / f".{name}"
        descriptor = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            hidden.rename(self._folder / name)
            sync_folder(self._folder)
        except OSError:
            os.close(descriptor)
            hidden.unlink(missing_ok=True)
            raise
        self._descriptor, self._name = descriptor, name
        self._durable_bytes = self._durable_rows = 0
        return descriptor

    def _cut_back(self, descriptor: int) -> None:
        with suppress(OSError):
            os.ftruncate(descriptor, self._durable_bytes)
            os.fsync(descriptor)
        self.close()


def list_segments(folder: Path) -> list[Path]:
    """The segments, oldest first."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def is_finished(segment: Path) -> bool:
    """Whether no writer holds the segment any more; then its bytes are made durable and stay as they are."""
    descriptor = os.open(segment, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        os.fsync(descriptor)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


@contextmanager
def only_one(lock: Path) -> Iterator[bool]:
    """Hold a lock file; tells whether it was free."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
