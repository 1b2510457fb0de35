"""How do many checkouts learn at once whether they stand already, and where their goods go?

What is asked while a reading runs is answered by the next one, in one question for all; nothing ever sleeps to fill a
batch, and a reading begins after the question came, so that what was committed before is seen.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID
from weakref import WeakKeyDictionary

from peakday.kernel.database import Database
from peakday.trade.orders.checkout_store import BuyersSide, SideAsk, read_buyers_sides

BATCH_MAX = 200
_Asked = tuple[SideAsk, "asyncio.Future[BuyersSide]"]


class BuyersSides:
    """The queue of one database in this process."""

    def __init__(self) -> None:
        self._waiting: deque[_Asked] = deque()
        self._is_reading = False

    async def read(self, database: Database, ask: SideAsk) -> BuyersSide:
        """What a checkout is met with; who finds nobody reading reads, for all who came meanwhile."""
        answered: asyncio.Future[BuyersSide] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, answered))
        if not self._is_reading:
            self._is_reading = True
            task = asyncio.create_task(self._run(database))
            _running.add(task)
            task.add_done_callback(_running.discard)
        return await answered

    async def _run(self, database: Database) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]
                try:
                    async with database.read() as connection:
                        sides = await read_buyers_sides(connection, [ask for ask, _ in batch])
                except BaseException as error:
                    for _, answered in batch:
                        if not answered.done():
                            answered.set_exception(error)
                    if not isinstance(error, Exception):
                        raise
                    continue
                _resolve(batch, sides)
        finally:
            self._is_reading = False


def _resolve(batch: Sequence[_Asked], sides: Sequence[BuyersSide]) -> None:
    for (_, answered), side in zip(batch, sides, strict=True):
        if not answered.done():
            answered.set_result(side)


_running: set[asyncio.Task[None]] = set()
_sides: WeakKeyDictionary[Database, BuyersSides] = WeakKeyDictionary()  # one for each database of the process


async def meet_buyer(database: Database, buyer_id: UUID, checkout_id: UUID, address_ids: Sequence[UUID]) -> BuyersSide:
    """Whether a checkout stands, and the addresses it names. Hold no connection while you wait."""
    known = _sides.get(database)
    if known is None:
        known = _sides[database] = BuyersSides()
    return await known.read(database, SideAsk(buyer_id, checkout_id, tuple(address_ids)))
