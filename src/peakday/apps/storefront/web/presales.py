"""How does a shopper buy in advance? The deposit on a page of its own, then the list of tails with their days.

The deposit that was seen is the one that is ordered; another one now is shown before anything is ordered.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.departments import find_directory
from peakday.apps.storefront.goods import tile_of
from peakday.apps.storefront.presales import TAILS_SHOWN_MAX, find_presale, step_of
from peakday.apps.storefront.titles import tidy
from peakday.apps.storefront.web.entering import is_registered, to_sign_in
from peakday.apps.storefront.web.orders import beside
from peakday.apps.storefront.web.showing import show
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ITEM_PREFIX, SKU_PREFIX
from peakday.market.shops import api as shops
from peakday.market.shops.model import SHOP_PREFIX
from peakday.trade.carts import api as carts
from peakday.trade.orders import api as orders
from peakday.trade.orders.checkouts import ADDRESS_PREFIX
from peakday.trade.orders.model import OrderStatus
from peakday.trade.payments.model import PAYMENT_PREFIX

router = APIRouter(include_in_schema=False)

KEY_LENGTH_MAX = 60
Ref = Annotated[str, Query(max_length=60)]


@router.get("/mall/presale")
async def show_presale(request: Request, shop: Ref = "", sku: Ref = "", quantity: Ref = "1") -> Response:
    """The deposit, what it is worth, when the tail is due, and where to deliver."""
    if not is_registered(request):
        return to_sign_in(request)
    pair = (_read(SHOP_PREFIX, shop), _read(SKU_PREFIX, sku))
    return await _page(request, pair, _pieces(quantity), None)


@router.post("/mall/presale")
async def place_presale(request: Request) -> Response:
    """Order in advance, then to the payment of the deposit; the same press again is the same order."""
    if not is_registered(request):
        return to_sign_in(request)
    house, actor, form = house_of(request), actor_of(request), await request.form()
    fields = {name: str(form.get(name) or "") for name in ("shop", "sku", "quantity", "key", "seen_minor", "address")}
    pair, pieces = (_read(SHOP_PREFIX, fields["shop"]), _read(SKU_PREFIX, fields["sku"])), _pieces(fields["quantity"])
    wish = orders.PresaleWish(
        key=fields["key"][:KEY_LENGTH_MAX] or "once", shop_id=pair[0], sku_id=pair[1], quantity=pieces,
        address_id=_read(ADDRESS_PREFIX, fields["address"]),
        seen_minor=int(fields["seen_minor"]) if fields["seen_minor"].isdecimal() else 0,
    )  # fmt: skip
    try:
        placed = await orders.place_presale(house, actor, wish)
        async with house.database.transaction() as tx:
            payment = await orders.pay_checkout(tx, actor, placed.checkout_id)
    except Refusal as refusal:
        return await _page(request, pair, pieces, refusal)
    return RedirectResponse(f"/mall/pay/{show_id(PAYMENT_PREFIX, payment.payment_id)}", 303)


@router.get("/mall/tails")
async def list_tails(request: Request) -> Response:
    """The presales whose tail is still to be paid, each with its clock."""
    if not is_registered(request):
        return to_sign_in(request)
    async with house_of(request).database.read() as connection:
        now = await connection.fetchval("select clock_timestamp()")
        page = await orders.list_my_orders(
            connection, actor_of(request), OrderStatus.AWAITING_BALANCE, limit=TAILS_SHOWN_MAX
        )
        values = await beside(request, connection, page.items)
    tails = [(story, step) for story in page.items if (step := step_of(story, now)) is not None]
    tails.sort(key=lambda tail: (not tail[1].is_payable, tail[1].until))
    return await show(request, "tails.html", active="me", tails=tails, **values)


async def _page(request: Request, pair: tuple[UUID, UUID], pieces: int, refusal: Refusal | None) -> Response:
    house = house_of(request)
    directory = await find_directory(house.database)
    async with house.database.read() as connection:
        sheet = await find_presale(connection, *pair, pieces)
        if sheet is None:
            raise NotFound
        item = (await catalog.find_shelf_items(connection, [sheet.offer.item_id])).get(sheet.offer.item_id)
        front = (await shops.find_fronts(connection, [pair[0]])).get(pair[0])
        addresses = await orders.list_addresses(connection, actor_of(request))
    title = item.title if item else ""
    leaf = directory.categories.get(item.leaf_category_id) if item and item.leaf_category_id else None
    return await show(
        request, "presale.html", status_of(refusal) if refusal else 200, active="cart", sheet=sheet, refusal=refusal,
        title=tidy(title), tile=tile_of(sheet.offer.item_id, title, leaf), front=front, addresses=addresses,
        item_path=f"/mall/items/{show_id(ITEM_PREFIX, sheet.offer.item_id)}", key=new_id(house.clock.now()).hex,
        fields={"shop": show_id(SHOP_PREFIX, pair[0]), "sku": show_id(SKU_PREFIX, pair[1]), "quantity": pieces},
        show_address=lambda one: show_id(ADDRESS_PREFIX, one), here=f"{sheet.path}&quantity={pieces}",
    )  # fmt: skip


def _pieces(text: str) -> int:
    pieces = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
    return max(1, min(carts.LINE_PIECES_MAX, pieces))


def _read(prefix: str, text: str) -> UUID:
    try:
        return read_id(prefix, text)
    except ValueError:
        raise NotFound from None
