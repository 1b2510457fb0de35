"""Small payments and a bank to pay them at, for the tests of payments."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.ids import derived_id
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.model import AccountKind
from peakday.trade.payments import api
from peakday.trade.payments.model import (
    NewPayment,
    Notice,
    NoticeKind,
    Payment,
    PaymentPart,
    PaymentStatus,
    Purpose,
    StoredPart,
)

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


def an_id(name: str) -> UUID:
    return derived_id(None, "test", name)


SHOP, OTHER_SHOP, ORDER, OTHER_ORDER, BUYER, CREATOR, CHECKOUT = map(
    an_id, ("shop", "other_shop", "order", "other_order", "buyer", "creator", "checkout")
)
THE_BUYER = Actor(ActorKind.BUYER, BUYER, permissions=frozenset({"buy"}))


def a_part(paid_minor=10_000, **values):
    return replace(PaymentPart(SHOP, ORDER, paid_minor), **values)


def a_wish(*parts, key="k1", purpose=Purpose.FULL, **values):
    parts = parts or (a_part(),)
    amount = sum(part.paid_minor for part in parts)
    wish = NewPayment(BUYER, key, CHECKOUT, purpose, amount, "CNY", parts)
    return replace(wish, **values)


def a_payment(status=PaymentStatus.PENDING, **values):
    payment_id = values.pop("payment_id", an_id("payment"))
    wish = a_wish()
    payment = Payment(
        payment_id, BUYER, "k1", CHECKOUT, Purpose.FULL, wish.amount_minor, "CNY", "sandbox", True, status, NOW,
        NOW if status is PaymentStatus.CAPTURED else None, tuple(StoredPart(payment_id, part) for part in wish.parts),
    )  # fmt: skip
    return replace(payment, **values)


def a_notice(kind=NoticeKind.CAPTURED, payment_id=None, event_id="e1", **values):
    notice = Notice("sandbox", event_id, payment_id or an_id("payment"), kind, 10_000, "CNY", NOW)
    return replace(notice, **values)


async def start(database, *wishes):
    async with database.transaction() as tx:
        return await api.start_payments(tx, wishes or [a_wish()], NOW)


async def tell(database, *notices):
    """Take notices and enter their money, as orders do."""
    async with database.transaction() as tx:
        taken = await api.take_notices(tx, notices, NOW)
        await api.post_money(tx, taken, NOW)
    return taken


async def paid(database, *wishes):
    """Payments that were captured."""
    payments = await start(database, *wishes)
    await tell(
        database,
        *(a_notice(payment_id=p.payment_id, event_id=str(p.payment_id), amount_minor=p.amount_minor) for p in payments),
    )
    return payments


async def balances(database, shop_id=SHOP, creator_id=CREATOR):
    """Of clearing, escrow, merchant, commission, subsidy and creator; 0 where none is open."""
    owners = {AccountKind.ESCROW: shop_id, AccountKind.MERCHANT: shop_id, AccountKind.CREATOR: creator_id}
    found = {}
    async with database.read() as connection:
        for kind in AccountKind:
            account_id = ledger.account_id_of(kind, owners.get(kind), "CNY")
            row = await connection.fetchrow("select net_minor from ledger.account where account_id = $1", account_id)
            is_there = row is not None
            balance = (await ledger.get_balance(connection, SYSTEM, account_id)).balance_minor if is_there else 0
            if balance:
                found[kind.value] = balance
    return found


async def entries(database):
    async with database.read() as connection:
        return await connection.fetchval("select entry_no from ledger.head")
