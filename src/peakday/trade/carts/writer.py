"""How do a thousand shoppers a second add to their carts without a transaction each?

One writer a process. What is asked while a transaction runs is decided and written by the next one, as one batch: the
busier the door, the larger the batch; nothing ever sleeps to fill one. A shopper is answered when the batch is
committed, so added means durable. Several processes meet at the rows of the carts only.
"""

import asyncio
from collections import deque

from peakday.kernel.database import Database
from peakday.kernel.kept_answers import KeyInProgress, KeyTakenError
from peakday.kernel.refusal import Refusal, TooMany
from peakday.trade.carts.actions.add_lines import OnceAsked, Told, add_each_once
from peakday.trade.carts.model import Added, Wish

BATCH_MAX = 500
QUEUE_MAX = 20_000
KEY_LOOKS_MAX = 3  # of a batch, while keys of it are written elsewhere
_Answered = Added | Refusal | Told
_Asked = tuple[Wish, OnceAsked | None, "asyncio.Future[_Answered]"]


class CartWriter:
    """The queue of one process (an engine of the house), and the task that empties it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Asked] = deque()
        self._task: asyncio.Task[None] | None = None

    async def add(self, wish: Wish) -> Added:
        """The line as it is after the wish, once it is durable. Refuses as `add_line`, and `TooMany` (queue full)."""
        answer = await self._ask(wish, None)
        assert isinstance(answer, Added), answer
        return answer

    async def add_once(self, wish: Wish, asked: OnceAsked) -> Told:
        """The same under a client's key: asked again, the first answer again, a refusal of the wish too.

        Refuses `KeyReused`, `KeyInProgress`, and `TooMany` (queue full).
        """
        answer = await self._ask(wish, asked)
        assert isinstance(answer, Told), answer
        return answer

    async def _ask(self, wish: Wish, asked: OnceAsked | None) -> Added | Told:
        if len(self._waiting) >= QUEUE_MAX:
            raise TooMany
        answered: asyncio.Future[_Answered] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, asked, answered))
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
            answers = await self._add([(wish, asked) for wish, asked, _ in batch])
        except BaseException as error:
            for *_, answered in batch:
                if not answered.done():
                    answered.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (*_, answered), answer in zip(batch, answers, strict=True):
            if not answered.done():
                answered.set_result(answer)

    async def _add(self, wishes: list[tuple[Wish, OnceAsked | None]]) -> list[_Answered]:
        for _ in range(KEY_LOOKS_MAX):
            try:
                async with self._database.transaction() as tx:
                    return await add_each_once(tx, wishes)
            except KeyTakenError:
                continue
        raise KeyInProgress
