"""How does a shop see, make and revoke its API keys? The pages below /shop/…/keys."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.clock import day_start
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid, NotAllowed, Problem, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId, read_cursor
from peakday.kernel.web.problems import status_of
from peakday.market.accounts import api
from peakday.market.accounts.model import KEY_PREFIX, SHOP_PREFIX, KeyCreated, NewKey
from peakday.market.accounts.permissions import SCOPES, STAFF_EDIT

router = APIRouter(prefix="/shop/{shop_id}/keys", include_in_schema=False)

PAGE = 100
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
KeyRef = Annotated[UUID, ShownId(KEY_PREFIX)]


@router.get("")
async def show_keys(request: Request, shop_id: ShopRef, after: str | None = None) -> Response:
    """The keys of the shop and the form of a new one."""
    return await _page(request, shop_id, after, None, None)


@router.post("")
async def create(request: Request, shop_id: ShopRef) -> Response:
    """Make a key and show its secret, this once."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    scopes = frozenset(str(name) for name in form.getlist("scopes"))
    try:
        wanted = NewKey(str(form.get("name") or ""), scopes, _end_of_day(str(form.get("expires_on") or "")))
        async with house.database.transaction() as tx:
            created = await api.create_key(tx, actor, shop_id, wanted, house.clock.now())
    except (Invalid, NotAllowed) as refusal:
        return await _page(request, shop_id, None, refusal, None)
    return await _page(request, shop_id, None, None, created)


@router.post("/{key_id}/revoke")
async def revoke(request: Request, shop_id: ShopRef, key_id: KeyRef) -> Response:
    """Revoke a key."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        await api.revoke_key(tx, actor, shop_id, key_id, house.clock.now())
    return RedirectResponse(_base(shop_id), 303)


async def _page(
    request: Request, shop_id: UUID, after: str | None, refusal: Refusal | None, created: KeyCreated | None
) -> Response:
    actor, house = actor_of(request), house_of(request)
    async with house.database.read() as connection:
        rows = await api.list_keys(connection, actor, shop_id, read_cursor(KEY_PREFIX, after), PAGE + 1)
    more = show_id(KEY_PREFIX, rows[PAGE - 1].key_id) if len(rows) > PAGE else None
    return house.get(Pages).render(
        request, "accounts/keys.html", status=status_of(refusal) if refusal else 200,
        active="keys", keys=rows[:PAGE], more=more, refusal=refusal, created=created, scopes=SCOPES,
        base=_base(shop_id), show=lambda key: show_id(KEY_PREFIX, key.key_id), can_edit=actor.can(STAFF_EDIT),
        now=house.clock.now(),
    )  # fmt: skip


def _end_of_day(typed: str) -> datetime | None:
    """The end of the day that was typed; None for nothing typed."""
    if not typed:
        return None
    try:
        return day_start(date.fromisoformat(typed) + timedelta(days=1)).astimezone(UTC)
    except (ValueError, OverflowError):
        message = Text("不是日期", "This is not a day")
        raise Invalid(
            Problem("expires_on", "day_form", message, Text("例如 2026-12-31", "For example 2026-12-31"))
        ) from None


def _base(shop_id: UUID) -> str:
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/keys"
