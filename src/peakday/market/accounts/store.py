"""How are accounts, sessions, keys and the audit trail written, locked and read back one by one?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from peakday.kernel.database import Tx
from peakday.market.accounts.model import (
    Account,
    AccountChanges,
    AccountId,
    AccountKind,
    AccountStatus,
    ApiKey,
    AuditEntry,
    KeyId,
    NewBuyer,
    Role,
    Session,
    buyer_id_of,
)

BUYER_BATCH_MAX = 10_000

ACCOUNT_COLUMNS = (
    "account_id, kind, login, name, shop_id, is_main, role, permissions, status,"
    " created_at, password_changed_at, signed_in_at"
)
KEY_COLUMNS = "key_id, shop_id, created_by, name, prefix, scopes, created_at, expires_at, used_at, revoked_at"
SESSION_COLUMNS = "session_id, account_id, remote_address, user_agent, created_at, seen_at, expires_at"


def account_of(row: asyncpg.Record) -> Account:
    """A row of `ACCOUNT_COLUMNS` as an account."""
    return Account(
        account_id=AccountId(row["account_id"]),
        kind=AccountKind(row["kind"]),
        login=row["login"],
        name=row["name"],
        shop_id=row["shop_id"],
        is_main=row["is_main"],
        role=Role(row["role"]),
        permissions=frozenset(row["permissions"]),
        status=AccountStatus(row["status"]),
        created_at=row["created_at"],
        password_changed_at=row["password_changed_at"],
        signed_in_at=row["signed_in_at"],
    )


def key_of(row: asyncpg.Record) -> ApiKey:
    """A row of `KEY_COLUMNS` as a key."""
    values = {name: row[name] for name in KEY_COLUMNS.split(", ")}
    return ApiKey(**{**values, "scopes": tuple(row["scopes"])})


async def insert_account(tx: Tx, account: Account, password_hash: str) -> bool:
    """Write a new account; False when its login is taken."""
    written = await tx.fetchval(
        f"insert into accounts.account ({ACCOUNT_COLUMNS}, password_hash)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " on conflict (login) do nothing returning true",
        account.account_id, account.kind, account.login, account.name, account.shop_id, account.is_main, account.role,
        sorted(account.permissions), account.status, account.created_at, account.password_changed_at,
        account.signed_in_at, password_hash,
    )  # fmt: skip
    return bool(written)


async def lock_account(tx: Tx, account_id: UUID, shop_id: UUID | None) -> Account | None:
    """An account of this very shop (None: of the platform), locked until the transaction ends."""
    row = await tx.fetchrow(
        f"select {ACCOUNT_COLUMNS} from accounts.account"
        " where account_id = $1 and shop_id is not distinct from $2 for update",
        account_id, shop_id,
    )  # fmt: skip
    return account_of(row) if row else None


async def find_password_hash(tx: Tx, account_id: UUID) -> str | None:
    """The hash of an account's password."""
    found = await tx.fetchval("select password_hash from accounts.account where account_id = $1", account_id)
    return str(found) if found else None


async def update_account(tx: Tx, account_id: UUID, changes: AccountChanges) -> None:
    """Set what the changes name."""
    await tx.execute(
        "update accounts.account set name = coalesce($2, name), role = coalesce($3, role),"
        " permissions = coalesce($4, permissions), status = coalesce($5, status) where account_id = $1",
        account_id, changes.name, changes.role,
        None if changes.permissions is None else sorted(changes.permissions), changes.status,
    )  # fmt: skip


async def update_password(tx: Tx, account_id: UUID, password_hash: str, now: datetime) -> None:
    """Set a new password's hash."""
    await tx.execute(
        "update accounts.account set password_hash = $2, password_changed_at = $3 where account_id = $1",
        account_id, password_hash, now,
    )  # fmt: skip


async def upgrade_hash(tx: Tx, account_id: UUID, old_hash: str, new_hash: str) -> None:
    """The same password at the standard cost, unless it was changed meanwhile."""
    await tx.execute(
        "update accounts.account set password_hash = $3 where account_id = $1 and password_hash = $2",
        account_id, old_hash, new_hash,
    )  # fmt: skip


async def count_hit(tx: Tx, key: str, window_start: datetime) -> int:
    """Count one more hit in a window and say how many there are; safe among processes."""
    hits = await tx.fetchval(
        "insert into kernel.rate_window as w (key, window_start, hits) values ($1, $2, 1)"
        " on conflict (key, window_start) do update set hits = w.hits + 1 returning hits",
        key, window_start,
    )  # fmt: skip
    return int(hits)


async def forget_hits(tx: Tx, key: str) -> None:
    """Start a counter anew."""
    await tx.execute("delete from kernel.rate_window where key = $1", key)


async def insert_session(tx: Tx, session: Session, token_hash: bytes) -> None:
    """Open a session and note the sign-in on its account."""
    await tx.execute(
        f"insert into accounts.session ({SESSION_COLUMNS}, token_hash) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        session.session_id, session.account_id, session.remote_address, session.user_agent,
        session.created_at, session.seen_at, session.expires_at, token_hash,
    )  # fmt: skip
    await tx.execute(
        "update accounts.account set signed_in_at = $2 where account_id = $1", session.account_id, session.created_at
    )


async def touch_session(tx: Tx, session_id: UUID, now: datetime) -> None:
    """Note that a session was used."""
    await tx.execute(
        "update accounts.session set seen_at = greatest(seen_at, $2) where session_id = $1", session_id, now
    )


async def end_session(tx: Tx, token_hash: bytes, now: datetime) -> UUID | None:
    """End the session of a token; the account it belonged to, or None when it was not open."""
    ended: UUID | None = await tx.fetchval(
        "update accounts.session set ended_at = $2 where token_hash = $1 and ended_at is null returning account_id",
        token_hash, now,
    )  # fmt: skip
    return ended


async def end_sessions(tx: Tx, account_id: UUID, now: datetime, except_token_hash: bytes | None = None) -> int:
    """End all sessions of an account, perhaps except one; returns how many ended."""
    rows = await tx.fetch(
        "update accounts.session set ended_at = $2"
        " where account_id = $1 and ended_at is null and token_hash is distinct from $3 returning session_id",
        account_id, now, except_token_hash,
    )  # fmt: skip
    return len(rows)


async def insert_key(tx: Tx, key: ApiKey, secret_hash: bytes) -> None:
    """Write a new key."""
    await tx.execute(
        f"insert into accounts.api_key ({KEY_COLUMNS}, secret_hash)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        key.key_id, key.shop_id, key.created_by, key.name, key.prefix, list(key.scopes), key.created_at,
        key.expires_at, key.used_at, key.revoked_at, secret_hash,
    )  # fmt: skip


async def revoke_key(tx: Tx, key_id: UUID, shop_id: UUID | None, now: datetime) -> KeyId | None:
    """Revoke a key of this very shop; None when there is no such key. A second time changes nothing."""
    revoked: KeyId | None = await tx.fetchval(
        "update accounts.api_key set revoked_at = coalesce(revoked_at, $3)"
        " where key_id = $1 and shop_id is not distinct from $2 returning key_id",
        key_id, shop_id, now,
    )  # fmt: skip
    return revoked


async def touch_key(tx: Tx, key_id: UUID, now: datetime) -> None:
    """Note that a key was used."""
    await tx.execute(
        "update accounts.api_key set used_at = greatest(coalesce(used_at, $2), $2) where key_id = $1", key_id, now
    )


async def insert_audit(tx: Tx, entry: AuditEntry) -> None:
    """Write one entry of the audit trail; the table takes no change and no removal."""
    await tx.execute(
        "insert into accounts.audit_trail (entry_id, shop_id, actor_kind, account_id, key_id, actor_name, action,"
        " subject, remote_address, at, detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        entry.entry_id, entry.shop_id, entry.actor_kind, entry.account_id, entry.key_id, entry.actor_name,
        entry.action, entry.subject, entry.remote_address, entry.at, entry.detail,
    )  # fmt: skip


async def upsert_buyers(tx: Tx, rows: Sequence[NewBuyer]) -> None:
    """Write buyers, or the new traits of those who are there; in batches of `BUYER_BATCH_MAX`."""
    unique = list({(row.source, row.source_ref): row for row in rows}.values())  # one statement meets a row once
    for start in range(0, len(unique), BUYER_BATCH_MAX):
        batch = unique[start : start + BUYER_BATCH_MAX]
        await tx.execute(
            "insert into accounts.buyer as b (buyer_id, source, source_ref, traits, created_at)"
            " select id, source, ref, traits::jsonb, at"
            " from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])"
            " as r(id, source, ref, traits, at)"
            " on conflict (source, source_ref) do update set traits = excluded.traits"
            " where b.traits is distinct from excluded.traits",
            [buyer_id_of(row.source, row.source_ref) for row in batch],
            [row.source for row in batch],
            [row.source_ref for row in batch],
            [_json(row.traits) for row in batch],
            [row.created_at for row in batch],
        )


async def purge(tx: Tx, before: datetime) -> None:
    """Remove sessions that ended, counters that closed, and answers kept for retries, before an instant."""
    await tx.execute("delete from accounts.session where coalesce(ended_at, expires_at) < $1", before)
    await tx.execute("delete from kernel.rate_window where window_start < $1", before)
    await tx.execute("delete from kernel.idempotency where created_at < $1", before)


def _json(value: Any) -> str:
    return msgspec.json.encode(dict(value)).decode()
