"""How do many callers post at once without waiting for each other?

One writer a process. Whatever is asked while a transaction runs is decided and committed by the next one, as one batch:
the busier the books, the larger the batch; nothing ever sleeps to fill one. A caller is answered when its batch is
committed, so accepted means durable. A connection that breaks is tried again: ids make that safe. Several processes
take turns at the head of the chain.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

import asyncpg

from peakday.kernel.database import Database
from peakday.trade.ledger.actions.post_postings import ask, post_asked
from peakday.trade.ledger.errors import LedgerBusy, LedgerUnavailable
from peakday.trade.ledger.model import Answer, Posting
from peakday.trade.ledger.rules.decisions import Asked

BATCH_STEPS_MAX = 8_000  # about a third of a second: what a single caller waits at most behind others
QUEUE_STEPS_MAX = 200_000
ATTEMPTS_MAX = 4
PAUSE_SECONDS_FIRST = 0.1

_log = logging.getLogger(__name__)
_BROKEN = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError,
           asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError, TimeoutError)  # fmt: skip


class LedgerWriter:
    """The queue of one process, and the task that empties it while there is something in it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[list[Asked], asyncio.Future[list[Answer]]]] = deque()
        self._steps_waiting = 0
        self._task: asyncio.Task[None] | None = None

    async def post(self, postings: Sequence[Posting]) -> list[Answer]:
        """One answer a posting, in their order, once they are durable. Postings of one call keep their order.

        Refuses `PostingNotValid`, `LedgerBusy` (then nothing was done), `LedgerUnavailable` (then ask again).
        """
        asked = ask(postings)
        steps = _steps(asked)
        if self._steps_waiting and self._steps_waiting + steps > QUEUE_STEPS_MAX:
            raise LedgerBusy
        answered: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answered))
        self._steps_waiting += steps
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await answered

    async def close(self) -> None:
        """Return when everything that was asked is answered."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._post_batch(self._next_batch())
        finally:
            self._task = None

    def _next_batch(self) -> list[tuple[list[Asked], asyncio.Future[list[Answer]]]]:
        """What has come in, oldest first, until the batch is full; one call is never divided."""
        batch = [self._waiting.popleft()]
        steps = _steps(batch[0][0])
        while self._waiting and steps + _steps(self._waiting[0][0]) <= BATCH_STEPS_MAX:
            batch.append(self._waiting.popleft())
            steps += _steps(batch[-1][0])
        self._steps_waiting -= steps
        return batch

    async def _post_batch(self, batch: list[tuple[list[Asked], asyncio.Future[list[Answer]]]]) -> None:
        try:
            answers = await self._commit([one for asked, _ in batch for one in asked])
        except Exception as error:  # noqa: BLE001 - its callers are told; the queue goes on
            _log.exception("a batch of %s calls was not posted", len(batch))
            for _, answered in batch:
                if not answered.done():
                    answered.set_exception(error)
            return
        begun = 0
        for asked, answered in batch:
            if not answered.done():  # a caller may have gone away
                answered.set_result(answers[begun : begun + len(asked)])
            begun += len(asked)

    async def _commit(self, asked: list[Asked]) -> list[Answer]:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                async with self._database.transaction() as tx:
                    return await post_asked(tx, asked)
            except _BROKEN as error:
                if attempt == ATTEMPTS_MAX:
                    raise LedgerUnavailable from error
                await asyncio.sleep(PAUSE_SECONDS_FIRST * 2**attempt)
        raise AssertionError("unreachable")


def _steps(asked: Sequence[Asked]) -> int:
    return sum(len(one.posting.steps) for one in asked)
