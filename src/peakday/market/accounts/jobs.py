"""What do accounts do by themselves? Once a day they forget sessions, counters and kept answers of long ago."""

from datetime import timedelta

from peakday.kernel.house import House
from peakday.market.accounts import api

KEEP_ENDED = timedelta(days=30)


async def purge_ended(house: House) -> None:
    """Forget what ended more than `KEEP_ENDED` ago. The audit trail is never purged."""
    async with house.database.transaction() as tx:
        await api.purge(tx, house.clock.now() - KEEP_ENDED)
