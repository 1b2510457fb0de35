"""Who is behind a token; which accounts, keys and sessions are there; what does the audit trail say?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.accounts.model import (
    Account,
    AccountId,
    AccountKind,
    AccountShop,
    ApiKey,
    AuditEntry,
    AuditFilter,
    Session,
)
from peakday.market.accounts.permissions import held_by
from peakday.market.accounts.rules.session_life import idle_since
from peakday.market.accounts.store import ACCOUNT_COLUMNS, KEY_COLUMNS, SESSION_COLUMNS, account_of, key_of

PAGE_MAX = 200
EXPORT_ROWS_MAX = 100_000
SESSIONS_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is still good, with its account."""

    session_id: UUID
    seen_at: datetime
    account: Account


@dataclass(frozen=True, slots=True)
class UsableKey:
    """A key that is still good, and what its maker holds now (None: the system made it)."""

    key: ApiKey
    maker_permissions: frozenset[str] | None


async def find_open_session(tx: Tx, token_hash: bytes, now: datetime) -> OpenSession | None:
    """The open session of a token: not ended, not idle too long, not too old, its account active."""
    row = await tx.fetchrow(
        f"select s.session_id, s.seen_at, {_of('a', ACCOUNT_COLUMNS)}"
        " from accounts.session s join accounts.account a using (account_id)"
        " where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2 and s.seen_at > $3"
        " and a.status = 'active'",
        token_hash, now, idle_since(now),
    )  # fmt: skip
    return OpenSession(row["session_id"], row["seen_at"], account_of(row)) if row else None


async def find_usable_key(tx: Tx, secret_hash: bytes, now: datetime) -> UsableKey | None:
    """The key of a secret: not revoked, not expired, its maker active."""
    row = await tx.fetchrow(
        f"select {_of('k', KEY_COLUMNS)}, a.kind, a.is_main, a.permissions"
        " from accounts.api_key k left join accounts.account a on a.account_id = k.created_by"
        " where k.secret_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2)"
        " and (a.account_id is null or a.status = 'active')",
        secret_hash, now,
    )  # fmt: skip
    if row is None:
        return None
    is_made_by_system = row["kind"] is None
    held = None if is_made_by_system else held_by(AccountKind(row["kind"]), row["is_main"], row["permissions"])
    return UsableKey(key_of(row), held)


async def find_account_by_login(tx: Tx, login: str) -> Account | None:
    """The account of a login (lower case)."""
    row = await tx.fetchrow(f"select {ACCOUNT_COLUMNS} from accounts.account where login = $1", login)
    return account_of(row) if row else None


async def find_account(tx: Tx, account_id: UUID, shop_id: UUID | None) -> Account | None:
    """An account of this very shop (None: of the platform)."""
    row = await tx.fetchrow(
        f"select {ACCOUNT_COLUMNS} from accounts.account where account_id = $1 and shop_id is not distinct from $2",
        account_id, shop_id,
    )  # fmt: skip
    return account_of(row) if row else None


async def find_main_account(tx: Tx, shop_id: UUID) -> Account | None:
    """The main account of a shop."""
    row = await tx.fetchrow(f"select {ACCOUNT_COLUMNS} from accounts.account where shop_id = $1 and is_main", shop_id)
    return account_of(row) if row else None


async def list_accounts(tx: Tx, shop_id: UUID, after: UUID | None, limit: int) -> list[Account]:
    """The accounts of a shop, oldest first; a page after `after`."""
    rows = await tx.fetch(
        f"select {ACCOUNT_COLUMNS} from accounts.account"
        " where shop_id = $1 and ($2::uuid is null or account_id > $2) order by account_id limit $3",
        shop_id, after, limit,
    )  # fmt: skip
    return [account_of(row) for row in rows]


async def list_keys(tx: Tx, shop_id: UUID, after: UUID | None, limit: int) -> list[ApiKey]:
    """The keys of a shop, also the revoked ones, oldest first; a page after `after`."""
    rows = await tx.fetch(
        f"select {KEY_COLUMNS} from accounts.api_key"
        " where shop_id = $1 and ($2::uuid is null or key_id > $2) order by key_id limit $3",
        shop_id, after, limit,
    )  # fmt: skip
    return [key_of(row) for row in rows]


async def list_sessions(tx: Tx, account_id: UUID, now: datetime) -> list[Session]:
    """Where an account is signed in now, latest use first."""
    rows = await tx.fetch(
        f"select {SESSION_COLUMNS} from accounts.session"
        " where account_id = $1 and ended_at is null and expires_at > $2 and seen_at > $3"
        " order by seen_at desc limit $4",
        account_id, now, idle_since(now), SESSIONS_SHOWN_MAX,
    )  # fmt: skip
    return [Session(**dict(row)) for row in rows]


async def list_audit(tx: Tx, shop_id: UUID, wanted: AuditFilter, before: UUID | None, limit: int) -> list[AuditEntry]:
    """The audit trail of a shop, latest first; a page before `before`."""
    rows = await tx.fetch(
        "select entry_id, shop_id, actor_kind, account_id, key_id, actor_name, action, subject, remote_address, at,"
        " detail from accounts.audit_trail"
        " where shop_id = $1 and ($2::uuid is null or entry_id < $2) and ($3::text is null or action = $3)"
        " and ($4::uuid is null or account_id = $4) and ($5::timestamptz is null or at >= $5)"
        " and ($6::timestamptz is null or at < $6) and ($7::text is null or"
        " position(lower($7) in lower(concat_ws(' ', actor_name, action, subject, remote_address))) > 0)"
        " order by entry_id desc limit $8",
        shop_id, before, wanted.action, wanted.account_id, wanted.since, wanted.until, wanted.search, limit,
    )  # fmt: skip
    return [AuditEntry(**dict(row)) for row in rows]


async def list_audit_actions(tx: Tx, shop_id: UUID) -> list[str]:
    """The actions that occur in a shop's audit trail, for the filter."""
    rows = await tx.fetch(
        "select distinct action from accounts.audit_trail where shop_id = $1 order by action limit $2",
        shop_id, PAGE_MAX,
    )  # fmt: skip
    return [row["action"] for row in rows]


async def list_account_shops(tx: Tx) -> list[AccountShop]:
    """Which shop each merchant account claims."""
    rows = await tx.fetch(
        "select account_id, shop_id, is_main from accounts.account where shop_id is not null order by account_id"
    )
    return [AccountShop(AccountId(row["account_id"]), row["shop_id"], row["is_main"]) for row in rows]


async def list_missing_buyers(tx: Tx, buyer_ids: Sequence[UUID]) -> list[UUID]:
    """Which of these ids are no buyer's."""
    rows = await tx.fetch(
        "select id from unnest($1::uuid[]) as wanted(id)"
        " where not exists (select from accounts.buyer where buyer_id = id) order by id",
        list(buyer_ids),
    )  # fmt: skip
    return [row["id"] for row in rows]


async def find_unknown_grants(tx: Tx, known_permissions: Sequence[str], known_scopes: Sequence[str]) -> list[str]:
    """Accounts with a permission, and keys with a scope, that the table does not know: `what id name`."""
    rows = await tx.fetch(
        "select 'account ' || account_id || ' ' || p as found from accounts.account, unnest(permissions) p"
        " where p <> all($1::text[])"
        " union all"
        " select 'key ' || key_id || ' ' || s from accounts.api_key, unnest(scopes) s where s <> all($2::text[])",
        list(known_permissions), list(known_scopes),
    )  # fmt: skip
    return [row["found"] for row in rows]


async def find_main_account_breaches(tx: Tx) -> list[tuple[UUID, int]]:
    """Shops that have accounts but not exactly one main account: (shop_id, main accounts)."""
    rows = await tx.fetch(
        "select shop_id, count(*) filter (where is_main) as mains from accounts.account where shop_id is not null"
        " group by shop_id having count(*) filter (where is_main) <> 1 order by shop_id"
    )
    return [(row["shop_id"], row["mains"]) for row in rows]


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{name}" for name in columns.split(", "))
