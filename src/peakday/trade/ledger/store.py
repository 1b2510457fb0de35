"""How are the books read and written under the lock of the chain's head?

`lock_head` comes first in a transaction's ledger part and last in its order of locks: whoever holds it is the only
writer until commit, so nothing else of the room is locked and nobody can wait in a circle. Everything is set-based:
one statement for all accounts, one COPY for all entries. Plans are pinned, because PostgreSQL without statistics reads
whole tables to find a few rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.trade.ledger.model import (
    ACCOUNT_SIDES,
    Account,
    AccountKind,
    Answer,
    Entry,
    Head,
    HoldStatus,
    NewAccount,
    NormalSide,
    RefusalCode,
    StoredHold,
)
from peakday.trade.ledger.rules.account_limits import Book
from peakday.trade.ledger.rules.decisions import Decided, Known

EXPIRIES_A_BATCH = 4_000  # so many holds whose time is over end with one batch; the rest with the next ones
KEPT_IDS = 50_000  # of accounts, since each costs a hash

ACCOUNT_COLUMNS = (
    "account_id, kind, owner_id, currency, normal_side, floor_minor, ceiling_minor, is_simulated, opened_at, closed_at"
)
HOLD_COLUMNS = (
    "hold_id, debit_id, credit_id, amount_minor, currency, expires_at, status, settled_minor, opened_entry_no,"
    " closed_entry_no"
)
POSTING_COLUMNS = (
    "posting_id", "fingerprint", "rule", "ref", "is_simulated", "at", "first_entry_no", "entries", "refusal",
    "refused_step", "short_minor",
)  # fmt: skip
_ENTRY_COLUMNS = (*Entry._fields, "hash")


class LockedHead(NamedTuple):
    """The end of the chain, ours until the transaction ends, and the instant of what is entered now."""

    head: Head
    at: datetime


@lru_cache(maxsize=KEPT_IDS)
def account_id_of(kind: AccountKind, owner_id: UUID | None, currency: str) -> UUID:
    """The one id of an owner's account of a kind and currency, whether it is open or not."""
    return derived_id(None, "ledger", kind.value, str(owner_id or ""), currency)


async def lock_head(tx: Tx, at: datetime | None = None) -> LockedHead:
    """Keep every other writer out until the transaction ends. Instants come from the database's clock, never backwards.

    `at` is the instant of a simulation, which owns its clock.
    """
    await tx.execute(_PIN_PLANS)
    row = await tx.fetchrow(
        "select entry_no, hash, at, greatest(at, coalesce($1::timestamptz, clock_timestamp())) as entered_at"
        " from ledger.head for update",
        at,
    )
    assert row is not None, "the ledger has no head"
    return LockedHead(Head(row["entry_no"], row["hash"], row["at"]), row["entered_at"])


async def unpin_plans(tx: Tx) -> None:
    """Give the planner its freedom back, for what the transaction does after the ledger's part."""
    await tx.execute(_UNPIN_PLANS)


async def load_known(tx: Tx, posting_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """The answers that were given to these ids, with the fingerprints of what was asked."""
    rows = await tx.fetch(
        "select posting_id, fingerprint, at, first_entry_no, entries, refusal, refused_step, short_minor"
        " from ledger.posting where posting_id = any($1::uuid[])",
        posting_ids,
    )
    return {row["posting_id"]: Known(row["fingerprint"], answer_of(row)) for row in rows}


async def load_books(tx: Tx, account_ids: Iterable[UUID]) -> dict[UUID, Book]:
    """The figures of those of these accounts that exist. Needs the head's lock."""
    rows = await tx.fetch(
        "select account_id, currency, normal_side, floor_minor, ceiling_minor, closed_at, net_minor,"
        " pending_debits_minor, pending_credits_minor from ledger.account where account_id = any($1::uuid[])",
        list(account_ids),
    )
    return {row["account_id"]: _book_of(row) for row in rows}


async def load_holds(tx: Tx, hold_ids: Sequence[UUID], at: datetime) -> tuple[dict[UUID, StoredHold], list[StoredHold]]:
    """Those of these holds that exist, and with them holds whose time is over at an instant. Needs the head's lock."""
    due = await tx.fetch(
        f"select {HOLD_COLUMNS} from ledger.hold where status = 'open' and expires_at <= $1"
        f" order by expires_at, hold_id limit {EXPIRIES_A_BATCH}",
        at,
    )
    ended = [hold_of(row) for row in due]
    holds = {hold.hold_id: hold for hold in ended}
    if hold_ids:
        named = await tx.fetch(f"select {HOLD_COLUMNS} from ledger.hold where hold_id = any($1::uuid[])", hold_ids)
        holds.update((row["hold_id"], hold_of(row)) for row in named)
    return holds, ended


async def save(tx: Tx, before: Head, decided: Decided) -> None:
    """Write what was decided. Needs the head's lock."""
    await tx.copy_records_to_table(
        "posting", schema_name="ledger", columns=POSTING_COLUMNS,
        records=[
            (a.posting.posting_id, a.fingerprint, a.posting.rule, a.posting.ref, a.posting.is_simulated, *answer[1:])
            for a, answer in decided.taken
        ],
    )  # fmt: skip
    if not decided.entries:
        return
    await tx.copy_records_to_table(
        "entry", schema_name="ledger", columns=_ENTRY_COLUMNS,
        records=[(*entry, link) for entry, link in zip(decided.entries, decided.hashes, strict=True)],
    )  # fmt: skip
    books = decided.accounts
    await tx.execute(
        _SAVE_FIGURES, [b.account_id for b in books], [b.net for b in books], [b.pending_debits for b in books],
        [b.pending_credits for b in books],
    )  # fmt: skip
    if decided.holds:
        await _save_holds(tx, list(decided.holds.values()))
    head = decided.head
    await tx.execute(_SAVE_HEAD, before.entry_no + 1, head.entry_no, head.hash, head.at)


async def insert_accounts(tx: Tx, accounts: Sequence[NewAccount], now: datetime) -> None:
    """Open those that are not open yet, in the order of their ids, so that two who open the same ones do not block."""
    named = {account_id_of(a.kind, a.owner_id, a.currency): a for a in accounts}
    rows = [
        (account_id, a.kind.value, a.owner_id, a.currency, ACCOUNT_SIDES[a.kind].value, a.floor_minor,
         a.ceiling_minor, a.is_simulated)
        for account_id, a in sorted(named.items())
    ]  # fmt: skip
    await tx.execute(_INSERT_ACCOUNTS, *([list(column) for column in zip(*rows, strict=True)] or [[]] * 8), now)


async def set_limits(tx: Tx, account_id: UUID, floor_minor: int | None, ceiling_minor: int | None) -> None:
    """Change an account's limits. Needs the head's lock."""
    await tx.execute(
        "update ledger.account set floor_minor = $2, ceiling_minor = $3 where account_id = $1",
        account_id, floor_minor, ceiling_minor,
    )  # fmt: skip


async def close_account(tx: Tx, account_id: UUID, now: datetime) -> bool:
    """Close an account that holds nothing; whether it could be. Needs the head's lock."""
    tag = await tx.execute(
        "update ledger.account set closed_at = coalesce(closed_at, $2) where account_id = $1 and net_minor = 0"
        " and pending_debits_minor = 0 and pending_credits_minor = 0",
        account_id, now,
    )  # fmt: skip
    return bool(tag == "UPDATE 1")


def account_of(row: asyncpg.Record) -> Account:
    """A row of ACCOUNT_COLUMNS as an account."""
    values = dict(row)
    return Account(**{**values, "kind": AccountKind(row["kind"]), "normal_side": NormalSide(row["normal_side"])})


def hold_of(row: asyncpg.Record) -> StoredHold:
    """A row of HOLD_COLUMNS as a hold."""
    return StoredHold(**{**dict(row), "status": HoldStatus(row["status"])})


def answer_of(row: asyncpg.Record) -> Answer:
    """A row of `posting` as its answer."""
    refusal = row["refusal"]
    return Answer(
        row["posting_id"], row["at"], row["first_entry_no"], row["entries"],
        refusal and RefusalCode(refusal), row["refused_step"], row["short_minor"],
    )  # fmt: skip


def _book_of(row: asyncpg.Record) -> Book:
    side = NormalSide.DEBIT if row["normal_side"] == NormalSide.DEBIT else NormalSide.CREDIT
    book = Book(row["account_id"], row["currency"], side, is_closed=row["closed_at"] is not None)
    book.net = row["net_minor"]
    book.pending_debits = row["pending_debits_minor"]
    book.pending_credits = row["pending_credits_minor"]
    return book.limit(row["floor_minor"], row["ceiling_minor"])


async def _save_holds(tx: Tx, holds: Sequence[StoredHold]) -> None:
    await tx.execute(
        _SAVE_HOLDS, [h.hold_id for h in holds], [h.debit_id for h in holds], [h.credit_id for h in holds],
        [h.amount_minor for h in holds], [h.currency for h in holds], [h.expires_at for h in holds],
        [h.status.value for h in holds], [h.settled_minor for h in holds], [h.opened_entry_no for h in holds],
        [h.closed_entry_no for h in holds],
    )  # fmt: skip


_PIN_PLANS = (
    "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off;"
    " set local plan_cache_mode = force_generic_plan"
)
_UNPIN_PLANS = (
    "set local enable_hashjoin to default; set local enable_mergejoin to default;"
    " set local enable_seqscan to default; set local plan_cache_mode to default"
)
_SAVE_FIGURES = """
update ledger.account a
set net_minor = w.net, pending_debits_minor = w.pending_debits, pending_credits_minor = w.pending_credits
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) as w(account_id, net, pending_debits, pending_credits)
where a.account_id = w.account_id
"""
_SAVE_HOLDS = f"""
insert into ledger.hold as h ({HOLD_COLUMNS})
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::timestamptz[], $7::text[],
    $8::bigint[], $9::bigint[], $10::bigint[])
on conflict (hold_id) do update set status = excluded.status, settled_minor = excluded.settled_minor,
    closed_entry_no = excluded.closed_entry_no
"""
_SAVE_HEAD = """
with added as (insert into ledger.batch (last_entry_no, first_entry_no, at) values ($2, $1, $4))
update ledger.head set entry_no = $2, hash = $3, at = $4
"""
_INSERT_ACCOUNTS = """
insert into ledger.account
    (account_id, kind, owner_id, currency, normal_side, floor_minor, ceiling_minor, is_simulated, opened_at)
select w.*, $9::timestamptz from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::bigint[],
    $7::bigint[], $8::boolean[]) as w(account_id)
where not exists (select 1 from ledger.account a where a.account_id = w.account_id)
on conflict do nothing
"""
