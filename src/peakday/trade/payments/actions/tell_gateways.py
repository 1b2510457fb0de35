"""How does a gateway learn of a refund? The worker tells it, again with growing pauses until it has answered.

A gateway gives a refund id back once, so that telling it twice is harmless; so a worker may die at any point.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from peakday.kernel.database import Database
from peakday.kernel.outbox import announce
from peakday.trade.payments import store
from peakday.trade.payments.errors import GatewayUnavailable
from peakday.trade.payments.events import RefundSent
from peakday.trade.payments.gateways.protocol import Gateway, RefundDenied, RefundWish
from peakday.trade.payments.model import StoredRefund

BATCH_MAX = 100
ATTEMPTS_MAX = 12
PAUSE_SECONDS_FIRST = 5
PAUSE_SECONDS_MAX = 3600
LEASE = timedelta(seconds=60)  # a gateway answers within it, or is asked again


async def tell_refunds(database: Database, gateways: Mapping[str, Gateway], now: datetime) -> int:
    """Tell what is due, at most `BATCH_MAX`; how many were taken up."""
    async with database.transaction() as tx:
        due = await store.take_due_refunds(tx, now, LEASE, BATCH_MAX)
    for refund, gateway, attempts in due:
        await _tell(database, gateways[gateway], refund, attempts, now)
    return len(due)


def pause_after(attempts: int, now: datetime) -> datetime | None:
    """When a gateway that did not answer is asked again; None: it was asked too often."""
    pause = min(PAUSE_SECONDS_FIRST * 2**attempts, PAUSE_SECONDS_MAX)
    return now + timedelta(seconds=pause) if attempts < ATTEMPTS_MAX else None


async def _tell(database: Database, gateway: Gateway, refund: StoredRefund, attempts: int, now: datetime) -> None:
    wish = RefundWish(refund.refund_id, refund.payment_id, refund.amount_minor, refund.currency)
    try:
        receipt = await gateway.give_back(wish)
    except RefundDenied as denied:
        await _put_off(database, refund, str(denied), None)
    except GatewayUnavailable as fault:
        await _put_off(database, refund, str(fault), pause_after(attempts, now))
    else:
        async with database.transaction() as tx:
            await store.settle_refund(tx, refund, receipt, now)
            sent = RefundSent(refund.shop_id, refund.order_id, refund.refund_id, refund.payment_id, refund.amount_minor)
            await announce(tx, sent, now)


async def _put_off(database: Database, refund: StoredRefund, error: str, again_at: datetime | None) -> None:
    async with database.transaction() as tx:
        await store.put_off_refund(tx, refund, error, again_at)
