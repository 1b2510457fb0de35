"""How are the prices of the hot minute known before they are asked for, so that nobody waits for them under a lock?

A price holds for a second at most. What was sold within the last moments is priced again, beside the batches, before
its second is over; a wish for something else waits until it is priced, with all others that came meanwhile. A batch
that still meets a price which it does not know, or which holds no longer, prices it itself.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from peakday.kernel.database import Database
from peakday.trade.orders.flash.flash_order import FlashKind
from peakday.trade.orders.flash.flash_part import FlashPart

ROUND_SECONDS = 0.1
AGE_SECONDS = 0.7  # of a price that is looked at again
KNOWN_SECONDS = 0.95  # so long nobody waits for it
QUIET_ROUNDS_MAX = 30  # so many rounds without a wish, and it is watched no longer
AT_ONCE_MAX = 50  # kinds priced in one go: the loop has others to serve
_log = logging.getLogger(__name__)


class PriceWatch:
    """Of one process."""

    def __init__(self, database: Database, part: FlashPart) -> None:
        self._database = database
        self._part = part
        self._watched: dict[FlashKind, int] = {}  # and for how many rounds nobody has asked
        self._waiting: dict[FlashKind, list[Callable[[], None]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._first: asyncio.Task[None] | None = None

    def ask(self, kind: FlashKind, go: Callable[[], None]) -> None:
        """Call `go` when the price is known, or cannot be known now: at once if it is."""
        if not kind.is_wanted:
            kind.is_wanted = True
            self._watched[kind] = 0
            if self._task is None:
                self._task = asyncio.create_task(self._run())
        if kind.priced_at + KNOWN_SECONDS > time.monotonic():
            go()
            return
        self._waiting.setdefault(kind, []).append(go)
        if self._first is None:
            self._first = asyncio.create_task(self._price_waiting())

    async def settle(self) -> None:
        """Return when nobody waits for a price."""
        if self._first is not None:
            await asyncio.wait([self._first])

    async def close(self) -> None:
        """Look no more."""
        await self.settle()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while self._watched:
                await asyncio.sleep(ROUND_SECONDS)
                due = self._due(time.monotonic() - AGE_SECONDS)
                for first in range(0, len(due), AT_ONCE_MAX):
                    await self._price(due[first : first + AT_ONCE_MAX])
        except Exception:  # noqa: BLE001 - the next batch prices for itself, and is told what is wrong
            _log.warning("prices could not be looked at ahead", exc_info=True)
        finally:
            for kind in self._watched:
                kind.is_wanted = False
            self._watched, self._task = {}, None

    async def _price_waiting(self) -> None:
        try:
            while self._waiting:
                kinds = list(self._waiting)[:AT_ONCE_MAX]
                try:
                    await self._price(kinds)
                except Exception:  # noqa: BLE001 - the next batch prices for itself, and is told what is wrong
                    _log.warning("prices could not be looked at", exc_info=True)
                for kind in kinds:
                    for go in self._waiting.pop(kind):
                        go()
        finally:
            self._first = None

    def _due(self, priced_before: float) -> list[FlashKind]:
        """The kinds whose price is old; those that nobody wants any more are forgotten."""
        due = []
        for kind, quiet in list(self._watched.items()):
            if kind.is_wanted:
                kind.is_wanted = False
                self._watched[kind] = 0
            elif quiet >= QUIET_ROUNDS_MAX:
                del self._watched[kind]
                continue
            else:
                self._watched[kind] = quiet + 1
            if kind.priced is not None and kind.priced_at < priced_before:
                due.append(kind)
        return due

    async def _price(self, kinds: list[FlashKind]) -> None:
        async with self._database.read() as connection:
            await self._part.price(connection, kinds, None)
