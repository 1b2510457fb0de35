"""How does a main account open, change and close the accounts of its staff?

Nobody grants more than they hold, rules over an account that holds more, or changes their own rights: otherwise a
sub-account that may manage staff could give itself the figures. The main account is beyond every sub-account.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, ActorKind, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text
from peakday.market.accounts.actions.audit_trail import record_audit
from peakday.market.accounts.errors import BeyondOwnRights, LoginTaken, MainAccountExists, OwnAccount
from peakday.market.accounts.model import (
    ACCOUNT_PREFIX,
    Account,
    AccountChanges,
    AccountId,
    AccountKind,
    AccountStatus,
    NewAccount,
    Role,
)
from peakday.market.accounts.passwords import STANDARD_COST, PasswordCost, hash_password
from peakday.market.accounts.permissions import (
    ALL,
    STAFF_EDIT,
    SUB_ROLES,
    excess,
    held_by,
    permissions_of,
    unknown,
)
from peakday.market.accounts.queries import find_account_by_login, find_main_account
from peakday.market.accounts.rules.account_fields import login_problems, name_problems
from peakday.market.accounts.rules.password_strength import password_problems
from peakday.market.accounts.store import (
    end_sessions,
    insert_account,
    lock_account,
    update_account,
    update_password,
)


async def create_account(
    tx: Tx, actor: Actor, wanted: NewAccount, password: str, now: datetime, cost: PasswordCost = STANDARD_COST
) -> Account:
    """Open an account. Main and platform accounts are opened by staff or the system, sub-accounts by the shop.

    Refuses `Invalid`, `LoginTaken`, `MainAccountExists`, `BeyondOwnRights`.
    """
    require(actor, STAFF_EDIT, wanted.shop_id)
    if wanted.shop_id is None and actor.kind is ActorKind.MERCHANT:
        raise BeyondOwnRights(permission=ALL)
    account = _account_from(wanted, now)
    _refuse_problems(
        login_problems(account.login),
        name_problems(account.name),
        _permission_problems(wanted),
        password_problems(password, account.login, account.name),
    )
    _refuse_excess(actor, held_by(account.kind, account.is_main, account.permissions))
    if account.is_main and account.shop_id and await find_main_account(tx, account.shop_id):
        raise MainAccountExists
    if not await insert_account(tx, account, await hash_password(password, cost)):
        raise LoginTaken(login=account.login)
    await record_audit(tx, actor, "account_created", subject_of(account.account_id), now, _told(account))
    return account


async def ensure_account(
    tx: Tx, wanted: NewAccount, password: str, now: datetime, cost: PasswordCost = STANDARD_COST
) -> Account:
    """The account of this login, opened by the system when it is not there; what is there stays as it is."""
    found = await find_account_by_login(tx, wanted.login.strip().lower())
    return found or await create_account(tx, SYSTEM, wanted, password, now, cost)


async def edit_account(
    tx: Tx, actor: Actor, shop_id: UUID, account_id: UUID, changes: AccountChanges, now: datetime
) -> Account:
    """Change a sub-account's name, role, permissions or status. Closing it ends its sessions and its keys."""
    account = await _load_governed(tx, actor, shop_id, account_id)
    if account.account_id == actor.account_id:
        raise OwnAccount
    role = changes.role or account.role
    chosen = changes.permissions if changes.permissions is not None else account.permissions
    after = replace(
        account,
        name=changes.name if changes.name is not None else account.name,
        role=role,
        permissions=permissions_of(role, chosen) if role in SUB_ROLES else account.permissions,
        status=changes.status or account.status,
    )
    wanted = NewAccount(after.login, after.name, after.kind, shop_id, role, frozenset(chosen))
    _refuse_problems(name_problems(after.name), _permission_problems(wanted), _role_problems(account, role))
    if account.is_main and (role is not Role.MAIN or after.status is not AccountStatus.ACTIVE):
        raise OwnAccount
    _refuse_excess(actor, after.permissions)
    await update_account(tx, account_id, AccountChanges(after.name, after.role, after.permissions, after.status))
    if after.status is AccountStatus.DISABLED:
        await end_sessions(tx, account_id, now)
    await record_audit(tx, actor, "account_edited", subject_of(account_id), now, _told(after))
    return after


async def reset_password(tx: Tx, actor: Actor, shop_id: UUID, account_id: UUID, password: str, now: datetime) -> None:
    """Set a new password for somebody else's account; their sessions end."""
    account = await _load_governed(tx, actor, shop_id, account_id)
    if account.account_id == actor.account_id:
        raise OwnAccount
    await replace_password(tx, actor, account, password, now)


async def replace_password(tx: Tx, actor: Actor, account: Account, password: str, now: datetime) -> None:
    """Check, hash and write a new password, end all sessions, note it. The caller has checked who may do this."""
    _refuse_problems(password_problems(password, account.login, account.name))
    await update_password(tx, account.account_id, await hash_password(password), now)
    await end_sessions(tx, account.account_id, now)
    detail = {"shop_id": account.shop_id}
    await record_audit(tx, actor, "password_reset", subject_of(account.account_id), now, detail)


def subject_of(account_id: UUID) -> str:
    """How the audit trail names an account."""
    return f"account:{show_id(ACCOUNT_PREFIX, account_id)}"


async def _load_governed(tx: Tx, actor: Actor, shop_id: UUID, account_id: UUID) -> Account:
    """The account, locked, if the actor may rule over it."""
    require(actor, STAFF_EDIT, shop_id)
    account = await lock_account(tx, account_id, shop_id)
    if account is None:
        raise NotFound
    _refuse_excess(actor, held_by(account.kind, account.is_main, account.permissions))
    return account


def _account_from(wanted: NewAccount, now: datetime) -> Account:
    is_main = wanted.role is Role.MAIN
    return Account(
        account_id=AccountId(new_id(now)),
        kind=wanted.kind,
        login=wanted.login.strip().lower(),
        name=wanted.name.strip(),
        shop_id=wanted.shop_id,
        is_main=is_main,
        role=wanted.role,
        permissions=permissions_of(wanted.role, wanted.permissions) if wanted.role in SUB_ROLES else frozenset(),
        status=AccountStatus.ACTIVE,
        created_at=now,
        password_changed_at=now,
        signed_in_at=None,
    )


def _permission_problems(wanted: NewAccount) -> list[Problem]:
    problems = [
        Problem(
            "permissions", "permission_unknown", Text("未知的权限", "No such permission"),
            Text("请从权限列表中选择", "Choose from the list of permissions"), value=name[:60],
        )
        for name in unknown(wanted.permissions)
    ]  # fmt: skip
    is_platform = wanted.kind is AccountKind.STAFF
    if is_platform != (wanted.role is Role.PLATFORM) or is_platform != (wanted.shop_id is None):
        message = Text("角色与账号类型不符", "The role does not fit the kind of account")
        remedy = Text("店铺账号请选择店铺角色", "Choose one of the shop's roles")
        problems.append(Problem("role", "role_misplaced", message, remedy, value=wanted.role.value))
    return problems


def _role_problems(account: Account, role: Role) -> list[Problem]:
    """The main account is opened once and never made of another."""
    if account.is_main or role in SUB_ROLES:
        return []
    message = Text("子账号不能成为主账号", "A sub-account does not become the main account")
    remedy = Text("请选择子账号的角色", "Choose a role of sub-accounts")
    return [Problem("role", "role_misplaced", message, remedy, value=role.value)]


def _refuse_problems(*found: list[Problem]) -> None:
    problems = [problem for problems in found for problem in problems]
    if problems:
        raise Invalid(*problems)


def _refuse_excess(actor: Actor, wanted: frozenset[str]) -> None:
    beyond = [name for name in excess(actor.permissions, wanted) if not actor.can(name)]
    if beyond:
        raise BeyondOwnRights(permission="*" if ALL in beyond else beyond[0])


def _told(account: Account) -> dict[str, object]:
    return {
        "login": account.login, "role": account.role.value, "permissions": sorted(account.permissions),
        "status": account.status.value, "shop_id": account.shop_id,
    }  # fmt: skip
