"""What does the ledger do by the clock? Holds whose time is over end, also while nobody posts."""

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.trade.ledger.api import end_due_holds

END_HOLDS_EVERY_SECONDS = 5


async def end_holds(house: House) -> None:
    """End all of them, a batch a transaction."""
    ended = 1
    while ended:
        async with house.database.transaction() as tx:
            ended = await end_due_holds(tx)


DUTIES = [Duty("ledger.end_holds", END_HOLDS_EVERY_SECONDS, end_holds)]
