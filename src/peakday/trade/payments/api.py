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
from peakday.trade.payments.gateways.protocol import Charge, Gateway, Gateways
from peakday.trade.payments.model import (
    Letter,
    NewPayment,
    NewRefund,
    Notice,
    Payment,
    Refunded,
    Taken,
)


def gateways_of(house: House) -> Gateways:
    """The gateways of this process by name; made once a house."""
    raise NotImplementedError


def gateway_of(house: House, name: str) -> Gateway:
    """One gateway. Refuses `GatewayNotFound`."""
    raise NotImplementedError


async def start_payment(tx: Tx, new: NewPayment, now: datetime) -> Payment:
    """Ask a buyer for money; the same buyer and key again is the same payment. Refuses `PaymentKeyReused`."""
    return (await start_payments(tx, [new], now))[0]


async def start_payments(tx: Tx, new: Sequence[NewPayment], now: datetime) -> list[Payment]:
    """Many at once, in their order."""
    raise NotImplementedError


async def cancel_payments(tx: Tx, payment_ids: Sequence[UUID]) -> list[UUID]:
    """Nobody waits for these any more; which of them were captured already. Locks them (orders' rows come first)."""
    raise NotImplementedError


async def open_charge(house: House, actor: Actor, payment_id: UUID) -> Charge:
    """Let the buyer pay at the gateway; outside any transaction. Refuses `PaymentNotFound`, `PaymentNotOpen`."""
    raise NotImplementedError


async def read_callback(house: House, gateway_name: str, letter: Letter, now: datetime) -> Notice:
    """What a callback says. Refuses `GatewayNotFound`, `SignatureRefused`, `NoticeNotValid`."""
    raise NotImplementedError


async def list_payment_orders(tx: Tx, payment_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """(shop_id, order_id) that these payments are for, in order: what to lock before `take_notices`."""
    raise NotImplementedError


async def take_notices(tx: Tx, notices: Sequence[Notice], now: datetime) -> list[Taken]:
    """What became of each, in their order. Locks the payments. Postings are not entered yet: `post_money`."""
    raise NotImplementedError


async def take_callback(tx: Tx, gateway: Gateway, letter: Letter, now: datetime) -> Taken:
    """`read_callback` and `take_notices` for one letter, for whoever has no orders to lock."""
    return (await take_notices(tx, [await gateway.read_callback(letter, now)], now))[0]


async def post_money(tx: Tx, taken: Sequence[Taken], now: datetime) -> None:
    """Enter into the books what these notices moved: money into escrow. Takes the ledger's head: call it last."""
    raise NotImplementedError


async def ask_gateway(house: House, payment_id: UUID) -> Notice | None:
    """What the gateway knows of a payment now, for a buyer who returns before the callback; settle it like one.

    None: nothing was decided. Outside any transaction. Refuses `PaymentNotFound`, `GatewayUnavailable`.
    """
    raise NotImplementedError


async def list_unanswered(tx: Tx, before: datetime, limit: int = 200) -> list[UUID]:
    """Payments that were asked for before an instant and of which no gateway told: `ask_gateway` for each."""
    raise NotImplementedError


async def refund(tx: Tx, new: NewRefund, now: datetime) -> Refunded:
    """Give money back, from escrow or after release from the merchant; the same id again is the same refund.

    Posts at once, so the ledger's head is taken: call it last. The worker tells the gateway. Refuses
    `PaymentNotCaptured`, `RefundAbovePayment`, `RefundIdReused`, `ShopLacksMoney`: then nothing was done.
    """
    return (await refund_all(tx, [new], now))[0]


async def refund_all(tx: Tx, new: Sequence[NewRefund], now: datetime) -> list[Refunded]:
    """Many at once, in their order; all or nothing. Two of one order are taken one after the other."""
    raise NotImplementedError


async def release_to_merchant(tx: Tx, order_ids: Sequence[UUID] | UUID, now: datetime) -> int:
    """The buyers have the goods: what is in escrow for these orders goes to merchant, platform and creator.

    How many payments were released; one that was released before is left alone. Takes the ledger's head: call it last.
    """
    raise NotImplementedError


async def find_payment(tx: Tx, payment_id: UUID) -> Payment | None:
    """A payment as it stands, for rooms; buyers use `get_my_payment`."""
    raise NotImplementedError


async def list_order_payments(tx: Tx, order_ids: Sequence[UUID]) -> list[Payment]:
    """The payments of these orders, oldest first."""
    raise NotImplementedError


async def get_my_payment(tx: Tx, actor: Actor, payment_id: UUID) -> Payment:
    """A buyer's own payment. Refuses `PaymentNotFound`, also another's."""
    raise NotImplementedError
