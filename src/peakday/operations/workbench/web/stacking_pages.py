"""On which page does a merchant build a basket, see how discounts stack on it, and share that by a link?

Everything that was chosen stands in the address; the page holds nothing. It needs no script: adding a SKU is a link,
changing pieces and conditions a form that is sent by GET.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from peakday.kernel.actor import require
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Text, money_text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Goods, ItemFilter
from peakday.market.shops import api as shops
from peakday.operations.workbench import api
from peakday.operations.workbench.model import SKU_PREFIX
from peakday.operations.workbench.rules.basket_link import CARD_PREFIX, read_basket, with_piece, write_basket
from peakday.operations.workbench.web.seat import Line, ShopRef, base_of
from peakday.operations.workbench.web.words import FUNDER_TEXTS, LEVEL_TEXTS, SHOPPING_TEXTS, TAG_TEXTS
from peakday.trade.promotions.api import RULES_TITLES, Basket, NextTier
from peakday.trade.promotions.model import Counts

router = APIRouter(prefix="/shop/{shop_id}/service/stacking", include_in_schema=False)

FOUND_MAX = 20
TAGS = ("new_customer", "member", "vip88")  # beside those that live instruments ask for


@router.get("")
async def show_stacking(request: Request, shop_id: ShopRef, q: Line = "") -> Response:
    """The basket of the address, priced and explained now; with `q`, goods to add."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    require(actor, api.EXPLAIN, shop_id)
    basket, refusal, explanation = Basket(pieces={}), None, None
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        try:
            basket = read_basket(request.query_params.multi_items())
            if basket.pieces:
                explanation = await api.explain_basket(connection, actor, shop_id, basket, now)
        except Refusal as no:
            refusal = no
        choice = await api.list_choice(connection, actor, shop_id, basket.at or now)
        found = await _find(connection, actor, shop_id, q) if q or not basket.pieces else []
        goods = await catalog.find_goods(connection, shop_id, list(basket.pieces))
        more_goods = await _added(connection, shop_id, explanation)
    address = f"{base_of(shop_id)}/service/stacking"
    public = (house.settings.public_url or str(request.base_url)).rstrip("/")

    def more(one: Goods) -> str:
        added = Basket(with_piece(basket, one.sku_id), basket.at, basket.tags, basket.channel, basket.card_ids)
        return f"{address}?{urlencode(write_basket(added))}"

    return house.get(Pages).render(
        request, "workbench/stacking.html", status=status_of(refusal) if refusal else 200, active="service", shop=shop,
        base=base_of(shop_id), address=address, basket=basket, typed=dict(request.query_params), q=q, refusal=refusal,
        added=more_goods,
        found=found, goods=goods, more=more, choice=choice, tags=list(dict.fromkeys((*TAGS, *choice.tags))),
        kept=[pair for pair in write_basket(basket) if pair[0] not in {"sku", "n"}] if basket.pieces else [],
        share=f"{public}{address}?{urlencode(write_basket(basket))}",
        lines=write_basket(Basket(basket.pieces)), e=explanation, show_sku=lambda one: show_id(SKU_PREFIX, one),
        show_card=lambda one: show_id(CARD_PREFIX, one), tag_texts=TAG_TEXTS, channel_texts=SHOPPING_TEXTS,
        title_of=title_of, **(_texts(explanation, shop.currency) if explanation else {}),
    )  # fmt: skip


async def _added(connection: Any, shop_id: ShopRef, explanation: api.Explanation | None) -> Goods | None:
    """The goods that are the cheapest addition."""
    if explanation is None or explanation.addition is None:
        return None
    sku_id = explanation.addition.line.sku_id
    assert isinstance(sku_id, UUID), sku_id
    return next(iter(await catalog.find_goods(connection, shop_id, [sku_id])), None)


async def _find(connection: Any, actor: Any, shop_id: ShopRef, q: str) -> list[Goods]:
    items = await catalog.list_items(connection, actor, shop_id, ItemFilter(q or None), None, FOUND_MAX)
    ids = [item.item_id for item in items]
    return [one for one in await catalog.find_goods(connection, shop_id, (), ids) if one.price_minor is not None]


def title_of(goods: Goods) -> str:
    """The item's title with the SKU's spec."""
    spec = " · ".join(goods.spec.values())
    return f"{goods.title} ({spec})" if spec else goods.title


def _texts(explanation: api.Explanation, currency: str) -> dict[str, Any]:
    names = explanation.priced.names
    cart = explanation.priced.priced
    return {
        "cart": cart, "names": names, "level_texts": LEVEL_TEXTS, "funder_texts": FUNDER_TEXTS,
        "rules_title": RULES_TITLES.get(cart.rules_name, Text(cart.rules_name, cart.rules_name)),
        "split_titles": [
            [explanation.priced.titles[line.line_id] for line in order.cart.lines] for order in explanation.split.orders
        ] if explanation.split else [],
        "next_texts": [next_text(one, names.get(one.instrument_id, Text("", "")), currency)
                       for one in explanation.next_tiers],
    }  # fmt: skip


def next_text(one: NextTier, name: Text, currency: str) -> Text:
    """What is missing to the next tier of an instrument."""
    if one.counts is Counts.PIECES:
        return Text(
            f"{name.zh}:再买 {one.missing} 件到下一档", f"{name.en}: {one.missing} more pieces to the next tier"
        )
    zh, en = money_text(one.missing, currency, "zh"), money_text(one.missing, currency, "en")
    return Text(f"{name.zh}:再买 {zh} 到下一档", f"{name.en}: {en} more to the next tier")
