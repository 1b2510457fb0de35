"""How fast does a file of items come in, in how much memory, and is every bad row reported?

A file like a large merchant's: quoted titles, prices with separators, one row in a hundred bad in one of ten ways. It
is imported into a temporary installation with a PostgreSQL of its own; then the reported rows are compared with those
that were spoiled, and the stored items with the others. The naive form in the same run inserts row by row.
"""

import asyncio
import csv
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from peakday.apps.cli.bench_home import bench_home
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import SystemClock
from peakday.kernel.database import Database, connect
from peakday.kernel.ids import derived_id
from peakday.kernel.money import parse_minor
from peakday.market.catalog import api
from peakday.market.catalog.model import NewCategory

ROWS = 2_100_000
NAIVE_ROWS = 3_000
BAD_EVERY = 100
SHOP_ID = derived_id(None, "bench", "catalog-import")
HEADER = "item_ref,title,category,brand,list_price,strike_price,cost,quantity,attributes,images,status,listed_at"
CATEGORIES = ("连衣裙", "半身裙", "卫衣", "衬衫", "风衣", "牛仔裤", "T恤", "毛衣", "羽绒服", "短外套")


def run(rows: int = ROWS) -> dict[str, object]:
    """Run the bench; returns what `peakday bench catalog-import --json` prints."""
    with bench_home() as (_, url, folder):
        return asyncio.run(_run(url, folder / "items.csv", rows))


async def _run(url: str, path: Path, rows: int) -> dict[str, object]:
    bad = await asyncio.to_thread(_write_file, path, rows)
    database = await connect(url, pool_size=4)
    try:
        async with database.transaction() as tx:
            ids = await api.ensure_categories(tx, [NewCategory("bench", name, name, name) for name in CATEGORIES])
        begun = time.perf_counter()
        wanted = api.ItemImport(path)
        async with database.transaction() as tx:
            opened = await api.open_item_import(tx, SYSTEM, SHOP_ID, wanted, SystemClock())
        done = await api.run_item_import(database, SystemClock(), opened, wanted)
        seconds = time.perf_counter() - begun
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        async with database.read() as tx:
            reported = {
                row["row_no"]
                for row in await tx.fetch(
                    "select distinct row_no from kernel.import_problem where run_id = $1", opened.run_id
                )
            }
            stored = await tx.fetchval("select count(*) from catalog.item where shop_id = $1", SHOP_ID)
        naive = await _naive_rows_per_s(database, path, ids)
    finally:
        await database.close()
    rows_per_s = rows / seconds
    return {
        "rows": rows, "seconds": round(seconds, 2), "rows_per_s": round(rows_per_s), "peak_mb": round(peak_mb),
        "file_mb": round(path.stat().st_size / 1e6), "bad_rows": len(bad), "bad_reported": len(bad & reported),
        "good_reported": len(reported - bad), "stored": stored, "accepted": done.rows_accepted,
        "lost": rows - len(bad) - stored, "naive_rows_per_s": round(naive), "ratio": round(rows_per_s / naive, 1),
    }  # fmt: skip


def _write_file(path: Path, rows: int) -> set[int]:
    """Write the file; the numbers of its bad rows (the header is row 1)."""
    bad = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\r\n")
        for i in range(rows):
            is_bad = i % BAD_EVERY == BAD_EVERY - 1
            if is_bad:
                bad.add(i + 2)
            file.write(_bad_row(i) if is_bad else _row(i))
    return bad


def _row(i: int, ref: str | None = None, title: str | None = None, category: str | None = None,
         price: str | None = None, listed_at: str | None = None) -> str:  # fmt: skip
    number = ref or f"P{i:08d}"
    named = title or f'"2022秋冬新款{CATEGORIES[i % 10]},显瘦百搭 第{i}款"'
    amount = price or (f'"1,{i % 1000:03d}.50"' if i % 10 == 0 else f"{i % 2000}.{i % 100:02d}")
    at = listed_at or f"2022-10-{i % 28 + 1:02d}T12:{i % 60:02d}:{i % 59:02d}+08:00"
    return (
        f"{number},{named},{category or CATEGORIES[i % 10]},品牌{i % 500},{amount},2999.00,{i % 300}.10,{i % 5000},"
        f"颜色:红{i % 7};尺码:L,https://img.example/{i}.jpg,on_sale,{at}\r\n"
    )


def _bad_row(i: int) -> str:
    """One row, spoiled in one of ten ways."""
    kinds = (
        lambda: _row(i, category="连衣群"),
        lambda: _row(i, price="-19.90"),
        lambda: _row(i, price="面议"),
        lambda: _row(i, title=" "),
        lambda: _row(i, title="长" * 300),
        lambda: _row(i, ref=f"P{i - 5:08d}"),
        lambda: _row(i, ref=f"P{i // 200 * 100:08d}"),
        lambda: _row(i, listed_at="2022-10-01 12:00:00"),
        lambda: _row(i, title='"显瘦"百搭"'),
        lambda: _row(i, title="多,一列"),
    )
    return kinds[i // BAD_EVERY % len(kinds)]()


async def _naive_rows_per_s(database: Database, path: Path, ids: dict[str, UUID]) -> float:
    """The good rows of the beginning, one INSERT at a time, in one transaction."""
    shop_id = derived_id(None, "bench", "naive")
    begun, count = time.perf_counter(), 0
    async with database.transaction() as tx:
        for row in _first_rows(path):
            item_id = api.item_id_of(shop_id, row["item_ref"])
            await tx.execute(
                "insert into catalog.item (shop_id, item_id, source, source_ref, leaf_category_id, title,"
                " list_price_minor, first_listed_at, updated_at) values ($1, $2, 'naive', $3, $4, $5, $6, $7, $8)",
                shop_id, item_id, row["item_ref"], ids[row["category"]], row["title"],
                parse_minor(row["list_price"], "CNY"), datetime.fromisoformat(row["listed_at"]), datetime.now(UTC),
            )  # fmt: skip
            await tx.execute(
                "insert into catalog.sku (shop_id, sku_id, item_id, source_ref, price_minor, cost_minor)"
                " values ($1, $2, $3, $4, $5, $6)",
                shop_id, api.sku_id_of(shop_id, row["item_ref"], row["item_ref"]), item_id, row["item_ref"],
                parse_minor(row["list_price"], "CNY"), parse_minor(row["cost"], "CNY"),
            )  # fmt: skip
            count += 1
    return count / (time.perf_counter() - begun)


def _first_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for i, row in enumerate(csv.DictReader(file)):
            if i >= NAIVE_ROWS:
                return
            if i % BAD_EVERY != BAD_EVERY - 1:
                yield row
