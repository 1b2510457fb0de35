"""How is a charge opened, and a gateway asked what became of it? Outside any transaction: it may take long."""

from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Database
from peakday.trade.payments.errors import PaymentNotFound, PaymentNotOpen
from peakday.trade.payments.gateways.protocol import Charge, ChargeWish, Gateways
from peakday.trade.payments.model import Notice, PaymentStatus
from peakday.trade.payments.queries import find_payment, get_my_payment

_OPEN = frozenset({PaymentStatus.PENDING, PaymentStatus.DECLINED})


async def open_charge(database: Database, gateways: Gateways, actor: Actor, payment_id: UUID) -> Charge:
    """Let the buyer pay. Refuses `PaymentNotFound`, `PaymentNotOpen`, `GatewayUnavailable`."""
    async with database.read() as connection:
        payment = await get_my_payment(connection, actor, payment_id)
    if payment.status not in _OPEN:
        raise PaymentNotOpen
    return await gateways[payment.gateway].open_charge(ChargeWish(payment_id, payment.amount_minor, payment.currency))


async def ask_gateway(database: Database, gateways: Gateways, payment_id: UUID) -> Notice | None:
    """What the gateway knows. Refuses `PaymentNotFound`, `GatewayUnavailable`."""
    async with database.read() as connection:
        payment = await find_payment(connection, payment_id)
    if payment is None:
        raise PaymentNotFound
    return await gateways[payment.gateway].look_up(payment_id)
