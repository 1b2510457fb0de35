"""What would a basket of the shop's goods cost, with everything that is live, and why?

A piece costs by itself the lowest price that the price history has for the instant, else what the catalogue asks. Every
live offer acts; of the cards the best are chosen. A candidate that is not live yet may be put among them: that is the
preview of an instrument, and the what-if of a change.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Goods
from peakday.market.shops import api as shops
from peakday.trade.price_history import api as prices
from peakday.trade.promotions import queries
from peakday.trade.promotions.actions.save_instruments import VIEW
from peakday.trade.promotions.errors import BadCart, CartTooLarge
from peakday.trade.promotions.model import LINES_MAX, Cart, Instrument, Line, PriceRules
from peakday.trade.promotions.rulebook import shop_rules
from peakday.trade.promotions.rules.best_price import best_price
from peakday.trade.promotions.rules.explanation import explain
from peakday.trade.promotions.stored import Basket, PricedBasket

SKU_PREFIX = "sku"


async def price_basket(
    tx: Tx, actor: Actor, shop_id: UUID, basket: Basket, now: datetime, candidate: Instrument | None = None
) -> PricedBasket:  # fmt: skip
    """The best price of a basket, in minor units, with its trace; `candidate` acts as if it were live.

    Refuses `BadCart` (no price, too many pieces), `CartTooLarge`, `NotFound` (shop, SKU), `NotAllowed`, and what
    `price_cart` refuses.
    """
    require(actor, VIEW, shop_id)
    if not 1 <= len(basket.pieces) <= LINES_MAX:
        raise CartTooLarge(limit=LINES_MAX, what="lines", count=len(basket.pieces))
    at = basket.at or now
    shop = await shops.get_shop(tx, SYSTEM, shop_id)
    goods = await catalog.find_goods(tx, shop_id, list(basket.pieces))
    if len(goods) < len(basket.pieces):
        raise NotFound
    lines = await _lines(tx, shop_id, goods, basket, at)
    cart = Cart(lines=lines, currency=shop.currency, at=at, tags=basket.tags, channel=basket.channel)
    live = await queries.live_instruments(tx, [shop_id], at, None)
    if candidate is not None:
        live = [each for each in live if each.instrument_id != candidate.instrument_id] + [candidate]
    acting = [each for each in live if each.currency == shop.currency]
    rules = shop_rules(shop.kind, day_of(at))
    offers, cards = _sorted_out(acting, basket, candidate, rules)
    priced = best_price(cart, offers, cards, rules).priced
    names = {each.instrument_id: each.name for each in acting}
    titles = {show_id(SKU_PREFIX, each.sku_id): _title(each) for each in goods}
    return PricedBasket(priced, tuple(explain(priced, names)), titles, names)


def _sorted_out(
    acting: list[Instrument], basket: Basket, candidate: Instrument | None, rules: PriceRules
) -> tuple[list[Instrument], list[Instrument]]:  # fmt: skip
    """The offers, and the cards of the wallet that was named, or of every live instrument."""
    offers = [each for each in acting if rules.kinds[each.kind].is_offer]
    cards = [
        each
        for each in acting
        if not rules.kinds[each.kind].is_offer
        and (basket.card_ids is None or each.instrument_id in basket.card_ids or each is candidate)
    ]
    return offers, cards


async def _lines(tx: Tx, shop_id: UUID, goods: list[Goods], basket: Basket, at: datetime) -> tuple[Line, ...]:
    asked = await prices.prices_at(tx, shop_id, [each.sku_id for each in goods], at)
    lines, problems = [], []
    for each in goods:
        offers = asked.get(each.sku_id, [])
        price = min((offer.price_minor for offer in offers if offer.currency == each.currency), default=None)
        price = each.price_minor if price is None else price
        if price is None:
            problems.append(
                Problem("price", "no_price", Text(f"“{each.title}”没有价格", f"“{each.title}” has no price"),
                        Text("先设置价格", "Set a price first"), value=each.sku_ref)
            )  # fmt: skip
            continue
        lines.append(
            Line(
                line_id=show_id(SKU_PREFIX, each.sku_id), sku_id=each.sku_id, item_id=each.item_id, shop_id=shop_id,
                price_minor=price, quantity=basket.pieces[each.sku_id], category_ids=frozenset(each.category_ids),
                live_room_id=basket.live_room_id,
            )
        )  # fmt: skip
    if problems:
        raise BadCart(*problems)
    return tuple(lines)


def _title(goods: Goods) -> str:
    spec = " · ".join(goods.spec.values())
    return f"{goods.title} ({spec})" if spec else goods.title
