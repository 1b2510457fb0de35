"""How does the hot minute go when every request locks the row for itself?

The same web stack, door, tables and statements; only the batch writer is gone. Each request takes the SKU's row in a
transaction of its own, writes its hold, checkout, order, line and news, and commits. It is spared what would make it
slower still: the price is read once at the start and kept.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from peakday.apps.http.app import create_app
from peakday.apps.opening import open_house, open_web_engines
from peakday.kernel.database import Database
from peakday.kernel.house import House
from peakday.kernel.settings import read_settings
from peakday.trade.orders.flash.flash_desk import FlashDesk
from peakday.trade.orders.flash.flash_part import FlashDecider, FlashPart
from peakday.trade.stock.api import StockWriter
from peakday.trade.stock.errors import SoldOut
from peakday.trade.stock.model import Claim, ClaimAnswer


class NaiveWriter(StockWriter):
    """One transaction, and one row lock, a claim."""

    def __init__(self, database: Database, part: FlashPart) -> None:
        super().__init__(database)
        self._naive_database = database
        self._part = part
        self._tasks: set[asyncio.Task[None]] = set()
        self._pricing = asyncio.Lock()
        self._decider: FlashDecider | None = None

    def ask(self, claim: Claim, tell: Callable[[ClaimAnswer | BaseException], None]) -> None:
        """A task a claim."""
        task = asyncio.create_task(self._answer(claim, tell))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, claim: Claim, tell: Callable[[ClaimAnswer | BaseException], None]) -> None:
        try:
            answer: ClaimAnswer | BaseException = await self.claim(claim)
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            answer = error
        tell(answer)

    async def claim(self, claim: Claim) -> ClaimAnswer:
        """The answer, once it is durable."""
        (need,) = claim.needs
        if self._decider is None:
            await self._price(claim)
        assert self._decider is not None
        refusal = self._decider.take(claim)  # before a unit is taken: the first ones do not know the price's event yet
        if refusal is not None:
            return ClaimAnswer(claim.claim_id, refusal, None)
        async with self._naive_database.transaction() as tx:
            at = await tx.fetchval(_TAKE, need.shop_id, need.sku_id, need.quantity)
            if at is None:
                return ClaimAnswer(claim.claim_id, SoldOut(sku_id=need.sku_id), None)
            await tx.execute(
                _HOLD, claim.claim_id, need.sku_id, need.shop_id, claim.buyer_id, need.quantity, need.event_ref or "",
                at, claim.expires_seconds,
            )  # fmt: skip
            await self._part.write(tx, [claim], at)
        return ClaimAnswer(claim.claim_id, None, at)

    async def _price(self, claim: Claim) -> None:
        """Once, for the one SKU that is sold; its price and its event are kept."""
        async with self._pricing, self._naive_database.transaction() as tx:
            if self._decider is None:
                at = await tx.fetchval("select clock_timestamp()")
                self._decider = await self._part.prepare(tx, [claim], at)


_TAKE = """
update stock.level set available = available - $3, changed_at = clock_timestamp()
where shop_id = $1 and sku_id = $2 and event_ref = '' and available >= $3 returning changed_at
"""
_HOLD = """
insert into stock.hold (claim_id, sku_id, shop_id, buyer_id, quantity, status, event_ref, held_at, expires_at)
values ($1, $2, $3, $4, $5, 'held', $6, $7, $7::timestamptz + make_interval(secs => $8))
"""


def naive_app() -> FastAPI:
    """The whole app, its flash desk without a batch writer."""
    return create_app(_open_naive_house)


@asynccontextmanager
async def _open_naive_house() -> AsyncIterator[House]:
    async with open_house(read_settings()) as house, open_web_engines(house):
        part = FlashPart()
        house.add(FlashDesk(house.database, NaiveWriter(house.database, part), part))
        yield house
