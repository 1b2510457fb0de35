"""How do many callbacks of the hot minute become few transactions?

One desk a process. Notices that come in while a transaction runs are settled by the next one together, so the ledger's
head is taken once for all of them; nothing waits for a batch to fill. Each is answered when its transaction is
committed. When a batch fails, each of its notices is settled alone, so that one bad notice harms no other; a gateway
whose callback failed sends it again.
"""

import asyncio
import logging
from collections import deque

from peakday.kernel.database import Database
from peakday.kernel.house import House
from peakday.trade.orders.actions.settle_payments import settle_notices
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import Letter, Notice, Taken

BATCH_MAX = 64  # their orders are locked together

_log = logging.getLogger(__name__)
_Waiting = tuple[Notice, "asyncio.Future[Taken]"]


class SettlementDesk:
    """The queue of one process, and the task that empties it while there is something in it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def settle(self, notice: Notice) -> Taken:
        """What became of a notice, once it is durable."""
        settled: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._waiting.append((notice, settled))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await settled

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
                await self._settle(batch)
        finally:
            self._task = None

    async def _settle(self, batch: list[_Waiting]) -> None:
        try:
            async with self._database.transaction() as tx:
                taken = await settle_notices(tx, [notice for notice, _ in batch])
        except Exception as error:  # noqa: BLE001 - its callers are told; the queue goes on
            if len(batch) > 1:
                _log.warning("a batch of %s notices failed (%r); each is settled alone", len(batch), error)
                for one in batch:
                    await self._settle([one])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        for (_, settled), answer in zip(batch, taken, strict=True):
            if not settled.done():  # the gateway may have hung up
                settled.set_result(answer)


async def settle_callback(house: House, gateway: str, letter: Letter) -> Taken:
    """Take a gateway's callback, whole or not at all; a second time it changes nothing.

    Refuses `GatewayNotFound`, `SignatureRefused`, `NoticeNotValid`.
    """
    notice = await payments.read_callback(house, gateway, letter)
    if SettlementDesk not in house.engines:
        house.add(SettlementDesk(house.database))
    return await house.get(SettlementDesk).settle(notice)
