"""How do a thousand shoppers a second add to their carts without a transaction each?

One writer a process. What is asked while a transaction runs is decided and written by the next one, as one batch: the
busier the door, the larger the batch; nothing ever sleeps to fill one. A shopper is answered when the batch is
committed, so added means durable. Several processes meet at the rows of the carts only.
"""

import asyncio
from collections import deque

from peakday.kernel.database import Database
from peakday.kernel.refusal import Refusal, TooMany
from peakday.trade.carts.actions.add_lines import add_many
from peakday.trade.carts.model import Added, Wish

BATCH_MAX = 500
QUEUE_MAX = 20_000
_Asked = tuple[Wish, "asyncio.Future[Added | Refusal]"]


class CartWriter:
    """The queue of one process (an engine of the house), and the task that empties it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Asked] = deque()
        self._task: asyncio.Task[None] | None = None

    async def add(self, wish: Wish) -> Added:
        """The line as it is after the wish, once it is durable. Refuses as `add_line`, and `TooMany` (queue full)."""
        if len(self._waiting) >= QUEUE_MAX:
            raise TooMany
        answered: asyncio.Future[Added | Refusal] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, answered))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        answer = await answered
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def close(self) -> None:
        """Return when everything that was asked is answered."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._write(self._next_batch())
        finally:
            self._task = None

    def _next_batch(self) -> list[_Asked]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]

    async def _write(self, batch: list[_Asked]) -> None:
        """One transaction for the batch; what breaks it breaks nobody but those who are in it."""
        try:
            async with self._database.transaction() as tx:
                answers = await add_many(tx, [wish for wish, _ in batch])
        except BaseException as error:
            for _, answered in batch:
                if not answered.done():
                    answered.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, answered), answer in zip(batch, answers, strict=True):
            if not answered.done():
                answered.set_result(answer)
