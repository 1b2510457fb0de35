"""What do orders do by the clock?

Unpaid orders close, tails that were not paid forfeit their deposits, goods count as received, refunds without an answer
are granted, gateways that said nothing are asked, fallen prices are given back, and paid lines are handed to the price
history. All by the database's clock, in rounds of a named size, each round one transaction: a duty that breaks off has
done nothing half.
"""

from datetime import timedelta

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.trade.orders import api
from peakday.trade.orders.deals import record_new_deals

DEALS_EVERY_SECONDS = 60
CLOSE_EVERY_SECONDS = 5
TAILS_EVERY_SECONDS = 30
RECEIPTS_EVERY_SECONDS = 60
REFUNDS_EVERY_SECONDS = 60
UNANSWERED_EVERY_SECONDS = 30
PROTECTION_EVERY_SECONDS = 60
UNANSWERED_AFTER = timedelta(seconds=120)


async def record_deals(house: House) -> None:
    """Take over the lines that were paid or refunded since the last time."""
    async with house.database.transaction() as tx:
        await record_new_deals(tx)


async def close_unpaid(house: House) -> None:
    """Round after round, until nothing is late."""
    closed = 1
    while closed:
        async with house.database.transaction() as tx:
            closed = await api.close_unpaid(tx)


async def close_unpaid_tails(house: House) -> None:
    """Round after round, until no tail is late."""
    closed = 1
    while closed:
        async with house.database.transaction() as tx:
            closed = await api.close_unpaid_tails(tx)


async def receive_by_time(house: House) -> None:
    """Round after round, until nothing is due."""
    received = 1
    while received:
        async with house.database.transaction() as tx:
            received = await api.receive_by_time(tx)


async def answer_refunds(house: House) -> None:
    """Each in a transaction of its own: one that is short of money holds up no other."""
    async with house.database.read() as connection:
        overdue = await api.list_overdue(connection)
    for shop_id, refund_id in overdue:
        async with house.database.transaction() as tx:
            await api.answer_overdue(tx, shop_id, refund_id)


async def ask_gateways(house: House) -> None:
    """Payments of which no gateway told."""
    await api.settle_unanswered(house, house.clock.now() - UNANSWERED_AFTER)


async def protect_prices(house: House) -> None:
    """One round of recent paid lines."""
    await api.protect_round(house)


DUTIES = [
    Duty("orders.record_deals", DEALS_EVERY_SECONDS, record_deals),
    Duty("orders.close_unpaid", CLOSE_EVERY_SECONDS, close_unpaid),
    Duty("orders.close_unpaid_tails", TAILS_EVERY_SECONDS, close_unpaid_tails),
    Duty("orders.receive_by_time", RECEIPTS_EVERY_SECONDS, receive_by_time),
    Duty("orders.answer_refunds", REFUNDS_EVERY_SECONDS, answer_refunds),
    Duty("orders.ask_gateways", UNANSWERED_EVERY_SECONDS, ask_gateways),
    Duty("orders.protect_prices", PROTECTION_EVERY_SECONDS, protect_prices),
]
