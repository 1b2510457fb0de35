"""Does a file of items come in whole, once, and with every bad row reported, even when the process is killed?"""

import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.imports import ImportMoved, ImportStatus, get_run
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.kernel.rowfiles import loading, records
from peakday.kernel.rowfiles.errors import DiskFull, FileUnreadable
from peakday.kernel.text import Text
from peakday.market.catalog import api
from peakday.market.catalog.model import item_id_of
from tests.market.catalog.import_steps import (
    HEADER,
    OTHER_SHOP,
    SHOP,
    good_rows,
    import_file,
    open_categories,
    reported,
    stored_items,
    write_rows,
)


@pytest.mark.capability("QN-07")
async def test_good_rows_are_stored_and_bad_ones_reported(database, clock, tmp_path):
    await open_categories(database)
    rows = [*good_rows(3), ["P9", "", "x", "连衣裙", "-1"], ["P1", "again", "1", "连衣裙", "1"]]
    done = await import_file(database, clock, write_rows(tmp_path / "a.csv", rows))
    assert (done.rows_read, done.rows_accepted, done.rows_refused) == (5, 3, 2)
    assert await stored_items(database) == [
        ("P0", "红裙 0", 50, 50, 0), ("P1", "红裙 1", 150, 150, 1), ("P2", "红裙 2", 250, 250, 2),
    ]  # fmt: skip
    assert await reported(database, done.run_id) == [
        (5, "title", "missing"), (5, "list_price", "not_an_amount"), (5, "quantity", "negative"),
        (6, "item_ref", "duplicate"),
    ]  # fmt: skip


async def test_a_gbk_file_reads_like_the_same_file_in_utf_8(database, clock, tmp_path):
    await open_categories(database)
    await import_file(database, clock, write_rows(tmp_path / "a.csv", good_rows(50), encoding="gbk"))
    await import_file(database, clock, write_rows(tmp_path / "b.csv", good_rows(50)), OTHER_SHOP)
    assert await stored_items(database) == await stored_items(database, OTHER_SHOP)


async def test_the_same_file_again_changes_nothing(database, clock, tmp_path):
    await open_categories(database)
    path = write_rows(tmp_path / "a.csv", [*good_rows(20), ["P3", "again", "1", "连衣裙", "1"]])
    first = await import_file(database, clock, path)
    before = await _whole_rows(database)
    again = await import_file(database, clock, path)
    assert (again.run_id, again.rows_refused, await _whole_rows(database)) == (first.run_id, 1, before)


async def test_another_file_updates_only_what_differs_and_keeps_columns_that_it_lacks(database, clock, tmp_path):
    await open_categories(database)
    await import_file(database, clock, write_rows(tmp_path / "a.csv", good_rows(3)))
    before = {row["source_ref"]: row for row in await _whole_rows(database)}
    rows = [["P0", "红裙 0", "0.50"], ["P1", "蓝裙", "9.99"]]
    await import_file(database, clock, write_rows(tmp_path / "b.csv", rows, HEADER[:3]))
    after = {row["source_ref"]: row for row in await _whole_rows(database)}
    assert after["P0"]["changed_xid"] == before["P0"]["changed_xid"]
    assert after["P1"]["changed_xid"] != before["P1"]["changed_xid"]
    assert (after["P1"]["title"], after["P1"]["leaf_category_id"]) == ("蓝裙", before["P1"]["leaf_category_id"])
    assert after["P2"] == before["P2"]
    async with database.read() as tx:
        sku = await tx.fetchrow("select price_minor, quantity_stated from catalog.sku where source_ref = 'P1'")
    assert tuple(sku) == (999, 1)


async def test_a_number_that_comes_again_blocks_later_names_its_first_row(database, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(records, "BLOCK_BYTES", 400)
    monkeypatch.setattr(records.read_blocks, "__defaults__", (400,))
    await open_categories(database)
    rows = [*good_rows(100), ["P2", "again", "1", "连衣裙", "1"], *good_rows(50, 100)]
    done = await import_file(database, clock, write_rows(tmp_path / "a.csv", rows))
    assert (done.rows_accepted, done.rows_refused) == (150, 1)
    async with database.read() as tx:
        problem = await tx.fetchrow("select row_no, message_en from kernel.import_problem")
    assert tuple(problem) == (102, "row 4 already has this number")
    assert len(await stored_items(database)) == 150


async def test_an_item_with_several_skus_takes_its_fields_from_its_first_row(database, clock, tmp_path):
    header = ("item_ref", "sku_ref", "title", "list_price", "spec")
    rows = [["P1", "S", "红裙", "10", "尺码:S"], ["P1", "L", "ignored", "12", "尺码:L"], ["P1", "S", "x", "1", ""]]
    done = await import_file(database, clock, write_rows(tmp_path / "a.csv", rows, header))
    assert (done.rows_accepted, done.rows_refused) == (2, 1)
    assert await stored_items(database) == [("P1", "红裙", 1000, 1000, None), ("P1", "红裙", 1000, 1200, None)]
    assert await reported(database, done.run_id) == [(4, "sku_ref", "duplicate")]


async def test_a_file_without_a_required_column_is_refused_before_anything_is_stored(database, clock, tmp_path):
    path = write_rows(tmp_path / "a.csv", [["P1", "x"]], ("item_ref", "name"))
    with pytest.raises(Invalid) as refusal:
        await import_file(database, clock, path)
    assert [problem.field for problem in refusal.value.problems] == ["title", "list_price"]
    async with database.read() as tx:
        assert await tx.fetchval("select count(*) from kernel.import_run") == 0


async def test_columns_may_have_any_name(database, clock, tmp_path):
    path = write_rows(tmp_path / "a.csv", [["1,299.00", "P1", "红裙"]], ("价格", "货号", "品名"))
    columns = {"list_price": "价格", "item_ref": "货号", "title": "品名"}
    await import_file(database, clock, path, columns=columns)
    assert await stored_items(database) == [("P1", "红裙", 129900, 129900, None)]


async def test_a_full_disk_stops_the_run_which_goes_on_when_there_is_room(database, clock, tmp_path, monkeypatch):
    await open_categories(database)
    path = write_rows(tmp_path / "a.csv", good_rows(10))
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - the shape of shutil.disk_usage
    with monkeypatch.context() as patch:
        patch.setattr(loading.shutil, "disk_usage", lambda _: usage(1, 1, 10 << 20))
        with pytest.raises(DiskFull) as refusal:
            await import_file(database, clock, path)
    assert refusal.value.data == {"free_mb": 10, "needed_mb": 512}
    async with database.read() as tx:
        run = await get_run(tx, await tx.fetchval("select run_id from kernel.import_run"))
    assert (run.status, run.rows_read, await stored_items(database)) == (ImportStatus.FAILED, 0, [])
    assert "disk is full" in run.failure
    done = await import_file(database, clock, path)
    assert (done.run_id, done.rows_accepted) == (run.run_id, 10)


async def test_a_file_that_turns_unreadable_stops_with_its_byte_and_row(database, clock, tmp_path):
    path = tmp_path / "a.csv"
    good = write_rows(path, good_rows(20_000)).read_bytes()
    path.write_bytes(good + b"\xff\xfe\xff\n" * 2_000_000)
    with pytest.raises(FileUnreadable) as refusal:
        await import_file(database, clock, path)
    assert refusal.value.data["byte"] >= len(good)
    assert "row" in refusal.value.data


async def test_two_processes_cannot_carry_the_same_run(database, clock, tmp_path):
    await open_categories(database)
    path = write_rows(tmp_path / "a.csv", good_rows(10))
    wanted = api.ItemImport(path)
    async with database.transaction() as tx:
        run = await api.open_item_import(tx, _merchant(), SHOP, wanted, clock)
    await api.run_item_import(database, clock, run, wanted)
    with pytest.raises(ImportMoved):
        await api.run_item_import(database, clock, run, wanted)
    assert len(await stored_items(database)) == 10


async def test_only_who_may_edit_items_of_that_shop_may_import(database, clock, tmp_path):
    path = write_rows(tmp_path / "a.csv", good_rows(1))
    async with database.transaction() as tx:
        with pytest.raises(NotFound):
            await api.open_item_import(tx, _merchant(), OTHER_SHOP, api.ItemImport(path), clock)
        with pytest.raises(NotAllowed):
            await api.open_item_import(tx, _merchant("items:view"), SHOP, api.ItemImport(path), clock)
        assert await tx.fetchval("select count(*) from kernel.import_run") == 0


_CHILD = """
import asyncio, sys
from pathlib import Path
from peakday.kernel.clock import SystemClock
from peakday.kernel.database import connect
from peakday.kernel.rowfiles import records
records.read_blocks.__defaults__ = (20_000,)
from tests.market.catalog.import_steps import import_file

async def run():
    database = await connect(sys.argv[1], pool_size=2)
    await import_file(database, SystemClock(), Path(sys.argv[2]))

asyncio.run(run())
"""


@pytest.mark.capability("QN-07")
async def test_killed_five_times_it_ends_with_the_same_rows(database, database_url, clock, tmp_path):
    await open_categories(database)
    rows = good_rows(12_000)
    for place in range(99, 12_000, 100):
        rows[place] = [f"P{place - 99}", "again", "1", "连衣裙", "1"]
    path = write_rows(tmp_path / "a.csv", rows)
    kills = [_run_and_kill(database_url, path, 600 * (kill + 1)) for kill in range(5)]
    assert sum(kills) >= 3, kills  # most were hit in mid-run
    done = await import_file(database, clock, path)
    assert (done.rows_read, done.rows_accepted, done.rows_refused) == (12_000, 11_880, 120)
    stored = await stored_items(database)
    assert [ref for ref, *_ in stored] == [f"P{n}" for n in range(12_000) if n % 100 != 99]
    assert [row for row, *_ in await reported(database, done.run_id)] == [n + 2 for n in range(99, 12_000, 100)]


def _run_and_kill(url: str, path: Path, rows: int) -> bool:
    """Start an import in a process of its own and kill it when the run has read `rows`; whether it was still at it."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, url, str(path)], cwd=Path(__file__).parents[4], env=os.environ
    )
    with psycopg.connect(url, autocommit=True) as connection:
        while child.poll() is None:
            read = connection.execute("select coalesce(max(rows_read), 0) from kernel.import_run").fetchone()
            if read and read[0] >= rows:
                break
            time.sleep(0.005)
    was_running = child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    return was_running


async def _whole_rows(database):
    async with database.read() as tx:
        return [dict(row) for row in await tx.fetch("select * from catalog.item order by source_ref")]


def _merchant(*permissions):
    return Actor(ActorKind.MERCHANT, None, SHOP, frozenset(permissions or ("items:edit", "items:view")))


async def test_a_file_cannot_change_the_price_or_shelf_of_what_is_held(database, clock, tmp_path):
    await open_categories(database)
    header = ("item_ref", "title", "list_price", "status")
    rows = [[f"P{n}", f"dress {n}", "10.00", "on_sale"] for n in range(4)]
    await import_file(database, clock, write_rows(tmp_path / "a.csv", rows, header))
    now = clock.now()
    hold = api.Hold(
        SHOP, "event:x", now, now + timedelta(days=1), Text("已报名", "Enrolled"), Text("先退出", "Leave first")
    )
    async with database.transaction() as tx:
        await api.lock_items(tx, hold, [item_id_of(SHOP, f"P{n}") for n in range(3)])
    rows[0][2], rows[1][3], rows[2][1], rows[3][2] = "9.00", "off_shelf", "a new title", "8.00"
    run = await import_file(database, clock, write_rows(tmp_path / "b.csv", rows, header))
    assert (run.rows_accepted, run.rows_refused) == (2, 2)
    assert await reported(database, run.run_id) == [(2, "list_price", "item_held"), (3, "list_price", "item_held")]
    kept = {ref: (title, price) for ref, title, price, *_ in await stored_items(database)}
    assert kept == {
        "P0": ("dress 0", 1000), "P1": ("dress 1", 1000), "P2": ("a new title", 1000), "P3": ("dress 3", 800),
    }  # fmt: skip
    clock.at = now + timedelta(days=1)
    rows[0][2] = "7.00"
    run = await import_file(database, clock, write_rows(tmp_path / "c.csv", rows, header))
    assert run.rows_refused == 0
