"""Is every acknowledged posting there, once, after the poster or PostgreSQL was killed under load?

A few kills run with every test run; PEAKDAY_KILLS sets how many, for a long one.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import pytest

from peakday.kernel.clock import SystemClock
from peakday.kernel.database import connect
from peakday.kernel.database.launcher import data_directory, ensure_server, server_pid, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.house import House
from peakday.kernel.settings import read_settings
from peakday.trade.ledger import api
from peakday.trade.ledger.audit import audit
from peakday.trade.ledger.model import AccountKind, NewAccount
from tests.trade.ledger.posting_child import ACCOUNTS, derived_id, posting

KILLS = int(os.environ.get("PEAKDAY_KILLS", "3"))
SERVING_SECONDS_MAX = 10
CHILD = Path(__file__).parent / "posting_child.py"


class Poster:
    """The process that posts, and what it has said so far."""

    def __init__(self, url, acknowledged, first=0):
        self.acknowledged = acknowledged
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), url, str(first)], stdout=subprocess.PIPE, text=True, env=environment
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            if line.endswith("\n"):  # the last one may be cut off by the kill
                number, posting_id = line.split()
                self.acknowledged[int(number)] = posting_id

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


def wait_for_more(acknowledged, more=50, seconds=30):
    """Until so many were acknowledged besides; how long it took."""
    begun, wanted = time.monotonic(), len(acknowledged) + more
    while len(acknowledged) < wanted:
        assert time.monotonic() - begun < seconds, f"only {len(acknowledged)} of {wanted} after {seconds} s"
        time.sleep(0.005)
    return time.monotonic() - begun


def kill_server(settings):
    """The postmaster and all of its processes, as when the machine loses them."""
    pid = server_pid(data_directory(settings))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for victim in (pid, *map(int, children)):
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue


@pytest.fixture
def server(tmp_path):
    """A server of our own, with the accounts open; killed here, so nobody else's."""
    home = tmp_path / "home"
    settings = read_settings({"PEAKDAY_HOME": str(home)})
    tmp_path.chmod(0o755)
    url = ensure_server(settings)
    migrate(url)
    asyncio.run(_open(url))
    yield settings, url
    stop_server(settings)


async def _open(url):
    database = await connect(url, pool_size=1)
    wanted = [
        NewAccount(AccountKind.MERCHANT, derived_id(None, "kill-test-account", str(n)), "CNY", None)
        for n in range(ACCOUNTS)
    ]
    async with database.transaction() as tx:
        await api.open_accounts(tx, wanted, SystemClock().now())
    await database.close()


async def check(settings, url, acknowledged):
    """Every acknowledged posting stands once and says what was asked; the books audit clean."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("select posting_id::text, ref, entries from ledger.posting where refusal is null")
    await connection.close()
    there = {row["posting_id"]: row for row in rows}
    assert len(there) == len(rows)
    for number, posting_id in acknowledged.items():
        assert there[posting_id]["ref"] == str(number)
        assert posting_id == str(posting(number).posting_id)
    database = await connect(url, pool_size=2)
    assert await audit(House(settings, SystemClock(), database)) == []
    await database.close()


async def test_killed_posters_lose_nothing_that_they_acknowledged(server):
    settings, url = server
    acknowledged, drawn = {}, random.Random(1)
    for _ in range(KILLS):
        poster = Poster(url, acknowledged, first=max(len(acknowledged) - 200, 0))
        wait_for_more(acknowledged)
        time.sleep(drawn.random() / 4)
        poster.kill()
    await check(settings, url, acknowledged)


async def test_a_killed_database_loses_nothing_and_serves_again_soon(server):
    settings, url = server
    acknowledged, drawn = {}, random.Random(2)
    poster, slowest = Poster(url, acknowledged), 0.0
    wait_for_more(acknowledged)
    for _ in range(KILLS):
        time.sleep(drawn.random() / 4)
        kill_server(settings)
        begun = time.monotonic()
        assert ensure_server(settings) == url
        wait_for_more(acknowledged)
        slowest = max(slowest, time.monotonic() - begun)
    poster.kill()
    assert slowest <= SERVING_SECONDS_MAX
    await check(settings, url, acknowledged)
