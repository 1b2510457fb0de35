"""What do all who act in a history share? The house, the bank, what was told, and how one act is tried."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from peakday.apps.simulation.bank import MemoryBank
from peakday.apps.simulation.model import Crash, Known, Plan, World
from peakday.apps.simulation.virtual_clock import VirtualClock
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.refusal import Refusal

T = TypeVar("T")
# what one room refuses another: when it comes this far, their accounts differ
NEVER_TOLD = frozenset({
    "posting_refused", "posting_id_reused", "posting_not_valid", "refund_above_payment", "refund_id_reused",
    "payment_not_captured", "payment_key_reused", "shop_lacks_money",
})  # fmt: skip


@dataclass(slots=True)
class Stage:
    """One history while it runs."""

    plan: Plan
    random: Random
    clock: VirtualClock
    house: House
    bank: MemoryBank
    world: World
    known: Known

    async def attempt(self, name: str, act: Callable[[Tx], Awaitable[T]]) -> T | None:
        """Try an act in a transaction of its own; None: it was refused, or nobody was told what became of it."""
        return await self.attempt_outside(name, lambda: self._in_transaction(act))

    async def attempt_outside(self, name: str, act: Callable[[], Awaitable[T]]) -> T | None:
        """The same for an act that opens its own transactions."""
        try:
            answer = await act()
        except Refusal as refusal:
            if refusal.code in NEVER_TOLD:
                raise
            self.note(name, refusal.code)
            return None
        except Crash:
            self.note(name, "crashed")
            return None
        self.note(name, "done")
        return answer

    async def _in_transaction(self, act: Callable[[Tx], Awaitable[T]]) -> T:
        async with self.house.database.transaction() as tx:
            return await act(tx)

    def note(self, name: str, what: str, times: int = 1) -> None:
        """Count what happened."""
        self.known.counts[f"{name}: {what}"] += times

    def chance(self, share: float) -> bool:
        """Whether it happens this time."""
        return self.random.random() < share

    def pick(self, things: Sequence[T]) -> T | None:
        """One of them, if there is any."""
        return things[self.random.randrange(len(things))] if things else None

    def draw(self, things: list[T]) -> T | None:
        """One of them, taken out."""
        if not things:
            return None
        place = self.random.randrange(len(things))
        things[place], things[-1] = things[-1], things[place]
        return things.pop()
