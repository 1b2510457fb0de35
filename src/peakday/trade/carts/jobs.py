"""What do carts clear up? Removals that cannot be undone any more, and empty carts that nobody touched for a month."""

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.trade.carts import api

SWEEP_EVERY_SECONDS = 3_600


async def sweep(house: House) -> None:
    """Drop what is too old."""
    async with house.database.transaction() as tx:
        await api.sweep(tx)


DUTIES = [Duty("carts.sweep", SWEEP_EVERY_SECONDS, sweep)]
