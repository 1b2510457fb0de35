"""How does one history run? Step by step from its seed, looked at again and again, and brought to rest at its end."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from types import MappingProxyType

from peakday.apps.simulation import duties, living, placing, protecting
from peakday.apps.simulation.audit import count_unsent, find_faults
from peakday.apps.simulation.bank import MemoryBank
from peakday.apps.simulation.faulty_database import FaultyDatabase
from peakday.apps.simulation.model import BEGINNING, Known, Plan, SimulationFailed, Told
from peakday.apps.simulation.stage import Stage
from peakday.apps.simulation.virtual_clock import VirtualClock, install
from peakday.apps.simulation.world import open_world
from peakday.kernel.database import connect
from peakday.kernel.house import House
from peakday.kernel.settings import read_settings
from peakday.trade.payments import api as payments

Act = Callable[[Stage], Awaitable[int]]
# how often what is tried, in each round of a few dozen acts
ACTS: MappingProxyType[Act, int] = MappingProxyType({
    placing.place_some: 1,
    living.pay: 24,
    living.cancel_unpaid: 2,
    living.cancel_paid: 2,
    living.ship: 14,
    living.receive: 9,
    living.ask_back: 8,
    living.answer_refund: 9,
    living.count_stock: 2,
    living.return_to_bank: 1,
    living.look_up: 1,
    protecting.cut_price: 1,
    protecting.ask_protection: 2,
    protecting.protect: 1,
    duties.deliver_letters: 6,
    duties.run_duties: 1,
})  # fmt: skip
ACTS_A_ROUND = 30
REST_ROUNDS_MAX = 400
FINDINGS_TOLD = 5
Listener = Callable[[int], None]


async def run_history(url: str, home: Path, plan: Plan, listener: Listener | None = None) -> Told:
    """Run a history in a migrated database that nobody else uses. Raises `SimulationFailed`."""
    begun, random = time.perf_counter(), Random(plan.seed)  # noqa: S311 - a history is drawn, not a secret
    home.mkdir(parents=True, exist_ok=True)
    clock = VirtualClock(BEGINNING)
    await install(url, clock.now())
    database = await connect(url, pool_size=3)
    try:
        faulty = FaultyDatabase(database, random, plan.faults)
        settings = read_settings({"PEAKDAY_HOME": str(home), "PEAKDAY_DATABASE_URL": url})
        house = House(settings, clock, faulty)
        bank = MemoryBank(clock, random, plan.faults)
        payments.place_gateway(house, bank)
        async with database.transaction() as tx:
            world = await open_world(tx, plan, clock, random)
        stage = Stage(plan, random, clock, house, bank, world, Known())
        steps, checks = await _live(stage, faulty, listener)
        await _rest(stage, faulty)
        await _look(stage, steps, is_at_rest=True)
        days = (clock.latest - BEGINNING) / timedelta(days=1)
        return Told(plan.seed, steps, time.perf_counter() - begun, checks + 1, days, stage.known.counts)
    finally:
        await database.close()


async def _live(stage: Stage, faulty: FaultyDatabase, listener: Listener | None) -> tuple[int, int]:
    """All steps of the plan; how many there were, and how often all records were looked at."""
    acts, weights = list(ACTS), list(ACTS.values())
    steps, checks, due = 0, 0, stage.plan.check_every
    while steps < stage.plan.steps:
        duties.move_clock(stage)
        await stage.clock.show(stage.house.database)
        faulty.is_on = True
        for act in stage.random.choices(acts, weights, k=ACTS_A_ROUND):
            steps += await _do(stage, act, steps)
        faulty.is_on = False
        if listener is not None:
            listener(steps)
        if steps >= due:
            await _look(stage, steps)
            checks, due = checks + 1, steps + stage.plan.check_every
    return steps, checks


async def _do(stage: Stage, act: Act, step: int) -> int:
    """One act; any fault that nobody planned is the history's end."""
    try:
        return await act(stage)
    except Exception as fault:
        raise SimulationFailed(stage.plan.seed, step, f"{act.__name__}: {fault!r}") from fault


async def _rest(stage: Stage, faulty: FaultyDatabase) -> None:
    """Nothing goes wrong any more, and nobody asks for more: everything that is under way comes to its end."""
    faulty.is_on = False
    stage.bank.calm()
    for _ in range(REST_ROUNDS_MAX):
        stage.clock.move(timedelta(hours=6))
        await stage.clock.show(stage.house.database)
        await _do(stage, duties.run_duties, -1)
        while stage.bank.letters_left and await _do(stage, duties.deliver_letters, -1):
            pass
        if not stage.bank.letters_left and not await _left(stage):
            return
    raise SimulationFailed(stage.plan.seed, -1, f"does not come to rest: {await _left(stage)}")


async def _left(stage: Stage) -> str:
    """What is still under way; empty: nothing."""
    async with stage.house.database.read() as connection:
        unsent = await count_unsent(connection)
        waiting = await payments.list_unanswered(connection, stage.clock.now())
    untold = sum(stage.bank.charges[one].is_captured for one in waiting if one in stage.bank.charges)
    return f"{unsent} refunds to be sent, {untold} payments of which nobody told" if unsent or untold else ""


async def _look(stage: Stage, step: int, *, is_at_rest: bool = False) -> None:
    found = [fault async for fault in find_faults(stage, is_at_rest=is_at_rest)]
    if found:
        raise SimulationFailed(stage.plan.seed, step, "; ".join(found[:FINDINGS_TOLD]))
