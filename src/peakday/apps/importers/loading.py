"""How do translated orders get into the house so that a kill at any moment costs nothing?

A chunk is one transaction: its orders, lines and refunds, and the run's new position. While PostgreSQL takes one
chunk, the desk writes the next as CSV. The market (shops, buyers, items …) and the refused rows are each one
transaction before.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from peakday.apps.importers.desk import rows_of
from peakday.apps.importers.problems import problem_of
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.imports import (
    ImportRun,
    ImportStatus,
    RowCounts,
    fail_run,
    finish_run,
    get_run,
    lock_run,
    open_run,
    save_progress,
)
from peakday.kernel.refusal import Problem
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewBuyer
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewBrand, NewCategory, NewItem, NewSku, item_id_of, sku_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewRegion, NewShop, NewWarehouse
from peakday.trade.orders import api as orders
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import Offer, OfferKind

ORDERS_A_CHUNK = 60_000

Report = Callable[[str, int, int], None]  # stage, done, of how many


@dataclass(frozen=True, slots=True)
class Market:
    """What orders refer to, as the source knows it."""

    shops: Sequence[NewShop]
    buyers: Sequence[NewBuyer]
    items: Sequence[NewItem]
    regions: Sequence[NewRegion] = ()
    warehouses: Sequence[NewWarehouse] = ()
    categories: Sequence[NewCategory] = ()
    brands: Sequence[NewBrand] = ()


@dataclass(slots=True)
class Running:
    """A run under way: `position` is what the record holds, `note` what it will tell when it is done."""

    house: House
    run: ImportRun
    position: dict[str, Any]
    report: Report
    note: dict[str, Any] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether an earlier process has finished it."""
        return self.run.status is ImportStatus.DONE


@dataclass(frozen=True, slots=True)
class Translation:
    """One input on its desk: what it is, the key that names its content, how it is translated, and what is no row."""

    kind: str
    key: str
    desk: duckdb.DuckDBPyConnection
    translate: Callable[[duckdb.DuckDBPyConnection], Market]
    faults: Sequence[Problem] = ()


@asynccontextmanager
async def running(house: House, kind: str, key: str, report: Report) -> AsyncIterator[Running]:
    """Open the run of this input (or take it up again), close it at the end, and say so when it fails."""
    async with house.database.transaction() as tx:
        run = await open_run(tx, kind, key, house.clock.now())
    under_way = Running(house, run, dict(run.position), report)
    try:
        yield under_way
    except Exception as error:
        async with house.database.transaction() as tx:
            await fail_run(tx, run.run_id, house.clock.now(), repr(error))
        raise
    async with house.database.transaction() as tx:
        if not under_way.is_done:
            await finish_run(tx, run.run_id, house.clock.now(), under_way.note)
        under_way.run = await get_run(tx, run.run_id)


async def import_translated(house: House, translation: Translation, report: Report) -> ImportRun:
    """The whole way of a file that is translated at once: refused rows, market, orders. Safe to repeat and to kill."""
    desk = translation.desk
    async with running(house, translation.kind, translation.key, report) as under_way:
        if not under_way.is_done:
            market = await asyncio.to_thread(translation.translate, desk)
            await load_refused(under_way, desk, translation.faults)
            await load_market(under_way, market)
            await load_list_prices(under_way, market.items)
            await load_orders(under_way, desk)
    return under_way.run


async def load_market(under_way: Running, market: Market) -> None:
    """Store what orders refer to, once."""
    if under_way.position.get("market"):
        return
    under_way.report("market", 0, len(market.items))
    house = under_way.house
    async with house.database.transaction() as tx:
        await lock_run(tx, under_way.run.run_id, under_way.position)
        await shops.ensure_regions(tx, market.regions)
        await shops.ensure_warehouses(tx, market.warehouses)
        await shops.ensure_shops(tx, market.shops)
        await accounts.ensure_buyers(tx, market.buyers)
        await catalog.ensure_categories(tx, market.categories)
        await catalog.ensure_brands(tx, market.brands)
        await catalog.copy_items(tx, market.items, house.clock.now())
        position = await _advance(under_way, tx, {"market": True})
    under_way.position = position
    under_way.report("market", len(market.items), len(market.items))


async def load_list_prices(under_way: Running, items: Sequence[NewItem]) -> None:
    """Store the price that each item asks as asked since its listing, once: what a price proof compares with."""
    if under_way.position.get("list_prices"):
        return
    offers = await asyncio.to_thread(list_prices, items)
    house = under_way.house
    async with house.database.transaction() as tx:
        await lock_run(tx, under_way.run.run_id, under_way.position)
        await price_history.record_list_prices(tx, offers, house.clock.now())
        position = await _advance(under_way, tx, {"list_prices": True})
    under_way.position = position


def list_prices(items: Sequence[NewItem]) -> list[Offer]:
    """The list prices of every SKU of items that say when they were listed and what they cost."""
    return [
        Offer(
            item.shop_id, item_id_of(item.shop_id, item.source_ref),
            sku_id_of(item.shop_id, item.source_ref, sku.source_ref), OfferKind.LIST, price, item.currency,
            item.first_listed_at, None, item.source,
        )
        for item in items if item.first_listed_at is not None
        for sku in (item.skus or (NewSku(item.source_ref),))
        if (price := item.list_price_minor if sku.price_minor is None else sku.price_minor) is not None
    ]  # fmt: skip


async def load_refused(under_way: Running, desk: duckdb.DuckDBPyConnection, faults: Sequence[Problem] = ()) -> None:
    """Store what the source has but we cannot take, once, before the orders; `faults` are rows that are none."""
    if under_way.position.get("refused"):
        return
    rows = rows_of(desk, "select file, row, field, value, code from refused order by file, row, field")
    problems = [*faults, *(problem_of(*row) for row in rows)]
    refused = len({(file, row) for file, row, *_ in rows}) + len(faults)
    async with under_way.house.database.transaction() as tx:
        await lock_run(tx, under_way.run.run_id, under_way.position)
        position = await _advance(under_way, tx, {"refused": True}, refused=refused, problems=problems)
    under_way.position = position


async def load_orders(under_way: Running, desk: duckdb.DuckDBPyConnection, chunk_size: int = ORDERS_A_CHUNK) -> None:
    """Carry `new_order`, `new_line` and `new_refund` over, from where the run stands."""
    total = int(rows_of(desk, "select coalesce(max(n), 0) from new_order")[0][0])
    done = int(under_way.position.get("orders", 0))
    under_way.report("orders", done, total)
    folder = under_way.house.settings.home / "chunks" / str(under_way.run.run_id)
    shutil.rmtree(folder, ignore_errors=True)  # what a killed process left
    folder.mkdir(parents=True)
    coming = _start(under_way, desk, folder, done, min(done + chunk_size, total))
    try:
        while done < total:
            chunk = await coming
            if chunk.last < total:
                coming = _start(under_way, desk, folder, chunk.last, min(chunk.last + chunk_size, total))
            await _store(under_way, chunk)
            done = chunk.last
            under_way.report("orders", done, total)
    finally:
        await asyncio.gather(coming, return_exceptions=True)  # its thread still writes into the folder
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Orders up to `last` as CSV files, and how many rows of the source they stand for."""

    last: int
    size: int
    rows: int
    files: orders.OrderFiles


def _start(
    under_way: Running, desk: duckdb.DuckDBPyConnection, folder: Path, done: int, last: int
) -> "asyncio.Task[_Chunk]":
    source = under_way.run.kind
    return asyncio.create_task(asyncio.to_thread(_write_chunk, desk, source, folder, done + 1, last))


def _write_chunk(desk: duckdb.DuckDBPyConnection, source: str, folder: Path, first: int, last: int) -> _Chunk:
    paths = {table: folder / f"{table}-{first}.csv" for table in ("new_order", "new_line", "new_refund")}
    here = f"where n between {first} and {last}"
    with closing(desk.cursor()) as cursor:
        for table, path in paths.items():
            left_out = "n, rows" if table == "new_order" else "n"
            cursor.execute(
                f"copy (select * exclude ({left_out}) from {table} {here} order by all)"
                f" to '{path}' (format csv, header false)"
            )
        row = cursor.execute(f"select coalesce(sum(rows), 0) from new_order {here}").fetchone()
    assert row is not None
    return _Chunk(last, last - first + 1, int(row[0]), orders.OrderFiles(source, *paths.values()))


async def _store(under_way: Running, chunk: _Chunk) -> None:
    async with under_way.house.database.transaction() as tx:
        await lock_run(tx, under_way.run.run_id, under_way.position)
        copied = await orders.copy_order_files(tx, chunk.files, under_way.house.clock.now())
        assert copied.given == chunk.size, (copied, chunk)
        position = await _advance(under_way, tx, {"orders": chunk.last}, accepted=chunk.rows)
    under_way.position = position
    for path in (chunk.files.orders, chunk.files.lines, chunk.files.refunds):
        assert isinstance(path, Path)
        path.unlink()


async def _advance(
    under_way: Running,
    tx: Tx,
    step: Mapping[str, Any],
    accepted: int = 0,
    refused: int = 0,
    problems: Sequence[Problem] = (),
) -> dict[str, Any]:
    """Write the run's next position in the transaction of the rows that it counts."""
    position = under_way.position | dict(step)
    counts = RowCounts(accepted + refused, accepted, refused)
    await save_progress(tx, under_way.run.run_id, position, counts, problems, under_way.house.clock.now())
    return position
