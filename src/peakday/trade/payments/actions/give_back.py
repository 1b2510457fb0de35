"""How does a buyer get money back: never more than was captured, in parts, once a refund id?

The books move at once: out of escrow while the goods are on their way, from the merchant after release. The bank is
told afterwards by the worker, with the same refund id.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.model import Answer, Posting, Refunding, RefusalCode
from peakday.trade.payments import store
from peakday.trade.payments.errors import RefundIdReused, ShopLacksMoney
from peakday.trade.payments.model import (
    REASON_LETTERS_MAX,
    NewRefund,
    Payment,
    Refunded,
    RefundPiece,
    RefundStatus,
    StoredPart,
    StoredRefund,
    sale_of,
)
from peakday.trade.payments.rules.refund_pieces import refund_pieces


async def give_back(tx: Tx, new: Sequence[NewRefund], now: datetime) -> list[Refunded]:
    """What became of each, in their order. Locks the parts of their orders, then takes the ledger's head.

    Refuses `PaymentNotCaptured`, `RefundAbovePayment`, `RefundIdReused`, `ShopLacksMoney`.
    """
    sitting = _Sitting(await store.lock_order_payments(tx, {refund.order_id for refund in new}), now)
    sitting.remember(await store.load_refunds(tx, [refund.refund_id for refund in new]))
    refunded = [sitting.take(refund) for refund in new]
    if sitting.pieces:
        async with tx.transaction():  # a refusal of the books undoes all of it, whatever the caller does then
            await store.save_refunds(tx, sitting.pieces)
            for answer in await ledger.post(tx, sitting.postings):
                check_posted(answer)
    return refunded


class _Sitting:
    """Refunds being decided one after the other, each on what the ones before it left."""

    def __init__(self, payments: Sequence[Payment], now: datetime) -> None:
        self._payments = {payment.payment_id: payment for payment in payments}
        self._parts: dict[UUID, list[StoredPart]] = {}
        for payment in payments:
            for stored in payment.parts:
                self._parts.setdefault(stored.part.order_id, []).append(stored)
        self._known: dict[UUID, Refunded] = {}
        self._now = now
        self.pieces: list[StoredRefund] = []
        self.postings: list[Posting] = []

    def remember(self, refunds: Sequence[StoredRefund]) -> None:
        """Those that were accepted before."""
        for each in refunds:
            before = self._known.get(each.refund_id)
            pieces = (*(before.pieces if before else ()), RefundPiece(each.payment_id, each.amount_minor))
            total = sum(piece.amount_minor for piece in pieces)
            self._known[each.refund_id] = Refunded(each.refund_id, each.order_id, total, pieces, is_repeated=True)

    def take(self, refund: NewRefund) -> Refunded:
        """Decide one, and note what is to be written."""
        assert refund.amount_minor > 0, refund
        assert len(refund.reason) <= REASON_LETTERS_MAX, refund
        known = self._known.get(refund.refund_id)
        if known is not None:
            if (known.order_id, known.amount_minor) != (refund.order_id, refund.amount_minor):
                raise RefundIdReused
            return known
        parts = self._parts.get(refund.order_id, [])
        pieces = refund_pieces(refund, parts)
        for piece in pieces:
            self._take_piece(refund, piece, parts)
        done = Refunded(refund.refund_id, refund.order_id, refund.amount_minor, pieces)
        self._known[refund.refund_id] = replace(done, is_repeated=True)
        return done

    def _take_piece(self, refund: NewRefund, piece: RefundPiece, parts: list[StoredPart]) -> None:
        place = next(i for i, stored in enumerate(parts) if stored.payment_id == piece.payment_id)
        stored, payment = parts[place], self._payments[piece.payment_id]
        sale = sale_of(payment, stored)
        accounts = ledger.accounts_of_sale(sale.shop_id, sale.creator_id, sale.currency)
        refunding = Refunding(refund.refund_id, stored.refunded_minor, piece.amount_minor)
        rule = ledger.refund_from_escrow if stored.released_at is None else ledger.refund_after_release
        self.postings.append(rule(sale, accounts, refunding))
        parts[place] = replace(stored, refunded_minor=stored.refunded_minor + piece.amount_minor)
        self.pieces.append(
            StoredRefund(
                refund.refund_id, piece.payment_id, refund.order_id, stored.part.shop_id, piece.amount_minor,
                payment.currency, refund.reason, RefundStatus.ASKED, self._now, None,
            )
        )  # fmt: skip


def check_posted(answer: Answer) -> None:
    """A posting that gives back was taken. Refuses `ShopLacksMoney`; any other refusal is a bug."""
    if answer.refusal is RefusalCode.BELOW_FLOOR:
        raise ShopLacksMoney(short_minor=answer.short_minor)
    ledger.check_answer(answer)
