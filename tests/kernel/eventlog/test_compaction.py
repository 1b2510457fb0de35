"""Does a compaction that is stopped at any step lose or double a row?"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from peakday.kernel.eventlog import compact_log, inspect_log, log_files
from peakday.kernel.eventlog.manifest import read_manifest, segments_folder
from peakday.kernel.eventlog.seals import read_seals
from peakday.kernel.eventlog.segments import only_one

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
STEPS = ["loaded", "deduplicated", "part written", "manifest replaced"]

COMPACTOR = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from peakday.kernel.eventlog import LogShape, compact_log

SHAPE = LogShape(
    {"name": "VARCHAR", "happened_at": "TIMESTAMP", "written_at": "TIMESTAMP", "words": "VARCHAR[]"},
    ("name",), "happened_at", "written_at", ("name",),
)

def die(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), 9)

compact_log(Path(sys.argv[1]), SHAPE, datetime(2026, 11, 11, 4, tzinfo=UTC), at_step=die)
"""


async def _write(engine, rows) -> None:
    log = await engine.open()
    await log.append(rows)
    await log.close()


@pytest.mark.parametrize("step", STEPS)
async def test_a_compaction_killed_at_each_step_loses_and_doubles_nothing(files_engine, make_rows, shape, step):
    await _write(files_engine, make_rows("a", "b"))
    files_engine.compact()
    await _write(files_engine, make_rows("c", "a", at=NOON - timedelta(days=1)))
    await _write(files_engine, make_rows("d"))
    ended = subprocess.run([sys.executable, "-c", COMPACTOR, str(files_engine.folder), step], check=False)
    assert ended.returncode == -9
    stored = [row for row in files_engine.read("name, day::varchar") if row != ("a", "2026-11-10")]  # told on a new day
    assert stored == [("a", "2026-11-11"), ("b", "2026-11-11"), ("c", "2026-11-10"), ("d", "2026-11-11")]
    files_engine.compact(NOON + timedelta(hours=1))
    assert files_engine.read("name, day::varchar") == stored
    assert log_files(files_engine.folder).segments == ()
    assert read_seals(segments_folder(files_engine.folder)) == {}
    assert inspect_log(files_engine.folder, shape, "kernel") == []


async def test_what_a_killed_compaction_left_behind_is_removed(files_engine, make_rows, shape):
    await _write(files_engine, make_rows("a"))
    subprocess.run([sys.executable, "-c", COMPACTOR, str(files_engine.folder), "part written"], check=False)
    (orphan,) = files_engine.folder.glob("day=*/part-*.parquet")
    files_engine.compact()
    assert not orphan.exists()
    assert [part.rows for part in log_files(files_engine.folder).parts] == [1]


async def test_a_reader_that_began_before_still_reads_and_later_the_files_go(files_engine, make_rows, shape):
    grace = timedelta(minutes=10)
    await _write(files_engine, make_rows("a"))
    before = log_files(files_engine.folder)
    compact_log(files_engine.folder, shape, NOON, grace)
    assert [path.exists() for path in before.segments] == [True]
    compact_log(files_engine.folder, shape, NOON + grace - timedelta(seconds=1), grace)
    assert [path.exists() for path in before.segments] == [True]
    compact_log(files_engine.folder, shape, NOON + grace, grace)
    assert [path.exists() for path in before.segments] == [False]
    assert len(read_manifest(files_engine.folder).retired) == 1  # its name goes one sweep after its file
    compact_log(files_engine.folder, shape, NOON + grace, grace)
    assert read_manifest(files_engine.folder).retired == ()
    assert files_engine.names() == ["a"]


async def test_a_day_keeps_few_parts_however_often_it_is_compacted(files_engine, make_rows):
    for number in range(20):
        await _write(files_engine, make_rows(f"{number:02}"))
        files_engine.compact()
    assert len(log_files(files_engine.folder).parts) <= 5
    assert files_engine.names() == [f"{number:02}" for number in range(20)]


async def test_a_large_part_is_not_written_again_for_a_late_row(files_engine, make_rows):
    await _write(files_engine, make_rows(*[f"{number:04}" for number in range(500)]))
    files_engine.compact()
    (large,) = log_files(files_engine.folder).parts
    await _write(files_engine, make_rows("late"))
    files_engine.compact()
    assert large in log_files(files_engine.folder).parts
    assert sorted(part.rows for part in log_files(files_engine.folder).parts) == [1, 500]


async def test_an_open_segment_is_left_alone(files_engine, make_rows):
    log = await files_engine.open()
    await log.append(make_rows("a"))
    assert files_engine.compact().segments == 0
    assert files_engine.names() == ["a"]
    await log.close()
    assert files_engine.compact().rows == 1


async def test_two_compactions_at_once_do_the_work_once(files_engine, make_rows):
    await _write(files_engine, make_rows("a"))
    with only_one(files_engine.folder / ".compaction.lock") as is_ours:
        assert is_ours
        assert files_engine.compact().segments == 0
    assert files_engine.compact().segments == 1


async def test_a_torn_tail_is_no_row_and_hides_no_row(files_engine, make_rows):
    await _write(files_engine, make_rows("a", "b"))
    (segment,) = log_files(files_engine.folder).segments
    with segment.open("ab") as file:
        file.write(make_rows("torn").data[:-9])
    assert files_engine.names() == ["a", "b"]
    log = await files_engine.open()
    assert (await log.append(make_rows("torn"))).accepted == 1  # nobody was told that it is there
    await log.close()
    done = files_engine.compact()
    assert (done.rows, done.unreadable) == (3, 0)
    assert files_engine.names() == ["a", "b", "torn"]


async def test_a_line_that_cannot_be_read_is_kept_aside_and_reported(files_engine, make_rows, shape):
    await _write(files_engine, make_rows("a", "b"))
    (segment,) = log_files(files_engine.folder).segments
    with segment.open("ab") as file:
        file.write(b"\0" * 40 + b"\n" + b'{"name": "no time", "happened_at": "soon"}\n')
    done = files_engine.compact()
    assert (done.rows, done.unreadable) == (2, 2)
    assert files_engine.names() == ["a", "b"]
    assert (files_engine.folder / "unreadable" / segment.name).exists()
    assert [finding.invariant for finding in inspect_log(files_engine.folder, shape, "r")] == ["log_lines_are_readable"]


async def _two_parts(engine, make_rows) -> list[Path]:
    await _write(engine, make_rows("a", "b"))
    await _write(engine, make_rows("c", at=NOON - timedelta(days=1)))
    engine.compact()
    return [part.path for part in log_files(engine.folder).parts]


async def test_the_inspection_names_a_part_that_is_gone(files_engine, make_rows, shape):
    first, _ = await _two_parts(files_engine, make_rows)
    assert inspect_log(files_engine.folder, shape, "r") == []
    first.unlink()
    (finding,) = inspect_log(files_engine.folder, shape, "r")
    assert (finding.invariant, finding.subject) == (
        "log_part_is_whole",
        first.relative_to(files_engine.folder).as_posix(),
    )


async def test_the_inspection_names_a_part_of_another_count_and_of_another_day(files_engine, make_rows, shape):
    first, second = await _two_parts(files_engine, make_rows)
    first.write_bytes(second.read_bytes())
    findings = {finding.invariant: finding.detail for finding in inspect_log(files_engine.folder, shape, "r")}
    assert findings == {"log_part_is_whole": "holds 2 rows, the manifest says 1"}
    second.write_bytes(b"not parquet")
    assert len(inspect_log(files_engine.folder, shape, "r")) == 2


async def test_the_inspection_names_a_key_that_is_stored_twice(files_engine, make_rows, shape):
    await _two_parts(files_engine, make_rows)
    manifest = files_engine.folder / "manifest.json"
    (kept,) = [part for part in read_manifest(files_engine.folder).parts if part.rows == 2]
    copied = kept.path.replace("part-", "part-copy")
    (files_engine.folder / copied).write_bytes((files_engine.folder / kept.path).read_bytes())
    planted = f'{{"path": "{copied}", "day": "{kept.day}", "rows": 2}},'
    manifest.write_text(manifest.read_text().replace('"parts": [', '"parts": [' + planted))
    found = [(finding.invariant, finding.subject) for finding in inspect_log(files_engine.folder, shape, "r")]
    assert sorted(found) == [("log_key_is_unique", "a"), ("log_key_is_unique", "b")]
