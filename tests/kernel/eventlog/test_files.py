"""Does the files engine acknowledge nothing that a failing disk did not keep, and share one sync among many?"""

import asyncio
import errno
import subprocess
import sys

import pytest

from peakday.kernel.clock import SystemClock
from peakday.kernel.eventlog import Appended, EventLogUnavailable, log_files
from peakday.kernel.eventlog.doorkeeper import RecentKeys
from peakday.kernel.eventlog.files import FilesLog
from peakday.kernel.eventlog.manifest import segments_folder
from peakday.kernel.eventlog.segments import Disk, SegmentWriter, list_segments


class FaultyDisk(Disk):
    """A disk that fails when it is told to, after it took half of what it was given."""

    def __init__(self) -> None:
        self.fails_to_write = False
        self.fails_to_sync = False
        self.syncs = 0

    def write(self, descriptor: int, data: memoryview) -> int:
        if self.fails_to_write:
            if len(data) > 20:
                return super().write(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self.syncs += 1
        if self.fails_to_sync:
            raise OSError(errno.EIO, "Input/output error")
        super().sync(descriptor)


@pytest.fixture
def disk() -> FaultyDisk:
    return FaultyDisk()


@pytest.fixture
async def log(files_engine, shape, disk):
    files_engine.folder.mkdir()
    writer = SegmentWriter(segments_folder(files_engine.folder), SystemClock(), disk=disk)
    opened = FilesLog(files_engine.folder, shape, SystemClock(), writer)
    yield opened
    await opened.close()


@pytest.mark.parametrize("fault", ["fails_to_write", "fails_to_sync"])
async def test_on_a_full_or_broken_disk_nothing_is_acknowledged_and_nothing_is_lost(
    log, disk, files_engine, make_rows, fault
):
    await log.append(make_rows("before"))
    setattr(disk, fault, True)
    for _ in range(3):
        with pytest.raises(EventLogUnavailable) as refusal:
            await log.append(make_rows("refused", "refused too"))
        assert refusal.value.code == "event_log_unavailable"
    assert files_engine.names() == ["before"]
    setattr(disk, fault, False)
    assert await log.append(make_rows("refused", "after")) == Appended(2, 0)
    await log.settle()
    assert files_engine.names() == ["after", "before", "refused"]
    assert files_engine.compact().unreadable == 0
    assert files_engine.names() == ["after", "before", "refused"]


async def test_a_double_of_a_row_whose_write_fails_is_refused_too(log, disk, files_engine, make_rows):
    disk.fails_to_sync = True
    answers = await asyncio.gather(*[log.append(make_rows("a")) for _ in range(4)], return_exceptions=True)
    assert [type(answer) for answer in answers] == [EventLogUnavailable] * 4
    assert files_engine.names() == []


async def test_a_caller_who_hangs_up_does_not_stop_the_write(log, files_engine, make_rows):
    caller = asyncio.create_task(log.append(make_rows("a")))
    await asyncio.sleep(0)
    caller.cancel()
    assert (await log.append(make_rows("a"))).doubled == 1
    assert files_engine.names() == ["a"]


async def test_many_callers_share_a_sync_and_one_caller_does_not_wait_for_others(log, disk, make_rows):
    await log.append(make_rows("alone"))
    assert disk.syncs == 1
    await asyncio.gather(*[log.append(make_rows(str(number))) for number in range(200)])
    assert disk.syncs <= 4


async def test_a_queue_beyond_its_limit_is_refused(log, make_rows, monkeypatch):
    monkeypatch.setattr("peakday.kernel.eventlog.files.QUEUE_BYTES_MAX", 10)
    with pytest.raises(EventLogUnavailable) as refusal:
        await log.append(make_rows("a"))
    assert refusal.value.data == {"reason": "queue_full"}


async def test_a_segment_is_finished_at_its_size_and_at_its_age(files_engine, shape, make_rows, monkeypatch):
    monkeypatch.setattr("peakday.kernel.eventlog.files.SEGMENT_AGE_SECONDS_MAX", 0.05)
    files_engine.folder.mkdir()
    writer = SegmentWriter(segments_folder(files_engine.folder), SystemClock(), bytes_max=150)
    log = FilesLog(files_engine.folder, shape, SystemClock(), writer)
    await log.append(make_rows("a", "b"))
    assert not writer.is_open
    await log.append(make_rows("c"))
    assert writer.is_open
    await asyncio.sleep(0.3)
    assert not writer.is_open
    assert len(list_segments(segments_folder(files_engine.folder))) == 2
    assert files_engine.compact().rows == 3
    await log.close()


def test_a_process_that_may_not_write_more_gets_the_refusal_and_keeps_what_it_had(files_engine, tmp_path):
    """The system's own limit on a file's size, as a full disk would do it."""
    script = tmp_path / "limited.py"
    script.write_text(
        "import asyncio, resource, sys\n"
        "from pathlib import Path\n"
        "from peakday.kernel.clock import SystemClock\n"
        "from peakday.kernel.eventlog import EventLogUnavailable, LogShape, Rows, open_event_log\n"
        'S = LogShape({"name": "VARCHAR", "happened_at": "TIMESTAMP", "written_at": "TIMESTAMP",'
        ' "words": "VARCHAR[]"}, ("name",), "happened_at", "written_at", ("name",))\n'
        "async def main():\n"
        "    log = await open_event_log('files', Path(sys.argv[1]), S, SystemClock())\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "    for n in range(40):\n"
        "        at = b'2026-11-11 04:00:00'\n"
        '        line = b\'{"name":"%d","happened_at":"%b","written_at":"%b"}\\n\' % (n, at, at)\n'
        "        try:\n"
        "            await log.append(Rows([str(n)], line))\n"
        "            print(n)\n"
        "        except EventLogUnavailable:\n"
        "            print('refused')\n"
        "    await log.close()\n"
        "asyncio.run(main())\n"
    )
    told = subprocess.run(
        [sys.executable, str(script), str(files_engine.folder)], capture_output=True, text=True, check=True
    ).stdout.split()
    acknowledged = [word for word in told if word != "refused"]
    assert len(told) == 40
    assert "refused" in told
    assert files_engine.names() == sorted(acknowledged)


async def test_keys_of_a_killed_process_are_known_to_the_next_one(files_engine, make_rows):
    log = await files_engine.open()
    await log.append(make_rows("a"))
    await log.settle()
    again = await files_engine.open()
    assert await again.append(make_rows("a", "b")) == Appended(1, 1)
    files_engine.compact()
    assert len(log_files(files_engine.folder).segments) == 1  # the second one's, still open
    assert files_engine.names() == ["a", "b"]
    await log.close()
    await again.close()


def test_the_memory_of_keys_is_bounded_and_forgets_the_oldest():
    recent = RecentKeys(limit=2)
    for key in ["a", "b", "c", "d", "e"]:
        recent.add([key])
    assert [key for key in "abcde" if key in recent] == ["c", "d", "e"]


def test_a_segment_that_cannot_be_made_is_an_error_and_leaves_nothing(tmp_path):
    folder = tmp_path / "taken"
    folder.write_text("a file where the folder should be")
    writer = SegmentWriter(folder / "segments", SystemClock())
    with pytest.raises(NotADirectoryError):
        writer.write(b"{}\n")
    assert list(tmp_path.iterdir()) == [folder]
