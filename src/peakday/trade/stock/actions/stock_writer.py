"""How do thousands of buyers claim one SKU without waiting for each other's lock?

One writer a process. Claims that come in while a transaction runs are decided and committed by the next one together;
accepted means committed. Several processes take turns at the level's lock. When a level is known to be empty, a claim
costs no lock any more: the record is only asked whether this very claim was accepted before (a retry), and the refusal
is given from memory until the record is asked again (`rules/sold_out_memory.py`).

A batch first tries to be taken in one question (`ahead_store`), where the levels are known to be plain and the
companion can tell what it would write; else it asks, decides, and writes.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

import asyncpg

from peakday.kernel.database import Database, Tx
from peakday.trade.stock import ahead_store, store
from peakday.trade.stock.actions.claim_units import claim_units
from peakday.trade.stock.actions.lane import Lane
from peakday.trade.stock.errors import ClaimNotValid, SoldOut
from peakday.trade.stock.model import AheadPart, Claim, ClaimAnswer, Companion
from peakday.trade.stock.rules.claim_validity import claim_problem
from peakday.trade.stock.rules.plain_levels import PlainLevels
from peakday.trade.stock.rules.sold_out_memory import SoldOutMemory

Tell = Callable[[ClaimAnswer | BaseException], None]
_TURN = store.pin_plans, store.unpin_plans


class StockWriter:
    """The queue of one process (an engine of the house)."""

    def __init__(
        self, database: Database, companion: Companion | None = None, ahead: AheadPart | None = None
    ) -> None:  # fmt: skip
        """`ahead`: the part of the companion that can often write without looking, if there is one."""
        self._companion = companion
        self._ahead = ahead
        self._memory = SoldOutMemory()
        self._plain = PlainLevels()
        self._writing: Lane[Claim, ClaimAnswer] = Lane(database, self._claim_batch, _weigh, _TURN, self._take_ahead)
        self._looking: Lane[Claim, ClaimAnswer] = Lane(database, _look_up_batch, _weigh, _TURN)

    async def claim(self, claim: Claim) -> ClaimAnswer:
        """The answer, once it is durable. Refuses `ClaimNotValid`, `StockBusy`, `StockUnavailable`."""
        answered: asyncio.Future[ClaimAnswer] = asyncio.get_running_loop().create_future()
        self.ask(claim, partial(_resolve, answered))
        return await answered

    def ask(self, claim: Claim, tell: Tell) -> None:
        """The same for a hot door: `tell` is called with the answer or the failure. Refuses as `claim` does."""
        problem = claim_problem(claim)
        if problem is not None:
            raise ClaimNotValid(problem)
        if self._memory.knows(claim, time.monotonic()):
            self._looking.ask(claim, tell)
        else:
            self._writing.ask(claim, tell)

    async def close(self) -> None:
        """Return when everything that was asked is answered."""
        await self._writing.close()
        await self._looking.close()

    async def _claim_batch(self, tx: Tx, claims: list[Claim]) -> list[ClaimAnswer]:
        answers, locked = await claim_units(tx, claims, self._companion)
        now = time.monotonic()
        for key, level in locked.levels.items():
            self._memory.note(key, level.available, now)
        if self._ahead is not None:
            self._plain.note(claims, locked.levels, locked.event_limits)
        return answers

    async def _take_ahead(self, connection: Tx, claims: list[Claim]) -> list[ClaimAnswer | None]:
        """Durable answers of those that are taken at once, whole or not at all; the others are to be decided."""
        part = self._ahead
        every = self._plain.sort(claims, part.can_write) if part is not None else []
        mine = [claim for wanted in every for claim in wanted.claims]
        if part is None or not mine or len({claim.claim_id for claim in mine}) < len(mine):
            return [None] * len(claims)
        try:
            at = await ahead_store.take_ahead(connection, every, part.ahead_sql, part.write_ahead(mine))
        except asyncpg.UniqueViolationError:
            at = None
        if at is None:
            return [None] * len(claims)
        self._plain.took(every)
        part.stand(mine, at)
        taken = {id(claim) for claim in mine}
        return [ClaimAnswer(claim.claim_id, None, at) if id(claim) in taken else None for claim in claims]


async def _look_up_batch(tx: Tx, claims: list[Claim]) -> list[ClaimAnswer]:
    """The level is empty: what was accepted before stays accepted, the others come too late."""
    known = await store.known_claims(tx, [claim.claim_id for claim in claims])
    return [_looked_up(claim, known.get(claim.claim_id)) for claim in claims]


def _looked_up(claim: Claim, at: datetime | None) -> ClaimAnswer:
    if at is not None:
        return ClaimAnswer(claim.claim_id, None, at, is_repeated=True)
    return ClaimAnswer(claim.claim_id, SoldOut(sku_id=claim.needs[0].sku_id), None)


def _weigh(claim: Claim) -> int:
    return len(claim.needs)


def _resolve(answered: "asyncio.Future[ClaimAnswer]", answer: ClaimAnswer | BaseException) -> None:
    if answered.done():  # the caller may have gone away
        return
    if isinstance(answer, BaseException):
        answered.set_exception(answer)
    else:
        answered.set_result(answer)
