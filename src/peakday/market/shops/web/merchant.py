"""How is a shop's profile read and changed, and how do staff choose a shop? /shop/…/profile and /shops."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.actor import ActorKind
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Conflict, Invalid, Refusal
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId, read_cursor
from peakday.kernel.web.problems import status_of
from peakday.market.shops import api
from peakday.market.shops.model import SHOP_PREFIX, ProfileChanges, Shop
from peakday.market.shops.web.words import FIELDS, KIND_TEXTS, RATING_TEXTS

router = APIRouter(include_in_schema=False)

PAGE = 50
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]


@router.get("/shops")
async def choose_shop(request: Request, q: Line = "", after: str | None = None) -> Response:
    """The shops that staff may enter; a merchant goes straight to the own one."""
    house, actor = house_of(request), actor_of(request)
    if actor.kind is ActorKind.MERCHANT and actor.shop_id is not None:
        return RedirectResponse(f"/shop/{show_id(SHOP_PREFIX, actor.shop_id)}/", 303)
    async with house.database.read() as connection:
        rows = await api.list_shops(connection, actor, q or None, read_cursor(SHOP_PREFIX, after), PAGE + 1)
    shops = [_row(shop) for shop in rows[:PAGE]]
    more = urlencode({"q": q, "after": shops[-1]["ref"]}) if len(rows) > PAGE else None
    first = f"/shops?{urlencode({'q': q})}" if after else None
    return house.get(Pages).render(
        request,
        "console/shops.html",
        shops=shops,
        q=q,
        previous_href=first,
        next_href=f"/shops?{more}" if more else None,
    )


@router.get("/shop/{shop_id}/profile")
async def show_profile(request: Request, shop_id: ShopRef, done: str | None = None) -> Response:
    """The profile, as a form for who may change it."""
    return await _profile_page(request, shop_id, None, {}, done)


@router.post("/shop/{shop_id}/profile")
async def edit_profile(request: Request, shop_id: ShopRef) -> Response:
    """Change the profile; refused when somebody changed it since the form was drawn."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    typed = {name: str(form.get(name) or "").replace("\r\n", "\n") for name in FIELDS}
    version = str(form.get("version") or "")
    changes = ProfileChanges(**typed, is_domestic_brand=form.get("is_domestic_brand") == "yes")
    try:
        async with house.database.transaction() as tx:
            wanted = int(version) if version.isascii() and version.isdecimal() else None
            await api.edit_profile(tx, actor, shop_id, changes, house.clock.now(), wanted)
    except (Invalid, Conflict) as refusal:
        return await _profile_page(request, shop_id, refusal, typed, None)
    return RedirectResponse(f"/shop/{show_id(SHOP_PREFIX, shop_id)}/profile?done=saved", 303)


async def _profile_page(
    request: Request, shop_id: UUID, refusal: Refusal | None, typed: dict[str, str], done: str | None
) -> Response:
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        shop = await api.get_profile(connection, actor, shop_id)
    return house.get(Pages).render(
        request, "shops/profile.html", status=status_of(refusal) if refusal else 200,
        shop=shop, standing=api.standing_of(actor, shop), typed=typed, refusal=refusal, done=done, active="profile",
        can_edit=actor.can("shop:edit"),
        fields=FIELDS, kind=KIND_TEXTS[shop.kind], ratings=RATING_TEXTS,
        address=f"/shop/{show_id(SHOP_PREFIX, shop_id)}/profile",
    )  # fmt: skip


def _row(shop: Shop) -> dict[str, object]:
    return {
        "name": shop.name, "ref": show_id(SHOP_PREFIX, shop.shop_id), "level": shop.level, "city": shop.city,
        "kind": shop.kind.value, "source_ref": f"{shop.source} {shop.source_ref}",
    }  # fmt: skip
