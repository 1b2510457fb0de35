"""How do thousands of shoppers see prices at once without six questions each?

One reader a process. Whoever asks while a reading runs is answered by the next one, which reads lines, prices, goods,
instruments, wallets and stock for all of them at one instant of the database's clock: six questions for thirty shoppers
as for one. Nothing ever sleeps to fill a batch, and a reading begins after the question came, so that what was
committed before is seen. Each shopper's own calculation is made by whoever asked.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from peakday.kernel.database import Database, Tx
from peakday.kernel.refusal import TooMany
from peakday.trade.carts import queries
from peakday.trade.carts.actions.look_at_stock import left_at
from peakday.trade.carts.actions.quote_lines import read_shelves
from peakday.trade.carts.model import Line
from peakday.trade.carts.quoted import QuotedLine, Wanted
from peakday.trade.carts.rules.till_price import Shelf, price_alone

BATCH_LINES_MAX = 600  # a large cart or two, or what a hundred small ones hold
READINGS_MAX = 2  # at once: one is calculated while the other waits for the database
QUEUE_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose prices, of what: `wanted`, or all lines of the own cart (None); with the stock, where it is asked for."""

    buyer_id: UUID | None
    wanted: tuple[Wanted, ...] | None = None
    has_stock: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read for an ask. `lines` and `version` are the cart's where its lines were asked for.

    `alone` are the lines priced each by itself, and `left` the units, where the stock was asked for.
    """

    wanted: tuple[Wanted, ...]
    shelf: Shelf
    lines: tuple[Line, ...] = ()
    version: int = 0
    alone: tuple[QuotedLine, ...] = ()
    left: dict[tuple[UUID, UUID], int] = field(default_factory=dict)


_Asked = tuple[Ask, "asyncio.Future[Seen]"]


class ShelfReader:
    """The queue of one process (an engine of the house), and the readings that empty it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Asked] = deque()
        self._readings: set[asyncio.Task[None]] = set()

    async def read(self, ask: Ask) -> Seen:
        """What the prices of an ask depend on. Refuses `TooMany` where too many wait."""
        if len(self._waiting) >= QUEUE_MAX:
            raise TooMany
        answered: asyncio.Future[Seen] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, answered))
        if len(self._readings) < READINGS_MAX:
            task = asyncio.create_task(self._run())
            self._readings.add(task)
            task.add_done_callback(self._readings.discard)
        return await answered

    async def close(self) -> None:
        """Return when everything that was asked is answered."""
        while self._readings:
            await asyncio.wait(self._readings)

    async def _run(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            try:
                seen = await self._read([ask for ask, _ in batch])
            except BaseException as error:
                for _, answered in batch:
                    if not answered.done():
                        answered.set_exception(error)
                if not isinstance(error, Exception):
                    raise
                continue
            for (_, answered), each in zip(batch, seen, strict=True):
                if not answered.done():
                    answered.set_result(each)

    async def _read(self, asks: list[Ask]) -> list[Seen]:
        """With a second connection, as long as no other reading would want it."""
        async with self._database.read() as connection:
            if len(self._readings) == READINGS_MAX:
                return await read_many(connection, asks)
            async with self._database.read() as beside:
                return await read_many(connection, asks, beside)

    def _next_batch(self) -> list[_Asked]:
        """Who waits, oldest first, until there are enough lines; a cart of unknown size counts as a few."""
        batch, lines = [self._waiting.popleft()], 0
        while self._waiting and lines < BATCH_LINES_MAX:
            batch.append(self._waiting.popleft())
            lines += len(batch[-1][0].wanted or "few")
        return batch


async def read_many(tx: Tx, asks: Sequence[Ask], beside: "Tx | None" = None) -> list[Seen]:
    """What every ask wants to know, at one instant; each answer stands for itself. `beside`: see `read_shelves`."""
    buyers = {ask.buyer_id for ask in asks if ask.wanted is None and ask.buyer_id is not None}
    carts = await queries.list_carts(tx, list(buyers)) if buyers else {}
    mine = [_lines(ask, carts) for ask in asks]
    wanted = [
        ask.wanted if ask.wanted is not None else tuple(wanted_of(line) for line in lines)
        for ask, (lines, _) in zip(asks, mine, strict=True)
    ]
    asked = [(ask.buyer_id, each) for ask, each in zip(asks, wanted, strict=True)]
    shelves = await read_shelves(tx, asked, has_stock=any(ask.has_stock for ask in asks), beside=beside)
    alone = [
        tuple(price_alone(each, shelf)) if ask.has_stock else ()
        for ask, each, shelf in zip(asks, wanted, shelves, strict=True)
    ]
    return [
        Seen(each, shelf, lines, version, priced, _left(shelf, priced))
        for each, shelf, (lines, version), priced in zip(wanted, shelves, mine, alone, strict=True)
    ]


def _left(shelf: Shelf, alone: Sequence[QuotedLine]) -> dict[tuple[UUID, UUID], int]:
    return left_at(shelf.levels, [(line.shop_id, line.sku_id, line.event_ref) for line in alone])


def wanted_of(line: Line) -> Wanted:
    """What a line of a cart asks to be priced."""
    return Wanted(line.shop_id, line.sku_id, line.quantity, line.live_room_id)


def _lines(ask: Ask, carts: dict[UUID, tuple[int, list[Line]]]) -> tuple[tuple[Line, ...], int]:
    if ask.wanted is not None or ask.buyer_id is None:
        return (), 0
    version, lines = carts.get(ask.buyer_id, (0, []))
    return tuple(lines), version
