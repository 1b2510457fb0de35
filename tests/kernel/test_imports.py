"""Does an import run resume where it stopped, and does its error file name every refused row?"""

import csv
from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel.imports import (
    ImportMoved,
    ImportStatus,
    RowCounts,
    fail_run,
    find_shift_days,
    finish_run,
    get_run,
    list_runs,
    lock_run,
    note_run,
    open_run,
    save_progress,
    write_error_file,
)
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text


def _problem(row, value="x"):
    return Problem("price", "negative", Text("不能为负", "negative"), Text("改正", "correct it"), row, value)


async def test_the_same_input_is_the_same_run_and_goes_on_at_its_position(database, clock):
    async with database.transaction() as tx:
        first = await open_run(tx, "csv", "abc", clock.now())
        await save_progress(tx, first.run_id, {"byte": 10}, RowCounts(5, 4, 1), [_problem(3)], clock.now())
    async with database.transaction() as tx:
        again = await open_run(tx, "csv", "abc", clock.now())
    assert (again.run_id, again.position, again.rows_read, again.rows_accepted, again.rows_refused) == (
        first.run_id, {"byte": 10}, 5, 4, 1,
    )  # fmt: skip


async def test_how_far_a_market_import_moved_its_dates_is_told_by_its_latest_run(database, clock):
    async with database.transaction() as tx:
        first = await open_run(tx, "sample", "a", clock.now())
        assert await find_shift_days(tx, "sample") is None
        await note_run(tx, first.run_id, {"shift_days": 3246})
        clock.advance(timedelta(days=1))
        second = await open_run(tx, "sample", "b", clock.now())
        assert await find_shift_days(tx, "sample") == 3246
        await note_run(tx, second.run_id, {"shift_days": 3247})
        of_a_shop = await open_run(tx, "sample", "c", clock.now(), uuid4())
        await note_run(tx, of_a_shop.run_id, {"shift_days": 1})
        assert (await find_shift_days(tx, "sample"), await find_shift_days(tx, "other")) == (3247, None)


async def test_another_shop_with_the_same_file_has_a_run_of_its_own(database, clock):
    async with database.transaction() as tx:
        one = await open_run(tx, "csv", "abc", clock.now(), uuid4())
        two = await open_run(tx, "csv", "abc", clock.now(), uuid4())
    assert one.run_id != two.run_id


async def test_rows_and_progress_are_undone_together(database, clock):
    async with database.transaction() as tx:
        run = await open_run(tx, "csv", "abc", clock.now())

    async def stop_half_way():
        async with database.transaction() as tx:
            await save_progress(tx, run.run_id, {"byte": 10}, RowCounts(5, 4, 1), [_problem(3)], clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stop_half_way()
    async with database.read() as tx:
        kept = await get_run(tx, run.run_id)
        assert (kept.position, kept.rows_read) == ({}, 0)
        assert await tx.fetchval("select count(*) from kernel.import_problem") == 0


async def test_a_run_that_another_process_has_moved_is_refused(database, clock):
    async with database.transaction() as tx:
        run = await open_run(tx, "csv", "abc", clock.now())
        await save_progress(tx, run.run_id, {"byte": 10}, RowCounts(1, 1, 0), [], clock.now())
    with pytest.raises(ImportMoved):
        async with database.transaction() as tx:
            await lock_run(tx, run.run_id, run.position)


async def test_a_finished_run_comes_back_done_and_takes_no_more_rows(database, clock):
    async with database.transaction() as tx:
        run = await open_run(tx, "csv", "abc", clock.now())
        await finish_run(tx, run.run_id, clock.now(), {"shift_days": 3})
        again = await open_run(tx, "csv", "abc", clock.now())
    assert (again.status, again.note, again.share_done) == (ImportStatus.DONE, {"shift_days": 3}, 1.0)
    with pytest.raises(ImportMoved):
        async with database.transaction() as tx:
            await save_progress(tx, run.run_id, {"byte": 1}, RowCounts(1, 1, 0), [], clock.now())


async def test_a_failed_run_says_why_and_goes_on_when_opened_again(database, clock):
    async with database.transaction() as tx:
        run = await open_run(tx, "csv", "abc", clock.now())
        await save_progress(tx, run.run_id, {"byte": 7}, RowCounts(1, 1, 0), [], clock.now())
        await fail_run(tx, run.run_id, clock.now(), "the disk is full")
        assert (await get_run(tx, run.run_id)).failure == "the disk is full"
        again = await open_run(tx, "csv", "abc", clock.now())
    assert (again.status, again.failure, again.position) == (ImportStatus.RUNNING, None, {"byte": 7})


async def test_a_run_of_another_shop_is_not_found(database, clock):
    async with database.transaction() as tx:
        run = await open_run(tx, "csv", "abc", clock.now(), uuid4())
        with pytest.raises(NotFound):
            await get_run(tx, run.run_id, uuid4())
        assert await list_runs(tx, uuid4()) == []


async def test_the_error_file_has_row_field_value_and_remedy_and_runs_no_formula(database, clock, tmp_path):
    async with database.transaction() as tx:
        run = await open_run(tx, "csv", "abc", clock.now())
        problems = [_problem(2, "=1+1"), _problem(3, "-5.00"), _problem(9, "连衣裙")]
        await save_progress(tx, run.run_id, {}, RowCounts(3, 0, 3), problems, clock.now())
        await write_error_file(tx, run.run_id, tmp_path / "errors.csv")
    assert (tmp_path / "errors.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["field"], row["value"], row["remedy"], row["remedy_zh"]) for row in rows] == [
        ("2", "price", "'=1+1", "correct it", "改正"),
        ("3", "price", "-5.00", "correct it", "改正"),
        ("9", "price", "连衣裙", "correct it", "改正"),
    ]
