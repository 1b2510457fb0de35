"""How does a shopper fill, change and empty their cart, and keep what they do not buy yet?

Every change works as a plain form; with scripts the same address answers with the cart's new body, so that totals and
advice stay live. What was taken out can be brought back.
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.departments import find_directory
from peakday.apps.storefront.goods import picture_of
from peakday.apps.storefront.pricing import explain_quote
from peakday.apps.storefront.titles import tidy
from peakday.apps.storefront.web.entering import own_path, shopper_of
from peakday.apps.storefront.web.showing import hue_of, show
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.kept_answers import Answer, KeyTakenError, Once, find_answers, keep_answers, owner_of
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.switches.board import is_on
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.market.catalog.model import ITEM_PREFIX, SKU_PREFIX
from peakday.market.shops.model import SHOP_PREFIX
from peakday.trade.carts import api as carts
from peakday.trade.carts.model import REMOVAL_PREFIX
from peakday.trade.promotions.model import Counts

router = APIRouter(include_in_schema=False)

BEST_PRICE, NEXT_TIER = "cart.best_price_live", "cart.next_tier"
FAVOURITES_SHOWN = 60
WISH = re.compile("[0-9a-z]{1,64}")  # how a page names the wish that its form is for
Act = Callable[[Tx, Actor, FormData], Awaitable[UUID | None]]  # may answer with a removal that can be undone


@router.get("/mall/cart")
async def show_cart(request: Request, undo: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The cart as it is now; what is shown counts as seen."""
    values = await _cart(request, visit_of(request).actor)
    page = await show(request, "cart.html", active="cart", refusal=None, undo=undo, **values)
    actor = visit_of(request).actor
    if values["view"] is not None and actor is not None:
        async with house_of(request).database.transaction() as tx:
            await carts.note_look(tx, actor)
    return page


@router.post("/mall/cart/lines")
async def add_line(request: Request) -> Response:
    """Put pieces into the cart, or go on to check out just these; a visitor becomes a guest."""
    form = await request.form()
    shop_id, sku_id = _read(SHOP_PREFIX, form.get("shop")), _read(SKU_PREFIX, form.get("sku"))
    quantity = _count(form.get("quantity"))
    if form.get("then") == "checkout":
        address = request.url.replace(path="/mall/checkout", query="").include_query_params(
            shop=show_id(SHOP_PREFIX, shop_id), sku=show_id(SKU_PREFIX, sku_id), n=quantity
        )
        return RedirectResponse(f"{address.path}?{address.query}", 303)
    shopper = await shopper_of(request)
    wish = carts.Wish(shopper.buyer_id, shop_id, sku_id, quantity)
    await _add_once(house_of(request), shopper.actor, wish, _wish_of(form))
    item = show_id(ITEM_PREFIX, _read(ITEM_PREFIX, form.get("item")))
    back = f"/mall/items/{item}?sku={show_id(SKU_PREFIX, sku_id)}&added=1"
    return shopper.carry(request, RedirectResponse(back, 303))


async def _add_once(house: House, actor: Actor, wish: carts.Wish, name: str) -> None:
    """Add what a form asks for, once however often the form is sent; `name`: the form's own, anew on every page."""
    asked = f"{name}-{wish.sku_id.hex}-{wish.quantity}"
    once = Once(owner_of(actor), f"mall-{asked}", hashlib.sha256(asked.encode()).digest())
    at = house.clock.now()
    with suppress(KeyTakenError):  # the same form at the same time: one of them is enough
        async with house.database.transaction() as tx:
            if not await find_answers(tx, [once], at):
                await carts.add_line(tx, actor, wish)
                await keep_answers(tx, [(once, Answer(303, "text/plain", b""))], at)


@router.post("/mall/cart/change")
async def change_line(request: Request) -> Response:
    """Set pieces and whether the line is selected."""

    async def act(tx: Tx, actor: Actor, form: FormData) -> None:
        is_selected = form.get("selected") is not None
        change = carts.LineChange(_read(SKU_PREFIX, form.get("sku")), _count(form.get("quantity")), is_selected)
        await carts.change_line(tx, actor, change)

    return await _change(request, act)


@router.post("/mall/cart/select")
async def select_lines(request: Request) -> Response:
    """Select or deselect a shop's lines, or all."""

    async def act(tx: Tx, actor: Actor, form: FormData) -> None:
        shop = form.get("shop")
        selection = carts.Selection(shop_id=_read(SHOP_PREFIX, shop) if shop else None)
        await carts.select_lines(tx, actor, selection, is_selected=form.get("selected") is not None)

    return await _change(request, act)


@router.post("/mall/cart/remove")
async def remove_line(request: Request) -> Response:
    """Take a line out, or all that cannot be bought; it can be undone."""

    async def act(tx: Tx, actor: Actor, form: FormData) -> UUID | None:
        if form.get("invalid"):
            gone = await carts.remove_invalid(tx, actor)
            return gone.removal_id if gone else None
        return (await carts.remove_lines(tx, actor, [_read(SKU_PREFIX, form.get("sku"))])).removal_id

    return await _change(request, act)


@router.post("/mall/cart/undo")
async def undo_removal(request: Request) -> Response:
    """Bring back what was taken out."""

    async def act(tx: Tx, actor: Actor, form: FormData) -> None:
        await carts.undo_removal(tx, actor, _read(REMOVAL_PREFIX, form.get("removal")))

    return await _change(request, act)


@router.post("/mall/cart/keep")
async def keep_line(request: Request) -> Response:
    """Move a line to the favourites."""

    async def act(tx: Tx, actor: Actor, form: FormData) -> None:
        await carts.move_to_favourites(tx, actor, [_read(SKU_PREFIX, form.get("sku"))])

    return await _change(request, act)


@router.get("/mall/favourites")
async def show_favourites(request: Request) -> Response:
    """What is kept without being bought, with today's prices."""
    house, actor = house_of(request), visit_of(request).actor
    directory = await find_directory(house.database)
    lines: list[carts.CartLine] = []
    if actor is not None and actor.kind is ActorKind.BUYER:
        async with house.database.read() as connection:
            lines = await carts.list_favourites(connection, actor, limit=FAVOURITES_SHOWN)
    return await show(
        request, "favourites.html", active="favourites", lines=lines, **_words(), picture=picture_of(directory)
    )


@router.post("/mall/favourites")
async def change_favourites(request: Request) -> Response:
    """Keep goods without buying, forget them, or put them into the cart; a visitor becomes a guest."""
    house, form = house_of(request), await request.form()
    sku_id, act = _read(SKU_PREFIX, form.get("sku")), form.get("act")
    shopper = await shopper_of(request)
    async with house.database.transaction() as tx:
        if act == "keep":
            await carts.add_favourite(tx, shopper.actor, _read(SHOP_PREFIX, form.get("shop")), sku_id)
        elif act == "forget":
            await carts.remove_favourites(tx, shopper.actor, [sku_id])
        else:
            await carts.move_to_cart(tx, shopper.actor, sku_id)
    back = str(form.get("back") or "")
    return shopper.carry(request, RedirectResponse(own_path(back) if back else "/mall/favourites", 303))


async def _change(request: Request, act: Act) -> Response:
    """Do it, and show the cart: its body for scripts, else the page anew."""
    house, form, actor = house_of(request), await request.form(), actor_of(request)
    refusal, removal_id = None, None
    try:
        async with house.database.transaction() as tx:
            removal_id = await act(tx, actor, form)
    except Refusal as refused:
        refusal = refused
    undo = show_id(REMOVAL_PREFIX, removal_id) if removal_id else ""
    values = await _cart(request, actor)
    if request.headers.get("hx-request"):
        count = values["view"].lines if values["view"] else 0
        return house.get(Pages).render(
            request, "storefront/cart_body.html", refusal=refusal, undo=undo, is_part=True, cart_count=count,
            hue_of=hue_of, **values,
        )  # fmt: skip
    if refusal is not None:
        return await show(request, "cart.html", status_of(refusal), active="cart", refusal=refusal, undo="", **values)
    return RedirectResponse(f"/mall/cart?undo={undo}" if undo else "/mall/cart", 303)


async def _cart(request: Request, actor: Actor | None) -> dict[str, Any]:
    """The values of the cart's templates."""
    house = house_of(request)
    directory = await find_directory(house.database)
    view = None
    if actor is not None and actor.kind is ActorKind.BUYER:
        look = carts.Look(
            has_best_price=is_on(house, BEST_PRICE, actor.account_id),
            has_advice=is_on(house, NEXT_TIER, actor.account_id),
        )
        async with house.database.read() as connection:
            view = await carts.get_cart(connection, actor, look)
    reckonings = [explain_quote(till.quote) for till in view.tills] if view else []
    is_all = bool(view and view.groups) and all(group.is_selected for group in view.groups) if view else False
    return {
        "view": view if view is not None and view.lines else None, "reckonings": reckonings, "is_all": is_all,
        "picture": picture_of(directory), "most": carts.LINE_PIECES_MAX, "lines_max": carts.LINES_MAX,
        "is_money": lambda advice: advice.counts is Counts.MONEY, **_words(),
    }  # fmt: skip


def _words() -> dict[str, Any]:
    return {
        "tidy": tidy,
        "show_sku": lambda sku_id: show_id(SKU_PREFIX, sku_id),
        "show_shop": lambda shop_id: show_id(SHOP_PREFIX, shop_id),
        "show_item": lambda item_id: show_id(ITEM_PREFIX, item_id),
    }


def _read(prefix: str, value: object) -> UUID:
    try:
        return read_id(prefix, str(value))
    except ValueError:
        raise NotFound from None


def _count(value: object) -> int:
    """The pieces that were typed; what is no number is one piece."""
    text = str(value or "1").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _wish_of(form: FormData) -> str:
    """The form's name for what is wished; of one that names nothing, a new one."""
    given = form.get("wish")
    return given if isinstance(given, str) and WISH.fullmatch(given) else secrets.token_hex(16)
