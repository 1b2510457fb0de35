"""How does one history run? Step by step from its seed, looked at again and again, and brought to rest at its end."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from types import MappingProxyType

from peakday.apps.simulation import duties, living, offering, placing, protecting, shopping
from peakday.apps.simulation.audit import count_unsent, find_faults
from peakday.apps.simulation.bank import MemoryBank
from peakday.apps.simulation.faulty_database import FaultyDatabase
from peakday.apps.simulation.model import BEGINNING, Known, Plan, SimulationFailed, Told
from peakday.apps.simulation.offering import open_offers
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
    shopping.check_out_cart: 3,
    shopping.order_in_the_hot_minute: 1,
    shopping.order_in_advance: 3,
    shopping.pay_tail: 2,
    offering.offer_presale: 2,
    offering.claim_card: 6,
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
            world = await open_offers(tx, await open_world(tx, plan, clock, random), clock)
        stage = Stage(plan, random, clock, house, bank, world, Known())
        look = Look(stage)
        steps = await _live(look, faulty, listener)
        await _rest(stage, faulty, steps)
        await look.take(steps, "at rest", is_at_rest=True)
        days = (clock.latest - BEGINNING) / timedelta(days=1)
        return Told(plan.seed, steps, time.perf_counter() - begun, look.times, days, stage.known.counts)
    finally:
        await database.close()


class Look:
    """When were all records looked at, and was all in order?"""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.times = 0
        self._clean = 0
        self._due = max(stage.plan.check_every, stage.plan.check_after)

    async def take(self, step: int, after: str, *, is_at_rest: bool = False) -> None:
        """Look when it is time to, or at rest. Raises `SimulationFailed`."""
        if step < self._due and not is_at_rest:
            return
        found = [fault async for fault in find_faults(self.stage, is_at_rest=is_at_rest)]
        if found:
            what = f"{after}: {'; '.join(found[:FINDINGS_TOLD])}"
            raise SimulationFailed(self.stage.plan.seed, step, what, self._clean)
        self.times, self._clean, self._due = self.times + 1, step, step + self.stage.plan.check_every


async def _live(look: Look, faulty: FaultyDatabase, listener: Listener | None) -> int:
    """All steps of the plan; how many there were."""
    stage, acts, weights, steps = look.stage, list(ACTS), list(ACTS.values()), 0
    while steps < stage.plan.steps:
        duties.move_clock(stage)
        await stage.clock.show(stage.house.database)
        for act in stage.random.choices(acts, weights, k=ACTS_A_ROUND):
            faulty.is_on = True
            steps += await _do(stage, act, steps)
            faulty.is_on = False
            await look.take(steps, act.__name__)
        if listener is not None:
            listener(steps)
    return steps


async def _do(stage: Stage, act: Act, step: int) -> int:
    """One act; any fault that nobody planned is the history's end."""
    try:
        return await act(stage)
    except Exception as fault:
        raise SimulationFailed(stage.plan.seed, step, f"{act.__name__}: {fault!r}") from fault


async def _rest(stage: Stage, faulty: FaultyDatabase, steps: int) -> None:
    """Nothing goes wrong any more, and nobody asks for more: everything that is under way comes to its end."""
    faulty.is_on = False
    stage.bank.calm()
    for _ in range(REST_ROUNDS_MAX):
        stage.clock.move(timedelta(hours=6))
        await stage.clock.show(stage.house.database)
        await _do(stage, duties.run_duties, steps)
        while stage.bank.letters_left and await _do(stage, duties.deliver_letters, steps):
            pass
        if not stage.bank.letters_left and not await _left(stage):
            return
    raise SimulationFailed(stage.plan.seed, steps, f"does not come to rest: {await _left(stage)}")


async def _left(stage: Stage) -> str:
    """What is still under way; empty: nothing."""
    async with stage.house.database.read() as connection:
        unsent = await count_unsent(connection)
        waiting = await payments.list_unanswered(connection, stage.clock.now())
    untold = sum(stage.bank.charges[one].is_captured for one in waiting if one in stage.bank.charges)
    return f"{unsent} refunds to be sent, {untold} payments of which nobody told" if unsent or untold else ""
