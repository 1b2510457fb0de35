"""How long does a merchant wait for a page of figures, with eight readers at once at the largest shop?

The full sample in an installation of its own, a real server process, and the readers on the same cores.
*First*: one reader opens every page for every usual period, which nobody has asked for yet.
*Warm*: eight readers at once open the usual periods again and again, while nothing changes; `p95_ms` is the slowest
page's p95 of these.
*Cold*: eight readers at once, each request for a period that nobody has ever asked for, so no kept answer helps.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import uvloop
from rich.console import Console

from peakday.apps.cli.first_data import fill_market
from peakday.apps.importers.demo_accounts import DemoLogin
from peakday.kernel.clock import day_of
from peakday.kernel.database import connect
from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.settings import Settings, read_settings
from peakday.trade.orders import api as orders

READERS = 8
ROUNDS = 12  # of every page by every reader, cold and warm each
START_SECONDS_MAX = 120.0
PAGES = {
    "home": "",
    "traffic": "data/traffic",
    "items": "data/items",
    "trade": "data/trade",
    "buyers": "data/buyers",
    "market": "data/market",
    "rows": "metrics/paid_amount/rows",
}
WARM_PERIODS = ("7d", "30d", "1d")
COLD_DAYS = 7  # a cold period is as long as the usual one, and begins on a day of the last year


@dataclass
class Waits:
    """Seconds waited, by page."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def p95_ms(self, page: str) -> float:
        """The time within which 95 of 100 answers came."""
        ordered = sorted(self.seconds[page])
        return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1)


def run(readers: int = READERS, rounds: int = ROUNDS) -> dict[str, object]:
    """Run the bench; returns what `peakday bench advisor --json` prints."""
    with tempfile.TemporaryDirectory(prefix="peakday-bench-") as folder:
        Path(folder).chmod(0o755)
        settings = read_settings({**os.environ, "PEAKDAY_HOME": f"{folder}/home"})
        settings.home.mkdir(parents=True)
        url = ensure_server(settings)
        try:
            migrate(url)
            logins = asyncio.run(fill_market(settings, Console(stderr=True), with_sample=True))
            return measure_market(settings, url, logins, readers, rounds)
        finally:
            if settings.database_url is None:
                stop_server(settings)


def measure_market(
    settings: Settings, url: str, logins: list[DemoLogin], readers: int = READERS, rounds: int = ROUNDS
) -> dict[str, object]:
    """Measure the pages of the largest shop of a market that is filled."""
    size = asyncio.run(_largest(url))
    owner = next(login for login in logins if login.login == "owner1")
    with _server(settings) as address:
        waits = uvloop.run(_read(address, owner, readers, rounds))
    pages = {page: waits["warm"].p95_ms(page) for page in PAGES}
    return {
        "p95_ms": max(pages.values()),
        "largest_shop_orders": size,
        "readers": readers,
        "requests": sum(len(seconds) for kind in waits.values() for seconds in kind.seconds.values()),
        **{f"{page}_p95_ms": value for page, value in pages.items()},
        "first_p95_ms": max(waits["first"].p95_ms(page) for page in PAGES),
        **{f"{page}_cold_p95_ms": waits["cold"].p95_ms(page) for page in PAGES},
        "cold_p95_ms": max(waits["cold"].p95_ms(page) for page in PAGES),
    }


async def _largest(url: str) -> int:
    database = await connect(url, pool_size=1)
    try:
        async with database.read() as connection:
            return (await orders.largest_shops(connection, 1))[0].orders
    finally:
        await database.close()


async def _read(address: str, owner: DemoLogin, readers: int, rounds: int) -> dict[str, Waits]:
    """Sign in once, open everything once, then read warm and cold with all readers."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        shop = await _sign_in(client, owner)
        found = {"first": Waits(), "cold": Waits(), "warm": Waits()}
        last_day = day_of(datetime.now(UTC)) - timedelta(days=1)
        (await client.get(f"{shop}/")).raise_for_status()  # the facts are taken in
        await _reader(client, shop, found["first"], _addresses("warm", 0, len(WARM_PERIODS), last_day))
        for kind in ("warm", "cold"):
            tasks = (_reader(client, shop, found[kind], _addresses(kind, number, rounds, last_day))
                     for number in range(readers))  # fmt: skip
            await asyncio.gather(*tasks)
        return found


def _addresses(kind: str, reader: int, rounds: int, last_day: date) -> Iterator[tuple[str, str]]:
    """Pages in another order for each reader, with their periods."""
    names = list(PAGES)
    for turn in range(rounds):
        for at in range(len(names)):
            page = names[(at + reader) % len(names)]
            if kind == "warm":
                yield page, f"{PAGES[page]}?period={WARM_PERIODS[turn % len(WARM_PERIODS)]}"
            else:
                first = last_day - timedelta(days=COLD_DAYS + turn + rounds * reader)
                yield page, f"{PAGES[page]}?period={first}..{first + timedelta(days=COLD_DAYS - 1)}"


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
def _server(settings: Settings) -> Iterator[str]:
    """A web process of this installation, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PEAKDAY_HOME": str(settings.home)}
    command = [sys.executable, "-m", "peakday.apps.cli", "web", "--port", str(port)]
    with (settings.home / "bench-web.log").open("w") as log:
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not _answers(address):
            assert child.poll() is None, (settings.home / "bench-web.log").read_text()
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        yield address
    finally:
        child.terminate()
        child.wait(timeout=30)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
