"""How does a shopper wait for the hot minute, and buy in its first second?

The page counts down by the database's clock (the visitor's own is never asked) and arms its button at the instant of
the sale price. Who presses is told the truth: there is no numbered queue, every press is tried at once by the batch
writer, and what is too early or too much is tried again by itself. The order carries the sale price or none: a press
before the instant orders nothing.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from peakday.apps.storefront.departments import find_directory
from peakday.apps.storefront.goods import tile_of
from peakday.apps.storefront.pricing import reckon
from peakday.apps.storefront.titles import tidy
from peakday.apps.storefront.web.entering import is_registered, to_sign_in
from peakday.apps.storefront.web.showing import show
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.switches.board import is_on
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ITEM_PREFIX, SKU_PREFIX
from peakday.market.catalog.shelf import ShelfItem
from peakday.trade.carts import api as carts
from peakday.trade.orders import api as orders
from peakday.trade.orders.checkouts import ADDRESS_PREFIX, CheckoutWish, Delivery, Placed, WantedPieces
from peakday.trade.orders.errors import PriceChanged
from peakday.trade.orders.flash.flash_desk import FlashDesk, FlashWish
from peakday.trade.payments.model import PAYMENT_PREFIX
from peakday.trade.price_history import api as prices

router = APIRouter(include_in_schema=False)

FLASH_DOOR = "flash.door"
TOO_EARLY = 425
HELD_SECONDS_MAX = 2.0  # a press so little too early waits here instead of coming again
RETRY_SECONDS = 1
DIGITS_MAX = 16
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]


@dataclass(frozen=True, slots=True)
class Turn:
    """The sale price of a SKU and when it begins; `now` is the database's clock."""

    item: ShelfItem
    sku_id: UUID
    sale_minor: int
    usual_minor: int
    starts_at: datetime
    now: datetime


@router.get("/mall/wait/{item_id}")
async def show_wait(request: Request, item_id: ItemRef, sku: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The countdown, and the button that arms at the instant."""
    house = house_of(request)
    directory = await find_directory(house.database)
    is_known = is_registered(request)
    async with house.database.read() as connection:
        turn = await _turn(connection, item_id, sku)
        addresses = await orders.list_addresses(connection, actor_of(request)) if is_known else []
    if turn is None:
        return RedirectResponse(f"/mall/items/{show_id(ITEM_PREFIX, item_id)}?sku={sku}", 303)
    item = turn.item
    leaf = directory.categories.get(item.leaf_category_id) if item.leaf_category_id else None
    return await show(
        request, "wait.html", active="home", turn=turn, title=tidy(item.title), is_known=is_known,
        tile=tile_of(item.item_id, item.title, leaf), addresses=addresses, key=new_id(house.clock.now()).hex,
        item_ref=show_id(ITEM_PREFIX, item_id), sku_ref=show_id(SKU_PREFIX, turn.sku_id),
        show_address=lambda one: show_id(ADDRESS_PREFIX, one),
        here=f"/mall/wait/{show_id(ITEM_PREFIX, item_id)}?sku={show_id(SKU_PREFIX, turn.sku_id)}",
    )  # fmt: skip


@router.post("/mall/wait/{item_id}")
async def press(request: Request, item_id: ItemRef) -> Response:
    """Order one piece at the sale price that the page showed, or for less; too early orders nothing."""
    if not is_registered(request):
        return to_sign_in(request)
    house, actor, form = house_of(request), actor_of(request), await request.form()
    language = visit_of(request).language
    wants_json = "application/json" in request.headers.get("accept", "")
    sku, key = str(form.get("sku") or ""), str(form.get("key") or "")[:60] or "once"
    async with house.database.read() as connection:
        turn = await _turn(connection, item_id, sku)
    early = (turn.starts_at - turn.now).total_seconds() if turn else 0.0
    if early > HELD_SECONDS_MAX:
        message = "还没到开抢时间" if language == "zh" else "It has not begun yet"
        return JSONResponse({"message": message, "code": "too_early"}, TOO_EARLY, {"retry-after": str(RETRY_SECONDS)})
    if early > 0:
        await asyncio.sleep(early)
    try:
        async with house.database.read() as connection:
            shelved = (await catalog.find_shelf_items(connection, [item_id])).get(item_id)
            if shelved is None:
                raise NotFound
            pieces = WantedPieces(shelved.shop_id, _sku(sku) if sku else shelved.sku_id, 1)
            wanted = carts.Wanted(pieces.shop_id, pieces.sku_id, 1)
            quote = (await reckon(connection, accounts.require_buyer(actor), [wanted])).quote
        promised = _whole(form.get("sale_minor"))
        if promised is None or quote.payable_minor > promised:
            raise PriceChanged(
                old_minor="?" if promised is None else promised, new_minor=quote.payable_minor, token=quote.token
            )
        address_id = read_id(ADDRESS_PREFIX, str(form.get("address") or ""))
        wish = CheckoutWish(key=key, seen_token=quote.token, seen_minor=quote.payable_minor, wanted=(pieces,),
                            deliveries=(Delivery(address_id),))  # fmt: skip
        placed = await _place(house, actor, wish, quote)
        async with house.database.transaction() as tx:
            payment = await orders.pay_checkout(tx, actor, placed.checkout_id)
    except ValueError:
        return RedirectResponse("/mall/addresses", 303)
    except Refusal as refusal:
        message = refusal.message.of(language, **refusal.data)
        return JSONResponse({"message": message, "code": refusal.code}, status_of(refusal))
    target = f"/mall/pay/{show_id(PAYMENT_PREFIX, payment.payment_id)}"
    return JSONResponse({"location": target}) if wants_json else RedirectResponse(target, 303)


async def _place(house: House, actor: Actor, wish: CheckoutWish, quote: carts.Quote) -> Placed:
    """Through the flash door while it is open and no counted offer acts; else like any checkout."""
    buyer_id = accounts.require_buyer(actor)
    assert wish.wanted is not None, wish
    (pieces,) = wish.wanted
    is_plain = not any(isinstance(key, UUID) for key in quote.acting())
    if not (is_plain and FlashDesk in house.engines and is_on(house, FLASH_DOOR, buyer_id)):
        return await orders.place_checkout(house, actor, wish)
    flash = FlashWish(
        wish.key, pieces.shop_id, pieces.sku_id, pieces.quantity, wish.terminal, quote.payable_minor
    )  # fmt: skip
    return await house.get(FlashDesk).place(buyer_id, flash, is_simulated=actor.can("simulated"))


async def _turn(connection: Tx, item_id: UUID, sku: str) -> Turn | None:
    """The next lower price of the SKU by the database's clock; none: there is none ahead."""
    shelved = (await catalog.find_shelf_items(connection, [item_id])).get(item_id)
    if shelved is None:
        raise NotFound
    sku_id = _sku(sku) if sku else shelved.sku_id
    quote = (await carts.quote_each(connection, [carts.Wanted(shelved.shop_id, sku_id, 1)]))[0]
    usual = quote.lines[0].price_minor
    ahead = [
        offer
        for offer in await prices.offers_ahead(connection, shelved.shop_id, quote.at, [sku_id])
        if offer.valid_from > quote.at and offer.price_minor < usual
    ]
    if not ahead:
        return None
    first = min(ahead, key=lambda offer: (offer.valid_from, offer.price_minor))
    return Turn(shelved, sku_id, first.price_minor, usual, first.valid_from, quote.at)


def _whole(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS_MAX else None


def _sku(text: str) -> UUID:
    try:
        return read_id(SKU_PREFIX, text)
    except ValueError:
        raise NotFound from None
