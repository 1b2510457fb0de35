"""What do orders do by the clock? Paid lines are handed to the price history."""

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.trade.orders.deals import record_new_deals

DEALS_EVERY_SECONDS = 60


async def record_deals(house: House) -> None:
    """Take over the lines that were paid or refunded since the last time."""
    async with house.database.transaction() as tx:
        await record_new_deals(tx)


DUTIES = [Duty("orders.record_deals", DEALS_EVERY_SECONDS, record_deals)]
