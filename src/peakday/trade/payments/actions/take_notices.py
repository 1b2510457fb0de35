"""What happens when gateways tell of charges: once, however often and in whatever order they tell it?

Every notice is remembered by its event. Money of a sum that nobody asked for, or for a payment that nobody knows, is
kept for a person to see and announced.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.model import Posting
from peakday.trade.payments import store
from peakday.trade.payments.events import NoticeIsOdd
from peakday.trade.payments.model import Effect, Notice, Payment, PaymentStatus, Taken, sale_of
from peakday.trade.payments.rules.callback_effect import effect_of

_STATUS_AFTER = {Effect.CAPTURED: PaymentStatus.CAPTURED, Effect.DECLINED: PaymentStatus.DECLINED}
_ODD = frozenset({Effect.UNKNOWN, Effect.AMOUNT_DIFFERS})


async def take_notices(tx: Tx, notices: Sequence[Notice], now: datetime) -> list[Taken]:
    """What became of each, in their order. Locks the payments, in the order of their ids."""
    if not notices:
        return []
    payments = await store.lock_payments(tx, {notice.payment_id for notice in notices})
    known = await store.known_events(tx, notices)
    taken: list[Taken] = []
    moved: dict[UUID, PaymentStatus] = {}
    for notice in notices:
        payment, event = payments.get(notice.payment_id), (notice.gateway, notice.event_id)
        if event in known:
            taken.append(Taken(notice, Effect.REPEATED, payment))
            continue
        known.add(event)
        one = _take(notice, payment, now)
        taken.append(one)
        if one.payment is not None and one.effect in _STATUS_AFTER:
            payments[notice.payment_id] = one.payment
            moved[notice.payment_id] = one.payment.status
    await _save(tx, taken, moved, now)
    return taken


async def post_money(tx: Tx, taken: Sequence[Taken], now: datetime) -> None:
    """Enter what these notices moved. Takes the ledger's head: take every other lock before."""
    postings = [posting for one in taken for posting in one.postings]
    if not postings:
        return
    sales = [sale_of(one.payment, part) for one in taken if one.payment and one.postings for part in one.payment.parts]
    await ledger.open_accounts_of(tx, sales, now)
    for answer in await ledger.post(tx, postings):
        ledger.check_answer(answer)


def _take(notice: Notice, payment: Payment | None, now: datetime) -> Taken:
    effect = effect_of(payment, notice)
    if payment is None or effect not in _STATUS_AFTER:
        return Taken(notice, effect, payment)
    status = _STATUS_AFTER[effect]
    if effect is Effect.DECLINED:
        return Taken(notice, effect, replace(payment, status=status))
    captured = replace(payment, status=status, captured_at=now)
    return Taken(notice, effect, captured, _postings(captured), payment.status is PaymentStatus.CANCELLED)


def _postings(payment: Payment) -> tuple[Posting, ...]:
    """Money into escrow, an order a posting; an order that costs and gets nothing has none."""
    postings = []
    for stored in payment.parts:
        sale = sale_of(payment, stored)
        if sale.paid_minor or sale.platform_minor or sale.creator_minor:
            accounts = ledger.accounts_of_sale(sale.shop_id, sale.creator_id, sale.currency)
            postings.append(ledger.payment_received(sale, accounts))
    return tuple(postings)


async def _save(tx: Tx, taken: Sequence[Taken], moved: dict[UUID, PaymentStatus], now: datetime) -> None:
    fresh = {(one.notice.gateway, one.notice.event_id): one for one in reversed(taken)}
    await store.save_notices(tx, [(one.notice, one.effect) for one in fresh.values()], now)
    if moved:
        await store.save_statuses(tx, moved, now)
    for one in taken:
        if one.effect in _ODD:
            notice = one.notice
            await announce(
                tx,
                NoticeIsOdd(notice.gateway, notice.event_id, notice.payment_id, one.effect.value, notice.amount_minor),
                now,
            )
