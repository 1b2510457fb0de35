"""What may other rooms and doors ask of accounts? Who is this, may they enter, note what they did, who buys.

Acts take the actor first; `require(actor, permission, shop_id)` of the kernel is the one guard. `record_audit` belongs
in the transaction of the act that it tells.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import NotFound, NotSignedIn
from peakday.market.accounts import buyer_store, queries, store
from peakday.market.accounts.actions.api_keys import create_key, revoke_key
from peakday.market.accounts.actions.audit_trail import record_audit
from peakday.market.accounts.actions.buyers import (
    SHOPPERS_MAX,
    ban_buyer,
    ensure_buyer_account,
    make_guest,
    make_shoppers,
    register_buyer,
    replace_buyer_password,
    sign_in_buyer,
    sign_out_buyer,
)
from peakday.market.accounts.actions.own_account import change_password, count_password_try
from peakday.market.accounts.actions.sign_in import sign_in, sign_out, sign_out_everywhere
from peakday.market.accounts.actions.staff_accounts import (
    create_account,
    edit_account,
    ensure_account,
    replace_password,
    reset_password,
)
from peakday.market.accounts.buyer_identity import actor_of_pass, find_pass, require_buyer, revoked_passes
from peakday.market.accounts.buyer_tokens import TOKEN_MARK as BUYER_TOKEN_MARK
from peakday.market.accounts.buyer_tokens import buyer_secret, make_buyer_token, read_buyer_token
from peakday.market.accounts.identity import authenticate_key, authenticate_session, identify
from peakday.market.accounts.model import (
    Account,
    ApiKey,
    AuditEntry,
    AuditFilter,
    BuyerId,
    BuyerPass,
    Identity,
    NewBuyer,
    Session,
    buyer_id_of,
)
from peakday.market.accounts.permissions import DATA_VIEW, MENUS, PERMISSIONS, ROLE_PERMISSIONS, STAFF_VIEW
from peakday.market.accounts.queries import EXPORT_ROWS_MAX, PAGE_MAX
from peakday.market.accounts.tokens import csrf_of, is_csrf_right, new_token

__all__ = [
    "BUYER_COOKIE",
    "BUYER_TOKEN_MARK",
    "DATA_VIEW",
    "EXPORT_ROWS_MAX",
    "MENUS",
    "PAGE_MAX",
    "PERMISSIONS",
    "ROLE_PERMISSIONS",
    "SESSION_COOKIE",
    "SHOPPERS_MAX",
    "BuyerPass",
    "Identity",
    "actor_of_pass",
    "authenticate_key",
    "authenticate_session",
    "ban_buyer",
    "buyer_cookie",
    "buyer_secret",
    "change_password",
    "count_password_try",
    "create_account",
    "create_key",
    "csrf_of",
    "edit_account",
    "ensure_account",
    "ensure_buyer_account",
    "ensure_buyers",
    "find_account_by_login",
    "find_buyer_account",
    "find_main_account",
    "find_pass",
    "get_account",
    "get_own_account",
    "identify",
    "is_csrf_right",
    "list_account_shops",
    "list_accounts",
    "list_audit",
    "list_audit_actions",
    "list_imported_buyers",
    "list_keys",
    "list_missing_buyers",
    "list_sessions",
    "make_buyer_token",
    "make_guest",
    "make_shoppers",
    "new_token",
    "purge",
    "read_buyer_token",
    "record_audit",
    "register_buyer",
    "replace_buyer_password",
    "replace_password",
    "require_buyer",
    "reset_password",
    "revoke_key",
    "revoked_passes",
    "session_cookie",
    "sign_in",
    "sign_in_buyer",
    "sign_out",
    "sign_out_buyer",
    "sign_out_everywhere",
]

SESSION_COOKIE = "peakday_session"
BUYER_COOKIE = "peakday_buyer"
_LIMIT = 50

find_account_by_login = queries.find_account_by_login
find_buyer_account = buyer_store.find_account
list_imported_buyers = buyer_store.list_imported
find_main_account = queries.find_main_account
list_account_shops = queries.list_account_shops
list_missing_buyers = queries.list_missing_buyers


def session_cookie(is_encrypted: bool) -> str:
    """The name of the session's cookie; on an encrypted line browsers bind `__Host-` to this very host and to TLS."""
    return f"__Host-{SESSION_COOKIE}" if is_encrypted else SESSION_COOKIE


def buyer_cookie(is_encrypted: bool) -> str:
    """The name of the cookie with a buyer's pass."""
    return f"__Host-{BUYER_COOKIE}" if is_encrypted else BUYER_COOKIE


async def ensure_buyers(tx: Tx, rows: Sequence[NewBuyer]) -> list[BuyerId]:
    """Write the buyers that are not there yet, and new traits of those that are; their ids in the order of `rows`.

    Any number of rows (batches inside); the same (source, source_ref) is the same buyer, so repeating is safe.
    """
    await store.upsert_buyers(tx, rows)
    return [buyer_id_of(row.source, row.source_ref) for row in rows]


async def purge(tx: Tx, before: datetime) -> None:
    """Remove what ended before an instant: sessions, counters, kept answers, revocations of passes long expired."""
    await store.purge(tx, before)
    await buyer_store.purge_revocations(tx, before)


async def get_account(tx: Tx, actor: Actor, shop_id: UUID, account_id: UUID) -> Account:
    """An account of the shop; `NotFound` for any other."""
    require(actor, STAFF_VIEW, shop_id)
    found = await queries.find_account(tx, account_id, shop_id)
    if found is None:
        raise NotFound
    return found


async def get_own_account(tx: Tx, actor: Actor) -> Account:
    """The account that acts; `NotSignedIn` for the system and for keys, which are not the person who made them."""
    if actor.account_id is None or actor.via_key is not None:
        raise NotSignedIn
    found = await queries.find_account(tx, actor.account_id, actor.shop_id)
    if found is None:
        raise NotSignedIn
    return found


async def list_accounts(
    tx: Tx, actor: Actor, shop_id: UUID, after: UUID | None = None, limit: int = _LIMIT
) -> list[Account]:
    """A page of the shop's accounts, oldest first."""
    require(actor, STAFF_VIEW, shop_id)
    return await queries.list_accounts(tx, shop_id, after, limit)


async def list_keys(
    tx: Tx, actor: Actor, shop_id: UUID, after: UUID | None = None, limit: int = _LIMIT
) -> list[ApiKey]:
    """A page of the shop's keys, oldest first, revoked ones too."""
    require(actor, STAFF_VIEW, shop_id)
    return await queries.list_keys(tx, shop_id, after, limit)


async def list_sessions(tx: Tx, actor: Actor, now: datetime) -> list[Session]:
    """Where the actor's own account is signed in; `NotSignedIn` for the system and for keys."""
    if actor.account_id is None or actor.via_key is not None:
        raise NotSignedIn
    return await queries.list_sessions(tx, actor.account_id, now)


async def list_audit(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: AuditFilter, before: UUID | None = None, limit: int = _LIMIT
) -> list[AuditEntry]:
    """A page of the shop's audit trail, latest first."""
    require(actor, STAFF_VIEW, shop_id)
    return await queries.list_audit(tx, shop_id, wanted, before, limit)


async def list_audit_actions(tx: Tx, actor: Actor, shop_id: UUID) -> list[str]:
    """The actions that occur in the shop's trail."""
    require(actor, STAFF_VIEW, shop_id)
    return await queries.list_audit_actions(tx, shop_id)
