"""What if the process dies just before a commit, or just after it?

To whoever called, both look alike. Before: nothing was done. After: all of it was, and nobody was told.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from peakday.apps.simulation.model import Crash, Faults
from peakday.kernel.database import Database, Tx


class FaultyDatabase(Database):
    """A pool whose transactions die now and then, while `is_on`."""

    def __init__(self, database: Database, random: Random, faults: Faults) -> None:
        super().__init__(database.pool, database.url)
        self._random = random
        self._faults = faults
        self.is_on = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A transaction that may die at its end."""
        drawn = self._random.random() if self.is_on else 1.0
        before, after = self._faults.crash_before_commit, self._faults.crash_after_commit
        async with super().transaction() as tx:
            yield tx
            if drawn < before:
                raise Crash("before the commit")
        if before <= drawn < before + after:
            raise Crash("after the commit")
