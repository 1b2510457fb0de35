"""How long does a merchant wait for a page of figures, with eight readers at once at the largest shop?

The full sample in an installation of its own, a real server process, and the readers on the same cores.
`p95_ms`: eight readers at once, each with a session of their own, open every page for every usual period in an order of
chance, some rounds of it, and never pause. They come when the server has become quiet, as after `make up`: by itself it
brings the largest shops up when it begins (`quiet_s` is how long that took). It is the p95 of the slowest page.
`naive_…`: the same rounds for the form that keeps nothing, neither answers nor a shop's facts in memory; `ratio` is its
server CPU for an opening over ours.
`selling_…`: as `p95_ms`, while an order of the shop comes in every second.
`cold_…`: as `p95_ms`, one round from the instant that the server answers, before it is warm.
"""

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import uvloop
from fastapi import FastAPI
from rich.console import Console

from peakday.apps.cli.bench_home import bench_home
from peakday.apps.cli.first_data import fill_market
from peakday.apps.http.app import create_app
from peakday.apps.importers.demo_accounts import DemoLogin
from peakday.apps.opening import open_house, open_web_engines
from peakday.insight.metrics.api import FactStore
from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Database, connect
from peakday.kernel.house import House
from peakday.kernel.settings import Settings, read_settings
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import NewOrder, OrderFilter

READERS = 8
ROUNDS = 4  # of every page and period by every reader
START_SECONDS_MAX = 120.0
QUIET_SECONDS_MAX = 120.0
QUIET_LOOK_SECONDS = 1.0
QUIET_LOOKS = 2  # one after the other
QUIET_SHARE = 0.05  # of one core
SALE_SECONDS = 1.0
PAGES = {
    "home": "",
    "traffic": "data/traffic",
    "items": "data/items",
    "trade": "data/trade",
    "buyers": "data/buyers",
    "market": "data/market",
    "rows": "metrics/paid_amount/rows",
}
PERIODS = ("7d", "30d", "1d")
OURS, NAIVE = "peakday.apps.http.app:create_app", "peakday.apps.cli.bench_advisor:create_naive_app"
WARM = {"ours", "selling"}
SOURCE = "bench"


@dataclass
class Waits:
    """Seconds waited, by page, and the server's CPU seconds."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    server_cpu: float = 0.0

    def p95_ms(self, page: str) -> float:
        """The time within which 95 of 100 answers came."""
        ordered = sorted(self.seconds[page])
        return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1)

    @property
    def worst_p95_ms(self) -> float:
        """The p95 of the slowest page."""
        return max(self.p95_ms(page) for page in self.seconds)

    @property
    def requests(self) -> int:
        """How many openings."""
        return sum(len(seconds) for seconds in self.seconds.values())

    @property
    def cpu_ms(self) -> float:
        """Server CPU for one opening: a figure that survives a busy machine."""
        return round(1000 * self.server_cpu / self.requests, 1)


def run(readers: int = READERS, rounds: int = ROUNDS) -> dict[str, object]:
    """Run the bench; returns what `peakday bench advisor --json` prints."""
    with bench_home() as (settings, url, _):
        logins = asyncio.run(fill_market(settings, Console(stderr=True), with_sample=True))
        return measure_market(settings, url, logins, readers, rounds)


def measure_market(
    settings: Settings, url: str, logins: list[DemoLogin], readers: int = READERS, rounds: int = ROUNDS
) -> dict[str, object]:
    """Measure the pages of the largest shop of a market that is filled."""
    shop_id, size = asyncio.run(_largest(url))
    owner = next(login for login in logins if login.login == "owner1")
    found: dict[str, Waits] = {}
    quiet_s = 0.0
    for kind, app, rounds_read in (
        ("cold", OURS, 1),
        ("ours", OURS, rounds),
        ("naive", NAIVE, 1),
        ("selling", OURS, rounds),
    ):
        with _server(settings, app) as (address, process):
            if kind in WARM:
                quiet_s = _wait_until_quiet(process)
            seller = _selling(url, shop_id) if kind == "selling" else _quiet()
            found[kind] = uvloop.run(_read(address, owner, process, readers, rounds_read, seller))
    ours, naive = found["ours"], found["naive"]
    return {
        "p95_ms": ours.worst_p95_ms,
        "largest_shop_orders": size,
        "readers": readers,
        "requests": ours.requests,
        **{f"{page}_p95_ms": ours.p95_ms(page) for page in PAGES},
        "cpu_ms": ours.cpu_ms,
        "naive_p95_ms": naive.worst_p95_ms,
        "naive_cpu_ms": naive.cpu_ms,
        "ratio": round(naive.cpu_ms / ours.cpu_ms, 1),
        "cold_p95_ms": found["cold"].worst_p95_ms,
        "quiet_s": quiet_s,
        "selling_p95_ms": found["selling"].worst_p95_ms,
        **{f"{page}_selling_p95_ms": found["selling"].p95_ms(page) for page in PAGES},
        "selling_cpu_ms": found["selling"].cpu_ms,
        "load": [round(one, 1) for one in os.getloadavg()],
    }


def create_naive_app() -> FastAPI:
    """The app whose facts keep nothing between two questions."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[House]:
        async with open_house(read_settings()) as house, open_web_engines(house):
            house.get(FactStore).keeps = False
            yield house

    return create_app(opening)


async def _largest(url: str) -> tuple[UUID, int]:
    database = await connect(url, pool_size=1)
    try:
        async with database.read() as connection:
            largest = (await orders.largest_shops(connection, 1))[0]
            return largest.shop_id, largest.orders
    finally:
        await database.close()


@asynccontextmanager
async def _quiet() -> AsyncIterator[None]:
    """Nobody buys."""
    yield


@asynccontextmanager
async def _selling(url: str, shop_id: UUID) -> AsyncIterator[None]:
    """Until the end of the block, the shop's last order is placed and paid again every second, with a new number."""
    database = await connect(url, pool_size=1)
    selling = asyncio.create_task(_sell(database, shop_id))
    try:
        yield
    finally:
        selling.cancel()
        with suppress(asyncio.CancelledError):
            await selling
        await database.close()


async def _sell(database: Database, shop_id: UUID) -> None:
    async with database.read() as connection:
        last = (await orders.list_orders(connection, SYSTEM, shop_id, OrderFilter(), limit=1)).items[0]
        model = await orders.get_order(connection, SYSTEM, shop_id, last.order_id)
    while True:
        now, number = datetime.now(UTC), uuid4().hex
        order = replace(
            model.order, source=SOURCE, source_ref=number, order_id=orders.order_id_of(now, shop_id, SOURCE, number),
            created_at=now, paid_at=now, refund_minor=0,
        )  # fmt: skip
        async with database.transaction() as tx:
            await orders.copy_orders(tx, SOURCE, [NewOrder(order, model.lines)], now)
        await asyncio.sleep(SALE_SECONDS)


async def _read(
    address: str,
    owner: DemoLogin,
    process: int,
    readers: int,
    rounds: int,
    seller: AbstractAsyncContextManager[None],
) -> Waits:
    """Sign all readers in, then let them read."""
    waits = Waits()
    async with AsyncExitStack() as open_clients, seller:
        clients = [
            await open_clients.enter_async_context(httpx.AsyncClient(base_url=address, timeout=120))
            for _ in range(readers)
        ]
        shops = [await _sign_in(client, owner) for client in clients]
        before = _cpu(process)
        await asyncio.gather(
            *(
                _reader(client, shop, waits, _addresses(at, rounds))
                for at, (client, shop) in enumerate(zip(clients, shops, strict=True))
            )
        )
        waits.server_cpu = _cpu(process) - before
    return waits


def _wait_until_quiet(process: int) -> float:
    """Wait until the server has nothing left to do; returns the seconds that it took."""
    began, quiet = time.monotonic(), 0
    while quiet < QUIET_LOOKS and time.monotonic() - began < QUIET_SECONDS_MAX:
        before = _cpu(process)
        time.sleep(QUIET_LOOK_SECONDS)
        quiet = quiet + 1 if _cpu(process) - before < QUIET_SHARE * QUIET_LOOK_SECONDS else 0
    return round(time.monotonic() - began, 1)


def _cpu(process: int) -> float:
    """CPU seconds of a process, its own and the kernel's for it."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _addresses(reader: int, rounds: int) -> Iterator[tuple[str, str]]:
    """Every page for every period, each round in another order, the same in every run."""
    chance = random.Random(reader)  # noqa: S311 - an order to read in, not a secret
    for _ in range(rounds):
        opened = [(page, f"{path}?period={period}") for page, path in PAGES.items() for period in PERIODS]
        chance.shuffle(opened)
        yield from opened


async def _reader(client: httpx.AsyncClient, shop: str, waits: Waits, addresses: Iterator[tuple[str, str]]) -> None:
    for page, path in addresses:
        began = time.perf_counter()
        answer = await client.get(f"{shop}/{path}")
        waits.seconds[page].append(time.perf_counter() - began)
        answer.raise_for_status()


async def _sign_in(client: httpx.AsyncClient, owner: DemoLogin) -> str:
    """The address of the owner's shop."""
    page = await client.get("/sign-in")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text[:200]
    form = {"login": owner.login, "password": owner.password, "csrf_token": found.group(1)}
    answer = await client.post("/sign-in", data=form)
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text[:200]
    home = await client.get("/")
    return home.headers["location"].rstrip("/")


@contextmanager
def _server(settings: Settings, app: str) -> Iterator[tuple[str, int]]:
    """A web process of this installation, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PEAKDAY_HOME": str(settings.home)}
    command = [
        sys.executable, "-m", "uvicorn", "--factory", app, "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log",
    ]  # fmt: skip
    with (settings.home / "bench-web.log").open("w") as log:
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not _answers(address):
            assert child.poll() is None, (settings.home / "bench-web.log").read_text()
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        yield address, child.pid
    finally:
        child.terminate()
        child.wait(timeout=30)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
