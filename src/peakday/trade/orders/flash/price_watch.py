"""How are the prices of the hot minute known before they are asked for, so that nobody waits for them under a lock?

A price holds for a second at most. What was sold within the last moments is priced again, beside the batches, before
its second is over; a batch that meets a price which it does not know, or which holds no longer, prices it itself.
"""

import asyncio
import logging
import time

from peakday.kernel.database import Database
from peakday.trade.orders.flash.flash_order import FlashKind
from peakday.trade.orders.flash.flash_part import FlashPart

ROUND_SECONDS = 0.1
AGE_SECONDS = 0.7  # of a price that is asked for again
QUIET_ROUNDS_MAX = 30  # so many rounds without a wish, and it is watched no longer
AT_ONCE_MAX = 50  # kinds priced in one go: the loop has others to serve
_log = logging.getLogger(__name__)


class PriceWatch:
    """Of one process."""

    def __init__(self, database: Database, part: FlashPart) -> None:
        self._database = database
        self._part = part
        self._watched: dict[FlashKind, int] = {}  # and for how many rounds nobody has asked
        self._task: asyncio.Task[None] | None = None

    def note(self, kind: FlashKind) -> None:
        """Somebody wants it."""
        if not kind.is_wanted:
            kind.is_wanted = True
            self._watched[kind] = 0
            if self._task is None:
                self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Look no more."""
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
