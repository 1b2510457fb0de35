"""How does a shopper order? Addresses, cards, the price with its explanation, one press; then paying.

What is ordered is what was seen: the page carries the quote's token, and another price now is shown before anything is
ordered. The page's key makes a second press the same checkout.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from peakday.apps.storefront.departments import find_directory
from peakday.apps.storefront.goods import picture_of
from peakday.apps.storefront.pricing import reckon
from peakday.apps.storefront.titles import tidy
from peakday.apps.storefront.web.entering import is_registered, own_path, to_sign_in
from peakday.apps.storefront.web.showing import show
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.accounts import api as accounts
from peakday.market.catalog.model import SKU_PREFIX
from peakday.market.shops import api as shops
from peakday.market.shops.model import SHOP_PREFIX
from peakday.trade.carts import api as carts
from peakday.trade.orders import api as orders
from peakday.trade.orders.checkouts import ADDRESS_PREFIX, Address, CheckoutWish, Delivery, WantedPieces
from peakday.trade.orders.errors import PriceChanged
from peakday.trade.payments.model import PAYMENT_PREFIX
from peakday.trade.promotions import api as promotions

router = APIRouter(include_in_schema=False)

CARD_PREFIX = "crd"
KEY_LENGTH_MAX = 60
AddressRef = Annotated[UUID, ShownId(ADDRESS_PREFIX)]


@dataclass(frozen=True, slots=True)
class Basket:
    """What is to be ordered: one SKU bought at once, or (None) what is selected in the cart; and the cards allowed."""

    only: carts.Wanted | None
    card_ids: frozenset[UUID] | None  # None: the best

    @property
    def query(self) -> dict[str, list[str]]:
        """The fields that name it in an address or a form."""
        found: dict[str, list[str]] = {}
        if self.only is not None:
            found["shop"] = [show_id(SHOP_PREFIX, self.only.shop_id)]
            found["sku"] = [show_id(SKU_PREFIX, self.only.sku_id)]
            found["n"] = [str(self.only.quantity)]
        if self.card_ids is not None:
            found["cards"] = ["chosen"]
            found["card"] = sorted(show_id(CARD_PREFIX, one) for one in self.card_ids)
        return found


@router.get("/mall/checkout")
async def show_checkout(
    request: Request,
    shop: str = "",
    sku: str = "",
    n: str = "1",
    cards: str = "",
    card: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """The page before ordering; guests sign in first."""
    if not is_registered(request):
        return to_sign_in(request)
    return await _page(request, _basket({"shop": shop, "sku": sku, "n": n, "cards": cards}, card or []))


@router.post("/mall/checkout")
async def place_checkout(request: Request) -> Response:
    """Order, then to the payment; a changed price or a refusal shows the page again."""
    form = await request.form()
    wants_json = "application/json" in request.headers.get("accept", "")
    if not is_registered(request):
        return JSONResponse({"location": "/mall/sign-in"}) if wants_json else to_sign_in(request)
    house, actor = house_of(request), actor_of(request)
    basket = _basket({key: str(form.get(key) or "") for key in ("shop", "sku", "n", "cards")}, _texts(form, "card"))
    try:
        placed = await orders.place_checkout(house, actor, _wish(form, basket))
        async with house.database.transaction() as tx:
            payment = await orders.pay_checkout(tx, actor, placed.checkout_id)
    except Refusal as refusal:
        if wants_json:
            message = refusal.message.of(visit_of(request).language, **refusal.data)
            return JSONResponse({"message": message, "code": refusal.code}, status_of(refusal))
        return await _page(request, basket, refusal)
    target = f"/mall/pay/{show_id(PAYMENT_PREFIX, payment.payment_id)}"
    return JSONResponse({"location": target}) if wants_json else RedirectResponse(target, 303)


@router.get("/mall/addresses")
async def show_addresses(request: Request) -> Response:
    """The buyer's addresses."""
    if not is_registered(request):
        return to_sign_in(request)
    return await _addresses(request, None, own_path(request.query_params.get("next")))


@router.post("/mall/addresses")
async def save_address(request: Request) -> Response:
    """Keep a new address."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    target = own_path(str(form.get("next") or "/mall/addresses"))
    now = house.clock.now()
    words = {name: str(form.get(name) or "").strip() for name in ("recipient", "phone", "city", "street", "postcode")}
    address = Address(address_id=new_id(now), is_default=form.get("is_default") is not None, **words)
    try:
        async with house.database.transaction() as tx:
            await orders.save_address(tx, actor, address, now)
    except Refusal as refusal:
        return await _addresses(request, refusal, target, words)
    return RedirectResponse(target, 303)


@router.post("/mall/addresses/{address_id}/removal")
async def remove_address(request: Request, address_id: AddressRef) -> Response:
    """Take an address out of the list."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await orders.remove_address(tx, actor_of(request), address_id, house.clock.now())
    return RedirectResponse("/mall/addresses", 303)


async def _addresses(
    request: Request, refusal: Refusal | None, target: str, words: dict[str, str] | None = None
) -> Response:
    async with house_of(request).database.read() as connection:
        kept = await orders.list_addresses(connection, actor_of(request))
    status = status_of(refusal) if refusal else 200
    return await show(
        request, "addresses.html", status, active="me", addresses=kept, refusal=refusal, next=target,
        words=words or {}, show_address=_show_address,
    )  # fmt: skip


async def _page(request: Request, basket: Basket, refusal: Refusal | None = None) -> Response:
    """The checkout as it stands now, whatever was said before."""
    house, actor = house_of(request), actor_of(request)
    directory = await find_directory(house.database)
    async with house.database.read() as connection:
        wanted = await _wanted(connection, actor, basket)
        if not wanted:
            return RedirectResponse("/mall/cart", 303)
        buyer_id = accounts.require_buyer(actor)
        reckoning = await reckon(connection, buyer_id, wanted, carts.Asking(card_ids=basket.card_ids))
        shop_ids = list({each.shop_id for each in wanted})
        wallet = await promotions.wallet_of(connection, buyer_id, shop_ids, reckoning.quote.at)
        fronts = await shops.find_fronts(connection, shop_ids)
        addresses = await orders.list_addresses(connection, actor)
    quote = reckoning.quote
    groups = [(front, [one for one in quote.lines if one.shop_id == key]) for key, front in fronts.items()]
    usable = [card for card in wallet if card.currency == quote.currency]
    values: dict[str, Any] = {
        "reckoning": reckoning, "quote": quote, "groups": groups, "addresses": addresses, "wallet": usable,
        "basket": basket, "used_cards": set(quote.best.cards), "refusal": refusal,
        "key": new_id(house.clock.now()).hex, "is_changed": isinstance(refusal, PriceChanged),
    }  # fmt: skip
    return await show(
        request, "checkout.html", status_of(refusal) if refusal else 200, active="cart", tidy=tidy,
        show_address=_show_address, show_card_id=lambda one: show_id(CARD_PREFIX, one),
        show_sku=lambda one: show_id(SKU_PREFIX, one),
        picture=picture_of(directory),
        here=_here(request, basket), **values,
    )  # fmt: skip


async def _wanted(connection: Tx, actor: Actor, basket: Basket) -> list[carts.Wanted]:
    if basket.only is not None:
        return [basket.only]
    return await carts.selected_of(connection, accounts.require_buyer(actor))


def _wish(form: FormData, basket: Basket) -> CheckoutWish:
    only = basket.only
    return CheckoutWish(
        key=str(form.get("key") or "")[:KEY_LENGTH_MAX] or "once",
        seen_token=str(form.get("seen_token") or ""),
        seen_minor=_whole(form.get("seen_minor")),
        deliveries=_deliveries(form),
        wanted=None if only is None else (WantedPieces(only.shop_id, only.sku_id, only.quantity),),
        card_ids=basket.card_ids,
    )


def _deliveries(form: FormData) -> tuple[Delivery, ...]:
    """The chosen address takes all, but for the lines that name another."""
    chosen = str(form.get("address") or "")
    if not chosen:
        return ()
    apart: dict[UUID, set[UUID]] = {}
    for name, value in form.multi_items():
        if name.startswith("to_") and value and value != chosen:
            address_id = _read(ADDRESS_PREFIX, value)
            apart.setdefault(address_id, set()).add(_read(SKU_PREFIX, name.removeprefix("to_")))
    rest = Delivery(_read(ADDRESS_PREFIX, chosen))
    return (rest, *(Delivery(address_id, frozenset(skus)) for address_id, skus in apart.items()))


def _basket(fields: dict[str, str], card: list[str]) -> Basket:
    only = None
    if fields["sku"]:
        pieces = max(1, min(carts.LINE_PIECES_MAX, _whole(fields["n"]) or 1))
        only = carts.Wanted(_read(SHOP_PREFIX, fields["shop"]), _read(SKU_PREFIX, fields["sku"]), pieces)
    return Basket(only, frozenset(_read(CARD_PREFIX, one) for one in card) if fields["cards"] else None)


def _here(request: Request, basket: Basket) -> str:
    """The address of this page, for going away and coming back."""
    pairs = [(name, value) for name, values in basket.query.items() for value in values]
    url = request.url.replace(path="/mall/checkout", query="")
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return f"{url.path}?{query}" if query else url.path


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _show_address(address_id: UUID) -> str:
    return show_id(ADDRESS_PREFIX, address_id)


def _whole(value: object) -> int | None:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _read(prefix: str, value: object) -> UUID:
    try:
        return read_id(prefix, str(value))
    except ValueError:
        raise NotFound from None
