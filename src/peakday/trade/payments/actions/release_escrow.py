"""When the buyer has the goods, who gets what is in escrow?

What did not go back to the buyer: the fees to platform and creator, the rest to the merchant. Once a payment.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.model import Posting
from peakday.trade.payments import store
from peakday.trade.payments.model import Payment, StoredPart, sale_of


async def release_escrow(tx: Tx, order_ids: Sequence[UUID], now: datetime) -> int:
    """How many payments' parts were released. Locks them, then takes the ledger's head."""
    held = [
        (payment, stored)
        for payment in await store.lock_order_payments(tx, order_ids)
        for stored in payment.parts
        if stored.released_at is None
    ]
    if not held:
        return 0
    await store.save_released(tx, [(stored.part.order_id, stored.payment_id) for _, stored in held], now)
    postings = [posting for payment, stored in held if (posting := _posting(payment, stored)).steps]
    if postings:
        for answer in await ledger.post(tx, postings):
            ledger.check_answer(answer)
    return len(held)


def _posting(payment: Payment, stored: StoredPart) -> Posting:
    sale = sale_of(payment, stored)
    accounts = ledger.accounts_of_sale(sale.shop_id, sale.creator_id, sale.currency)
    return ledger.goods_received(sale, accounts, stored.refunded_minor)
