"""What does one item cost this shopper, and why? Its page, what may be taken to make it cheaper, what is like it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.cards_on_offer import cards_of, show_card
from peakday.apps.storefront.departments import Directory, find_directory
from peakday.apps.storefront.goods import price_goods, struck_of, tile_of
from peakday.apps.storefront.presales import find_presale
from peakday.apps.storefront.pricing import Reckoning, reckon
from peakday.apps.storefront.titles import tidy
from peakday.apps.storefront.web.entering import own_path, shopper_of
from peakday.apps.storefront.web.showing import buyer_of, show
from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.database.record_clock import record_now
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.refusal import Refusal
from peakday.kernel.web.context import house_of, visit_of
from peakday.kernel.web.paths import ShownId
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ITEM_PREFIX, SKU_PREFIX, Item, ItemStatus, Sku
from peakday.market.catalog.shelf import ShelfItem, ShelfQuestion
from peakday.market.shops import api as shops
from peakday.market.shops.model import SHOP_PREFIX
from peakday.trade.carts import api as carts
from peakday.trade.price_history import api as prices
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.stored import PREFIX as INSTRUMENT_PREFIX
from peakday.trade.stock import api as stock

router = APIRouter(include_in_schema=False)

LIKE_SHOWN = 10
LEFT_SHOWN_BELOW = 20
ATTRIBUTES_SHOWN_MAX = 12
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]
InstrumentRef = Annotated[UUID, ShownId(INSTRUMENT_PREFIX)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A SKU to choose, in words."""

    sku: Sku
    words: str
    path: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """A lower price that begins later, and where to wait for it."""

    price_minor: int
    starts_at: datetime
    path: str


@router.get("/mall/items/{item_id}")
async def show_item(
    request: Request, item_id: ItemRef, sku: Annotated[str, Query(max_length=60)] = "", added: str = ""
) -> Response:
    """The item with its final price and how it comes about."""
    house = house_of(request)
    directory = await find_directory(house.database)
    async with house.database.read() as connection:
        shelved = (await catalog.find_shelf_items(connection, [item_id])).get(item_id)
        if shelved is None:
            items = await catalog.search_shelf(connection, ShelfQuestion(), None, LIKE_SHOWN)
            goods = await price_goods(connection, items, directory.categories)
            return await show(request, "gone.html", 404, goods=goods)
        item = await catalog.get_item(connection, SYSTEM, shelved.shop_id, item_id)
        choices = _choices(item, shelved, sku)
        chosen = next(choice.sku for choice in choices if choice.is_chosen)
        reckoning = await reckon(connection, buyer_of(request), [carts.Wanted(item.shop_id, chosen.sku_id, 1)])
        left = (await stock.available_of(connection, [(item.shop_id, chosen.sku_id)])).get(
            (item.shop_id, chosen.sku_id)
        )
        front = (await shops.find_fronts(connection, [item.shop_id])).get(item.shop_id)
        claimables = await cards_of(connection, visit_of(request).actor, [item.shop_id])
        buyer_id = buyer_of(request)
        is_kept = buyer_id is not None and await carts.has_favourite(connection, buyer_id, chosen.sku_id)
        presale = await find_presale(connection, item.shop_id, chosen.sku_id)
        ahead = await _ahead(connection, item, chosen, reckoning)
        like = await _like(connection, shelved, directory)
    line = reckoning.quote.lines[0]
    leaf = directory.categories.get(item.leaf_category_id) if item.leaf_category_id else None
    final = line.payable_minor if line.problem is None else line.catalogue_minor
    return await show(
        request, "item.html", item=item, title=tidy(item.title), tile=tile_of(item_id, item.title, leaf),
        choices=choices if len(choices) > 1 else [], chosen=chosen, line=line, final_minor=final,
        struck_minor=struck_of(final, line.catalogue_minor, item.strike_price_minor), reckoning=reckoning, left=left,
        is_low=left is not None and 0 < left < LEFT_SHOWN_BELOW, front=front, claimables=claimables,
        show_card=show_card, presale=presale, is_kept=is_kept, ahead=ahead, like=like,
        sku_ref=show_id(SKU_PREFIX, chosen.sku_id),
        wish=secrets.token_hex(16),
        shop_ref=show_id(SHOP_PREFIX, item.shop_id), item_ref=show_id(ITEM_PREFIX, item_id), is_added=bool(added),
        trail=directory.trail(item.leaf_category_id) if item.leaf_category_id else [],
        attributes=_attributes(item), most=carts.LINE_PIECES_MAX,
    )  # fmt: skip


@router.post("/mall/cards/{instrument_id}")
async def take_card(request: Request, instrument_id: InstrumentRef) -> Response:
    """Take a card into the wallet; a visitor becomes a guest."""
    house, form = house_of(request), await request.form()
    shopper = await shopper_of(request)
    is_guest = shopper.actor.can("guest")
    key = f"mall:{new_id(house.clock.now())}"
    refusal = None
    try:
        async with house.database.transaction() as tx:
            now = await record_now(house.clock, tx)
            await promotions.claim_card(tx, shopper.buyer_id, instrument_id, key, now, is_guest=is_guest)
    except Refusal as refused:
        refusal = refused
    back = own_path(str(form.get("back") or ""))
    if request.headers.get("hx-request"):
        answer: Response = await show(request, "coupon_taken.html", refusal=refusal, back=back)
        answer.headers["hx-trigger"] = "cards-changed"
    else:
        answer = RedirectResponse(back, 303)
    return shopper.carry(request, answer)


def _choices(item: Item, shelved: ShelfItem, wanted: str) -> list[Choice]:
    """The SKUs on sale; chosen is the one that is asked for, else the cheapest."""
    on_sale = [sku for sku in item.skus if sku.status is ItemStatus.ON_SALE]
    names = {show_id(SKU_PREFIX, sku.sku_id): sku.sku_id for sku in on_sale}
    chosen = names.get(wanted, shelved.sku_id)
    if chosen not in names.values():
        chosen = on_sale[0].sku_id
    place = show_id(ITEM_PREFIX, item.item_id)
    return [
        Choice(
            sku, " · ".join(sku.spec.values()) or sku.source_ref,
            f"/mall/items/{place}?sku={show_id(SKU_PREFIX, sku.sku_id)}", sku.sku_id == chosen,
        )
        for sku in on_sale
    ]  # fmt: skip


async def _ahead(connection: Tx, item: Item, chosen: Sku, reckoning: Reckoning) -> Ahead | None:
    """The next offer below what the item costs now, if one is known."""
    at, now_minor = reckoning.quote.at, reckoning.quote.lines[0].price_minor
    coming = [
        offer
        for offer in await prices.offers_ahead(connection, item.shop_id, at, [chosen.sku_id])
        if offer.valid_from > at and offer.price_minor < now_minor
    ]
    if not coming:
        return None
    first = min(coming, key=lambda offer: (offer.valid_from, offer.price_minor))
    return Ahead(first.price_minor, first.valid_from, _wait_path(item.item_id, chosen.sku_id))


def _wait_path(item_id: UUID, sku_id: UUID) -> str:
    return f"/mall/wait/{show_id(ITEM_PREFIX, item_id)}?sku={show_id(SKU_PREFIX, sku_id)}"


async def _like(connection: Tx, shelved: ShelfItem, directory: Directory) -> list[object]:
    if shelved.leaf_category_id is None:
        return []
    asked = ShelfQuestion(category_id=shelved.leaf_category_id)
    items = await catalog.search_shelf(connection, asked, None, LIKE_SHOWN + 1)
    others = [item for item in items if item.item_id != shelved.item_id][:LIKE_SHOWN]
    return [*await price_goods(connection, others, directory.categories)]


def _attributes(item: Item) -> list[tuple[str, str]]:
    """What the merchant says of it, as words."""
    told = [(name.replace("_", " ").capitalize(), str(value)) for name, value in item.attributes.items() if value]
    return told[:ATTRIBUTES_SHOWN_MAX]
