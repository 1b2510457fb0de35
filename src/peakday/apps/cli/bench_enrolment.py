"""How fast does a file of event enrolments come in, in how much memory, and is every bad row reported?

A shop with 210,000 SKUs and fifty days of price history sends a file that enrols them, one row in fifty bad in one of
ten ways. Half way the import is broken off and opened again, as after a kill. Then the reported rows are compared with
those that were spoiled, the stored entries and their prices with the others. The naive form in the same run enrols row
by row through the same checks, each row in a transaction of its own.
"""

import asyncio
import resource
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from peakday.apps.cli.bench_home import bench_home
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import FixedClock
from peakday.kernel.database import Database, Tx, connect
from peakday.kernel.imports import ImportRun
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewItem, item_id_of, sku_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.sale_events import api
from peakday.trade.sale_events.model import SaleEvent, Wish

ROWS = 210_000
NAIVE_ROWS = 300
BAD_EVERY = 50
TRACK = "wave_1_spot"
HEADER = "item_ref,price,stock,limit"
NOW = datetime(2026, 11, 1, 4, tzinfo=UTC)


class _BrokenOff(Exception):  # noqa: N818 - stands for a kill
    """The import is left in the middle."""


def run(rows: int = ROWS) -> dict[str, object]:
    """Run the bench; returns what `peakday bench enrolment --json` prints."""
    with bench_home() as (_, url, folder):
        return asyncio.run(_run(url, folder / "entries.csv", rows))


async def _run(url: str, path: Path, rows: int) -> dict[str, object]:
    bad = _write_file(path, rows)
    database = await connect(url, pool_size=4)
    try:
        async with database.transaction() as tx:
            shop_id = await _open_shop(tx, rows)
            event = await _open_event(tx, shop_id)
        begun = time.perf_counter()
        done = await _import(database, path, shop_id, event, rows)
        seconds = time.perf_counter() - begun
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        reported, entries, offers = await _stored(database, done)
        naive = await _naive_rows_per_s(database, event, shop_id, rows)
    finally:
        await database.close()
    rows_per_s = rows / seconds
    return {
        "rows": rows, "seconds": round(seconds, 2), "rows_per_s": round(rows_per_s), "bad_rows": len(bad),
        "bad_reported": len(bad & reported), "good_reported": len(reported - bad), "entries": entries,
        "prices": offers, "lost": rows - len(bad) - entries, "peak_mb": round(peak_mb), "resumed": True,
        "naive_rows_per_s": round(naive), "ratio": round(rows_per_s / naive, 1),
    }  # fmt: skip


async def _open_shop(tx: Tx, rows: int) -> UUID:
    """A shop with an item a row, each priced at 100.00 since fifty days."""
    [shop_id] = await shops.ensure_shops(tx, [NewShop("bench", "enrolment", "Bench", "CNY", NOW)])
    items = (NewItem(shop_id, "bench", f"P{n:07d}", f"Item {n}", list_price_minor=10_000) for n in range(rows))
    await catalog.copy_items(tx, items, NOW)
    await tx.execute(
        "insert into price_history.offer (shop_id, item_id, sku_id, kind, price_minor, currency, valid, source,"
        " recorded_at) select shop_id, item_id, sku_id, 'list', price_minor, 'CNY', tstzrange($2, null), 'bench', $2"
        " from catalog.sku where shop_id = $1",
        shop_id, NOW - timedelta(days=50), timeout=600,
    )  # fmt: skip
    await tx.execute("analyze price_history.offer")
    await tx.execute("analyze catalog.item")
    await tx.execute("analyze catalog.sku")
    return shop_id


async def _open_event(tx: Tx, shop_id: UUID) -> SaleEvent:
    events = await api.ship_events(tx, NOW, with_rehearsal=True)
    await api.enrol_shop(tx, SYSTEM, shop_id, events[-1].event_id, NOW)
    return events[-1]


async def _import(database: Database, path: Path, shop_id: UUID, event: SaleEvent, rows: int) -> ImportRun:
    """Import the file, broken off in the middle and opened again."""
    wanted = api.EntryImport(path, event.event_id, TRACK)
    clock = FixedClock(NOW)

    def break_off(run: ImportRun) -> None:
        if run.rows_read > rows // 2:
            raise _BrokenOff

    for report in (break_off, None):
        async with database.transaction() as tx:
            opened = await api.open_enrolment_import(tx, SYSTEM, shop_id, wanted, clock)
        try:
            opened = await api.run_enrolment_import(database, clock, opened, wanted, report)
        except _BrokenOff:
            await asyncio.sleep(0.1)  # the thread that reads ahead must let go of the file
    return opened


async def _stored(database: Database, done: ImportRun) -> tuple[set[int], int, int]:
    async with database.read() as tx:
        problems = await tx.fetch(
            "select distinct row_no from kernel.import_problem where run_id = $1", done.run_id, timeout=60
        )
        entries = await tx.fetchval("select count(*) from sale_events.entry where status = 'enrolled'")
        offers = await tx.fetchval("select count(*) from price_history.offer where kind = 'event'")
    return {row["row_no"] for row in problems}, entries, offers


def _write_file(path: Path, rows: int) -> set[int]:
    """Write the file; the numbers of its bad rows (the header is row 1)."""
    bad = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\r\n")
        for n in range(rows):
            is_bad = n % BAD_EVERY == BAD_EVERY - 1
            if is_bad:
                bad.add(n + 2)
            file.write(_bad_row(n) if is_bad else f"P{n:07d},{80 + n % 20}.50,{n % 500 + 1},1\r\n")
    return bad


def _bad_row(n: int) -> str:
    """One row, spoiled in one of ten ways."""
    ref = f"P{n:07d}"
    kinds = (
        f"X{n},90,10,1\r\n", f"{ref},100.01,10,1\r\n", f"{ref},0,10,1\r\n", f"{ref},面议,10,1\r\n",
        f"{ref},-5,10,1\r\n", f"{ref},90,0,\r\n", f"{ref},90,10,11\r\n", f"P{n - 3:07d},90,10,1\r\n",
        f"P{n // 2 // BAD_EVERY * BAD_EVERY:07d},90,10,1\r\n", f"{ref},90,10\r\n",
    )  # fmt: skip
    return kinds[n // BAD_EVERY % len(kinds)]


async def _naive_rows_per_s(database: Database, event: SaleEvent, shop_id: UUID, rows: int) -> float:
    """Rows one by one, in another track."""
    place = (shop_id, event.event_id, "wave_1_presale")
    step = max(rows // NAIVE_ROWS, 1)
    refs = [f"P{n:07d}" for n in range(0, rows, step)][:NAIVE_ROWS]
    begun = time.perf_counter()
    for ref in refs:
        wish = Wish(item_id_of(shop_id, ref), sku_id_of(shop_id, ref, ref), 9_000, 10, deposit_minor=1_000)
        async with database.transaction() as tx:
            await api.enrol_items(tx, SYSTEM, place, [wish], NOW)
    return len(refs) / (time.perf_counter() - begun)
