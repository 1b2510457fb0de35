"""What is done again and again, by one worker at a time?

A duty is work without an asker: compaction, extraction, clearing up. Every worker tries it at its beat; an advisory
lock lets one of them do it. The lock goes with its connection, so a worker that dies holds nothing up.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from peakday.kernel.house import House

DutyFunction = Callable[[House], Awaitable[object]]
_LOCK_SPACE = 0x64757479  # "duty": keeps these locks apart from all others


@dataclass(frozen=True, slots=True)
class Duty:
    """Periodic work: its stable name, its beat, and what to do. It must be safe to repeat and to break off."""

    name: str
    every_seconds: float
    run: DutyFunction


async def perform(house: House, duty: Duty) -> bool:
    """Do the duty now, unless another worker is at it; whether it was done here. Its faults are the caller's."""
    # a lock of the session, not of a transaction: a long duty must not hold a snapshot open
    async with house.database.read() as connection:
        is_mine = await connection.fetchval(
            "select pg_try_advisory_lock($1::int, hashtext($2))", _LOCK_SPACE, duty.name
        )
        if not is_mine:
            return False
        try:
            await duty.run(house)
        finally:
            await connection.fetchval("select pg_advisory_unlock($1::int, hashtext($2))", _LOCK_SPACE, duty.name)
    return True
