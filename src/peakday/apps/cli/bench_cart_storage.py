"""How many bytes is a line of a cart on the disk, and what do 28 million carts come to?

Lines of drawn carts are written in the order in which shoppers add them, all carts mixed, through the room's own table
with its index; then every third line is changed once, as shoppers do, and the server clears up. The sizes are what
PostgreSQL says of its files, so page heads, free space and the index are in them. Then carts are read at random.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from peakday.apps.cli.bench_home import bench_home
from peakday.kernel.database import Database, connect
from peakday.trade.carts.api import LINES_MAX

LINES = 1_000_000
SHARE_FULL = 0.02  # of carts have every line they may have
LINES_USUAL = 24  # of the others, on average
SHOPPERS = 28_000_000
READS = 500
SEED = 28
BLOCK = 50_000
PARTS = 10
_COLUMNS = ["buyer_id", "sku_id", "shop_id", "seen_minor", "added_at", "quantity", "seen_left", "is_selected"]


def run(lines: int = LINES) -> dict[str, object]:
    """Run the bench in a temporary installation; returns what `peakday bench cart-storage --json` prints."""
    with bench_home() as (_, url, _):
        return asyncio.run(_run(url, lines))


async def _run(url: str, lines: int) -> dict[str, object]:
    draw = random.Random(SEED)  # noqa: S311 - a load, not a secret
    carts = _draw_carts(draw, lines)
    total = sum(carts.values())
    database = await connect(url, pool_size=2)
    try:
        begun = time.perf_counter()
        await _write(database, draw, carts)
        seconds = time.perf_counter() - begun
        fresh = await _sizes(database)
        await _change(database)
        used = await _sizes(database)
        read_ms = await _read(database, draw, list(carts))
    finally:
        await database.close()
    line_bytes = (used["line"] + used["line_index"]) / total
    cart_bytes = (used["cart"] + used["cart_index"]) / len(carts)
    return {
        "lines": total, "carts": len(carts), "lines_a_cart": round(total / len(carts), 1),
        "bytes_a_line": round(line_bytes, 1), "bytes_a_line_heap": round(used["line"] / total, 1),
        "bytes_a_line_index": round(used["line_index"] / total, 1),
        "bytes_a_line_fresh": round((fresh["line"] + fresh["line_index"]) / total, 1),
        "bytes_a_cart": round(cart_bytes, 1),
        "gb_28m_carts_as_drawn": _gigabytes(line_bytes * total / len(carts) + cart_bytes),
        "gb_28m_carts_of_300": _gigabytes(line_bytes * LINES_MAX + cart_bytes),
        "read_p50_ms": round(read_ms[len(read_ms) // 2], 2), "read_p99_ms": round(read_ms[int(len(read_ms) * 0.99)], 2),
        "lines_written_per_s": round(total / seconds),
    }  # fmt: skip


def _gigabytes(bytes_a_cart: float) -> float:
    return round(bytes_a_cart * SHOPPERS / 1e9, 1)


def _draw_carts(draw: random.Random, lines: int) -> dict[UUID, int]:
    """Buyers with the number of their lines: a few full carts, else as many as chance has it."""
    carts: dict[UUID, int] = {}
    left = lines
    while left > 0:
        count = LINES_MAX if draw.random() < SHARE_FULL else min(int(draw.expovariate(1 / LINES_USUAL)) + 1, LINES_MAX)
        carts[_id(draw)] = min(count, left)
        left -= count
    return carts


async def _write(database: Database, draw: random.Random, carts: dict[UUID, int]) -> None:
    now = datetime.now(UTC)
    order = [buyer for buyer, count in carts.items() for _ in range(count)]
    draw.shuffle(order)
    shops = [_id(draw) for _ in range(2_000)]

    def rows(block: list[UUID], at: datetime) -> Iterator[tuple[object, ...]]:
        for buyer in block:
            yield buyer, _id(draw), draw.choice(shops), draw.randrange(100, 99_999), at, 1, draw.randrange(500), True

    async with database.transaction() as tx:
        await tx.copy_records_to_table(
            "cart", schema_name="carts", columns=["buyer_id", "changed_at", "lines"],
            records=((buyer, now, count) for buyer, count in carts.items()),
        )  # fmt: skip
    for begin in range(0, len(order), BLOCK):
        async with database.transaction() as tx:
            block = order[begin : begin + BLOCK]
            at = now + timedelta(seconds=begin)
            await tx.copy_records_to_table("line", schema_name="carts", columns=_COLUMNS, records=rows(block, at))


async def _change(database: Database) -> None:
    """Every third line once, a part after the other, with the clearing up that the server does between."""
    async with database.read() as connection:
        for part in range(PARTS):
            await connection.execute(
                "update carts.line set quantity = quantity + 1 where abs(hashtext(sku_id::text)) % $1 = $2",
                3 * PARTS, part,
            )  # fmt: skip
            await connection.execute("vacuum carts.line")


async def _sizes(database: Database) -> dict[str, int]:
    """Bytes of the tables (with what belongs to them) and of their indexes."""
    async with database.read() as connection:
        row = await connection.fetchrow(
            "select pg_table_size('carts.line') as line, pg_indexes_size('carts.line') as line_index,"
            " pg_table_size('carts.cart') as cart, pg_indexes_size('carts.cart') as cart_index"
        )
    assert row is not None
    return dict(row)


async def _read(database: Database, draw: random.Random, buyers: list[UUID]) -> list[float]:
    """Milliseconds of reading carts at random, least first."""
    spent = []
    async with database.read() as connection:
        for _ in range(READS):
            begun = time.perf_counter()
            await connection.fetch(
                "select * from carts.line where buyer_id = $1 order by added_at desc", draw.choice(buyers)
            )
            spent.append(1000 * (time.perf_counter() - begun))
    return sorted(spent)


def _id(draw: random.Random) -> UUID:
    return UUID(int=draw.getrandbits(128))
