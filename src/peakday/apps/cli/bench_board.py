"""How fast does the live board follow ten thousand paid orders a second, and does it equal the record after a kill -9?

In a market of its own, with real processes: a writer puts paid orders with their lines and their news into PostgreSQL,
500 in a transaction, at a steady pace; two workers stand by, of which one at a time counts; a web process serves
the market's board to one open page over HTTP. Half-way the first worker is killed (SIGKILL) and the other goes on.
`p99_ms_event_to_screen` is from before a transaction of orders is begun until the first frame that holds them has been
read from the stream, over all transactions, those around the kill included. `recount_equal`: afterwards every minute,
dimension and buyer of every board is recounted from the tables of orders by raw SQL.
"""

import asyncio
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

import httpx
import uvloop

from peakday.apps.cli.bench_collect import WebProcess, free_port
from peakday.apps.cli.bench_home import bench_home
from peakday.apps.cli.bench_processor import parent_of, used_seconds, used_seconds_with_children
from peakday.insight.advisor.audit import audit
from peakday.kernel.clock import SystemClock
from peakday.kernel.database import Database, Tx, connect
from peakday.kernel.house import House
from peakday.kernel.ids import derived_id, new_ids
from peakday.kernel.outbox import announce_many
from peakday.kernel.settings import Settings
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, Role, SignInAttempt
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewBrand, NewCategory, NewItem, item_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.orders.events import OrderPaid

APP = "peakday.apps.http.app:create_app"
ORDERS_PER_S, SECONDS, BATCH = 10_000, 20.0, 500
SHOPS, ITEMS_A_SHOP, BRANDS, LEAVES, REGIONS, BUYERS = 200, 20, 60, 20, 31, 200_000
SETTLE_SECONDS_MAX = 60.0
SEED = 5


@dataclass(frozen=True, slots=True)
class Goods:
    """What is sold: (shop, item, category, price)."""

    rows: tuple[tuple[UUID, UUID, UUID, int], ...]


def run(orders_per_s: int = ORDERS_PER_S, seconds: float = SECONDS) -> dict[str, object]:
    """Run the bench in a temporary installation; returns what `peakday bench board --json` prints."""
    with bench_home() as (settings, url, _):
        return uvloop.run(_run(settings, url, orders_per_s, seconds))


async def _run(settings: Settings, url: str, rate: int, seconds: float) -> dict[str, object]:
    database = await connect(url, pool_size=4)
    with ExitStack() as stack:
        try:
            goods = await _open_market(database)
            cookie = await _sign_in(database)
            port = free_port()
            web = WebProcess(APP, settings, port)
            stack.callback(web.stop)
            workers = [_worker(settings) for _ in range(2)]
            for worker in workers:
                stack.callback(_end, worker)
            seen: list[tuple[float, int]] = []
            viewer = asyncio.create_task(_view(f"http://127.0.0.1:{port}", cookie, seen))
            while not seen:
                await asyncio.sleep(0.1)
                assert not viewer.done() or viewer.result()
            await asyncio.sleep(4)  # the workers are up
            server = await _server_pid(database)
            begun = _used(server, [web, *workers])
            sent, took = await _pour(url, goods, (rate, seconds), workers[0])
            await _until(lambda: seen[-1][1] >= len(sent) * BATCH)
            viewer.cancel()
            used = _used(server, [web, *workers[1:]])
            findings = await audit(House(settings, SystemClock(), database))
            counted = await _counted(database)
        finally:
            await database.close()
    orders = len(sent) * BATCH
    waits = sorted(_waits(sent, seen))
    return {
        "orders_per_s": round(orders / took),
        "p99_ms_event_to_screen": round(waits[int(len(waits) * 0.99)] * 1000),
        "p50_ms_event_to_screen": round(waits[len(waits) // 2] * 1000),
        "max_ms_event_to_screen": round(waits[-1] * 1000),
        "recount_equal": not findings and counted == orders,
        "orders": orders, "frames": len(seen),
        "microseconds_an_order": {
            name: round((used[name] - begun[name]) / orders * 1e6, 1) for name in ("postgresql", "web", "workers")
        },
    }  # fmt: skip


async def _open_market(database: Database) -> Goods:
    now, draw = datetime.now(UTC), random.Random(SEED)  # noqa: S311 - a load, not a secret
    async with database.transaction() as tx:
        shop_ids = await shops.ensure_shops(tx, [
            NewShop("bench", f"s{n}", f"Shop {n}", "CNY", now, belt=f"Belt {n % 25}", is_domestic_brand=n % 2 == 0)
            for n in range(SHOPS)
        ])  # fmt: skip
        tree = await catalog.ensure_categories(
            tx, [NewCategory("bench", f"l{n}", f"叶{n}", f"Leaf {n}") for n in range(LEAVES)]
        )
        brands = await catalog.ensure_brands(tx, [NewBrand("bench", f"b{n}", f"Brand {n}") for n in range(BRANDS)])
        items, rows = [], []
        for number, shop_id in enumerate(shop_ids):
            for each in range(ITEMS_A_SHOP):
                leaf, price = tree[f"l{draw.randrange(LEAVES)}"], draw.randrange(500, 50_000)
                brand = brands[f"b{(number * 7 + each // 10) % BRANDS}"]
                items.append(
                    NewItem(shop_id, "bench", f"i{each}", f"Goods {each}", leaf, brand, list_price_minor=price)
                )
                rows.append((shop_id, item_id_of(shop_id, f"i{each}"), leaf, price))
        await catalog.copy_items(tx, items, now)
    return Goods(tuple(rows))


async def _sign_in(database: Database) -> dict[str, str]:
    now, secret = datetime.now(UTC), "a bench's own phrase 7"
    async with database.transaction() as tx:
        await accounts.ensure_account(
            tx, NewAccount("bench", "Bench", AccountKind.STAFF, None, Role.PLATFORM), secret, now
        )
    opened = await accounts.sign_in(database, SignInAttempt("bench", secret, "127.0.0.1", "bench"), now)
    return {accounts.session_cookie(is_encrypted=False): opened.token}


def _worker(settings: Settings) -> "subprocess.Popen[bytes]":
    with (settings.home / "bench-worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "peakday.apps.cli", "worker"],
            env={**os.environ, "PEAKDAY_HOME": str(settings.home)}, stdout=log, stderr=log,
        )  # fmt: skip


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.kill()
    worker.wait()


async def _view(address: str, cookies: dict[str, str], seen: list[tuple[float, int]]) -> None:
    """An open page: when each frame was read, and how many orders it held."""
    client = httpx.AsyncClient(base_url=address, cookies=cookies, timeout=60)
    async with (
        client, client.stream("GET", "/platform/board/stream", params={"currency": "CNY"},
                              headers={"Accept": "text/event-stream"}) as answer,
    ):  # fmt: skip
        assert answer.status_code == 200, answer.status_code
        async for line in answer.aiter_lines():
            if line.startswith("data: {"):
                seen.append((time.time(), json.loads(line[6:])["orders"]))  # noqa: PERF401 - others look meanwhile


async def _pour(
    url: str, goods: Goods, pace: tuple[int, float], victim: "subprocess.Popen[bytes]"
) -> tuple[list[float], float]:
    """Write orders at a pace and kill a worker half-way: when each transaction was begun, and how long all took."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    writer = context.Process(target=_write_in_process, args=(url, goods, *pace, theirs))
    writer.start()
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, ours.recv)  # it begins
    await asyncio.sleep(pace[1] / 2)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    sent, took = await loop.run_in_executor(None, ours.recv)
    writer.join()
    return sent, took


def _write_in_process(url: str, goods: Goods, rate: int, seconds: float, told: Connection) -> None:
    uvloop.run(_write(url, goods, (rate, seconds), told))


async def _write(url: str, goods: Goods, pace: tuple[int, float], told: Connection) -> None:
    rate, seconds = pace
    database, draw = await connect(url, pool_size=2), random.Random(SEED)  # noqa: S311 - a load, not a secret
    buyers = [derived_id(None, "bench", str(number)) for number in range(BUYERS)]
    sent: list[float] = []
    told.send(True)
    begun = time.monotonic()
    for number in range(int(rate * seconds) // BATCH):
        await asyncio.sleep(max(begun + number * BATCH / rate - time.monotonic(), 0))
        sold = [goods.rows[min(int(draw.paretovariate(0.7)) - 1, len(goods.rows) - 1)] for _ in range(BATCH)]
        sent.append(time.time())
        async with database.transaction() as tx:
            await _insert(tx, sold, draw.choices(buyers, k=BATCH), draw.randrange(REGIONS))
    took = time.monotonic() - begun
    await database.close()
    told.send((sent, took))


async def _insert(tx: Tx, sold: list[tuple[UUID, UUID, UUID, int]], buyers: list[UUID], region: int) -> None:
    """What a settled payment leaves behind: paid orders of one line, and their news."""
    at = datetime.now(UTC)
    ids = new_ids(at, len(sold))
    shop_ids, minors = [row[0] for row in sold], [row[3] for row in sold]
    await tx.execute(
        "insert into orders.customer_order (shop_id, order_id, checkout_id, buyer_id, source, source_ref, kind,"
        " terminal, region_id, status, currency, created_at, paid_at, list_minor, discount_minor, postage_minor,"
        " paid_minor, refund_minor)"
        " select s, o, o, b, 'peakday', '', 'spot', 'app', 'region ' || $6, 'completed', 'CNY', $5, $5, m, 0, 0, m, 0"
        " from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) as w(s, o, b, m)",
        shop_ids, ids, buyers, minors, at, str(region),
    )  # fmt: skip
    await tx.execute(
        "insert into orders.line (shop_id, order_id, line_no, item_id, category_id, quantity, list_minor, paid_minor,"
        " refund_minor) select s, o, 1, i, c, 1, m, m, 0"
        " from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[]) as w(s, o, i, c, m)",
        shop_ids, ids, [row[1] for row in sold], [row[2] for row in sold], minors,
    )  # fmt: skip
    facts = [
        OrderPaid(shop_id, order_id, buyer, minor, "CNY", simulated=False)
        for shop_id, order_id, buyer, minor in zip(shop_ids, ids, buyers, minors, strict=True)
    ]
    await announce_many(tx, facts, at)


def _waits(sent: list[float], seen: list[tuple[float, int]]) -> list[float]:
    """For each transaction how long it took until a frame held it."""
    waits, frame = [], 0
    for number, at in enumerate(sent, 1):
        while seen[frame][1] < number * BATCH:
            frame += 1
        waits.append(seen[frame][0] - at)
    return waits


async def _until(is_done: Any) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while not is_done():
        assert time.monotonic() < deadline, "the board does not come to the end"
        await asyncio.sleep(0.05)


async def _counted(database: Database) -> int:
    async with database.read() as connection:
        return int(
            await connection.fetchval(
                "select coalesce(sum(m.orders), 0) from advisor.board b join advisor.board_minute m using (board_no)"
                " where b.shop_id is null and b.window_code like 'day:%'"
            )
        )


async def _server_pid(database: Database) -> int:
    async with database.read() as connection:
        own = int(await connection.fetchval("select pg_backend_pid()"))
    return parent_of(own)


def _used(server: int, processes: list[Any]) -> dict[str, float]:
    web, *workers = processes
    return {
        "postgresql": used_seconds_with_children(server),
        "web": web.cpu_seconds(),
        "workers": sum(used_seconds(worker.pid) for worker in workers),
    }
