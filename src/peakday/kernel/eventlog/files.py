"""How do many requests share one sync of the disk?

What arrives while the last write and sync run is collected and goes out as the next one. Nobody sleeps to fill a batch:
with one caller each call has its own sync, with a hundred callers a hundred calls share one. The writing runs on one
thread of its own, so the event loop stays free.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import msgspec

from peakday.kernel.clock import Clock
from peakday.kernel.eventlog.doorkeeper import RECENT_KEYS_MAX, Doorkeeper, RecentKeys
from peakday.kernel.eventlog.losses import seal_leftovers
from peakday.kernel.eventlog.manifest import read_manifest, segments_folder
from peakday.kernel.eventlog.model import Appended, EventLogUnavailable, LogShape, Rows, key_text
from peakday.kernel.eventlog.segments import SegmentWriter, is_finished, list_segments

QUEUE_BYTES_MAX = 64 * 1024 * 1024
SEGMENT_AGE_SECONDS_MAX = 30.0


class FilesLog:
    """The log on local files."""

    def __init__(self, folder: Path, shape: LogShape, clock: Clock, writer: SegmentWriter | None = None) -> None:
        self.folder = folder
        self.shape = shape
        self._writer = writer or SegmentWriter(segments_folder(folder), clock)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="eventlog")
        self._queue: deque[tuple[bytes, asyncio.Future[bool]]] = deque()
        self._queued_bytes = 0
        self._flusher: asyncio.Task[None] | None = None
        self._closing_timer: asyncio.TimerHandle | None = None
        seal_leftovers(folder)
        recent = RecentKeys()
        for key in _keys_of_finished_segments(folder, shape):
            recent.add([key])
        self._doorkeeper = Doorkeeper(self._enqueue, recent)

    async def append(self, rows: Rows) -> Appended:
        """Write rows; returns when they are durable. Raises EventLogUnavailable, and then nothing was acknowledged."""
        return await self._doorkeeper.admit(rows)

    async def settle(self) -> None:
        """Finish the open segment, so that it can be compacted."""
        if self._flusher is not None:
            await self._flusher
        await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.close)

    async def close(self) -> None:
        """Write what is queued and let go."""
        await self.settle()
        if self._closing_timer is not None:
            self._closing_timer.cancel()
        self._thread.shutdown()

    def _enqueue(self, rows: Rows) -> "asyncio.Future[bool]":
        if self._queued_bytes + len(rows.data) > QUEUE_BYTES_MAX:
            raise EventLogUnavailable(reason="queue_full")
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._queue.append((rows.data, future))
        self._queued_bytes += len(rows.data)
        if self._flusher is None or self._flusher.done():
            self._flusher = loop.create_task(self._flush())
        return future

    async def _flush(self) -> None:
        """Write and sync until the queue is empty, each time all that has arrived."""
        loop = asyncio.get_running_loop()
        while self._queue:
            batch, self._queue = self._queue, deque()
            self._queued_bytes = 0
            failure: BaseException | None = EventLogUnavailable(reason="stopped")
            try:
                await loop.run_in_executor(self._thread, self._writer.write, b"".join(data for data, _ in batch))
                failure = None
            except OSError as error:
                failure = EventLogUnavailable(reason=error.strerror or repr(error))
            finally:
                _answer([future for _, future in batch], failure)
        self._close_later(loop)

    def _close_later(self, loop: asyncio.AbstractEventLoop) -> None:
        """See to it that an open segment is finished soon, also when nothing more arrives."""
        if self._closing_timer is None or self._closing_timer.when() <= loop.time():
            self._closing_timer = loop.call_later(
                SEGMENT_AGE_SECONDS_MAX, lambda: self._thread.submit(self._writer.close)
            )


def _answer(futures: "list[asyncio.Future[bool]]", failure: BaseException | None) -> None:
    for future in futures:
        if future.done():
            continue
        if failure is None:
            future.set_result(True)
        else:
            future.set_exception(failure)


def _keys_of_finished_segments(folder: Path, shape: LogShape) -> list[str]:
    """The keys that earlier processes wrote and that are in no part yet, latest last.

    Segments that are still being written are left out: their writer may yet cut them back.
    """
    retired = {entry.path for entry in read_manifest(folder).retired}
    keys: list[list[str]] = []
    left = RECENT_KEYS_MAX
    for segment in reversed(list_segments(segments_folder(folder))):
        if str(segment.relative_to(folder)) not in retired and left > 0 and is_finished(segment):
            keys.append(list(islice(_keys_in(segment, shape), left)))
            left -= len(keys[-1])
    return [key for segment_keys in reversed(keys) for key in segment_keys]


def _keys_in(segment: Path, shape: LogShape) -> Iterator[str]:
    columns = [(name, str | None, None) for name in shape.key]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Key", columns))
    with segment.open("rb") as lines:
        for line in lines:
            try:
                row = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # a torn tail; compaction keeps what it cannot read
            yield key_text(*(getattr(row, name) for name in shape.key))
