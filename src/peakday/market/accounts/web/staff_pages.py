"""How does a main account see, open, change and close the accounts of its staff? The pages below /shop/…/staff."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Conflict, Invalid, NotAllowed, Refusal
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId, read_cursor
from peakday.kernel.web.problems import status_of
from peakday.market.accounts import api
from peakday.market.accounts.model import (
    ACCOUNT_PREFIX,
    SHOP_PREFIX,
    Account,
    AccountChanges,
    AccountStatus,
    NewAccount,
    Role,
)
from peakday.market.accounts.permissions import LEVELS, MENUS, ROLE_NAMES, STAFF_EDIT, SUB_ROLES

router = APIRouter(prefix="/shop/{shop_id}/staff", include_in_schema=False)

PAGE = 100
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
AccountRef = Annotated[UUID, ShownId(ACCOUNT_PREFIX)]


@router.get("")
async def show_staff(request: Request, shop_id: ShopRef, after: str | None = None, done: str | None = None) -> Response:
    """The accounts of the shop."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        rows = await api.list_accounts(connection, actor, shop_id, read_cursor(ACCOUNT_PREFIX, after), PAGE + 1)
    more = show_id(ACCOUNT_PREFIX, rows[PAGE - 1].account_id) if len(rows) > PAGE else None
    return _render(
        request, "accounts/staff.html", accounts=rows[:PAGE], role_names=ROLE_NAMES, more=more, done=done,
        show=_show, base=_base(shop_id), can_edit=actor.can(STAFF_EDIT),
    )  # fmt: skip


@router.get("/new")
async def show_new(request: Request, shop_id: ShopRef) -> Response:
    """The form of a new sub-account."""
    return await _form_page(request, shop_id, None, None)


@router.post("/new")
async def create(request: Request, shop_id: ShopRef) -> Response:
    """Open a sub-account."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    wanted = NewAccount(
        login=str(form.get("login") or ""),
        name=str(form.get("name") or ""),
        shop_id=shop_id,
        role=_role(form.get("role")),
        permissions=frozenset(str(name) for name in form.getlist("permissions")),
    )
    try:
        async with house.database.transaction() as tx:
            await api.create_account(tx, actor, wanted, str(form.get("password") or ""), house.clock.now())
    except (Invalid, Conflict, NotAllowed) as refusal:
        return await _form_page(request, shop_id, None, refusal, wanted)
    return RedirectResponse(f"{_base(shop_id)}?done=created", 303)


@router.get("/{account_id}")
async def show_account(request: Request, shop_id: ShopRef, account_id: AccountRef) -> Response:
    """The form of one account."""
    return await _form_page(request, shop_id, account_id, None)


@router.post("/{account_id}")
async def edit(request: Request, shop_id: ShopRef, account_id: AccountRef) -> Response:
    """Change name, role, permissions and status."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    changes = AccountChanges(
        name=str(form.get("name") or ""),
        role=_role(form.get("role")),
        permissions=frozenset(str(name) for name in form.getlist("permissions")),
        status=AccountStatus.DISABLED if form.get("status") == "disabled" else AccountStatus.ACTIVE,
    )
    try:
        async with house.database.transaction() as tx:
            await api.edit_account(tx, actor, shop_id, account_id, changes, house.clock.now())
    except (Invalid, Conflict, NotAllowed) as refusal:
        return await _form_page(request, shop_id, account_id, refusal)
    return RedirectResponse(f"{_base(shop_id)}?done=edited", 303)


@router.post("/{account_id}/password")
async def reset(request: Request, shop_id: ShopRef, account_id: AccountRef) -> Response:
    """Set a new password; the account's sessions end."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    try:
        async with house.database.transaction() as tx:
            password = str(form.get("password") or "")
            await api.reset_password(tx, actor, shop_id, account_id, password, house.clock.now())
    except (Invalid, Conflict, NotAllowed) as refusal:
        return await _form_page(request, shop_id, account_id, refusal)
    return RedirectResponse(f"{_base(shop_id)}?done=password", 303)


async def _form_page(
    request: Request, shop_id: UUID, account_id: UUID | None, refusal: Refusal | None, typed: NewAccount | None = None
) -> Response:
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        account: Account | None = None
        if account_id is None:
            await api.list_accounts(connection, actor, shop_id, None, 1)  # refuses who may not see the staff
        else:
            account = await api.get_account(connection, actor, shop_id, account_id)
    shown = typed or account
    return _render(
        request, "accounts/staff_form.html", status_of(refusal) if refusal else 200,
        account=account, typed=typed, refusal=refusal, base=_base(shop_id), show=_show, roles=SUB_ROLES,
        role_names=ROLE_NAMES, menus=MENUS, levels=LEVELS, chosen_role=shown.role if shown else Role.CUSTOMER_SERVICE,
        held=shown.permissions if shown else frozenset(), can_edit=actor.can(STAFF_EDIT),
    )  # fmt: skip


def _render(request: Request, template: str, status: int = 200, **values: object) -> Response:
    return house_of(request).get(Pages).render(request, template, status=status, active="staff", **values)


def _role(typed: object) -> Role:
    """The role that was chosen; what is not a role of staff is custom."""
    return Role(str(typed)) if str(typed) in {role.value for role in Role} else Role.CUSTOM


def _base(shop_id: UUID) -> str:
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/staff"


def _show(account: Account) -> str:
    return show_id(ACCOUNT_PREFIX, account.account_id)
