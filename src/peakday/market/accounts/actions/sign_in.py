"""How does somebody sign in and out?

A refused sign-in must leave its mark (the counter, the audit trail), so signing in takes the database and not a
transaction: it counts and commits, checks the password while no connection waits, then opens the session or notes the
refusal and commits. Only then is the refusal raised. Every sign-in opens a new token, whatever cookie came with it.
"""

from dataclasses import replace
from datetime import datetime

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.database import Database, Tx
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.refusal import NotSignedIn
from peakday.market.accounts.actions.audit_trail import record_audit
from peakday.market.accounts.errors import BadCredentials, TooManySignIns
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import (
    ACCOUNT_PREFIX,
    Account,
    AccountStatus,
    Session,
    SessionOpened,
    SignInAttempt,
)
from peakday.market.accounts.passwords import hash_password, is_outdated, is_password_right
from peakday.market.accounts.queries import find_account_by_login
from peakday.market.accounts.rules.session_life import SESSION_AGE_MAX
from peakday.market.accounts.rules.sign_in_limits import (
    address_key,
    is_first_over,
    is_over,
    login_key,
    retry_after_seconds,
    window_start,
)
from peakday.market.accounts.store import (
    count_hit,
    end_session,
    end_sessions,
    find_password_hash,
    forget_hits,
    insert_session,
    lock_account,
    upgrade_hash,
)
from peakday.market.accounts.tokens import csrf_of, hash_token, new_token

USER_AGENT_LENGTH_MAX = 300
PASSWORD_TYPED_MAX = 1_000  # longer is not a password; nobody pays for hashing it


async def sign_in(database: Database, attempt: SignInAttempt, now: datetime) -> SessionOpened:
    """Open a session. Refuses `BadCredentials` and `TooManySignIns`; both are counted and noted for good."""
    login = attempt.login.strip().lower()
    async with database.transaction() as tx:
        hits = [await count_hit(tx, key, window_start(now)) for key in _counters(login, attempt.remote_address)]
        account = await find_account_by_login(tx, login) if _is_storable(login) else None
        stored = await find_password_hash(tx, account.account_id) if account else None
        if is_first_over(*hits):  # once a window: a guesser must not fill the trail
            await _note_refusal(tx, account, attempt, "too_many_sign_ins", now)
    if is_over(*hits):
        raise TooManySignIns(retry_after_seconds=retry_after_seconds(now))
    is_right = await is_password_right(attempt.password[:PASSWORD_TYPED_MAX], stored)
    async with database.transaction() as tx:
        opened = await _open(tx, login, stored, attempt, now) if is_right and stored else None
        if opened is None:
            await _note_refusal(tx, account, attempt, "sign_in_refused", now)
    if opened is None or stored is None:
        raise BadCredentials
    if is_outdated(stored):
        fresh = await hash_password(attempt.password)
        async with database.transaction() as tx:
            await upgrade_hash(tx, opened.account.account_id, stored, fresh)
    return opened


async def sign_out(tx: Tx, actor: Actor, token: str, now: datetime) -> None:
    """End the session of a token."""
    if await end_session(tx, hash_token(token), now) is not None:
        await record_audit(tx, actor, "signed_out", _subject(actor), now)


async def sign_out_everywhere(tx: Tx, actor: Actor, now: datetime, except_token: str | None = None) -> int:
    """End all sessions of the actor's account, perhaps except the one in hand; returns how many ended.

    Refuses `NotSignedIn` for a key: it is not the person who made it.
    """
    if actor.account_id is None or actor.via_key is not None:
        raise NotSignedIn
    ended = await end_sessions(tx, actor.account_id, now, hash_token(except_token) if except_token else None)
    await record_audit(tx, actor, "sessions_ended", _subject(actor), now, {"sessions": ended})
    return ended


async def _open(tx: Tx, login: str, checked_hash: str, attempt: SignInAttempt, now: datetime) -> SessionOpened | None:
    """Open the session, unless the account was closed or its password changed while the old one was checked.

    Locks the account, as a change of password does, so that no session opens behind that change.
    """
    found = await find_account_by_login(tx, login)
    account = await lock_account(tx, found.account_id, found.shop_id) if found else None
    if account is None or account.status is not AccountStatus.ACTIVE:
        return None
    if await find_password_hash(tx, account.account_id) != checked_hash:
        return None
    token = new_token()
    session = Session(
        session_id=new_id(now),
        account_id=account.account_id,
        remote_address=attempt.remote_address,
        user_agent=attempt.user_agent.replace("\0", "")[:USER_AGENT_LENGTH_MAX],
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION_AGE_MAX,
    )
    await insert_session(tx, session, hash_token(token))
    await forget_hits(tx, login_key(login))
    actor = replace(actor_of_account(account), remote_address=attempt.remote_address)
    await record_audit(tx, actor, "signed_in", _subject(actor), now, {"user_agent": session.user_agent})
    return SessionOpened(token, csrf_of(token), account, session.expires_at)


async def _note_refusal(tx: Tx, account: Account | None, attempt: SignInAttempt, action: str, now: datetime) -> None:
    """The trail of a known account's shop; unknown logins are only counted, for people mistype passwords there."""
    if account is None:
        return
    nobody = Actor(kind=ActorKind.MERCHANT, account_id=None, shop_id=account.shop_id, name="?")
    actor = replace(nobody, remote_address=attempt.remote_address)
    await record_audit(tx, actor, action, f"account:{show_id(ACCOUNT_PREFIX, account.account_id)}", now)


def _counters(login: str, remote_address: str) -> tuple[str, str]:
    return login_key(login), address_key(remote_address)


def _is_storable(login: str) -> bool:
    """Whether PostgreSQL could hold such a text; what it could not hold is nobody's login."""
    return "\0" not in login


def _subject(actor: Actor) -> str:
    assert actor.account_id is not None
    return f"account:{show_id(ACCOUNT_PREFIX, actor.account_id)}"
