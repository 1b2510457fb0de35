"""How does a rehearsal go? Audit, shoppers, the load with its faults, comparison with the record, audit, report.

It is kept in the record with the switches that were on, so that the gate of a freeze can ask for it; one that is broken
off stays unfinished and proves nothing. Green is: nothing
lost, doubled or mispriced, both audits clean of what was not there before, and after every kill the shop served again
within `RECOVERY_SECONDS_LIMIT`.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from peakday.apps.rehearsal.audit import Comparison, compare
from peakday.apps.rehearsal.baskets import Basket, BasketLine, read_baskets
from peakday.apps.rehearsal.curve import OPENING, arrivals
from peakday.apps.rehearsal.entrance import make_shoppers
from peakday.apps.rehearsal.faults import DECISIONS, KILLS, Fault, Kill, Killer, Site, slow_disk
from peakday.apps.rehearsal.measures import Measures
from peakday.apps.rehearsal.shopper import Errand, Ledger, Pass, Street, run_errand
from peakday.apps.rehearsal.wire import Question, Wire
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import SystemClock
from peakday.kernel.database import Database, connect
from peakday.kernel.database.launcher import data_directory, server_address
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Refusal
from peakday.kernel.settings import Settings
from peakday.kernel.switches import api as switches
from peakday.kernel.text import Text

RECOVERY_SECONDS_LIMIT = 10.0
LANES = 96
AUDIT_SECONDS_MAX = 1200
WITNESS = "witness"


class MarketClosed(Refusal):
    """There is no market to rehearse in."""

    code = "market_closed"
    message = Text("市场没有开张:{home}。请先运行 peakday up", "No market is open in {home}. Run peakday up first")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to rehearse: so many baskets over so many seconds, which faults, how many kills of each kind."""

    baskets: int
    seconds: float
    faults: tuple[Fault, ...] = ()
    kills_each: int = 3
    lanes: int = LANES


@dataclass
class Progress:
    """What is going on, for whoever watches."""

    stage: str = ""
    baskets: int = 0
    measures: Measures = field(default_factory=Measures)
    ledger: Ledger = field(default_factory=Ledger)
    killer: Killer | None = None
    began: float = 0.0
    begins: Callable[[str], None] = lambda _: None

    def enter(self, stage: str) -> None:
        """A new stage begins."""
        self.stage = stage
        self.begins(stage)


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit said: room, invariant, subject."""

    rows: tuple[tuple[str, ...], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished rehearsal."""

    rehearsal_id: UUID
    plan: Plan
    started_at: datetime
    lines: int
    took_seconds: float
    measures: Measures
    ledger: Ledger
    kills: tuple[Kill, ...]
    before: Findings
    after: Findings
    comparison: Comparison
    switches: dict[str, int]
    load: float

    @property
    def new_findings(self) -> list[tuple[str, ...]]:
        """What the second audit found and the first had not."""
        return [row for row in self.after.rows if row not in set(self.before.rows)]

    @property
    def slow_recoveries(self) -> list[Kill]:
        """Kills after which the shop was away too long."""
        limit = RECOVERY_SECONDS_LIMIT
        return [kill for kill in self.kills if kill.recovered_seconds is None or kill.recovered_seconds > limit]

    @property
    def is_green(self) -> bool:
        """Whether it held."""
        return self.comparison.is_true and not self.new_findings and not self.slow_recoveries


async def rehearse(settings: Settings, plan: Plan, progress: Progress) -> Outcome:
    """Rehearse in the open market of these settings. Refuses `MarketClosed`, `NoStaff`, `SampleMissing`."""
    site, url = find_site(settings)
    started_at = SystemClock().now()
    progress.enter("baskets")
    baskets = await asyncio.to_thread(read_baskets, plan.baskets)
    progress.baskets = len(baskets)
    progress.enter("audit before")
    before = await audit_market(settings)
    async with _record(url) as database, database.transaction() as tx:
        rehearsal_id = await switches.open_rehearsal(tx, [fault.value for fault in plan.faults], SystemClock().now())
    progress.enter("shoppers")
    run_ref = show_id("reh", rehearsal_id)
    refs = [f"{run_ref[-10:]}-{ref}" for ref in (*[basket.basket_ref for basket in baskets], WITNESS)]
    passes = await make_shoppers(f"http://{site.host}:{site.port}", site.home, refs)
    progress.enter("load")
    async with slow_disk(url, is_wanted=Fault.SLOW_DISK in plan.faults):
        took = await _load(site, plan, progress, (baskets, passes, run_ref))
    progress.enter("comparison")
    async with _record(url) as database:
        comparison = await compare(database, progress.ledger.checkouts, [each.buyer_id for each in passes])
        async with database.read() as connection:
            rehearsal = await switches.get_rehearsal(connection, SYSTEM, rehearsal_id)
    progress.enter("audit after")
    after = await audit_market(settings)
    kills = tuple(progress.killer.kills) if progress.killer else ()
    lines = sum(len(basket.lines) for basket in baskets)
    return Outcome(
        rehearsal_id, plan, started_at, lines, took, progress.measures, progress.ledger, kills, before, after,
        comparison, rehearsal.switches, os.getloadavg()[0],
    )  # fmt: skip


def find_site(settings: Settings) -> tuple[Site, str]:
    """Where the open market is, and its database. Refuses `MarketClosed`."""
    note = settings.home / "web.json"
    url = server_address(settings) if settings.home.exists() else None
    if url is None or not note.exists():
        raise MarketClosed(home=settings.home)
    port = int(json.loads(note.read_text())["port"])
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    return Site(settings.home, host, port, data_directory(settings)), url


async def _load(
    site: Site, plan: Plan, progress: Progress, cast: tuple[list[Basket], list[Pass], str]
) -> float:  # fmt: skip
    """All shoppers at their instants, on at most `lanes` errands at once, and the killer among them."""
    baskets, passes, run_ref = cast
    wire = Wire(site.host, site.port, progress.measures)
    decisions = tuple(one for fault in plan.faults for one in DECISIONS.get(fault, ()))
    street = Street(wire, progress.ledger, run_ref, decisions)
    kills = tuple(fault for fault in plan.faults if fault in KILLS)
    witness = await _call_witness(site, wire, passes[-1], baskets[0].lines[0])
    progress.killer = Killer(site, *witness, kills, plan.kills_each, seed=plan.baskets)
    lanes, began = asyncio.Semaphore(plan.lanes), time.perf_counter()
    progress.began = wire.began = began
    killing = asyncio.create_task(progress.killer.work(began, plan.seconds))

    async def errand(number: int, instant: float) -> None:
        is_after = instant >= OPENING * plan.seconds
        try:
            await run_errand(street, Errand(number, passes[number], baskets[number], is_after))
        finally:
            lanes.release()

    async with asyncio.TaskGroup() as group:
        for number, instant in enumerate(arrivals(len(baskets), plan.seconds)):
            await asyncio.sleep(max(0.0, began + instant - time.perf_counter()))
            await lanes.acquire()
            now = time.perf_counter() - began
            progress.measures.arrived_at.append(now)
            progress.measures.waited.append(now - instant)
            group.create_task(errand(number, instant))
    took = time.perf_counter() - began
    await progress.killer.finish(killing)
    wire.close()
    return took


async def _call_witness(site: Site, wire: Wire, who: Pass, line: BasketLine) -> tuple[Wire, Question]:
    """A shopper with a line in the cart, measured apart, and the change that they ask for again and again."""
    own = Wire(site.host, site.port, Measures(), wire.lookout)
    wish = {"shop_id": line.shop_id, "sku_id": line.sku_id, "quantity": 1}
    key = f"witness-{time.time_ns()}"
    await own.ask(Question(WITNESS, "POST", "/v1/my/cart/lines", who.token, wish, key))
    return own, Question(WITNESS, "PATCH", f"/v1/my/cart/lines/{line.sku_id}", who.token, {"is_selected": True})


@asynccontextmanager
async def _record(url: str) -> AsyncIterator[Database]:
    """The record, for a moment: nobody holds a line to it while it is killed."""
    database = await connect(url, pool_size=2)
    try:
        yield database
    finally:
        await database.close()


async def close(settings: Settings, outcome: Outcome, figures: dict[str, object]) -> None:
    """Write into the record how it ended."""
    _, url = find_site(settings)
    async with _record(url) as database, database.transaction() as tx:
        await switches.close_rehearsal(
            tx, outcome.rehearsal_id, figures, SystemClock().now(), is_green=outcome.is_green
        )


async def audit_market(settings: Settings) -> Findings:
    """What `peakday audit` says of the market, asked of a process of its own."""
    begun = time.perf_counter()
    environment = {**os.environ, "PEAKDAY_HOME": str(settings.home)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "peakday.apps.cli", "audit", "--json", env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(AUDIT_SECONDS_MAX):
        said, _ = await process.communicate()
    rows = tuple(tuple(str(cell) for cell in row[:4]) for row in json.loads(said)["findings"])
    return Findings(rows, time.perf_counter() - begun)


def reports_folder(settings: Settings) -> Path:
    """Where reports are kept, and where the switch board looks for them."""
    folder = settings.home / "rehearsals"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
