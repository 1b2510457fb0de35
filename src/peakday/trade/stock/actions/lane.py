"""How do many callers share one trip to the database, none waiting for a batch to fill?

Whatever is asked while a batch is with the database goes with the next one: the busier, the larger the batch; nothing
sleeps. Half of a long queue goes at a time, and its answers are told once the next half is with the database: while the
one works, the other does. Callers are told by a callback, in their order. A connection that breaks is tried
again: what is asked must bear to be asked twice. When a batch fails for another reason each of its questions is asked
alone, so that one bad question harms nobody else.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import asyncpg

from peakday.kernel.database import Database, Tx
from peakday.kernel.database.errors import DatabaseFull
from peakday.trade.stock.errors import StockBusy, StockUnavailable

BATCH_MIN = 128
BATCH_MAX = 2_000
WEIGHT_MAX = 8_000  # rows of one batch
QUEUE_MAX = 50_000
ATTEMPTS_MAX = 6
PAUSE_SECONDS_FIRST = 0.05
TELL_SECONDS = 0.001  # after the next batch has set out: by then it waits for a lock, or is being written

Q = TypeVar("Q")
A = TypeVar("A")
Tell = Callable[[A | BaseException], None]
_log = logging.getLogger(__name__)
_BROKEN = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError,
           asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError, TimeoutError)  # fmt: skip
# another process was first, in another order: asked again, the questions see what it did
_AGAIN = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class Lane(Generic[Q, A]):
    """A queue, and the task that empties it while there is something in it."""

    def __init__(
        self, database: Database, work: Callable[[Tx, list[Q]], Awaitable[list[A]]], weigh: Callable[[Q], int],
        turn: tuple[Callable[[Tx], Awaitable[None]], Callable[[Tx], Awaitable[None]]],
        ahead: Callable[[Tx, list[Q]], Awaitable[list[A | None]]] | None = None,
    ) -> None:  # fmt: skip
        """`work` answers a batch in its transaction; `turn` begins and ends with each connection that is taken.

        `ahead` is tried before: what it answers is durable, in a transaction of its own; where it gives None nothing
        was done.
        """
        self._database = database
        self._begin, self._end = turn
        self._work = work
        self._ahead = ahead
        self._weigh = weigh
        self._waiting: deque[tuple[Q, Tell[A]]] = deque()
        self._untold: list[tuple[Tell[A], A]] = []  # answers that stand already, of the batch before
        self._task: asyncio.Task[None] | None = None

    def ask(self, question: Q, tell: Tell[A]) -> None:
        """Queue a question; `tell` is called once, later, with the answer or what failed. Refuses `StockBusy`."""
        if len(self._waiting) >= QUEUE_MAX:
            raise StockBusy
        self._waiting.append((question, tell))
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Return when everything that was asked is answered."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        """Keep a connection while there is something to do: taking one from the pool costs as much as a small batch."""
        batch: list[tuple[Q, Tell[A]]] = []
        failures = 0
        try:
            while batch or self._waiting:
                try:
                    async with self._database.read() as connection:
                        await self._begin(connection)
                        try:
                            while batch or self._waiting:
                                batch = batch or self._next_batch()
                                if self._untold:
                                    asyncio.get_running_loop().call_later(TELL_SECONDS, self._tell_untold)
                                await self._settle(connection, batch)
                                if not self._waiting:
                                    self._tell_untold()
                                batch, failures = [], 0
                        finally:
                            await self._end(connection)
                except _BROKEN as error:
                    self._tell_untold()
                    failures += 1
                    if failures >= ATTEMPTS_MAX:
                        _tell_all(batch, _unavailable(error))
                        batch, failures = [], 0
                    await asyncio.sleep(PAUSE_SECONDS_FIRST * 2**failures)
        finally:
            self._tell_untold()
            self._task = None

    def _next_batch(self) -> list[tuple[Q, Tell[A]]]:
        """What has come in, oldest first, within the limits of a batch."""
        count = min(max(BATCH_MIN, len(self._waiting) // 2), BATCH_MAX, len(self._waiting))
        batch = [self._waiting.popleft()]
        weight = self._weigh(batch[0][0])
        while len(batch) < count and weight < WEIGHT_MAX:
            batch.append(self._waiting.popleft())
            weight += self._weigh(batch[-1][0])
        return batch

    async def _settle(self, connection: Tx, batch: list[tuple[Q, Tell[A]]]) -> None:
        try:
            answers = await self._commit(connection, [question for question, _ in batch])
        except _BROKEN:
            raise
        except Exception as error:  # noqa: BLE001 - its callers are told; the queue goes on
            if len(batch) == 1:
                if not isinstance(error, DatabaseFull):
                    _log.exception("a question was not answered")
                _tell_all(batch, error)
                return
            _log.warning("a batch of %s failed (%r); each is asked alone", len(batch), error)
            while batch:  # what is answered leaves the batch: should the connection break, only the rest is asked again
                await self._settle(connection, batch[:1])
                del batch[0]
            return
        self._tell_untold()
        self._untold = [(tell, answer) for (_, tell), answer in zip(batch, answers, strict=True)]

    def _tell_untold(self) -> None:
        """What is committed is told at the latest when the next batch is."""
        untold, self._untold = self._untold, []
        for tell, answer in untold:
            _tell(tell, answer)

    async def _commit(self, connection: Tx, questions: list[Q]) -> list[A]:
        if self._ahead is None:
            return await self._commit_together(connection, questions)
        try:
            ahead = await self._ahead(connection, questions)
        except _AGAIN:
            ahead = [None] * len(questions)
        except asyncpg.DiskFullError as error:
            raise DatabaseFull from error
        left = [question for question, answer in zip(questions, ahead, strict=True) if answer is None]
        if not left:
            return [answer for answer in ahead if answer is not None]
        others = iter(await self._commit_together(connection, left))
        return [next(others) if answer is None else answer for answer in ahead]

    async def _commit_together(self, connection: Tx, questions: list[Q]) -> list[A]:
        for _ in range(ATTEMPTS_MAX):
            try:
                async with connection.transaction():
                    return await self._work(connection, questions)
            except _AGAIN:
                continue
            except asyncpg.DiskFullError as error:
                raise DatabaseFull from error
        async with connection.transaction():
            return await self._work(connection, questions)


def _tell_all(batch: list[tuple[Q, Tell[A]]], error: BaseException) -> None:
    for _, tell in batch:
        _tell(tell, error)


def _tell(tell: Tell[A], answer: A | BaseException) -> None:
    """A caller that fails at its answer keeps nobody else from theirs."""
    try:
        tell(answer)
    except Exception:  # noqa: BLE001 - logged: it is the caller's own fault
        _log.exception("a caller failed at its answer")


def _unavailable(error: BaseException) -> StockUnavailable:
    refusal = StockUnavailable()
    refusal.__cause__ = error
    return refusal
