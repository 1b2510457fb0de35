"""How are buyers' logins and revoked passes written and read?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.market.accounts.model import AccountStatus, BuyerAccount, BuyerId, Shopper, buyer_id_of

_ACCOUNT = "buyer_id, login, name, status, created_at, signed_in_at"


async def insert_buyer(tx: Tx, buyer_id: UUID, source: str, source_ref: str, now: datetime) -> None:
    """Write a buyer of our own."""
    await tx.execute(
        "insert into accounts.buyer (buyer_id, source, source_ref, created_at) values ($1, $2, $3, $4)",
        buyer_id, source, source_ref, now,
    )  # fmt: skip


async def insert_missing_shoppers(tx: Tx, rows: Sequence[Shopper], now: datetime) -> None:
    """Write those buyers that are not there; who is there keeps their traits."""
    await tx.execute(
        "insert into accounts.buyer (buyer_id, source, source_ref, traits, created_at)"
        " select id, source, ref, '{\"simulated\": true}', $4"
        " from unnest($1::uuid[], $2::text[], $3::text[]) as r(id, source, ref)"
        " on conflict do nothing",
        [buyer_id_of(row.source, row.source_ref) for row in rows],
        [row.source for row in rows],
        [row.source_ref for row in rows],
        now,
    )


async def insert_account(tx: Tx, account: BuyerAccount, password_hash: str) -> bool:
    """Write a login; False when the login, or the buyer's own, is there already."""
    written = await tx.fetchval(
        "insert into accounts.buyer_account (buyer_id, login, name, password_hash, status, created_at,"
        " password_changed_at) values ($1, $2, $3, $4, $5, $6, $6) on conflict do nothing returning true",
        account.buyer_id, account.login, account.name, password_hash, account.status, account.created_at,
    )  # fmt: skip
    return bool(written)


async def list_imported(tx: Tx, limit: int) -> list[UUID]:
    """Some buyers that a source brought and knows something of, in the order of their numbers there."""
    rows = await tx.fetch(
        "select buyer_id from accounts.buyer where source <> 'peakday' and traits <> '{}'"
        " and not traits ? 'simulated' order by source, length(source_ref), source_ref limit $1",
        limit,
    )
    return [row["buyer_id"] for row in rows]


async def find_account(tx: Tx, buyer_id: UUID) -> BuyerAccount | None:
    """The login of a buyer."""
    row = await tx.fetchrow(f"select {_ACCOUNT} from accounts.buyer_account where buyer_id = $1", buyer_id)
    return _account(row) if row else None


async def find_account_by_login(tx: Tx, login: str) -> tuple[BuyerAccount, str] | None:
    """The account of a login (lower case) and its password's hash."""
    row = await tx.fetchrow(f"select {_ACCOUNT}, password_hash from accounts.buyer_account where login = $1", login)
    return (_account(row), row["password_hash"]) if row else None


async def note_entry(tx: Tx, buyer_id: UUID, checked_hash: str, now: datetime) -> bool:
    """Lock the account and note that it was entered; False when it was closed or its password changed meanwhile."""
    noted = await tx.fetchval(
        "update accounts.buyer_account set signed_in_at = $3"
        " where buyer_id = $1 and password_hash = $2 and status = 'active' returning true",
        buyer_id, checked_hash, now,
    )  # fmt: skip
    return bool(noted)


async def update_hash(tx: Tx, buyer_id: UUID, password_hash: str, now: datetime) -> None:
    """Set a new password's hash."""
    await tx.execute(
        "update accounts.buyer_account set password_hash = $2, password_changed_at = $3 where buyer_id = $1",
        buyer_id, password_hash, now,
    )  # fmt: skip


async def upgrade_hash(tx: Tx, buyer_id: UUID, old_hash: str, new_hash: str) -> None:
    """The same password at the standard cost, unless it was changed meanwhile."""
    await tx.execute(
        "update accounts.buyer_account set password_hash = $3 where buyer_id = $1 and password_hash = $2",
        buyer_id, old_hash, new_hash,
    )  # fmt: skip


async def close_account(tx: Tx, buyer_id: UUID) -> bool:
    """Close the login of a buyer; False when there is no such buyer."""
    await tx.execute("update accounts.buyer_account set status = 'disabled' where buyer_id = $1", buyer_id)
    return bool(await tx.fetchval("select true from accounts.buyer where buyer_id = $1", buyer_id))


async def insert_revocation(tx: Tx, mark: bytes, revoked_at: datetime, keep_until: datetime) -> bool:
    """Note that a pass, or all of a buyer's until then, open nothing more; False when it was noted before."""
    noted = await tx.fetchval(
        "insert into accounts.buyer_revocation as r (mark, revoked_at, keep_until) values ($1, $2, $3)"
        " on conflict (mark) do update set revoked_at = excluded.revoked_at, keep_until = excluded.keep_until,"
        " noted_at = clock_timestamp() where r.revoked_at < excluded.revoked_at returning true",
        mark, revoked_at, keep_until,
    )  # fmt: skip
    return bool(noted)


async def list_revocations(tx: Tx, noted_after: datetime) -> tuple[dict[bytes, datetime], datetime]:
    """What was revoked, noted after an instant of the database's clock; and that clock now."""
    read_until: datetime = await tx.fetchval("select clock_timestamp()")
    rows = await tx.fetch("select mark, revoked_at from accounts.buyer_revocation where noted_at > $1", noted_after)
    return {row["mark"]: row["revoked_at"] for row in rows}, read_until


async def purge_revocations(tx: Tx, before: datetime) -> None:
    """Forget revocations whose passes had all expired by an instant."""
    await tx.execute("delete from accounts.buyer_revocation where keep_until < $1", before)


def _account(row: asyncpg.Record) -> BuyerAccount:
    return BuyerAccount(
        BuyerId(row["buyer_id"]), row["login"], row["name"], AccountStatus(row["status"]), row["created_at"],
        row["signed_in_at"],
    )  # fmt: skip
