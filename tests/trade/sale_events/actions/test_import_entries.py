"""Does a file of enrolments come in whole and once, with every bad row reported, even when the process is killed?"""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from peakday.kernel.imports import ImportStatus
from peakday.kernel.refusal import Invalid
from peakday.trade.sale_events.audit import audit
from peakday.trade.sale_events.errors import ShopNotEnrolled, WindowClosed
from peakday.trade.sale_events.exits import ExitAsk
from tests.market.people import open_shop_with_owner
from tests.trade.sale_events.builders import (
    DAY,
    HOUR,
    OPENING,
    at,
    import_entries,
    item_ask,
    leave,
    list_goods,
    list_pair,
    offers_of,
)

HEADER = ("item_ref", "price", "stock", "limit")


def write_rows(path, rows, header=HEADER, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def good_rows(count):
    return [[f"P{n}", "90.00", "10", "1"] for n in range(count)]


async def goods(database, shop_id, count):
    async with database.transaction() as tx:
        await list_goods(tx, shop_id, OPENING, [f"P{n}" for n in range(count)])


async def reported(database, run):
    async with database.read() as tx:
        rows = await tx.fetch(
            "select row_no, field, code from kernel.import_problem where run_id = $1 order by row_no, problem_no",
            run.run_id,
        )
    return [tuple(row) for row in rows]


@pytest.mark.capability("QN-06", page="/shop/{shop_id}/events")
async def test_good_rows_are_enrolled_and_each_bad_one_reported_with_field_and_remedy(database, house, stand, tmp_path):
    await goods(database, stand.shop_id, 6)
    rows = [
        *good_rows(3), ["P9", "90", "10", ""], ["P4", "100.01", "10", ""], ["P5", "x", "0", ""], ["P1", "80", "9", ""],
        ["P3", "90", "10", "11"],
    ]  # fmt: skip
    run = await import_entries(database, write_rows(tmp_path / "a.csv", rows), stand.shop_id, stand.event)
    assert (run.rows_read, run.rows_accepted, run.rows_refused) == (8, 3, 5)
    assert await reported(database, run) == [
        (5, "item_ref", "unknown_goods"), (6, "price", "above_list_price"), (6, "price", "above_permitted"),
        (7, "price", "not_an_amount"), (8, "sku_ref", "duplicate"), (9, "limit", "limit_wrong"),
    ]  # fmt: skip
    assert [row[1:] for row in await offers_of(database, stand.shop_id)] == [
        (f"P{n}", 9_000, at(10, 31, 20), at(11, 4, 0)) for n in range(3)
    ]
    assert await audit(house) == []
    async with database.read() as tx:
        news = await tx.fetch("select topic, payload from kernel.outbox where topic like '%Refused%'")
    assert [(row["payload"]["rows_accepted"], row["payload"]["rows_refused"]) for row in news] == [(3, 5)]


async def test_chinese_headers_in_gbk_read_alike(database, stand, tmp_path):
    await goods(database, stand.shop_id, 3)
    header = ("商品编号", "活动价", "活动库存", "每人限购")
    path = write_rows(tmp_path / "a.csv", good_rows(3), header, "gbk")
    run = await import_entries(database, path, stand.shop_id, stand.event)
    assert run.rows_accepted == 3


async def test_the_same_file_again_changes_nothing_and_another_changes_prices(database, house, stand, tmp_path):
    await goods(database, stand.shop_id, 40)
    path = write_rows(tmp_path / "a.csv", good_rows(40))
    first = await import_entries(database, path, stand.shop_id, stand.event, block_bytes=300)
    again = await import_entries(database, path, stand.shop_id, stand.event)
    assert (again.run_id, again.status) == (first.run_id, ImportStatus.DONE)
    cheaper = [[ref, "85.00", "10", ""] for ref, *_ in good_rows(40)]
    await import_entries(database, write_rows(tmp_path / "b.csv", cheaper), stand.shop_id, stand.event)
    assert {row[2] for row in await offers_of(database, stand.shop_id)} == {8_500}
    assert len(await offers_of(database, stand.shop_id)) == 40
    assert await audit(house) == []


async def test_a_number_that_comes_again_blocks_later_names_its_first_row(database, stand, tmp_path):
    await goods(database, stand.shop_id, 60)
    rows = [*good_rows(60), ["P2", "70.00", "1", ""]]
    path = write_rows(tmp_path / "a.csv", rows)
    run = await import_entries(database, path, stand.shop_id, stand.event, block_bytes=300)
    assert await reported(database, run) == [(62, "sku_ref", "duplicate")]
    async with database.read() as tx:
        assert await tx.fetchval("select message_en from kernel.import_problem") == "row 4 already enrols it"


async def test_a_row_without_a_sku_enrols_all_skus_of_its_item(database, stand, tmp_path):
    async with database.transaction() as tx:
        await list_pair(tx, stand.shop_id, OPENING)
    header = ("item_ref", "sku_ref", "price", "stock")
    rows = [["set", "", "95.00", "3"], ["set", "big", "180.00", "3"], ["set", "huge", "1", "1"]]
    run = await import_entries(
        database, write_rows(tmp_path / "a.csv", rows, header), stand.shop_id, stand.event
    )  # fmt: skip
    assert (run.rows_accepted, await reported(database, run)) == (
        1, [(3, "sku_ref", "duplicate"), (4, "sku_ref", "unknown_goods")],
    )  # fmt: skip
    assert [row[2] for row in await offers_of(database, stand.shop_id)] == [9_500, 9_500]


async def test_what_has_left_comes_back_by_the_same_file(database, stand, tmp_path):
    await goods(database, stand.shop_id, 3)
    path = write_rows(tmp_path / "a.csv", good_rows(3))
    first = await import_entries(database, path, stand.shop_id, stand.event)
    await leave(database, stand.owner, item_ask(stand.shop_id, stand.event, "P1"), OPENING + HOUR)
    second = await import_entries(database, path, stand.shop_id, stand.event, at_=OPENING + 2 * HOUR)
    assert (second.run_id != first.run_id, second.rows_accepted) == (True, 3)
    assert len(await offers_of(database, stand.shop_id)) == 3


async def test_a_file_at_a_closed_window_of_a_stranger_or_without_a_column_is_not_opened(database, stand, tmp_path):
    path = write_rows(tmp_path / "a.csv", good_rows(1))
    with pytest.raises(WindowClosed):
        await import_entries(database, path, stand.shop_id, stand.event, at_=at(10, 24, 0))
    other, _ = await open_shop_with_owner(database, "two", OPENING)
    with pytest.raises(ShopNotEnrolled):
        await import_entries(database, path, other, stand.event)
    with pytest.raises(Invalid) as refusal:
        await import_entries(
            database, write_rows(tmp_path / "b.csv", [["P1"]], ("item_ref",)), stand.shop_id, stand.event
        )
    assert [problem.field for problem in refusal.value.problems] == ["price", "stock"]
    async with database.read() as tx:
        assert await tx.fetchval("select count(*) from kernel.import_run") == 0


async def test_rows_that_wait_while_the_shop_leaves_are_refused_by_name(database, stand, tmp_path):
    from dataclasses import replace

    from peakday.kernel.actor import SYSTEM
    from peakday.kernel.clock import FixedClock
    from peakday.trade.sale_events import api

    await goods(database, stand.shop_id, 2)
    wanted = api.EntryImport(write_rows(tmp_path / "a.csv", good_rows(2)), stand.event.event_id, "wave_1_spot")
    clock = FixedClock(OPENING)
    async with database.transaction() as tx:
        run = await api.open_enrolment_import(tx, SYSTEM, stand.shop_id, wanted, clock)
    await leave(database, stand.owner, ExitAsk(stand.shop_id, stand.event.event_id), OPENING)
    clock.advance(DAY)
    done = await api.run_enrolment_import(database, clock, run, replace(wanted))
    assert (done.rows_accepted, done.rows_refused) == (0, 2)
    assert {code for _, _, code in await reported(database, done)} == {"window_closed"}
    assert await offers_of(database, stand.shop_id) == []


_CHILD = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from uuid import UUID
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import FixedClock
from peakday.kernel.database import connect
from peakday.trade.sale_events import api

async def main(url, path, shop, event, now):
    database = await connect(url, pool_size=4)
    clock = FixedClock(datetime.fromisoformat(now))
    wanted = api.EntryImport(Path(path), UUID(event), "wave_1_spot", block_bytes=2000)
    async with database.transaction() as tx:
        run = await api.open_enrolment_import(tx, SYSTEM, UUID(shop), wanted, clock)
    await api.run_enrolment_import(database, clock, run, wanted)
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.capability("QN-06", page="/shop/{shop_id}/events")
async def test_a_killed_import_goes_on_where_it_stopped(database, database_url, house, stand, tmp_path):
    count = 2_000
    await goods(database, stand.shop_id, count)
    rows = [row if n % 50 else [row[0], "-1", "10", ""] for n, row in enumerate(good_rows(count))]
    path = write_rows(tmp_path / "a.csv", rows)
    command = [sys.executable, "-c", _CHILD, database_url, str(path), str(stand.shop_id), str(stand.event.event_id)]
    child = subprocess.Popen(
        [*command, OPENING.isoformat()], env={**os.environ, "PYTHONPATH": str(Path("src").resolve())}
    )
    read = 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        deadline = time.monotonic() + 60
        while not 0 < read < count:
            assert time.monotonic() < deadline
            assert child.poll() is None
            row = connection.execute("select coalesce(max(rows_read), 0) from kernel.import_run").fetchone()
            read = row[0]
    child.send_signal(signal.SIGKILL)
    child.wait()
    async with database.read() as tx:
        stopped = await tx.fetchrow("select rows_read, rows_accepted from kernel.import_run")
        assert await tx.fetchval("select count(*) from sale_events.entry") == stopped["rows_accepted"]
    assert stopped["rows_read"] < count
    done = await import_entries(database, path, stand.shop_id, stand.event)
    assert (done.rows_read, done.rows_accepted, done.rows_refused) == (count, count - 40, 40)
    problems = await reported(database, done)
    assert [row for row, _, _ in problems] == [n + 2 for n in range(0, count, 50)]
    async with database.read() as tx:
        assert await tx.fetchval("select count(*) from sale_events.entry") == count - 40
    assert await audit(house) == []
