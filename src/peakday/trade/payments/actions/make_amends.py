"""How does a buyer get what a shop owes beyond what was paid?

A deposit that is returned double is one refund and as much again from the shop (SYSTEMS 6.4). The second half leaves
the merchant's balance at once where it suffices; otherwise it is owed, and tried again until the shop has the money.
Then the gateway pays it out to whoever paid, told by the worker like a refund: again until it answers, once an id.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.database import Database, Tx
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.model import Transfer
from peakday.trade.payments import amends_store, store
from peakday.trade.payments.actions.give_back import check_posted
from peakday.trade.payments.actions.tell_gateways import BATCH_MAX, LEASE, pause_after
from peakday.trade.payments.errors import GatewayUnavailable, ShopLacksMoney
from peakday.trade.payments.gateways.protocol import Gateway, PayoutWish, RefundDenied
from peakday.trade.payments.model import Amends, AmendsStatus

OWED_AGAIN = timedelta(minutes=10)


async def owe_amends(tx: Tx, owed: Amends, now: datetime) -> AmendsStatus:
    """Note what the shop owes and take it from its balance if that suffices; the same id again changes nothing.

    Takes the ledger's head: call it last.
    """
    assert owed.amount_minor > 0, owed
    payment = (await store.load_payments(tx, [owed.payment_id]))[owed.payment_id]
    owed = replace(owed, is_simulated=payment.is_simulated)
    if not await amends_store.insert_amends(tx, owed, now):
        return owed.status
    return await _take(tx, owed, now)


async def pay_amends(database: Database, gateways: Mapping[str, Gateway], now: datetime) -> int:
    """Try again what is owed, and tell gateways of what was taken; how many were taken up. Outside any transaction."""
    async with database.transaction() as tx:
        owed = await amends_store.take_owed(tx, now, OWED_AGAIN, BATCH_MAX)
        for one in owed:
            await _take(tx, one, now)
    async with database.transaction() as tx:
        due = await amends_store.take_due(tx, now, LEASE, BATCH_MAX)
    for one, gateway, attempts in due:
        await _tell(database, gateways[gateway], one, attempts, now)
    return len(owed) + len(due)


async def _take(tx: Tx, owed: Amends, now: datetime) -> AmendsStatus:
    try:
        async with tx.transaction():  # what the books refuse may be asked again
            accounts = await ledger.open_sale_accounts(tx, owed.shop_id, None, owed.currency, now)
            step = Transfer(accounts.merchant_id, accounts.clearing_id, owed.amount_minor, owed.currency)
            posting = ledger.amends_made(owed.order_id, owed.amends_id, step, is_simulated=owed.is_simulated)
            for answer in await ledger.post(tx, [posting]):
                check_posted(answer)
    except ShopLacksMoney:
        return AmendsStatus.OWED
    await amends_store.note_taken(tx, owed.amends_id, now)
    return AmendsStatus.ASKED


async def _tell(database: Database, gateway: Gateway, one: Amends, attempts: int, now: datetime) -> None:
    wish = PayoutWish(one.amends_id, one.payment_id, one.amount_minor, one.currency)
    try:
        receipt = await gateway.pay_out(wish)
    except RefundDenied as denied:
        await _put_off(database, one.amends_id, str(denied), None)
    except GatewayUnavailable as fault:
        await _put_off(database, one.amends_id, str(fault), pause_after(attempts, now))
    else:
        async with database.transaction() as tx:
            await amends_store.settle(tx, one.amends_id, receipt, now)


async def _put_off(database: Database, amends_id: UUID, error: str, again_at: datetime | None) -> None:
    async with database.transaction() as tx:
        await amends_store.put_off(tx, amends_id, error, again_at)
