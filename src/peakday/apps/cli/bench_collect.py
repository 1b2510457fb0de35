"""How many events does the collection door take, and does it lose any when its process is killed?

A real server process, a real API key, and the client on the same cores. In mid-run the server gets kill -9 and is
started again; what was not acknowledged is sent again. Then the log is compacted and read: every acknowledged event
must be there once. The naive form in the same run takes one event a request and syncs the disk for each.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel

from peakday.apps.cli.bench_home import bench_home
from peakday.apps.cli.collect_client import BATCH, Tally, Target, event_ids, make_templates, send_all
from peakday.insight.behaviour.api import EVENTS_SHAPE, event_files, events_sql
from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import connect
from peakday.kernel.eventlog import compact_log
from peakday.kernel.settings import Settings, read_settings
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewKey
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop

EVENTS = 1_000_000
LANES = 32
NAIVE_EVENTS = 3_000
APP = "peakday.apps.http.app:create_app"
NAIVE_APP = "peakday.apps.cli.bench_collect:naive_app"
START_SECONDS_MAX = 60.0


def run(events: int = EVENTS, lanes: int = LANES, kill: bool = True) -> dict[str, object]:
    """Run the bench in a temporary installation; returns what `peakday bench collect --json` prints."""
    with bench_home() as (settings, url, folder):
        shop_id, secret = asyncio.run(_open_shop(url))
        sync_ms = _sync_milliseconds(folder)
        naive = _run_naive(settings, secret, lanes)
        done = _run_door(settings, _Load(shop_id, secret, events, lanes, kill))
        return done | {
            "naive_events_per_s": round(naive),
            "ratio": round(done["events_per_s"] / naive, 1),
            "naive": "one event a request, one append and sync of the disk an event",
            "sync_ms": round(sync_ms, 2),
        }


@dataclass(frozen=True)
class _Load:
    shop_id: UUID
    secret: str
    events: int
    lanes: int
    kill: bool


def _run_door(settings: Settings, load: _Load) -> dict[str, float]:
    target = Target(free_port(), load.secret, load.lanes, make_templates(), BATCH)
    tally = Tally(deque(range(load.events // BATCH)))
    with running_server(APP, settings, target.port) as server:
        uvloop.run(send_all(replace(target, lanes=4), Tally(deque(range(9_000_000, 9_000_200)))))  # warm
        began = time.perf_counter()
        cost = uvloop.run(_send_and_kill(target, tally, server, kill=load.kill))
        elapsed = time.perf_counter() - began
    outage = tally.longest_silence if load.kill else 0.0
    lost, doubled, compaction_seconds = _recount(settings, load.shop_id, tally, target.templates)
    total = len(tally.acknowledged) * BATCH
    milliseconds = sorted(1000 * seconds for seconds in tally.seconds)
    return {
        "events_per_s": round(total / (elapsed - outage)),
        "p99_ms": round(milliseconds[int(len(milliseconds) * 0.99)], 1),
        "p50_ms": round(milliseconds[len(milliseconds) // 2], 1),
        "lost": lost,
        "doubled": doubled,
        "acknowledged": total,
        "events_per_s_with_outage": round(total / elapsed),
        "outage_s": round(outage, 2),
        "server_cpu_s_per_1000_events": round(cost.server, 5),
        "client_cpu_s_per_1000_events": round(cost.client, 5),
        "failed_answers": len(tally.failed_answers),
        "compaction_events_per_s": round(total / compaction_seconds),
    }


@dataclass(frozen=True)
class _Cost:
    """CPU seconds for 1,000 events: a figure that survives a busy machine."""

    server: float
    client: float


async def _send_and_kill(target: Target, tally: Tally, server: "WebProcess", *, kill: bool) -> _Cost:
    """Send everything; when half is acknowledged, note the cost, kill the server and start it again."""
    half = len(tally.todo) // 2
    server_before, client_before = server.cpu_seconds(), time.process_time()
    sending = asyncio.create_task(send_all(target, tally))
    while len(tally.acknowledged) < half and not sending.done():  # noqa: ASYNC110 - a look costs the senders nothing
        await asyncio.sleep(0.01)
    server_seconds, client_seconds = server.cpu_seconds() - server_before, time.process_time() - client_before
    events = max(1, len(tally.acknowledged)) * BATCH
    if kill:
        server.kill_and_restart()
    await sending
    return _Cost(1000 * server_seconds / events, 1000 * client_seconds / events)


def _recount(settings: Settings, shop_id: UUID, tally: Tally, templates: list[bytes]) -> tuple[int, int, float]:
    """Compact and count: acknowledged events that are missing, and events stored more than once."""
    acknowledged = [name for batch in tally.acknowledged for name in event_ids(batch, templates, BATCH)]
    began = time.perf_counter()
    compact_log(settings.events_dir, EVENTS_SHAPE, datetime.now(UTC), grace=timedelta(0))
    seconds = time.perf_counter() - began
    files = event_files(settings)
    assert not files.segments, files.segments
    with duckdb.connect() as connection:
        connection.execute("create table told as select unnest(?) as event_id", [acknowledged])
        connection.execute(f"create table kept as select shop_id, event_id from ({events_sql(files)})")
        counts = connection.execute(
            "select (select count(*) from told where event_id not in (select event_id from kept where shop_id = ?)),"
            " (select count(*) - count(distinct (shop_id, event_id)) from kept)",
            [str(shop_id)],
        ).fetchone()
    assert counts is not None
    return int(counts[0]), int(counts[1]), seconds


def _run_naive(settings: Settings, secret: str, lanes: int) -> float:
    """Events a second of the naive form."""
    target = Target(free_port(), secret, lanes, make_templates(1), 1)
    tally = Tally(deque(range(NAIVE_EVENTS)))
    with running_server(NAIVE_APP, settings, target.port):
        began = time.perf_counter()
        uvloop.run(send_all(target, tally))
        return len(tally.acknowledged) / (time.perf_counter() - began)


class NaiveEvent(BaseModel):
    """The event of the naive form: whatever fields come."""

    model_config = {"extra": "allow"}

    event_id: str
    ts: datetime
    user_id: str
    type: str


def naive_app() -> FastAPI:
    """The naive form: each request validates one event, appends it and syncs the disk."""
    app = FastAPI()
    home = read_settings().home
    home.mkdir(parents=True, exist_ok=True)
    file = (home / "naive.ndjson").open("ab")

    @app.post("/v1/events", status_code=202)
    async def collect_one(event: NaiveEvent) -> dict[str, object]:
        file.write(event.model_dump_json().encode() + b"\n")
        file.flush()
        os.fdatasync(file.fileno())
        return {"accepted": 1, "doubled": 0, "refused": []}

    return app


class WebProcess:
    """A server process that can be killed and started again."""

    def __init__(self, app: str, settings: Settings, port: int) -> None:
        self._command = [
            sys.executable, "-m", "uvicorn", "--factory", app, "--host", "127.0.0.1", "--port", str(port),
            "--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "warning",
        ]  # fmt: skip
        self._environ = {**os.environ, "PEAKDAY_HOME": str(settings.home)}
        self._port = port
        self._process: subprocess.Popen[bytes]
        self.start()
        self.wait_until_ready()

    def start(self) -> None:
        """Start the process."""
        self._process = subprocess.Popen(self._command, env=self._environ)

    def kill_and_restart(self) -> None:
        """End it as a power cut would, then start; the senders connect again by themselves."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.start()

    def cpu_seconds(self) -> float:
        """What the process has used (Linux); 0 where the system does not tell."""
        status = Path(f"/proc/{self._process.pid}/stat")
        if not status.exists():
            return 0.0
        user, system = status.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the process in good order."""
        self._process.terminate()
        self._process.wait()

    def wait_until_ready(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "the server ended at start"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health", timeout=1).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the server does not answer")


@contextmanager
def running_server(app: str, settings: Settings, port: int) -> Iterator[WebProcess]:
    """A web process that answers, ended afterwards."""
    server = WebProcess(app, settings, port)
    try:
        yield server
    finally:
        server.stop()


async def _open_shop(url: str) -> tuple[UUID, str]:
    """A shop and the secret of a key that may write its events."""
    database = await connect(url)
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        (shop_id,) = await shops.ensure_shops(tx, [NewShop("bench", "collect", "Bench", "CNY", now)])
        wanted = NewKey(name="bench", scopes=frozenset({"events:write"}))
        created = await accounts.create_key(tx, SYSTEM, shop_id, wanted, now)
    await database.close()
    return shop_id, created.secret


def _sync_milliseconds(folder: Path, times: int = 50) -> float:
    """How long this disk takes to make 30 kB durable: the floor under every durable answer."""
    with (folder / "sync.probe").open("wb") as file:
        began = time.perf_counter()
        for _ in range(times):
            file.write(b"x" * 30_000)
            file.flush()
            os.fdatasync(file.fileno())
        return 1000 * (time.perf_counter() - began) / times


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
