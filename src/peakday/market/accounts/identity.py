"""Who is behind a cookie or a bearer secret?

Every request asks, so each answer costs one query; the door that takes behaviour events asks hundreds of times a second
and is answered from memory: a key is trusted for 4 seconds after it was looked up, so a revocation counts within 5. An
unknown token or secret is simply nobody; what nobody may not do is refused further in.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.database import Database, Tx
from peakday.market.accounts.model import Account, AccountKind, Identity
from peakday.market.accounts.permissions import held_by, key_permissions
from peakday.market.accounts.queries import UsableKey, find_open_session, find_usable_key
from peakday.market.accounts.rules.session_life import is_worth_noting
from peakday.market.accounts.store import touch_key, touch_session
from peakday.market.accounts.tokens import SECRET_MARK, TOKEN_LENGTH_MAX, csrf_of, hash_token

KEY_TRUST = timedelta(seconds=4)
KEYS_KEPT_MAX = 10_000


async def authenticate_session(tx: Tx, token: str, now: datetime) -> tuple[Actor, str] | None:
    """The actor and the CSRF token of an open session; None for any other token."""
    if len(token) > TOKEN_LENGTH_MAX:
        return None
    found = await find_open_session(tx, hash_token(token), now)
    if found is None:
        return None
    if is_worth_noting(found.seen_at, now):
        await touch_session(tx, found.session_id, now)
    return actor_of_account(found.account), csrf_of(token)


async def authenticate_key(tx: Tx, secret: str, now: datetime) -> Actor | None:
    """The actor of a usable API key; None for any other secret."""
    found = await _find_key(tx, secret, now)
    return _actor_of_key(found) if found else None


async def identify(
    database: Database, session_token: str | None, bearer: str | None, now: datetime, remote_address: str = ""
) -> Identity:
    """Who asks: a bearer secret counts before the session's cookie. The CSRF token belongs to the cookie.

    Opens a connection only when memory does not know the key.
    """
    csrf_token = csrf_of(session_token) if session_token else ""
    actor: Actor | None = None
    if bearer is not None:
        actor = await _authenticate_key_from_memory(database, bearer, now)
    elif session_token:
        async with database.read() as connection:
            found = await authenticate_session(connection, session_token, now)
        actor = found[0] if found else None
    return Identity(replace(actor, remote_address=remote_address) if actor else None, csrf_token)


@dataclass(frozen=True, slots=True)
class _Trusted:
    actor: Actor
    until: datetime


class KeyCache:
    """The keys seen in the last seconds, by the hash of their secret."""

    def __init__(self) -> None:
        self._trusted: dict[bytes, _Trusted] = {}

    def find(self, secret_hash: bytes, now: datetime) -> Actor | None:
        """The actor of a key that is still trusted."""
        trusted = self._trusted.get(secret_hash)
        return trusted.actor if trusted and now < trusted.until else None

    def keep(self, secret_hash: bytes, actor: Actor, until: datetime) -> None:
        """Trust a key until an instant; the longest kept gives way."""
        self._trusted.pop(secret_hash, None)
        if len(self._trusted) >= KEYS_KEPT_MAX:
            self._trusted.pop(next(iter(self._trusted)))
        self._trusted[secret_hash] = _Trusted(actor, until)


_caches: WeakKeyDictionary[Database, KeyCache] = WeakKeyDictionary()  # one for each database of the process


async def _authenticate_key_from_memory(database: Database, secret: str, now: datetime) -> Actor | None:
    if len(secret) > TOKEN_LENGTH_MAX:
        return None
    cache = _caches.setdefault(database, KeyCache())
    known = cache.find(hash_token(secret), now)
    if known is not None:
        return known
    async with database.read() as connection:
        found = await _find_key(connection, secret, now)
    if found is None:
        return None
    actor = _actor_of_key(found)
    expires_at = found.key.expires_at
    cache.keep(hash_token(secret), actor, min(now + KEY_TRUST, expires_at) if expires_at else now + KEY_TRUST)
    return actor


def actor_of_account(account: Account) -> Actor:
    """An account as one who acts."""
    return Actor(
        kind=ActorKind.STAFF if account.kind is AccountKind.STAFF else ActorKind.MERCHANT,
        account_id=account.account_id,
        shop_id=account.shop_id,
        permissions=held_by(account.kind, account.is_main, account.permissions),
        name=account.name,
    )


async def _find_key(tx: Tx, secret: str, now: datetime) -> UsableKey | None:
    if not secret.startswith(SECRET_MARK) or len(secret) > TOKEN_LENGTH_MAX:
        return None
    found = await find_usable_key(tx, hash_token(secret), now)
    if found and (found.key.used_at is None or is_worth_noting(found.key.used_at, now)):
        await touch_key(tx, found.key.key_id, now)
    return found


def _actor_of_key(found: UsableKey) -> Actor:
    key = found.key
    return Actor(
        kind=ActorKind.MERCHANT if key.shop_id else ActorKind.STAFF,
        account_id=key.created_by,
        shop_id=key.shop_id,
        permissions=key_permissions(key.scopes, found.maker_permissions),
        name=key.name,
        via_key=key.key_id,
    )
