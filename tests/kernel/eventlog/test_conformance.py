"""Do all engines of the event log keep the same promises?"""

import asyncio
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from peakday.kernel.eventlog import Appended, EventLogUnavailable, Rows, log_files
from peakday.kernel.eventlog.nodes import LocalNodes

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
NOON_STORED = NOON.replace(tzinfo=None)  # a TIMESTAMP column holds UTC without saying so

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
import msgspec
from peakday.kernel.clock import SystemClock
from peakday.kernel.eventlog import LogShape, Rows, open_event_log

SHAPE = LogShape(
    {"name": "VARCHAR", "happened_at": "TIMESTAMP", "written_at": "TIMESTAMP", "words": "VARCHAR[]"},
    ("name",), "happened_at", "written_at", ("name",),
)

async def main():
    log = await open_event_log(sys.argv[1], Path(sys.argv[2]), SHAPE, SystemClock())
    async def write(worker):
        for number in range(1_000_000):
            names = [f"{sys.argv[3]}-{worker}-{number}-{i}" for i in range(10)]
            now = datetime.now(UTC)
            lines = [{"name": n, "happened_at": now, "written_at": now, "words": []} for n in names]
            await log.append(Rows(names, msgspec.json.Encoder().encode_lines(lines)))
            print("\\n".join(names), flush=True)
    await asyncio.gather(*[write(worker) for worker in range(8)])

asyncio.run(main())
"""


async def test_rows_are_read_back_once_before_and_after_compaction(engine, make_rows):
    log = await engine.open()
    assert await log.append(make_rows("b", "a", words=("搜索", 'quo"te\n'))) == Appended(2, 0)
    await log.settle()
    expected = [
        ("a", NOON_STORED, ["搜索", 'quo"te\n']),
        ("b", NOON_STORED, ["搜索", 'quo"te\n']),
    ]
    assert engine.read("name, happened_at, words") == expected
    done = engine.compact()
    assert (done.segments, done.rows, done.doubled, done.unreadable) == (1, 2, 0, 0)
    assert engine.read("name, happened_at, words") == expected
    assert log_files(engine.folder).segments == ()
    await log.close()


async def test_a_key_that_comes_again_is_told_and_the_first_row_stays(engine, make_rows):
    log = await engine.open()
    await log.append(make_rows("a", words=("first",)))
    assert await log.append(make_rows("a", "b", words=("second",))) == Appended(1, 1)
    assert await log.append(make_rows("a", "b")) == Appended(0, 2)
    await log.settle()
    engine.compact()
    assert engine.read("name, words") == [("a", ["first"]), ("b", ["second"])]
    await log.close()


async def test_a_key_twice_in_one_batch_is_stored_once(engine, make_rows):
    log = await engine.open()
    assert await log.append(make_rows("a", "b", "a")) == Appended(2, 1)
    await log.settle()
    assert engine.names() == ["a", "b"]
    await log.close()


async def test_the_same_batch_sent_to_two_processes_is_read_once(engine, make_rows):
    first, second = await engine.open(), await engine.open()
    await first.append(make_rows("a", "b"))
    await second.append(make_rows("b", "c", "a"))
    await first.settle()
    await second.settle()
    assert engine.names() == ["a", "b", "c"]
    engine.compact()
    assert engine.names() == ["a", "b", "c"]
    await first.close()
    await second.close()


async def test_the_same_batch_sent_after_a_restart_is_told_as_doubled(engine, make_rows):
    log = await engine.open()
    await log.append(make_rows("a", "b"))
    await log.close()
    again = await engine.open()
    assert await again.append(make_rows("a", "b")) == Appended(0, 2)
    await again.close()


async def test_a_late_row_lands_on_its_own_day(engine, make_rows):
    log = await engine.open()
    await log.append(make_rows("before midnight", at=datetime(2026, 11, 10, 15, 59, 59, tzinfo=UTC)))
    await log.append(make_rows("midnight", at=datetime(2026, 11, 10, 16, tzinfo=UTC)))
    await log.settle()
    engine.compact()
    await log.append(make_rows("late", at=datetime(2026, 11, 10, 8, tzinfo=UTC)))
    await log.settle()
    engine.compact()
    expected = [("late", "2026-11-10"), ("before midnight", "2026-11-10"), ("midnight", "2026-11-11")]
    assert engine.read("name, day::varchar") == sorted(expected)
    assert [(part.day.day, part.rows) for part in log_files(engine.folder).parts] == [(10, 2), (11, 1)]
    await log.close()


async def test_a_key_sent_again_with_another_day_is_dropped_at_compaction(engine, make_rows):
    log = await engine.open()
    await log.append(make_rows("a"))
    await log.settle()
    engine.compact()
    other = await engine.open()
    await other.append(make_rows("b", "a", at=NOON - timedelta(days=30)))
    await other.settle()
    assert engine.compact().doubled == 1
    assert engine.read("name, day::varchar") == [("a", "2026-11-11"), ("b", "2026-10-12")]
    await log.close()
    await other.close()


async def test_many_callers_at_once_all_get_their_rows_stored(engine, make_rows):
    log = await engine.open()
    answers = await asyncio.gather(*[log.append(make_rows(*[f"{n:03}-{i}" for i in range(20)])) for n in range(60)])
    assert answers == [Appended(20, 0)] * 60
    await log.settle()
    assert engine.names() == sorted(f"{n:03}-{i}" for n in range(60) for i in range(20))
    await log.close()


async def test_a_double_of_a_row_in_flight_waits_until_that_row_is_durable(engine, make_rows):
    log = await engine.open()
    answers = await asyncio.gather(*[log.append(make_rows("a", "b")) for _ in range(5)])
    assert sum(answer.accepted for answer in answers) == 2
    assert sum(answer.doubled for answer in answers) == 8
    await log.settle()
    assert engine.names() == ["a", "b"]
    await log.close()


async def test_a_writer_killed_in_mid_run_loses_no_acknowledged_row(engine, make_rows):
    acknowledged: list[str] = []
    for run in range(2):
        program = [sys.executable, "-c", WRITER, engine.address, str(engine.folder), str(run)]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(500)]
            writer.send_signal(signal.SIGKILL)
            told = writer.stdout.read()
        acknowledged += told.split("\n")[:-1]  # the last line may be half told
    log = await engine.open()
    await log.settle()
    before = engine.names()
    engine.compact()
    assert len(acknowledged) >= 1000
    assert set(acknowledged) <= set(before)
    assert engine.names() == before
    assert len(set(before)) == len(before)
    await log.close()


async def test_one_of_three_nodes_dies_in_mid_run_and_no_acknowledged_row_is_lost(tmp_path, nodes: LocalNodes, request):
    """The files engine has no node to lose; here the node that leads the stream is killed under load."""
    engine = type(request.getfixturevalue("files_engine"))(nodes.address, tmp_path / "cluster")
    nodes.start()
    log = await engine.open()
    acknowledged: list[str] = []
    refused: list[str] = []

    async def write(worker: int) -> None:
        for number in range(60):
            names = [f"{worker}-{number}-{i}" for i in range(10)]
            lines = [{"name": name, "happened_at": NOON.isoformat(), "written_at": NOON.isoformat()} for name in names]
            try:
                await log.append(Rows(names, b"".join(json.dumps(line).encode() + b"\n" for line in lines)))
            except EventLogUnavailable:
                refused.extend(names)
            else:
                acknowledged.extend(names)
            if worker == 0 and number == 20:
                nodes.kill(await _leader(log))

    await asyncio.gather(*[write(worker) for worker in range(8)])
    await log.settle()
    engine.compact()
    assert len(acknowledged) + len(refused) == 4800
    assert len(acknowledged) >= 4000
    names = engine.names()
    assert set(acknowledged) <= set(names)
    assert len(names) == len(set(names))
    await log.close()
    from peakday.kernel.eventlog.jetstream import STREAM

    nodes.start()
    again = await engine.open()
    await again._stream.delete_stream(STREAM)
    await again.close()


async def _leader(log) -> int:
    from peakday.kernel.eventlog.jetstream import STREAM

    info = await log._stream.stream_info(STREAM)
    return int(info.cluster.leader.removeprefix("node"))


@pytest.mark.parametrize("address", ["kafka://127.0.0.1", "file", ""])
async def test_an_unknown_engine_is_refused_by_name(tmp_path, address, shape):
    from peakday.kernel.clock import SystemClock
    from peakday.kernel.eventlog import open_event_log

    with pytest.raises(ValueError, match="PEAKDAY_EVENTLOG"):
        await open_event_log(address, tmp_path / "events", shape, SystemClock())
    assert not (tmp_path / "events" / "segments").exists()
