"""How is paid what costs its buyer nothing, and how does what others gave for it go back?

What cards cover wholly is a payment of 0 that no gateway sees: the house itself gives the notice, in the transaction in
which it was asked for, and what the platform owes for the cards enters escrow like for any sale. Nothing of it can be
refunded to the buyer, so when such an order is undone before its goods left, the platform has its part back whole.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.trade.ledger import api as ledger
from peakday.trade.payments import store
from peakday.trade.payments.gateways import HOUSE
from peakday.trade.payments.model import PAYMENT_PREFIX, Notice, NoticeKind, Payment, sale_of


def free_notice(payment: Payment, now: datetime) -> Notice:
    """What the house says of a payment of nothing; of one payment always the same event."""
    assert payment.gateway == HOUSE, payment
    assert payment.amount_minor == 0, payment
    event_id = f"free:{show_id(PAYMENT_PREFIX, payment.payment_id)}"
    return Notice(HOUSE, event_id, payment.payment_id, NoticeKind.CAPTURED, 0, payment.currency, now)


async def undo_free(tx: Tx, order_ids: Sequence[UUID], now: datetime) -> int:
    """Give the platform back what it gave for orders that cost their buyers nothing; how many parts.

    Once a part. Locks the parts, then takes the ledger's head: call it last.
    """
    held = [
        (payment, stored)
        for payment in await store.lock_order_payments(tx, order_ids)
        for stored in payment.parts
        if stored.released_at is None and stored.part.paid_minor == 0
    ]
    if not held:
        return 0
    await store.save_released(tx, [(stored.part.order_id, stored.payment_id) for _, stored in held], now)
    postings = []
    for payment, stored in held:
        sale = sale_of(payment, stored)
        accounts = ledger.accounts_of_sale(sale.shop_id, sale.creator_id, sale.currency)
        postings.append(ledger.free_sale_undone(sale, accounts))
    wanted = [posting for posting in postings if posting.steps]
    if wanted:
        for answer in await ledger.post(tx, wanted):
            ledger.check_answer(answer)
    return len(held)
