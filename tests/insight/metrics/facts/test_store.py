"""Are figures fresh within a second and exact, whatever is written, extracted or killed meanwhile?"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import duckdb
import pytest

from peakday.insight.behaviour.api import EVENTS_SHAPE
from peakday.insight.metrics.facts import EventSource, FactStore, Reach
from peakday.insight.metrics.facts.manifest import FactFolder
from peakday.kernel.eventlog import log_files
from peakday.trade.orders.api import copy_facts
from tests.conftest import wait_for_older_work
from tests.insight.metrics.small_market import SHOP, SmallMarket

PROVIDERS = dict.fromkeys(("orders", "order_lines", "refunds"), copy_facts)
JULY = datetime(2026, 7, 15, 4, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 11, 4, tzinfo=UTC)


@pytest.fixture
async def store(house):
    store = FactStore(house.database, house.clock, house.settings.facts_dir, PROVIDERS)
    yield store
    store.close()


async def place(tx, created: datetime, minor: int = 1000, paid: bool = True) -> UUID:
    """One order with one line, straight into the tables."""
    order_id = uuid4()
    await tx.execute(
        "insert into orders.customer_order (shop_id, order_id, buyer_id, source, source_ref, kind, terminal, status,"
        " currency, created_at, paid_at, list_minor, discount_minor, postage_minor, paid_minor, refund_minor, flags)"
        " values ($1, $2, $3, 'test', $4, 'spot', 'app', 'completed', 'CNY', $5, $6, $7, 0, 0, $7, 0, '{odd,two}')",
        SHOP, order_id, uuid4(), str(order_id), created, created if paid else None, minor,
    )  # fmt: skip
    await tx.execute(
        "insert into orders.line (shop_id, order_id, line_no, item_id, quantity, list_minor, paid_minor, refund_minor)"
        " values ($1, $2, 1, $3, 1, $4, $4, 0)",
        SHOP, order_id, uuid4(), minor,
    )  # fmt: skip
    return order_id


async def sums(store: FactStore, *, at_once: bool = True) -> tuple[object, ...]:
    await store.refresh(at_once=at_once)
    sql = "select count(*), coalesce(sum(paid_minor), 0)::bigint, count(paid_at) from {}"
    orders, lines = await store.fetch(sql.format("orders"), {}), await store.fetch(sql.format("order_lines"), {})
    assert orders == lines
    return orders[0]


def paths(store: FactStore) -> dict[str, list[str]]:
    manifest = FactFolder(store.folder).load()
    return {name: sorted(file.path for file in files) for name, files in manifest.files.items()}


async def test_a_house_without_facts_has_empty_relations(store) -> None:
    assert await sums(store) == (0, 0, 0)
    for relation in ("refunds", "items", "categories", "brands", "shops", "events", "exposures"):
        assert await store.fetch(f"select count(*) from {relation}", {}) == [(0,)]


async def test_what_is_committed_is_seen_and_what_changes_is_seen_once(store, database) -> None:
    async with database.transaction() as tx:
        first = await place(tx, JULY, paid=False)
        assert await sums(store) == (0, 0, 0)  # not committed yet
    assert await sums(store) == (1, 1000, 0)
    await store.extract()
    assert await sums(store) == (1, 1000, 0)
    async with database.transaction() as tx:
        await place(tx, NOVEMBER, 250)
        await tx.execute(
            "update orders.customer_order set paid_at = $2, paid_minor = 900, changed_xid = pg_current_xact_id()"
            " where order_id = $1", first, NOVEMBER,
        )  # fmt: skip
        await tx.execute("update orders.line set paid_minor = 900 where order_id = $1", first)
    assert await sums(store) == (2, 1150, 2)
    await store.extract()
    assert await sums(store) == (2, 1150, 2)
    assert await store.fetch(
        "select flags, paid_at, paid_day::varchar from orders order by created_at limit 1", {}
    ) == [(["odd", "two"], datetime.fromisoformat("2026-11-11 04:00"), "2026-11-11")]


async def test_only_the_months_that_changed_are_written_again(store, database) -> None:
    async with database.transaction() as tx:
        await place(tx, JULY)
        await place(tx, NOVEMBER)
    await wait_for_older_work(database)
    await store.extract()
    before = paths(store)
    assert len(before["orders"]) == 2
    async with database.transaction() as tx:
        await place(tx, NOVEMBER)
    await wait_for_older_work(database)
    done = await store.extract()
    after = paths(store)
    assert done.rows == {"orders": 1, "order_lines": 1}
    assert [len(set(after[name]) & set(before[name])) for name in ("orders", "order_lines")] == [1, 1]
    assert await sums(store) == (3, 3000, 3)


async def test_an_order_that_moves_to_another_month_is_not_left_in_the_old_one(store, database) -> None:
    async with database.transaction() as tx:
        order = await place(tx, JULY)
        await place(tx, JULY)
    await store.extract()
    async with database.transaction() as tx:
        await tx.execute(
            "update orders.customer_order set created_at = $2, changed_xid = pg_current_xact_id() where order_id = $1",
            order, NOVEMBER,
        )  # fmt: skip
    await store.extract()
    assert await sums(store) == (2, 2000, 2)
    assert await store.fetch("select count(*) from orders where created_at > '2026-11-01'", {}) == [(1,)]


async def test_a_transaction_that_began_before_an_extraction_and_commits_after_it_is_not_lost(store, database) -> None:
    slow = await database.pool.acquire()
    transaction = slow.transaction()
    await transaction.start()
    await place(slow, JULY)
    async with database.transaction() as tx:
        await place(tx, JULY)  # a younger transaction that commits first
    await store.extract()
    assert await sums(store) == (1, 1000, 1)
    await transaction.commit()
    await database.pool.release(slow)
    assert await sums(store) == (2, 2000, 2)
    await store.extract()
    assert await sums(store) == (2, 2000, 2)


async def test_an_answer_is_kept_for_a_second_and_then_looked_at_again(store, database, monkeypatch) -> None:
    monkeypatch.setattr("peakday.insight.metrics.facts.store.LOOK_SECONDS", 0.3)
    assert await sums(store, at_once=False) == (0, 0, 0)
    async with database.transaction() as tx:
        await place(tx, JULY)
    await asyncio.sleep(0.35)
    assert await sums(store, at_once=False) == (1, 1000, 1)


async def test_a_change_leaves_the_answers_of_other_days_also_over_new_files(store, database) -> None:
    sql = "select count(*), sum(paid_minor)::bigint from orders where shop_id = $shop_id and created_at < $end"

    async def until_august() -> tuple[tuple[object, ...], int]:
        """The answer, and how many statements it took."""
        asked = store.asked
        await store.refresh(at_once=True)
        reach = Reach(str(SHOP), (date(2026, 1, 1), date(2026, 7, 31)))
        rows = await store.fetch(sql, {"shop_id": str(SHOP), "end": datetime(2026, 8, 1)}, reach)  # noqa: DTZ001 - facts hold UTC
        return rows[0], store.asked - asked

    async with database.transaction() as tx:
        early = await place(tx, JULY, 5)
    assert await until_august() == ((1, 5), 1)
    async with database.transaction() as tx:
        late = await place(tx, NOVEMBER, 7)
    assert await until_august() == ((1, 5), 0)
    await store.extract()
    assert await until_august() == ((1, 5), 0)
    async with database.transaction() as tx:
        await place(tx, JULY, 11)
    assert await until_august() == ((2, 16), 1)
    moved = "update orders.customer_order set created_at = $2, changed_xid = pg_current_xact_id() where order_id = $1"
    async with database.transaction() as tx:  # it leaves the days of the answer, and says so by what it was
        await tx.execute(moved, early, NOVEMBER)
    assert await until_august() == ((1, 11), 1)
    await store.extract()
    async with database.transaction() as tx:
        await tx.execute(moved, late, JULY)
    assert await until_august() == ((2, 18), 1)
    assert await until_august() == ((2, 18), 0)


async def test_rows_that_arrive_again_unchanged_leave_every_answer(store, database) -> None:
    sql = "select count(*) from orders"
    slow = await database.pool.acquire()
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute("select pg_current_xact_id()")  # it holds the watermark back
    async with database.transaction() as tx:
        await place(tx, JULY)
    await store.refresh(at_once=True)
    assert await store.fetch(sql, {}) == [(1,)]
    async with database.transaction() as tx:
        await tx.execute("select pg_current_xact_id()")
    await store.refresh(at_once=True)
    assert await store.fetch(sql, {}) == [(1,)]
    assert store.asked == 1
    await transaction.rollback()
    await database.pool.release(slow)


async def test_another_store_reads_what_the_first_extracted_and_both_see_new_rows(store, house) -> None:
    async with house.database.transaction() as tx:
        await place(tx, JULY)
    await store.extract()
    other = FactStore(house.database, house.clock, house.settings.facts_dir, PROVIDERS)
    try:
        assert await sums(other) == (1, 1000, 1)
        async with house.database.transaction() as tx:
            await place(tx, NOVEMBER)
        await asyncio.gather(store.extract(), other.extract(), store.extract())
        assert [await sums(store), await sums(other)] == [(2, 2000, 2)] * 2
    finally:
        other.close()


async def test_readers_see_each_commit_whole_while_extractions_run(store, database) -> None:
    async with database.transaction() as tx:
        await place(tx, JULY)

    async def write() -> None:
        for number in range(12):
            async with database.transaction() as tx:
                await place(tx, JULY if number % 2 else NOVEMBER)
                await place(tx, NOVEMBER)
            if number % 4 == 3:
                await store.extract()

    seen: list[int] = []

    async def read() -> None:
        while not seen or seen[-1] < 25:
            await store.refresh(at_once=True)
            rows = await store.fetch("select (select count(*) from orders), (select count(*) from order_lines)", {})
            assert rows[0][0] == rows[0][1]
            seen.append(rows[0][0])

    await asyncio.gather(write(), read(), read())
    assert all(count % 2 == 1 for count in seen)
    assert await sums(store) == (25, 25_000, 25)


KILLED = """
import asyncio, os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
import duckdb
from peakday.insight.metrics.facts import Reach, extract
from peakday.kernel.database import connect
from peakday.trade.orders.api import copy_facts
left = int(sys.argv[3])
write = extract._write_part
def write_then_die(*args):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(*args)
extract._write_part = write_then_die
async def main():
    database = await connect(sys.argv[1])
    providers = dict.fromkeys(("orders", "order_lines", "refunds"), copy_facts)
    await extract.extract_facts(database, providers, Path(sys.argv[2]), datetime.now(UTC))
asyncio.run(main())
"""


@pytest.mark.parametrize("parts_written", [0, 2])
async def test_an_extraction_killed_at_any_file_leaves_the_old_state_and_the_next_completes(
    store, house, parts_written
) -> None:
    async with house.database.transaction() as tx:
        await place(tx, JULY)
    await store.extract()
    before = paths(store)
    async with house.database.transaction() as tx:
        for created in (JULY, NOVEMBER):
            await place(tx, created)
    command = [sys.executable, "-c", KILLED, house.database.url, str(store.folder), str(parts_written)]
    killed = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert paths(store) == before
    assert await sums(store) == (3, 3000, 3)
    await asyncio.wait_for(store.extract(), 20)  # the lock went with the killed process
    assert await sums(store) == (3, 3000, 3)
    assert not (store.folder / ".scratch").exists()


async def test_files_that_no_manifest_names_go_when_no_reader_can_need_them(store, database) -> None:
    async with database.transaction() as tx:
        await place(tx, JULY)
    await store.extract()
    stray = store.folder / "orders" / "2026-07-99999999.parquet"
    stray.write_bytes(b"left by a killed extraction")
    async with database.transaction() as tx:
        await place(tx, JULY)
    await store.extract()
    assert stray.exists()  # too young: a reader may be on it
    os.utime(stray, (0, 0))
    await store.extract()
    assert not stray.exists()


async def test_an_extract_of_another_database_is_not_believed(store, house) -> None:
    async with house.database.transaction() as tx:
        await place(tx, JULY)
    await store.extract()
    manifest_path = FactFolder(store.folder).manifest_path
    manifest = json.loads(manifest_path.read_text())
    manifest_path.write_text(
        json.dumps({**manifest, "identity": "another/1", "watermark": manifest["watermark"] + 999})
    )
    assert await sums(store) == (1, 1000, 1)
    assert FactFolder(store.folder).load().identity != "another/1"


async def test_rows_streamed_with_odd_text_arrive_unchanged(house) -> None:
    market = SmallMarket()
    titles = ['a "quoted", title', "line\nbreak", "", "逗号,与;引号'", "back\\slash", "|bar|"]
    for number, title in enumerate(titles):
        market.item(f"i{number}", None, title=title)
    store = FactStore(house.database, house.clock, house.settings.facts_dir, market.csv_providers())
    try:
        await store.extract()
        await store.refresh(at_once=True)
        assert await store.fetch("select title, category_id from items order by item_id", {}) == [
            (title, None) for title in titles
        ]
    finally:
        store.close()


def event(number: int, day: int = 11) -> dict[str, object]:
    return {
        "event_id": f"e{number}", "ts": f"2026-11-{day:02}T04:00:00Z", "user_id": "ann", "type": "pv",
        "shop_id": str(SHOP), "received_at": "2026-11-12T04:00:00Z", "source_path": ["search"], "dwell_seconds": 1.5,
    }  # fmt: skip


def write_segment(path: Path, events: list[dict[str, object]], tail: bytes = b"") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b"".join(json.dumps(one).encode() + b"\n" for one in events) + tail)


async def test_events_show_as_their_segments_grow_each_once(house) -> None:
    folder = house.settings.events_dir
    source = EventSource(lambda: log_files(folder), EVENTS_SHAPE)
    store = FactStore(house.database, house.clock, house.settings.facts_dir, {}, source)

    async def count() -> int:
        await store.refresh(at_once=True)
        rows = await store.fetch("select count(*), count(distinct event_id) from events", {})
        assert rows[0][0] == rows[0][1]
        return rows[0][0]

    try:
        assert await count() == 0
        one, two = (folder / "segments" / f"{name}.ndjson" for name in ("a1", "a2"))
        write_segment(one, [event(1), event(2), event(1)])
        assert await count() == 2
        write_segment(two, [event(2), event(3)], tail=b'{"event_id": "torn')
        assert await count() == 3
        write_segment(two, [], tail=b'"}\n')  # a line without a time is not ours
        write_segment(two, [event(4, day=12)])
        assert await count() == 4
        days = await store.fetch("select distinct day::varchar, source_path, dwell_seconds from events order by 1", {})
        assert days == [
            ("2026-11-11", ["search"], 1.5), ("2026-11-12", ["search"], 1.5),
        ]  # fmt: skip
        from peakday.kernel.eventlog import compact_log

        await asyncio.to_thread(compact_log, folder, EVENTS_SHAPE, house.clock.now())
        assert log_files(folder).parts
        assert await count() == 4
        write_segment(folder / "segments" / "a3.ndjson", [event(1), event(5)])
        assert await count() == 5
    finally:
        store.close()


async def test_another_engine_gets_the_same_rows_from_an_export(store, database, tmp_path) -> None:
    async with database.transaction() as tx:
        await place(tx, JULY)
    await store.extract()
    async with database.transaction() as tx:
        await place(tx, NOVEMBER, 5)
    files = await store.export(tmp_path / "out")
    assert duckdb.sql(f"select count(*), sum(paid_minor) from '{files['orders']}'").fetchall() == [(2, 1005)]
    assert set(files) == {
        "orders", "order_lines", "refunds", "items", "categories", "brands", "shops", "events", "exposures",
    }  # fmt: skip
