"""How are API keys made and revoked?

The secret is shown once. A key's scopes stay within the rights of the person who makes it, and a key loses a scope
when its maker loses the right (see `permissions.key_permissions`).
"""

from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text
from peakday.market.accounts.actions.audit_trail import record_audit
from peakday.market.accounts.errors import BeyondOwnRights
from peakday.market.accounts.model import KEY_PREFIX, AccountId, ApiKey, KeyCreated, KeyId, NewKey
from peakday.market.accounts.permissions import SCOPE_NEEDS, SCOPES, STAFF_EDIT
from peakday.market.accounts.rules.account_fields import name_problems
from peakday.market.accounts.store import insert_key
from peakday.market.accounts.store import revoke_key as write_revocation
from peakday.market.accounts.tokens import PREFIX_LENGTH, hash_token, new_secret

KEY_LIFE_MAX = timedelta(days=3653)


async def create_key(tx: Tx, actor: Actor, shop_id: UUID | None, wanted: NewKey, now: datetime) -> KeyCreated:
    """Make a key for a shop (None: for the platform, by its staff). Refuses `Invalid` and `BeyondOwnRights`."""
    require(actor, STAFF_EDIT, shop_id)
    if shop_id is None and actor.shop_id is not None:
        raise NotFound
    problems = [*name_problems(wanted.name), *_scope_problems(wanted), *_expiry_problems(wanted, now)]
    if problems:
        raise Invalid(*problems)
    for scope in sorted(wanted.scopes):
        for permission in sorted(SCOPE_NEEDS[scope]):
            if not actor.can(permission):
                raise BeyondOwnRights(permission=permission)
    secret = new_secret()
    key = ApiKey(
        key_id=KeyId(new_id(now)),
        shop_id=shop_id,
        created_by=AccountId(actor.account_id) if actor.account_id else None,
        name=wanted.name.strip(),
        prefix=secret[:PREFIX_LENGTH],
        scopes=tuple(sorted(wanted.scopes)),
        created_at=now,
        expires_at=wanted.expires_at,
        used_at=None,
        revoked_at=None,
    )
    await insert_key(tx, key, hash_token(secret))
    detail = {"name": key.name, "scopes": list(key.scopes), "shop_id": shop_id}
    await record_audit(tx, actor, "key_created", _subject(key.key_id), now, detail)
    return KeyCreated(key, secret)


async def revoke_key(tx: Tx, actor: Actor, shop_id: UUID | None, key_id: UUID, now: datetime) -> None:
    """Revoke a key; it stops within 5 seconds everywhere. A second time changes nothing."""
    require(actor, STAFF_EDIT, shop_id)
    if await write_revocation(tx, key_id, shop_id, now) is None:
        raise NotFound
    await record_audit(tx, actor, "key_revoked", _subject(key_id), now, {"shop_id": shop_id})


def _subject(key_id: UUID) -> str:
    return f"key:{show_id(KEY_PREFIX, key_id)}"


def _scope_problems(wanted: NewKey) -> list[Problem]:
    remedy = Text("请从权限范围列表中选择", "Choose from the list of scopes")
    problems = [
        Problem("scopes", "scope_unknown", Text("未知的权限范围", "No such scope"), remedy, value=name[:60])
        for name in sorted(wanted.scopes - SCOPES.keys())
    ]
    if not wanted.scopes:
        problems.append(Problem("scopes", "scopes_empty", Text("未选择权限范围", "No scope is chosen"), remedy))
    return problems


def _expiry_problems(wanted: NewKey, now: datetime) -> list[Problem]:
    remedy = Text("请选择今后十年内的时间", "Choose a time in the next ten years")
    if wanted.expires_at is None or now < wanted.expires_at <= now + KEY_LIFE_MAX:
        return []
    if wanted.expires_at <= now:
        return [Problem("expires_at", "expiry_past", Text("到期时间已过", "The expiry has passed"), remedy)]
    return [Problem("expires_at", "expiry_far", Text("到期时间太远", "The expiry is too far away"), remedy)]
