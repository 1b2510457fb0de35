"""How many orders a second does one hot SKU take over HTTP, and is any of them lost or sold twice?

A temporary installation with its own PostgreSQL (`synchronous_commit` and `fsync` on), real web processes, and the load
generator on the same cores. Every accepted order is a durable checkout, order, line, hold and piece of news; after each
run all of them are counted in the record against every answer that was given: `lost` are acknowledged orders that are
not there whole, `oversold` are units sold beyond those that were there, `units_missing` those that are neither there
nor held. Refusals are counted apart. The naive form in the same run locks the row for each request
(`bench_flash_sale_naive`). `slow_disk`: a millisecond is added to each fsync (`bench_flash_sale_disk`).

Before the clock starts some thousand orders warm the processes, and PostgreSQL makes a checkpoint, so that none begins
in the middle. `processor_us`: processor time an order of load generator, web processes and PostgreSQL: on a shared
machine it says more than orders a second.
"""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import uvloop

from peakday.apps.cli.bench_flash_sale_client import Tally, knock, make_requests
from peakday.apps.cli.bench_flash_sale_disk import build_slow_disk
from peakday.apps.cli.bench_flash_sale_market import HotGood, make_market, make_passes
from peakday.apps.cli.bench_home import bench_home
from peakday.apps.cli.bench_processor import parent_of, used_seconds, used_seconds_with_children
from peakday.kernel.database import connect
from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.ids import read_id
from peakday.kernel.settings import Settings
from peakday.market.accounts import api as accounts

APP = "peakday.apps.http.app:create_app"
NAIVE_APP = "peakday.apps.cli.bench_flash_sale_naive:naive_app"
ORDERS = 100_000
CONNECTIONS = 256
BUYERS = 20_000
WARM_ORDERS = 4_000
NAIVE_SHARE = 25  # the naive form gets one of so many orders: it is measured long enough and takes its time
FEW_UNITS, FEW_BUYERS = 100, 10_000
START_SECONDS_MAX = 60.0
CALM_SECONDS_MAX = 30.0
CALM_LOOKS = 4


@dataclass(frozen=True)
class Load:
    """One run: how many orders of how many SKUs, through which app in how many processes."""

    orders: int
    skus: int = 1
    processes: int = 1
    app: str = APP
    units: int = 10_000_000
    buyers: int = BUYERS
    buyer_limit: int | None = None


@dataclass(frozen=True)
class Figures:
    """What one run came to."""

    tally: Tally
    seconds: float
    lost: int
    oversold: int
    missing: int
    processor_us: dict[str, float]

    @property
    def per_s(self) -> int:
        """Accepted orders a second."""
        return round(len(self.tally.accepted) / self.seconds)

    @property
    def decisions_per_s(self) -> int:
        """Accepted and refused ones a second."""
        return round((len(self.tally.accepted) + sum(self.tally.refused.values())) / self.seconds)

    def ms(self, share: float) -> float:
        """The time within which this share of all answers came."""
        seconds = sorted([*self.tally.seconds, *self.tally.refused_seconds])
        return round(1000 * seconds[min(len(seconds) - 1, int(len(seconds) * share))], 1)


def run(orders: int = ORDERS) -> dict[str, object]:
    """Run the bench; returns what `peakday bench flash-sale --json` prints."""
    with bench_home() as (settings, url, folder):
        return _run(settings, url, orders, folder)


def _run(settings: Settings, url: str, orders: int, folder: Path) -> dict[str, object]:
    load = Load(orders)
    hot = _measure(settings, url, load)
    naive = _measure(settings, url, replace(load, orders=max(500, orders // NAIVE_SHARE), app=NAIVE_APP))
    two = _measure(settings, url, replace(load, orders=orders // 2, processes=2))
    ten = _measure(settings, url, replace(load, orders=orders // 2, skus=10))
    thousand = _measure(settings, url, replace(load, orders=orders // 2, skus=1000))
    few = _measure(
        settings, url, Load(FEW_BUYERS, units=FEW_UNITS, buyers=FEW_BUYERS // 2, buyer_limit=1)
    )  # every buyer twice, with two keys
    slow = _measure_slow(settings, replace(load, orders=orders // 2), folder)
    every = [hot, naive, two, ten, thousand, few, *([slow] if slow else [])]
    return {
        "orders_per_s": hot.per_s, "naive_orders_per_s": naive.per_s, "ratio": round(hot.per_s / naive.per_s, 1),
        "p50_ms": hot.ms(0.5), "p99_ms": hot.ms(0.99), "oversold": sum(each.oversold for each in every),
        "lost": sum(each.lost for each in every), "units_missing": sum(each.missing for each in every),
        "processor_us": hot.processor_us, "processor_us_1000_skus": thousand.processor_us,
        "orders_per_s_slow_disk": slow.per_s if slow else None,
        "slow_disk": "1 ms before each fsync, by a preloaded library" if slow else "not measured: no C compiler",
        "p99_ms_slow_disk": slow.ms(0.99) if slow else None, "accepted": len(hot.tally.accepted),
        "refused": hot.tally.refused, "connections": CONNECTIONS, "naive_p99_ms": naive.ms(0.99),
        "orders_per_s_two_processes": two.per_s, "orders_per_s_10_skus": ten.per_s,
        "orders_per_s_1000_skus": thousand.per_s, "few_units": FEW_UNITS, "few_accepted": len(few.tally.accepted),
        "few_refused": few.tally.refused, "few_decisions_per_s": few.decisions_per_s, "few_p99_ms": few.ms(0.99),
        "broken_lines": sum(each.tally.broken for each in every),
    }  # fmt: skip


def _measure_slow(settings: Settings, load: Load, folder: Path) -> Figures | None:
    """The same on a slow disk, where one can be had: our own server, and a compiler."""
    library = build_slow_disk(folder)
    if library is None or settings.database_url:
        return None
    stop_server(settings)
    os.environ["LD_PRELOAD"] = str(library)
    try:
        url = ensure_server(settings)
    finally:
        del os.environ["LD_PRELOAD"]
    return _measure(settings, url, load)


def _measure(settings: Settings, url: str, load: Load) -> Figures:
    """One run in a shop of its own, and the recount of what it left."""
    goods = uvloop.run(_open_shop(url, load))
    tokens = [token for _, token in make_passes(accounts.buyer_secret(settings), load.buyers)]
    named = [(good.shop_id, good.sku_id) for good in goods]
    name = secrets.token_hex(4)  # of this run's keys: no run repeats another's
    with ExitStack() as stack:
        webs = [stack.enter_context(_web(settings, load.app)) for _ in range(load.processes)]
        ports = [port for port, _ in webs]
        warm: list[Tally] = []
        if load.units > FEW_UNITS:
            warming = make_requests(named, tokens, WARM_ORDERS if load.app == APP else 200, f"{name}w")
            warm.append(uvloop.run(knock(ports, CONNECTIONS, warming))[0])
        server = uvloop.run(_checkpoint(url))
        before = _used(server, [pid for _, pid in webs])
        tally, seconds = uvloop.run(knock(ports, CONNECTIONS, make_requests(named, tokens, load.orders, name)))
        used = _used(server, [pid for _, pid in webs])
    answers = max(1, len(tally.accepted))
    processor_us = {who: round(1e6 * (used[who] - before[who]) / answers, 1) for who in used}
    return Figures(tally, seconds, *uvloop.run(recount(url, goods, load.units, [*warm, tally])), processor_us)


async def _checkpoint(url: str) -> int:
    """Begin with a fresh one; the server's process, by that of one of its children (0: on another machine)."""
    database = await connect(url, pool_size=1)
    try:
        async with database.read() as connection:
            await connection.execute("checkpoint")
            return parent_of(await connection.fetchval("select pg_backend_pid()"))
    finally:
        await database.close()


def _used(server: int, webs: Sequence[int]) -> dict[str, float]:
    """Processor seconds so far."""
    return {
        "client": time.process_time(), "web": sum(map(used_seconds, webs)),
        "postgres": used_seconds_with_children(server) if server else 0.0,
    }  # fmt: skip


async def _open_shop(url: str, load: Load) -> list[HotGood]:
    database = await connect(url, pool_size=2)
    try:
        return await make_market(database, load.skus, load.units, load.buyer_limit)
    finally:
        await database.close()


async def recount(url: str, goods: Sequence[HotGood], units: int, tallies: Sequence[Tally]) -> tuple[int, int, int]:
    """Lost, oversold, missing: acknowledged orders that are not there whole (or more are there than were acknowledged),
    units sold beyond those that were there, and units that are neither there nor held.
    """
    told: list[tuple[UUID, UUID]] = []
    for tally in tallies:
        for body in tally.accepted:
            answer = json.loads(body)
            told.append((read_id("chk", answer["checkout_id"]), read_id("ord", answer["order_id"])))
    database = await connect(url, pool_size=2)
    try:
        async with database.read() as tx:
            await tx.execute("analyze")  # what was just written is counted by plans that know of it
            kept = {tuple(row) for row in await tx.fetch(_KEPT, goods[0].shop_id, timeout=600)}
            rows = await tx.fetch(_LEVELS, goods[0].shop_id, units, timeout=600)
    finally:
        await database.close()
    oversold = sum(max(0, row["difference"], -row["available"]) for row in rows)
    missing = sum(max(0, -row["difference"]) for row in rows)
    return len(set(told) ^ kept) + len(told) - len(set(told)), oversold, missing


_KEPT = """
select h.claim_id, o.order_id from stock.hold h
join orders.customer_order o on o.checkout_id = h.claim_id and o.shop_id = h.shop_id
join orders.checkout c on c.checkout_id = h.claim_id and c.buyer_id = h.buyer_id and c.order_ids = array[o.order_id]
join orders.line l on l.shop_id = o.shop_id and l.order_id = o.order_id and l.sku_id = h.sku_id
    and l.quantity = h.quantity and l.paid_minor = o.paid_minor
join kernel.outbox n on n.event_id = o.order_id and n.payload ->> 'checkout_id' = h.claim_id::text
where h.shop_id = $1
"""
_LEVELS = """
select l.available, l.available + coalesce(sum(h.quantity), 0) - $2 as difference
from stock.level l left join stock.hold h using (shop_id, sku_id) where l.shop_id = $1 group by l.sku_id, l.available
"""


_START = """
from peakday.apps.cli.processes import answer
from {module} import {name}
answer("127.0.0.1", {port}, {name}())
"""


@contextmanager
def _web(settings: Settings, app: str) -> Iterator[tuple[int, int]]:
    """A web process as `peakday web` starts it; its port once it answers, and the process."""
    import socket  # noqa: PLC0415 - here only to find a free port

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "peakday.apps.cli", "web", "--host", "127.0.0.1", "--port", str(port)]
    if app != APP:
        command = [
            sys.executable,
            "-c",
            _START.format(module=app.partition(":")[0], name=app.partition(":")[2], port=port),
        ]
    process = subprocess.Popen(
        command, env={**os.environ, "PEAKDAY_HOME": str(settings.home)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_until_ready(port, process)
        _wait_until_calm(process.pid)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_until_calm(pid: int) -> None:
    """A web process that has just come up reckons the figures of the largest shops: not what is measured here."""
    deadline = time.monotonic() + CALM_SECONDS_MAX
    before, calm = used_seconds(pid), 0
    while time.monotonic() < deadline and calm < CALM_LOOKS:
        time.sleep(0.5)
        now = used_seconds(pid)
        calm = calm + 1 if now - before < 0.05 else 0
        before = now


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        assert process.poll() is None, "the web process ended at start"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the web process did not come up")
