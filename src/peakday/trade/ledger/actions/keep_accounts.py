"""How is an account opened, limited and closed?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.money import MINOR_DIGITS
from peakday.trade.ledger import store
from peakday.trade.ledger.errors import AccountHoldsMoney, AccountNotFound, LimitsBroken
from peakday.trade.ledger.model import NewAccount
from peakday.trade.ledger.rules.account_limits import credit_excess, debit_excess


async def open_accounts(tx: Tx, accounts: Sequence[NewAccount], now: datetime) -> list[UUID]:
    """Open accounts that are not open yet and give the ids of all; one that is open keeps its limits."""
    for account in accounts:
        assert account.currency in MINOR_DIGITS, account
    await store.insert_accounts(tx, accounts, now)
    return [store.account_id_of(a.kind, a.owner_id, a.currency) for a in accounts]


async def set_limits(tx: Tx, account_id: UUID, floor_minor: int | None, ceiling_minor: int | None) -> None:
    """Give an account other limits, from now on. Takes the head's lock. Refuses `AccountNotFound`, `LimitsBroken`."""
    await store.lock_head(tx)
    book = (await store.load_books(tx, [account_id])).get(account_id)
    if book is None:
        raise AccountNotFound
    book.limit(floor_minor, ceiling_minor)
    if debit_excess(book, 0) > 0 or credit_excess(book, 0) > 0:
        raise LimitsBroken
    await store.set_limits(tx, account_id, floor_minor, ceiling_minor)
    await store.unpin_plans(tx)


async def close_account(tx: Tx, account_id: UUID, now: datetime) -> None:
    """Close an account for good. Takes the head's lock. Refuses `AccountHoldsMoney`, also where there is none such."""
    await store.lock_head(tx)
    is_closed = await store.close_account(tx, account_id, now)
    await store.unpin_plans(tx)
    if not is_closed:
        raise AccountHoldsMoney
