"""Which JSON doors do accounts have? Me, roles, a shop's staff, keys and audit trail."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.market.accounts import api
from peakday.market.accounts.model import (
    ACCOUNT_PREFIX,
    KEY_PREFIX,
    SHOP_PREFIX,
    Account,
    AccountChanges,
    AccountStatus,
    ApiKey,
    AuditEntry,
    AuditFilter,
    NewAccount,
    NewKey,
    Role,
)
from peakday.market.accounts.permissions import ROLE_NAMES, SCOPES, SUB_ROLES

router = APIRouter(prefix="/v1", tags=["accounts"])

ENTRY_PREFIX = "aud"
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
AccountRef = Annotated[UUID, ShownId(ACCOUNT_PREFIX)]
KeyRef = Annotated[UUID, ShownId(KEY_PREFIX)]
Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC))]
Words = Annotated[list[str], Field(max_length=100)]


_answers = answers_beside(401, 429)


class MeBody(BaseModel):
    """Who calls."""

    kind: str
    name: str
    account_id: str | None
    key_id: str | None
    shop_id: str | None
    permissions: list[str]


class RoleBody(BaseModel):
    """A role that a sub-account may have."""

    role: Role
    name: str
    name_zh: str
    permissions: list[str]


class RoleList(BaseModel):
    """The roles, every permission there is, and the scopes of keys."""

    items: list[RoleBody]
    permissions: list[str]
    scopes: list[str]


class StaffBody(BaseModel):
    """An account of the shop."""

    account_id: str
    login: str
    name: str
    is_main: bool
    role: Role
    permissions: list[str]
    status: AccountStatus
    created_at: datetime
    signed_in_at: datetime | None


class StaffList(BaseModel):
    """A page of accounts."""

    items: list[StaffBody]
    next_cursor: str | None


class NewStaffBody(BaseModel):
    """A sub-account to open. `permissions` count for the role `custom`; `data:view` may be added to any role."""

    login: str = Field(max_length=64)
    name: str = Field(max_length=60)
    password: str = Field(max_length=1000)
    role: Role = Role.CUSTOM
    permissions: Words = []


class StaffChangesBody(BaseModel):
    """What an edit sets; what is absent stays."""

    name: str | None = Field(None, max_length=60)
    role: Role | None = None
    permissions: Words | None = None
    status: AccountStatus | None = None


class PasswordBody(BaseModel):
    """A new password."""

    password: str = Field(max_length=1000)


class KeyBody(BaseModel):
    """An API key; its secret is not here."""

    key_id: str
    name: str
    prefix: str
    scopes: list[str]
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class KeyList(BaseModel):
    """A page of keys."""

    items: list[KeyBody]
    next_cursor: str | None


class NewKeyBody(BaseModel):
    """A key to make."""

    name: str = Field(max_length=60)
    scopes: Words
    expires_at: Instant | None = None


class KeyCreatedBody(BaseModel):
    """A new key with its secret, which is shown this once."""

    key: KeyBody
    secret: str


class AuditBody(BaseModel):
    """Who saw or did what."""

    entry_id: str
    at: datetime
    actor_kind: str
    actor_name: str
    account_id: str | None
    key_id: str | None
    action: str
    subject: str
    remote_address: str
    detail: dict[str, Any]


class AuditList(BaseModel):
    """A page of the audit trail, latest first."""

    items: list[AuditBody]
    next_cursor: str | None


class AuditQuery(BaseModel):
    """Which entries are wanted."""

    cursor: str | None = None
    limit: PageLimit = 50
    action: str | None = Field(None, max_length=60, pattern=LINE_PATTERN)
    account_id: str | None = Field(None, max_length=40)
    since: Instant | None = None
    until: Instant | None = None
    search: str | None = Field(None, max_length=100, pattern=LINE_PATTERN)


@router.get("/me", responses=_answers())
async def read_me(request: Request) -> MeBody:
    """Who calls, for which shop, with which permissions."""
    actor = actor_of(request)
    return MeBody(
        kind=actor.kind.value,
        name=actor.name,
        account_id=_shown(ACCOUNT_PREFIX, actor.account_id),
        key_id=_shown(KEY_PREFIX, actor.via_key),
        shop_id=_shown(SHOP_PREFIX, actor.shop_id),
        permissions=sorted(actor.permissions),
    )


@router.get("/roles", responses=_answers())
async def list_roles(request: Request) -> RoleList:
    """The roles of sub-accounts with their permissions, and the scopes of keys."""
    actor_of(request)
    items = [
        RoleBody(
            role=role,
            name=ROLE_NAMES[role].en,
            name_zh=ROLE_NAMES[role].zh,
            permissions=sorted(api.ROLE_PERMISSIONS.get(role, ())),
        )
        for role in SUB_ROLES
    ]
    return RoleList(items=items, permissions=sorted(api.PERMISSIONS), scopes=sorted(SCOPES))


@router.get("/shops/{shop_id}/staff", responses=_answers(403, 404, 422))
async def list_staff(request: Request, shop_id: ShopRef, cursor: str | None = None, limit: PageLimit = 50) -> StaffList:
    """The accounts of the shop, oldest first."""
    after = read_cursor(ACCOUNT_PREFIX, cursor)
    async with house_of(request).database.read() as connection:
        rows = await api.list_accounts(connection, actor_of(request), shop_id, after, limit + 1)
    page = [_staff(account) for account in rows[:limit]]
    return StaffList(items=page, next_cursor=page[-1].account_id if len(rows) > limit else None)


@router.post("/shops/{shop_id}/staff", status_code=201, responses=_answers(403, 404, 409, 422))
async def create_staff(request: Request, shop_id: ShopRef, body: NewStaffBody) -> StaffBody:
    """Open a sub-account."""
    house = house_of(request)
    wanted = NewAccount(body.login, body.name, shop_id=shop_id, role=body.role, permissions=frozenset(body.permissions))
    async with house.database.transaction() as tx:
        return _staff(await api.create_account(tx, actor_of(request), wanted, body.password, house.clock.now()))


@router.get("/shops/{shop_id}/staff/{account_id}", responses=_answers(403, 404))
async def read_staff(request: Request, shop_id: ShopRef, account_id: AccountRef) -> StaffBody:
    """One account of the shop."""
    async with house_of(request).database.read() as connection:
        return _staff(await api.get_account(connection, actor_of(request), shop_id, account_id))


@router.patch("/shops/{shop_id}/staff/{account_id}", responses=_answers(403, 404, 409, 422))
async def edit_staff(request: Request, shop_id: ShopRef, account_id: AccountRef, body: StaffChangesBody) -> StaffBody:
    """Change a sub-account's name, role, permissions or status."""
    house = house_of(request)
    chosen = None if body.permissions is None else frozenset(body.permissions)
    changes = AccountChanges(body.name, body.role, chosen, body.status)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return _staff(await api.edit_account(tx, actor_of(request), shop_id, account_id, changes, now))


@router.put("/shops/{shop_id}/staff/{account_id}/password", status_code=204, responses=_answers(403, 404, 409, 422))
async def reset_staff_password(
    request: Request, shop_id: ShopRef, account_id: AccountRef, body: PasswordBody
) -> Response:
    """Set a new password for a sub-account; its sessions end."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.reset_password(tx, actor_of(request), shop_id, account_id, body.password, house.clock.now())
    return Response(status_code=204)


@router.get("/shops/{shop_id}/keys", responses=_answers(403, 404, 422))
async def list_keys(request: Request, shop_id: ShopRef, cursor: str | None = None, limit: PageLimit = 50) -> KeyList:
    """The API keys of the shop, oldest first, revoked ones too."""
    after = read_cursor(KEY_PREFIX, cursor)
    async with house_of(request).database.read() as connection:
        rows = await api.list_keys(connection, actor_of(request), shop_id, after, limit + 1)
    page = [_key(key) for key in rows[:limit]]
    return KeyList(items=page, next_cursor=page[-1].key_id if len(rows) > limit else None)


@router.post("/shops/{shop_id}/keys", status_code=201, responses=_answers(403, 404, 422))
async def create_key(request: Request, shop_id: ShopRef, body: NewKeyBody) -> KeyCreatedBody:
    """Make an API key. The secret is in this answer and nowhere else."""
    house = house_of(request)
    wanted = NewKey(body.name, frozenset(body.scopes), body.expires_at)
    async with house.database.transaction() as tx:
        created = await api.create_key(tx, actor_of(request), shop_id, wanted, house.clock.now())
    return KeyCreatedBody(key=_key(created.key), secret=created.secret)


@router.delete("/shops/{shop_id}/keys/{key_id}", status_code=204, responses=_answers(403, 404))
async def revoke_key(request: Request, shop_id: ShopRef, key_id: KeyRef) -> Response:
    """Revoke a key; it stops within 5 seconds."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.revoke_key(tx, actor_of(request), shop_id, key_id, house.clock.now())
    return Response(status_code=204)


@router.get("/shops/{shop_id}/audit-trail", responses=_answers(403, 404, 422))
async def list_audit_trail(request: Request, shop_id: ShopRef, query: Annotated[AuditQuery, Query()]) -> AuditList:
    """Who saw and did what in the shop, latest first."""
    wanted = AuditFilter(
        action=query.action,
        account_id=read_cursor(ACCOUNT_PREFIX, query.account_id),
        since=query.since,
        until=query.until,
        search=query.search,
    )
    before = read_cursor(ENTRY_PREFIX, query.cursor)
    async with house_of(request).database.read() as connection:
        rows = await api.list_audit(connection, actor_of(request), shop_id, wanted, before, query.limit + 1)
    page = [_entry(row) for row in rows[: query.limit]]
    return AuditList(items=page, next_cursor=page[-1].entry_id if len(rows) > query.limit else None)


def _shown(prefix: str, value: UUID | None) -> str | None:
    return None if value is None else show_id(prefix, value)


def _staff(account: Account) -> StaffBody:
    return StaffBody(
        account_id=show_id(ACCOUNT_PREFIX, account.account_id),
        login=account.login,
        name=account.name,
        is_main=account.is_main,
        role=account.role,
        permissions=["*"] if account.is_main else sorted(account.permissions),
        status=account.status,
        created_at=account.created_at,
        signed_in_at=account.signed_in_at,
    )


def _key(key: ApiKey) -> KeyBody:
    return KeyBody(
        key_id=show_id(KEY_PREFIX, key.key_id),
        name=key.name,
        prefix=key.prefix,
        scopes=list(key.scopes),
        created_by=_shown(ACCOUNT_PREFIX, key.created_by),
        created_at=key.created_at,
        expires_at=key.expires_at,
        used_at=key.used_at,
        revoked_at=key.revoked_at,
    )


def _entry(entry: AuditEntry) -> AuditBody:
    return AuditBody(
        entry_id=show_id(ENTRY_PREFIX, entry.entry_id),
        at=entry.at,
        actor_kind=entry.actor_kind,
        actor_name=entry.actor_name,
        account_id=_shown(ACCOUNT_PREFIX, entry.account_id),
        key_id=_shown(KEY_PREFIX, entry.key_id),
        action=entry.action,
        subject=entry.subject,
        remote_address=entry.remote_address,
        detail=entry.detail,
    )
