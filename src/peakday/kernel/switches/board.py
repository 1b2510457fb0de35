"""Is a feature on for this buyer?

    if is_on(house, "cart.next_tier", buyer_id): …

Each process holds the switches in memory and reads them afresh every second; asking costs no query. Who is in a share
of the buyers is decided by a hash of the switch's name and the buyer: the same buyer gets the same answer from every
process, raising the share only adds buyers, and two switches at 10 % do not meet the same tenth.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from peakday.kernel.house import House

REFRESH_SECONDS = 1.0
_BUCKETS = 10_000

_log = logging.getLogger(__name__)


class SwitchBoard:
    """What this process knows of the switches; an engine of the house."""

    def __init__(self, percents: dict[str, int] | None = None) -> None:
        self.percents = percents or {}

    async def refresh(self, house: House) -> None:
        """Read all switches afresh."""
        async with house.database.read() as connection:
            rows = await connection.fetch("select name, percent from kernel.switch")
        self.percents = {row["name"]: row["percent"] for row in rows}


def is_on(house: House, name: str, subject_id: UUID | str | None = None, *, default: bool = True) -> bool:
    """Whether the switch is on for the subject (a buyer, a shop). Without a subject only a switch at 100 % is on.

    `default` holds for a switch that nobody has put on the board.
    """
    board = house.engines.get(SwitchBoard)
    percent: int | None = board.percents.get(name) if board is not None else None
    if percent is None:
        return default
    if percent in {0, 100} or subject_id is None:
        return percent == 100
    return bucket_of(name, subject_id) < percent * _BUCKETS // 100


def bucket_of(name: str, subject_id: UUID | str) -> int:
    """Which of the 10,000 buckets of a switch the subject lies in."""
    digest = hashlib.blake2b(f"{name}\x1f{subject_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _BUCKETS


@asynccontextmanager
async def fresh_switches(house: House) -> AsyncIterator[None]:
    """Keep the house's switches fresh while the body runs; while the database is away the last known state holds."""
    board = SwitchBoard()
    house.add(board)
    await board.refresh(house)

    async def keep() -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await board.refresh(house)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                _log.warning("switches not read: %r", error)

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
