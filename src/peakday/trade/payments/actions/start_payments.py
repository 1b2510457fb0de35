"""How is a buyer asked for money, so that asking twice asks once?

The payment's id is derived from buyer and key. What is there already must say the same.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.money import MINOR_DIGITS
from peakday.trade.payments import store
from peakday.trade.payments.errors import GatewayNotFound, PaymentKeyReused
from peakday.trade.payments.gateways import GATEWAY_NAMES, HOUSE, SIMULATED_NAMES
from peakday.trade.payments.model import KEY_LETTERS_MAX, NewPayment, Payment, PaymentStatus, StoredPart
from peakday.trade.payments.rules.payment_states import can_move


def payment_id_of(buyer_id: UUID, key: str) -> UUID:
    """The one id of a buyer's payment under a key."""
    return derived_id(None, "payment", str(buyer_id), key)


async def start_payments(tx: Tx, new: Sequence[NewPayment], now: datetime) -> list[Payment]:
    """The payments, in the order of the wishes. Refuses `PaymentKeyReused`, `GatewayNotFound`."""
    wanted: dict[UUID, NewPayment] = {}
    for wish in new:
        assert 0 < len(wish.key) <= KEY_LETTERS_MAX, wish
        assert (wish.amount_minor == 0) == (wish.gateway == HOUSE), wish
        assert wish.currency in MINOR_DIGITS, wish
        if wish.gateway not in GATEWAY_NAMES | {HOUSE}:
            raise GatewayNotFound
        if wanted.setdefault(payment_id_of(wish.buyer_id, wish.key), wish) != wish:
            raise PaymentKeyReused
    if not wanted:
        return []
    added = await store.insert_payments(tx, list(wanted.items()), SIMULATED_NAMES, now)
    known = await store.load_payments(tx, [i for i in wanted if i not in added]) if len(added) < len(wanted) else {}
    for payment_id, payment in known.items():
        if not _is_same(payment, wanted[payment_id]):
            raise PaymentKeyReused
    fresh = {payment_id: _fresh(payment_id, wanted[payment_id], now) for payment_id in added}
    return [(fresh | known)[payment_id_of(wish.buyer_id, wish.key)] for wish in new]


async def cancel_payments(tx: Tx, payment_ids: Sequence[UUID], now: datetime) -> list[UUID]:
    """Nobody waits for these any more; those that were captured already. Locks them."""
    payments = await store.lock_payments(tx, payment_ids)
    open_ones = [p.payment_id for p in payments.values() if can_move(p.status, PaymentStatus.CANCELLED)]
    if open_ones:
        await store.save_statuses(tx, dict.fromkeys(open_ones, PaymentStatus.CANCELLED), now)
    return [p.payment_id for p in payments.values() if p.status is PaymentStatus.CAPTURED]


def _fresh(payment_id: UUID, wish: NewPayment, now: datetime) -> Payment:
    return Payment(
        payment_id, wish.buyer_id, wish.key, wish.checkout_id, wish.purpose, wish.amount_minor, wish.currency,
        wish.gateway, wish.gateway in SIMULATED_NAMES, PaymentStatus.PENDING, now, None,
        tuple(StoredPart(payment_id, part) for part in wish.parts),
    )  # fmt: skip


def _is_same(payment: Payment, wish: NewPayment) -> bool:
    asked = (wish.checkout_id, wish.purpose, wish.amount_minor, wish.currency, wish.gateway)
    stored = (payment.checkout_id, payment.purpose, payment.amount_minor, payment.currency, payment.gateway)
    return asked == stored and set(wish.parts) == {each.part for each in payment.parts}
