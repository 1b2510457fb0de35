"""What goes back when pieces are refunded that cost their buyer nothing?

Cards paid for them, so no gateway hears of it: what the platform gave for those pieces leaves escrow, or after release
the merchant's balance, once a refund. Of a part of which the buyer's money went back before, what others gave was
reversed in proportion already; only what is left of it follows.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from peakday.kernel.database import Tx
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.model import Posting, Refunding
from peakday.trade.payments import store
from peakday.trade.payments.actions.give_back import check_posted
from peakday.trade.payments.errors import PaymentNotCaptured
from peakday.trade.payments.model import CoverReturn, NewRefund, Payment, StoredPart, sale_of


async def return_covers(tx: Tx, new: Sequence[NewRefund], now: datetime) -> int:
    """How many were new. Locks the parts of their orders, then takes the ledger's head.

    Refuses `PaymentNotCaptured`, `ShopLacksMoney`: then nothing was done.
    """
    payments = await store.lock_order_payments(tx, {refund.order_id for refund in new})
    known = await store.known_covers(tx, [refund.refund_id for refund in new])
    held = [(payment, stored) for payment in payments for stored in payment.parts]
    returns, postings = [], []
    for refund in new:
        if refund.refund_id in known:
            continue
        place = _place(held, refund)
        payment, stored = held[place]
        minor = min(refund.cover_minor, stored.cover_left_minor)
        if minor == 0:
            continue
        postings.append(_posting(payment, stored, Refunding(refund.refund_id, stored.refunded_minor, minor)))
        held[place] = (payment, replace(stored, cover_returned_minor=stored.cover_returned_minor + minor))
        returns.append(
            CoverReturn(refund.refund_id, stored.payment_id, refund.order_id, stored.part.shop_id, minor, now)
        )
    if returns:
        async with tx.transaction():  # a refusal of the books undoes all of it, whatever the caller does then
            await store.save_covers(tx, returns)
            wanted = [posting for posting in postings if posting.steps]
            for answer in await ledger.post(tx, wanted) if wanted else []:
                check_posted(answer)
    return len(returns)


def _place(held: Sequence[tuple[Payment, StoredPart]], refund: NewRefund) -> int:
    """The part of the order for which others still give most: the balance of a presale, the only part of the rest."""
    places = [place for place, (_, stored) in enumerate(held) if stored.part.order_id == refund.order_id]
    if not places:
        raise PaymentNotCaptured
    return max(places, key=lambda place: held[place][1].cover_left_minor)


def _posting(payment: Payment, stored: StoredPart, cover: Refunding) -> Posting:
    sale = sale_of(payment, stored)
    accounts = ledger.accounts_of_sale(sale.shop_id, sale.creator_id, sale.currency)
    rule = ledger.cover_from_escrow if stored.released_at is None else ledger.cover_after_release
    return rule(sale, accounts, cover)
