"""Does the log miss a finished segment that is gone or cut, before and after the rest was compacted?"""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from peakday.kernel.eventlog import inspect_log
from peakday.kernel.eventlog.manifest import segments_folder
from peakday.kernel.eventlog.seals import SEALS_NAME, Seal, add_seal, read_seals, rewrite_seals
from peakday.kernel.eventlog.segments import SEGMENT_BYTES_MAX, SegmentWriter, list_segments
from tests.kernel.eventlog.conftest import NOON


async def _write(engine, *batches) -> None:
    for rows in batches:
        log = await engine.open()
        await log.append(rows)
        await log.close()


def _segments(engine):
    return list_segments(segments_folder(engine.folder))


def _seals(engine):
    return list(read_seals(segments_folder(engine.folder)).values())


def _faults(engine, shape):
    return [
        (one.invariant, one.subject, one.detail)
        for one in inspect_log(engine.folder, shape, "r")
        if one.invariant == "log_segment_is_whole"
    ]


async def test_a_finished_segment_has_one_seal_until_its_rows_are_in_parts(files_engine, make_rows, shape):
    await _write(files_engine, make_rows("a", "b"), make_rows("c"))
    assert [(seal.name, seal.bytes, seal.rows) for seal in _seals(files_engine)] == [
        (path.name, path.stat().st_size, rows) for path, rows in zip(_segments(files_engine), (2, 1), strict=True)
    ]
    assert (segments_folder(files_engine.folder) / SEALS_NAME).read_bytes().count(b"{") == 2
    files_engine.compact(grace=timedelta(minutes=10))
    assert (_seals(files_engine), len(_segments(files_engine))) == ([], 2)
    files_engine.compact(NOON + timedelta(minutes=10), timedelta(minutes=10))
    assert (_seals(files_engine), _segments(files_engine)) == ([], [])
    assert inspect_log(files_engine.folder, shape, "r") == []


async def test_a_segment_deleted_before_compaction_is_missed_until_it_is_put_back(
    files_engine, make_rows, shape, tmp_path
):
    await _write(files_engine, make_rows("a", "b"), make_rows("c"))
    lost, _ = _segments(files_engine)
    backup = tmp_path / "backup"
    backup.write_bytes(lost.read_bytes())
    lost.unlink()
    fault = ("log_segment_is_whole", lost.name, "gone with its 2 rows before they were compacted")
    assert _faults(files_engine, shape) == [fault]
    files_engine.compact()
    files_engine.compact()
    assert (_faults(files_engine, shape), files_engine.names()) == ([fault], ["c"])
    backup.rename(lost)
    files_engine.compact()
    assert (_faults(files_engine, shape), files_engine.names()) == ([], ["a", "b", "c"])


async def test_a_segment_cut_before_compaction_is_told_for_good(files_engine, make_rows, shape):
    await _write(files_engine, make_rows("a", "b", "c"))
    (cut,) = _segments(files_engine)
    os.truncate(cut, cut.read_bytes().index(b"\n") + 5)
    fault = ("log_segment_is_whole", cut.name, "holds 1 rows of the 3 that it was finished with")
    assert _faults(files_engine, shape) == [fault]
    for hour in range(3):
        files_engine.compact(NOON + timedelta(hours=hour))
    assert (_faults(files_engine, shape), files_engine.names()) == ([fault], ["a"])


async def test_what_a_killed_writer_left_is_sealed_by_the_next_one(files_engine, make_rows, shape):
    left = segments_folder(files_engine.folder) / "019a0000000070008000000000000000.ndjson"
    left.parent.mkdir(parents=True)
    left.write_bytes(make_rows("a", "b").data + b'{"name": "torn')
    log = await files_engine.open()
    await log.close()
    left.unlink()
    assert _faults(files_engine, shape) == [
        ("log_segment_is_whole", left.name, "gone with its 2 rows before they were compacted")
    ]


async def test_a_seal_cut_off_by_a_crash_is_no_seal_and_hides_no_other(files_engine, make_rows, shape):
    await _write(files_engine, make_rows("a"))
    seals = segments_folder(files_engine.folder) / SEALS_NAME
    with seals.open("ab") as file:
        file.write(b'\n{"name": "019a')
    await _write(files_engine, make_rows("b"))
    assert [seal.rows for seal in _seals(files_engine)] == [1, 1]
    files_engine.compact()
    assert (_seals(files_engine), inspect_log(files_engine.folder, shape, "r")) == ([], [])


@pytest.mark.parametrize("bytes_max, seals", [(SEGMENT_BYTES_MAX, 0), (10, 3)])
def test_only_the_end_of_a_segment_costs_a_seal(tmp_path, clock, bytes_max, seals):
    writer = SegmentWriter(tmp_path, clock, bytes_max)
    for _ in range(3):
        writer.write(b'{"name": "a"}\n')
    assert len(read_seals(tmp_path)) == seals
    writer.close()
    assert sum(seal.rows for seal in read_seals(tmp_path).values()) == 3


def test_no_seal_is_lost_while_the_list_is_replaced(tmp_path):
    def add(writer: int) -> None:
        for number in range(30):
            add_seal(tmp_path, Seal(f"{writer}-{number}", 1, 1))

    with ThreadPoolExecutor() as threads:
        adding = [threads.submit(add, writer) for writer in range(3)]
        while not all(one.done() for one in adding):
            rewrite_seals(tmp_path, lambda seal: seal)
        for one in adding:
            one.result()
    assert len(read_seals(tmp_path)) == 90
