"""How does somebody become a buyer, come back, and leave?

A guest is a buyer with a pass and no login: they may fill a cart at once. Registering gives this same buyer a login, so
that nothing needs to move; every pass made before opens nothing from then on, for whoever planted a guest's cookie in
somebody's browser must not hold their account. Signing in is another buyer; the storefront merges the carts.

A refused sign-in must leave its mark, so these acts take the database and not a transaction (see `sign_in`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.database import Database, Tx
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound, NotSignedIn, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import buyer_store as store
from peakday.market.accounts.actions.audit_trail import record_audit
from peakday.market.accounts.actions.sign_in import PASSWORD_TYPED_MAX
from peakday.market.accounts.buyer_identity import actor_of_pass, revoked_passes
from peakday.market.accounts.buyer_tokens import make_buyer_token, new_mark, read_buyer_token
from peakday.market.accounts.errors import BadCredentials, LoginTaken, TooManySignIns
from peakday.market.accounts.model import (
    BUYER_PREFIX,
    AccountStatus,
    BuyerAccount,
    BuyerEntered,
    BuyerId,
    BuyerPass,
    NewBuyerAccount,
    Shopper,
    SignInAttempt,
    buyer_id_of,
)
from peakday.market.accounts.passwords import STANDARD_COST, PasswordCost, hash_password, is_outdated, is_password_right
from peakday.market.accounts.rules.account_fields import login_problems, name_problems
from peakday.market.accounts.rules.buyer_passes import (
    GUESTS_AN_ADDRESS_MAX,
    PASS_AGE_MAX,
    REGISTRATIONS_AN_ADDRESS_MAX,
    age_of,
)
from peakday.market.accounts.rules.password_strength import password_problems
from peakday.market.accounts.rules.sign_in_limits import (
    address_key,
    is_over,
    login_key,
    retry_after_seconds,
    window_start,
)
from peakday.market.accounts.store import count_hit, forget_hits

OWN_SOURCE = "peakday"  # buyers who came to us, not from an imported source
SHOPPERS_MAX = 1_000
_SHOPPER_WORD_MAX = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # stands in a pass until it is issued
_JUST_AFTER = timedelta(microseconds=1)


async def make_guest(database: Database, secret: bytes, remote_address: str, now: datetime) -> BuyerEntered:
    """A new buyer without a login. Refuses `TooManySignIns` for an address that asks too often."""
    await _count_address(database, "guests", remote_address, GUESTS_AN_ADDRESS_MAX, now)
    buyer_id = BuyerId(new_id(now))
    async with database.transaction() as tx:
        await store.insert_buyer(tx, buyer_id, OWN_SOURCE, str(buyer_id), now)
    return _enter(secret, BuyerPass(buyer_id, is_guest=True, is_simulated=False, expires_at=_EPOCH), now)


async def register_buyer(
    database: Database, secret: bytes, guest: Actor | None, wanted: NewBuyerAccount, remote_address: str, now: datetime
) -> BuyerEntered:
    """Give the guest in hand, or a new buyer, a login. Refuses `Invalid`, `LoginTaken`, `TooManySignIns`.

    The same rules as for merchants' accounts. All passes that the guest had are revoked.
    """
    login, name = wanted.login.strip().lower(), wanted.name.strip()
    own_words = [login, name]
    problems = [*login_problems(login), *name_problems(name), *password_problems(wanted.password, *own_words)]
    if problems:
        raise Invalid(*problems)
    await _count_address(database, "registrations", remote_address, REGISTRATIONS_AN_ADDRESS_MAX, now)
    hashed = await hash_password(wanted.password)
    is_own = guest is not None and guest.kind is ActorKind.BUYER and guest.can("guest")
    buyer_id = BuyerId(guest.account_id) if is_own and guest and guest.account_id else BuyerId(new_id(now))
    account = BuyerAccount(buyer_id, login, name, AccountStatus.ACTIVE, now, None)
    async with database.transaction() as tx:
        if not is_own:
            await store.insert_buyer(tx, buyer_id, OWN_SOURCE, str(buyer_id), now)
        if not await store.insert_account(tx, account, hashed):
            raise LoginTaken(login=login)
        await store.insert_revocation(tx, buyer_id.bytes, now, now + PASS_AGE_MAX)
        actor = Actor(ActorKind.BUYER, buyer_id, name=name, remote_address=remote_address)
        await record_audit(tx, actor, "buyer_registered", subject_of(buyer_id), now, {"login": login})
    revoked_passes(database).add(buyer_id.bytes, now)
    return _enter(secret, _registered(buyer_id), now + _JUST_AFTER, account)


async def sign_in_buyer(database: Database, secret: bytes, attempt: SignInAttempt, now: datetime) -> BuyerEntered:
    """A pass for a registered buyer. Refuses `BadCredentials` and `TooManySignIns`; both are counted for good."""
    login = attempt.login.strip().lower()
    counter = login_key(f"buyer:{login}")
    async with database.transaction() as tx:
        start = window_start(now)
        hits = [await count_hit(tx, key, start) for key in (counter, address_key(attempt.remote_address))]
        found = await store.find_account_by_login(tx, login) if "\0" not in login else None
    if is_over(*hits):
        raise TooManySignIns(retry_after_seconds=retry_after_seconds(now))
    account, stored = found or (None, None)
    is_right = await is_password_right(attempt.password[:PASSWORD_TYPED_MAX], stored)
    async with database.transaction() as tx:
        may_enter = account and stored and is_right and await store.note_entry(tx, account.buyer_id, stored, now)
        if account:
            actor = Actor(ActorKind.BUYER, account.buyer_id if may_enter else None, name=account.name)
            actor = replace(actor, remote_address=attempt.remote_address)
            action = "buyer_signed_in" if may_enter else "buyer_sign_in_refused"
            await record_audit(tx, actor, action, subject_of(account.buyer_id), now)
        if may_enter:
            await forget_hits(tx, counter)
    if not may_enter or account is None or stored is None:
        raise BadCredentials
    if is_outdated(stored):
        fresh = await hash_password(attempt.password)
        async with database.transaction() as tx:
            await store.upgrade_hash(tx, account.buyer_id, stored, fresh)
    return _enter(secret, _registered(account.buyer_id), now + _JUST_AFTER, account)


async def sign_out_buyer(database: Database, secret: bytes, token: str, now: datetime) -> None:
    """Revoke the pass of a token; what is no pass of ours is left alone. It counts everywhere within seconds."""
    shown = read_buyer_token(secret, token, now)
    if shown is None:
        return
    async with database.transaction() as tx:
        if await store.insert_revocation(tx, shown.mark, now, shown.expires_at):
            await record_audit(tx, actor_of_pass(shown), "buyer_signed_out", subject_of(shown.buyer_id), now)
    revoked_passes(database).add(shown.mark, now)


async def ban_buyer(tx: Tx, actor: Actor, buyer_id: UUID, now: datetime) -> None:
    """Close a buyer's login and revoke all their passes; the platform's staff only. Refuses `NotFound`."""
    _require_staff(actor)
    if not await store.close_account(tx, buyer_id):
        raise NotFound
    await store.insert_revocation(tx, buyer_id.bytes, now, now + PASS_AGE_MAX)
    await record_audit(tx, actor, "buyer_banned", subject_of(buyer_id), now)


async def make_shoppers(
    tx: Tx, actor: Actor, secret: bytes, rows: Sequence[Shopper], now: datetime
) -> list[BuyerEntered]:
    """Simulated shoppers with passes, in the order given: the buyers of these names, made where there are none.

    For rehearsals; the platform's staff only, at most `SHOPPERS_MAX`. What they do is marked as simulated.
    """
    _require_staff(actor)
    problems = [problem for number, row in enumerate(rows, 1) for problem in _shopper_problems(number, row)]
    if problems:
        raise Invalid(*problems)
    await store.insert_missing_shoppers(tx, rows, now)
    await record_audit(tx, actor, "shoppers_made", f"shoppers:{len(rows)}", now, {"source": rows[0].source})
    ids = [buyer_id_of(row.source, row.source_ref) for row in rows]
    return [
        _enter(secret, BuyerPass(one, is_guest=False, is_simulated=True, expires_at=_EPOCH), now + _JUST_AFTER)
        for one in ids
    ]


async def ensure_buyer_account(
    tx: Tx, buyer_id: UUID, wanted: NewBuyerAccount, now: datetime, cost: PasswordCost = STANDARD_COST
) -> BuyerAccount:
    """The login of a buyer who exists, opened by the system when there is none; for the demo."""
    login = wanted.login.strip().lower()
    found = await store.find_account_by_login(tx, login)
    if found is not None:
        return found[0]
    account = BuyerAccount(BuyerId(buyer_id), login, wanted.name, AccountStatus.ACTIVE, now, None)
    if not await store.insert_account(tx, account, await hash_password(wanted.password, cost)):
        raise LoginTaken(login=login)
    return account


async def replace_buyer_password(tx: Tx, buyer_id: UUID, password: str, now: datetime) -> None:
    """Set a new password's hash; all passes made before are revoked. For the demo, whose file was lost."""
    await store.update_hash(tx, buyer_id, await hash_password(password), now)
    await store.insert_revocation(tx, buyer_id.bytes, now, now + PASS_AGE_MAX)


def subject_of(buyer_id: UUID) -> str:
    """How the audit trail names a buyer."""
    return f"buyer:{show_id(BUYER_PREFIX, buyer_id)}"


def _registered(buyer_id: BuyerId) -> BuyerPass:
    return BuyerPass(buyer_id, is_guest=False, is_simulated=False, expires_at=_EPOCH)


def _enter(secret: bytes, wanted: BuyerPass, now: datetime, account: BuyerAccount | None = None) -> BuyerEntered:
    """The pass as issued now, and its token."""
    issued = replace(wanted, issued_at=now, expires_at=now + age_of(wanted), mark=new_mark())
    return BuyerEntered(make_buyer_token(secret, issued), issued, account)


async def _count_address(database: Database, what: str, remote_address: str, limit: int, now: datetime) -> None:
    async with database.transaction() as tx:
        hits = await count_hit(tx, f"buyers:{what}:{address_key(remote_address)}", window_start(now))
    if hits > limit:
        raise TooManySignIns(retry_after_seconds=retry_after_seconds(now))


def _require_staff(actor: Actor) -> None:
    if actor.kind not in {ActorKind.STAFF, ActorKind.SYSTEM}:
        raise NotAllowed(permission="platform") if actor.account_id else NotSignedIn


def _shopper_problems(number: int, row: Shopper) -> list[Problem]:
    message = Text("名称为空、过长或含有控制字符", "The name is empty, too long or holds control characters")
    remedy = Text(f"1 至 {_SHOPPER_WORD_MAX} 个字符", f"1 to {_SHOPPER_WORD_MAX} characters")
    return [
        Problem(name, "shopper_name", message, remedy, row=number)
        for name, word in (("source", row.source), ("source_ref", row.source_ref))
        if not (0 < len(word) <= _SHOPPER_WORD_MAX and word.isprintable())
    ]
