"""What is in an account, now or at any earlier point, and how did it come there?

`finance:view` opens an account to its own shop, with `data:view` since every answer is a figure; the platform's own
accounts and those of creators are open to staff. A balance at an instant is that after the last entry of that instant:
for an instant that is over it never changes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor, ActorKind, require
from peakday.kernel.clock import day_start
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text
from peakday.trade.ledger.errors import AccountNotFound, PostingNotFound
from peakday.trade.ledger.model import (
    Account,
    Answer,
    Balance,
    Days,
    Effect,
    NormalSide,
    StatementLine,
    StoredHold,
)
from peakday.trade.ledger.store import ACCOUNT_COLUMNS, HOLD_COLUMNS, account_of, answer_of, hold_of

VIEW = "finance:view"
SEE_MONEY = "data:view"
PAGE_MAX = 200
ENTRY_NO_MAX = 2**62
EVERY_DAY = Days()
_INSTANT = timedelta(microseconds=1)


async def get_account(tx: Tx, actor: Actor, account_id: UUID) -> Account:
    """An account without its figures. Refuses `AccountNotFound` (also another's), `NotAllowed`."""
    row = await tx.fetchrow(f"select {ACCOUNT_COLUMNS} from ledger.account where account_id = $1", account_id)
    if row is None:
        raise AccountNotFound
    account = account_of(row)
    _require(actor, account)
    return account


async def list_accounts(tx: Tx, actor: Actor, owner_id: UUID) -> list[Account]:
    """The accounts of a shop (or creator), by kind and currency."""
    require(actor, VIEW, owner_id)
    require(actor, SEE_MONEY)
    rows = await tx.fetch(
        f"select {ACCOUNT_COLUMNS} from ledger.account where owner_id = $1 order by kind, currency", owner_id
    )
    return [account_of(row) for row in rows]


async def get_balance(tx: Tx, actor: Actor, account_id: UUID, at: int | datetime | None = None) -> Balance:
    """What an account holds: now, right after an entry number, or at an instant. Refuses as `get_account` does."""
    account = await get_account(tx, actor, account_id)
    if isinstance(at, datetime):
        at = await _entry_no_at(tx, at)
    if at is None:
        row = await tx.fetchrow(_BALANCE_NOW, account_id)
    else:
        row = await tx.fetchrow(_BALANCE_AT, account_id, at)
    return _balance_of(account, row, at)


async def list_balances(tx: Tx, actor: Actor, owner_id: UUID) -> list[tuple[Account, Balance]]:
    """What a shop (or creator) holds now, an account a kind and currency."""
    accounts = await list_accounts(tx, actor, owner_id)
    rows = await tx.fetch(_BALANCES_NOW, [account.account_id for account in accounts])
    figures = {row["account_id"]: row for row in rows}
    return [(account, _balance_of(account, figures[account.account_id], None)) for account in accounts]


async def list_entries(
    tx: Tx, actor: Actor, account_id: UUID, before_entry_no: int | None = None, limit: int = 50, days: Days = EVERY_DAY
) -> list[StatementLine]:  # fmt: skip
    """An account's entries, newest first, before `before_entry_no` (the last of the page before); at most 200."""
    if not 1 <= limit <= PAGE_MAX:
        raise Invalid(_LIMIT_PROBLEM)
    account = await get_account(tx, actor, account_id)
    first, last = await _entry_span(tx, days)
    before = last + 1 if before_entry_no is None else min(before_entry_no, last + 1)
    rows = await tx.fetch(_STATEMENT, account_id, before, limit, first)
    return [_line_of(account, row) for row in rows]


async def get_answer(tx: Tx, posting_id: UUID) -> Answer:
    """What became of a posting. Refuses `PostingNotFound` when it was never asked."""
    row = await tx.fetchrow("select * from ledger.posting where posting_id = $1", posting_id)
    if row is None:
        raise PostingNotFound
    return answer_of(row)


async def list_holds(tx: Tx, hold_ids: Sequence[UUID]) -> list[StoredHold]:
    """Those of these holds that exist, in the order of their ids."""
    rows = await tx.fetch(
        f"select {HOLD_COLUMNS} from ledger.hold where hold_id = any($1::uuid[]) order by hold_id", list(hold_ids)
    )
    return [hold_of(row) for row in rows]


def _require(actor: Actor, account: Account) -> None:
    if account.owner_id is None and actor.kind not in {ActorKind.STAFF, ActorKind.SYSTEM}:
        raise AccountNotFound
    try:
        require(actor, VIEW, account.owner_id)
    except NotFound:
        raise AccountNotFound from None
    require(actor, SEE_MONEY)


async def _entry_no_at(tx: Tx, at: datetime) -> int:
    """The last entry at or before an instant; 0 before the first."""
    number = await tx.fetchval(
        "select last_entry_no from ledger.batch where at <= $1 order by at desc, last_entry_no desc limit 1", at
    )
    return int(number or 0)


async def _entry_span(tx: Tx, days: Days) -> tuple[int, int]:
    """The first and the last entry number of these days."""
    first, last = 1, ENTRY_NO_MAX
    if days.first_day is not None:
        first = await _entry_no_at(tx, day_start(days.first_day) - _INSTANT) + 1
    if days.last_day is not None:
        last = await _entry_no_at(tx, day_start(days.last_day + timedelta(days=1)) - _INSTANT)
    return first, last


def _balance_of(account: Account, row: asyncpg.Record | None, entry_no: int | None) -> Balance:
    net, debits, credits_, number = (
        (row["net"], row["debits"], row["credits"], row["entry_no"]) if row else (0, 0, 0, 0)
    )
    is_debit = account.normal_side is NormalSide.DEBIT
    return Balance(
        account.account_id, account.currency, net if is_debit else -net, credits_ if is_debit else debits,
        debits if is_debit else credits_, number if entry_no is None else entry_no, account.is_simulated,
    )  # fmt: skip


def _line_of(account: Account, row: asyncpg.Record) -> StatementLine:
    sign = 1 if (account.normal_side is NormalSide.DEBIT) == row["is_debit"] else -1
    net_sign = 1 if account.normal_side is NormalSide.DEBIT else -1
    effect = Effect(row["effect"])
    is_hold = effect is Effect.HOLD
    return StatementLine(
        row["entry_no"], row["at"], effect, row["counter_id"], 0 if is_hold else sign * row["amount_minor"],
        sign * (row["amount_minor"] if is_hold else -row["released_minor"]), net_sign * row["net_after"],
        row["posting_id"], row["rule"], row["ref"], row["is_simulated"],
    )  # fmt: skip


_LIMIT_PROBLEM = Problem(
    "limit", "limit_not_valid", Text("每页 1 到 200 条", "A page has 1 to 200 lines"),
    Text("修改后重试", "Change it and try again"),
)  # fmt: skip
_BALANCE_NOW = """
select a.net_minor as net, a.pending_debits_minor as debits, a.pending_credits_minor as credits, h.entry_no
from ledger.account a, ledger.head h where a.account_id = $1
"""
_BALANCES_NOW = """
select a.account_id, a.net_minor as net, a.pending_debits_minor as debits, a.pending_credits_minor as credits,
    h.entry_no
from ledger.account a, ledger.head h where a.account_id = any($1::uuid[])
"""
_BALANCE_AT = """
select net, debits, credits, entry_no from (
    (select entry_no, debit_net_after as net, debit_pending_debits_after as debits,
        debit_pending_credits_after as credits
     from ledger.entry where debit_id = $1 and entry_no <= $2 order by entry_no desc limit 1)
    union all
    (select entry_no, credit_net_after, credit_pending_debits_after, credit_pending_credits_after
     from ledger.entry where credit_id = $1 and entry_no <= $2 order by entry_no desc limit 1)
) last order by entry_no desc limit 1
"""
_STATEMENT = """
with lines as (
    (select entry_no, at, effect, credit_id as counter_id, true as is_debit, amount_minor, released_minor,
        debit_net_after as net_after, posting_id
     from ledger.entry where debit_id = $1 and entry_no < $2 and entry_no >= $4
     order by entry_no desc limit $3)
    union all
    (select entry_no, at, effect, debit_id, false, amount_minor, released_minor, credit_net_after, posting_id
     from ledger.entry where credit_id = $1 and entry_no < $2 and entry_no >= $4
     order by entry_no desc limit $3)
)
select l.*, p.rule, p.ref, p.is_simulated
from (select * from lines order by entry_no desc limit $3) l join ledger.posting p using (posting_id)
order by l.entry_no desc
"""
