"""How are payments read: by rooms, and by the buyer whose they are?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.database import Tx
from peakday.trade.payments import store
from peakday.trade.payments.errors import PaymentNotFound
from peakday.trade.payments.model import Payment, StoredRefund

PAGE_MAX = 200


async def find_payment(tx: Tx, payment_id: UUID) -> Payment | None:
    """A payment as it stands."""
    return (await store.load_payments(tx, [payment_id])).get(payment_id)


async def get_my_payment(tx: Tx, actor: Actor, payment_id: UUID) -> Payment:
    """A buyer's own payment, or for staff and the system anybody's. Refuses `PaymentNotFound`."""
    payment = await find_payment(tx, payment_id)
    is_everybody = actor.kind in {ActorKind.STAFF, ActorKind.SYSTEM}
    is_own = actor.kind is ActorKind.BUYER and payment is not None and payment.buyer_id == actor.account_id
    if payment is None or not (is_everybody or is_own):
        raise PaymentNotFound
    return payment


async def list_order_payments(tx: Tx, order_ids: Sequence[UUID]) -> list[Payment]:
    """The payments of these orders, oldest first, whole: with their parts for other orders."""
    rows = await tx.fetch("select distinct payment_id from payments.part where order_id = any($1::uuid[])", order_ids)
    return list((await store.load_payments(tx, [row["payment_id"] for row in rows])).values())


async def list_payment_orders(tx: Tx, payment_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """(shop, order) that these payments are for, in order."""
    rows = await tx.fetch(
        "select distinct shop_id, order_id from payments.part where payment_id = any($1::uuid[]) order by 1, 2",
        payment_ids,
    )
    return [(row["shop_id"], row["order_id"]) for row in rows]


async def list_unanswered(tx: Tx, before: datetime, limit: int = PAGE_MAX) -> list[UUID]:
    """Pending payments that were asked for before an instant, oldest first."""
    rows = await tx.fetch(
        "select payment_id from payments.payment where status = 'pending' and created_at < $1"
        " order by created_at limit $2",
        before, min(limit, PAGE_MAX),
    )  # fmt: skip
    return [row["payment_id"] for row in rows]


async def list_order_refunds(tx: Tx, order_ids: Sequence[UUID]) -> list[StoredRefund]:
    """The pieces of these orders' refunds, oldest first."""
    rows = await tx.fetch(
        f"select {store.REFUND_COLUMNS} from payments.refund r join payments.payment p using (payment_id)"
        " where r.order_id = any($1::uuid[]) order by r.asked_at, r.refund_id",
        order_ids,
    )
    return [store.refund_of(row) for row in rows]
