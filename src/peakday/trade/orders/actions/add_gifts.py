"""How do gifts come into an order?

As lines that cost nothing, in the order of the shop whose offer gives them, taken from stock like everything else. They
are given while there are some: where a gift is sold out the goods are ordered without it, and its offer is not used.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from peakday.kernel.house import House
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ShelfGood
from peakday.trade.carts.quoted import Quote
from peakday.trade.orders.checkouts import DraftLine, DraftOrder, DraftShop
from peakday.trade.orders.model import OrderFlag

Pair = tuple[UUID, UUID]  # shop_id, sku_id


async def add_gifts(house: House, draft: DraftOrder, quote: Quote) -> DraftOrder:
    """The draft with its gifts; one whose shop or SKU is not known any more is left out."""
    gifts = _gifts(quote)
    if not gifts:
        return draft
    async with house.database.read() as connection:
        goods = await catalog.find_goods_of(connection, list(gifts))
    lines = {pair: _line(good, gifts[pair]) for pair, good in goods.items()}
    return replace(draft, shops=tuple(_with(shop, lines, draft.shops) for shop in draft.shops))


def without_gifts(draft: DraftOrder) -> DraftOrder | None:
    """The draft without its gifts and the offers that gave nothing else; None when it has no gifts."""
    if not any(_is_gift(line) for shop in draft.shops for line in shop.lines):
        return None
    shops = tuple(replace(shop, lines=tuple(line for line in shop.lines if not _is_gift(line))) for shop in draft.shops)
    return replace(draft, shops=shops, uses=tuple(use for use in draft.uses if use.funders))


def _gifts(quote: Quote) -> dict[Pair, int]:
    """How many pieces of which (shop, SKU) come for nothing."""
    offers = {each.instrument_id: each for each in (*quote.offers, *quote.wallet)}
    pieces: dict[Pair, int] = {}
    for gift in quote.best.priced.gifts:
        for shop_id in offers[gift.instrument_id].scope.shop_ids:
            if isinstance(shop_id, UUID) and isinstance(gift.sku_id, UUID):
                pieces[shop_id, gift.sku_id] = pieces.get((shop_id, gift.sku_id), 0) + gift.quantity
    return pieces


def _with(shop: DraftShop, lines: dict[Pair, DraftLine], shops: Sequence[DraftShop]) -> DraftShop:
    """The shop's first order takes its gifts."""
    if next(each for each in shops if each.shop_id == shop.shop_id) is not shop:
        return shop
    mine = tuple(line for (shop_id, _), line in lines.items() if shop_id == shop.shop_id)
    return replace(shop, lines=(*shop.lines, *mine))


def _line(good: ShelfGood, quantity: int) -> DraftLine:
    return DraftLine(
        item_id=good.item_id, sku_id=good.sku_id, category_id=good.leaf_category_id, quantity=quantity, list_minor=0,
        paid_minor=0, discounts=(), flags=(OrderFlag.GIFT.value,),
    )  # fmt: skip


def _is_gift(line: DraftLine) -> bool:
    return OrderFlag.GIFT.value in line.flags
