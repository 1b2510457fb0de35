"""What can other rooms ask of payments?

Ask a buyer for money, take what gateways tell, give money back, let a merchant have what is in escrow. Everything that
takes a `tx` acts in the caller's transaction and is set-based, so that many callers' wishes can be one.

**Order of locks**: an order's rows before its payments', the ledger's head last. So whoever settles a callback reads it
(`read_callback`), finds its orders (`list_payment_orders`), locks those, and only then calls `take_notices`; and calls
`post_money`, `refund`, `release_to_merchant` last, since each takes the ledger's head until commit.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.text import Text
from peakday.trade.payments.actions import ask_gateways, give_back, make_amends, release_escrow, tell_gateways
from peakday.trade.payments.actions.make_amends import owe_amends
from peakday.trade.payments.actions.return_covers import return_covers
from peakday.trade.payments.actions.settle_free import free_notice, undo_free
from peakday.trade.payments.actions.start_payments import cancel_payments, payment_id_of, start_payments
from peakday.trade.payments.actions.take_notices import post_money, take_notices
from peakday.trade.payments.amends_store import list_of_orders as list_order_amends
from peakday.trade.payments.errors import GatewayNotFound
from peakday.trade.payments.gateways import HOUSE
from peakday.trade.payments.gateways.protocol import (
    Charge,
    ChargeWish,
    Gateway,
    Gateways,
    PayoutWish,
    RefundDenied,
    RefundWish,
)
from peakday.trade.payments.gateways.sandbox import SandboxGateway
from peakday.trade.payments.gateways.sandbox_bank import ChargeStatus, Decision
from peakday.trade.payments.model import Letter, NewPayment, NewRefund, Notice, Payment, Refunded, Taken
from peakday.trade.payments.queries import (
    find_payment,
    get_my_payment,
    list_order_payments,
    list_order_refunds,
    list_payment_orders,
    list_unanswered,
)

__all__ = [
    "HOUSE",
    "Charge",
    "ChargeStatus",
    "ChargeWish",
    "Decision",
    "Gateway",
    "PayoutWish",
    "RefundDenied",
    "RefundWish",
    "SandboxGateway",
    "ask_gateway",
    "cancel_payments",
    "find_payment",
    "free_notice",
    "gateway_of",
    "gateways_of",
    "get_my_payment",
    "label_of",
    "list_order_amends",
    "list_order_payments",
    "list_order_refunds",
    "list_payment_orders",
    "list_unanswered",
    "open_charge",
    "owe_amends",
    "pay_amends",
    "payment_id_of",
    "place_gateway",
    "post_money",
    "read_callback",
    "refund",
    "refund_all",
    "release_to_merchant",
    "sandbox_of",
    "start_payment",
    "start_payments",
    "take_callback",
    "take_notices",
    "tell_refunds",
    "undo_free",
]


FREE_LABEL = Text("卡券已抵扣全部金额,无需付款", "Cards cover all of it: nothing to pay")


class _Drawer(dict[str, Gateway]):
    """The gateways of a house; a type of its own, since a house keeps engines by type."""


def gateways_of(house: House) -> Gateways:
    """The gateways of this process by name; made once a house."""
    if _Drawer not in house.engines:
        sandbox = SandboxGateway(house.database, house.clock)
        house.add(_Drawer({sandbox.name: sandbox}))
    return house.get(_Drawer)


def gateway_of(house: House, name: str) -> Gateway:
    """One gateway. Refuses `GatewayNotFound`."""
    gateway = gateways_of(house).get(name)
    if gateway is None:
        raise GatewayNotFound
    return gateway


def place_gateway(house: House, gateway: Gateway) -> None:
    """Let this one answer under its name from now on: what a simulation does, which plays the bank itself."""
    house.add(_Drawer({**gateways_of(house), gateway.name: gateway}))


def sandbox_of(house: House) -> SandboxGateway:
    """The sandbox, with what only it can do: be told what the bank decides."""
    gateway = gateway_of(house, SandboxGateway.name)
    assert isinstance(gateway, SandboxGateway)
    return gateway


def label_of(house: House, name: str) -> Text:
    """What a gateway is called where people read; of `house`, that nothing is to be paid. Refuses `GatewayNotFound`."""
    return FREE_LABEL if name == HOUSE else gateway_of(house, name).label


async def start_payment(tx: Tx, new: NewPayment, now: datetime) -> Payment:
    """Ask a buyer for money; the same buyer and key again is the same payment. Refuses `PaymentKeyReused`."""
    return (await start_payments(tx, [new], now))[0]


async def open_charge(house: House, actor: Actor, payment_id: UUID) -> Charge:
    """Let the buyer pay at the gateway; outside any transaction. Refuses `PaymentNotFound`, `PaymentNotOpen`."""
    return await ask_gateways.open_charge(house.database, gateways_of(house), actor, payment_id)


async def read_callback(house: House, gateway_name: str, letter: Letter) -> Notice:
    """What a callback says. Refuses `GatewayNotFound`, `SignatureRefused`, `NoticeNotValid`."""
    return await gateway_of(house, gateway_name).read_callback(letter, house.clock.now())


async def take_callback(tx: Tx, gateway: Gateway, letter: Letter, now: datetime) -> Taken:
    """`read_callback` and `take_notices` for one letter, for whoever has no orders to lock; then `post_money`."""
    return (await take_notices(tx, [await gateway.read_callback(letter, now)], now))[0]


async def ask_gateway(house: House, payment_id: UUID) -> Notice | None:
    """What the gateway knows of a payment now, for a buyer who returns before the callback; settle it like one.

    None: nothing was decided. Outside any transaction. Refuses `PaymentNotFound`, `GatewayUnavailable`.
    """
    return await ask_gateways.ask_gateway(house.database, gateways_of(house), payment_id)


async def refund(tx: Tx, new: NewRefund, now: datetime) -> Refunded:
    """Give money back, from escrow or after release from the merchant; the same id again is the same refund.

    Posts at once, so the ledger's head is taken: call it last. The worker tells the gateway. Refuses
    `PaymentNotCaptured`, `RefundAbovePayment`, `RefundIdReused`, `ShopLacksMoney`: then nothing was done.
    """
    return (await give_back.give_back(tx, [new], now))[0]


async def refund_all(tx: Tx, new: Sequence[NewRefund], now: datetime) -> list[Refunded]:
    """Many at once, in their order; all or nothing. Two of one order are taken one after the other.

    Those without money for the buyer return what the platform gave, and are not among the answers.
    """
    money = [refund for refund in new if refund.amount_minor]
    refunded = await give_back.give_back(tx, money, now) if money else []
    covers = [refund for refund in new if refund.cover_minor]
    if covers:
        await return_covers(tx, covers, now)
    return refunded


async def release_to_merchant(tx: Tx, order_ids: Sequence[UUID] | UUID, now: datetime) -> int:
    """The buyers have the goods: what is in escrow for these orders goes to merchant, platform and creator.

    How many payments were released; one that was released before is left alone. Takes the ledger's head: call it last.
    """
    return await release_escrow.release_escrow(tx, [order_ids] if isinstance(order_ids, UUID) else order_ids, now)


async def tell_refunds(house: House) -> int:
    """Tell gateways of refunds that are due; how many were taken up. Outside any transaction."""
    return await tell_gateways.tell_refunds(house.database, gateways_of(house), house.clock.now())


async def pay_amends(house: House) -> int:
    """Try again what shops owe buyers, and let gateways pay out what was taken; how many. Outside any transaction."""
    return await make_amends.pay_amends(house.database, gateways_of(house), house.clock.now())
