"""Why does a basket of my goods cost what it costs: which instruments act, in which order, and why not the others?

The price is the checkout's own (`promotions.price_basket`). For a card that was not chosen the same cart is priced once
more with that card: then the calculator itself says whether it could act, what it would have given, and what it cannot
meet.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.rulesets import RuleSet, in_force
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ItemFilter, ItemStatus
from peakday.market.shops import api as shops
from peakday.operations.workbench.model import SKU_PREFIX
from peakday.trade.price_history import api as prices
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.api import Addition, Basket, NextTier, PricedBasket, Split
from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import Cart, Id, Instrument, Line, PriceRules

ALONE_MAX = 20  # cards that are tried alone; a shop has a handful
SHELF_MAX = 60  # goods that are tried as an addition
LINES_LOOKED_FURTHER = 20  # in a larger basket nobody is told what to add or how to split


@dataclass(frozen=True, slots=True)
class WhyNot:
    """An instrument that gave nothing, why, and what it would have given alone (0: nothing)."""

    instrument_id: Id
    sentence: Text
    alone_minor: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """A basket's price and everything that leads to it. `steps` and `priced.steps` stand in the same order."""

    basket: Basket
    priced: PricedBasket
    steps: tuple[Text, ...]
    why_not: tuple[WhyNot, ...]
    next_tiers: tuple[NextTier, ...]
    addition: Addition | None
    split: Split | None
    rule: RuleSet
    at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """What a merchant may choose from: cards that are live, and the kinds of buyers that instruments ask for."""

    cards: tuple[Instrument, ...]
    tags: tuple[str, ...]


async def explain_basket(tx: Tx, actor: Actor, shop_id: UUID, basket: Basket, now: datetime) -> Explanation:
    """Price a basket as the checkout would, and explain it. Refuses what `promotions.price_basket` refuses."""
    priced = await promotions.price_basket(tx, actor, shop_id, basket, now)
    cart = priced.priced
    at = basket.at or now
    live = {each.instrument_id: each for each in await promotions.instruments_of(tx, [shop_id], at)}
    told = cart.steps
    start = 1 + len(told)
    unused = [
        WhyNot(entry.instrument_id, priced.trace[start + number]) for number, entry in enumerate(cart.unused)
    ]  # fmt: skip
    acted = {identity for step in told for identity in step.instrument_ids} | {each.instrument_id for each in unused}
    left = [each for each in live.values() if each.instrument_id not in acted and each.instrument_id in priced.names]
    wallet = [each for each in left if basket.card_ids is None or each.instrument_id in basket.card_ids]
    till = await _open_till(tx, shop_id, priced, replace(basket, at=at), list(live.values()))
    alone = [_why_not(till, each, priced.names) for each in wallet[:ALONE_MAX]]
    addition, split = await asyncio.to_thread(_look_further, till, await _shelf(tx, shop_id, till))
    return Explanation(
        basket, priced, tuple(priced.trace[1:start]), (*unused, *alone),
        tuple(promotions.next_tiers(till.cart, till.offers, till.wallet, till.rules)), addition, split,
        in_force(cart.rules_name, day_of(at)), at,
    )  # fmt: skip


def _look_further(till: "_Till", shelf: Sequence[Line]) -> tuple[Addition | None, Split | None]:
    """The two questions of a shopper: what to add, and whether several orders cost less. Only for small baskets."""
    if len(till.cart.lines) > LINES_LOOKED_FURTHER:
        return None, None
    addition = promotions.cheapest_addition(till.cart, shelf, till.offers, till.wallet, till.rules)
    split = promotions.best_split(till.cart, till.offers, till.wallet, till.rules)
    return addition, split if split.saved_minor > 0 else None


async def list_choice(tx: Tx, actor: Actor, shop_id: UUID, at: datetime) -> Choice:
    """The live cards of a shop and the platform, and the audiences that any live instrument asks for."""
    require(actor, promotions.VIEW, shop_id)
    shop = await shops.get_shop(tx, SYSTEM, shop_id)
    kinds = promotions.shop_rules(shop.kind, day_of(at)).kinds
    live = await promotions.instruments_of(tx, [shop_id], at)
    cards = tuple(each for each in live if not kinds[each.kind].is_offer and each.currency == shop.currency)
    return Choice(cards, tuple(sorted({tag for each in live for tag in each.audience})))


@dataclass(frozen=True, slots=True)
class _Till:
    """What the calculator needs to price the same cart again: the offers act anyway, `used` cards were chosen."""

    cart: Cart
    offers: tuple[Instrument, ...]
    used: tuple[Instrument, ...]
    wallet: tuple[Instrument, ...]
    rules: PriceRules


async def _open_till(tx: Tx, shop_id: UUID, priced: PricedBasket, basket: Basket, live: Sequence[Instrument]) -> _Till:
    """The cart as it was priced: its prices are those of the answer."""
    shop = await shops.get_shop(tx, SYSTEM, shop_id)
    goods = {show_id(SKU_PREFIX, one.sku_id): one for one in await catalog.find_goods(tx, shop_id, list(basket.pieces))}
    lines = tuple(
        Line(
            line_id=line.line_id, sku_id=goods[line.line_id].sku_id, item_id=goods[line.line_id].item_id,
            shop_id=shop_id, price_minor=line.list_minor // line.quantity, quantity=line.quantity,
            category_ids=frozenset(goods[line.line_id].category_ids), live_room_id=basket.live_room_id,
        )
        for line in priced.priced.lines
    )  # fmt: skip
    assert basket.at is not None, basket
    rules = promotions.shop_rules(shop.kind, day_of(basket.at))
    acted = {identity for step in priced.priced.steps for identity in step.instrument_ids}
    acting = [each for each in live if each.currency == shop.currency]
    cards = tuple(
        each
        for each in acting
        if not rules.kinds[each.kind].is_offer and (basket.card_ids is None or each.instrument_id in basket.card_ids)
    )
    return _Till(
        Cart(lines=lines, currency=shop.currency, at=basket.at, tags=basket.tags, channel=basket.channel),
        tuple(each for each in acting if rules.kinds[each.kind].is_offer),
        tuple(each for each in cards if each.instrument_id in acted), cards, rules,
    )  # fmt: skip


async def _shelf(tx: Tx, shop_id: UUID, till: _Till) -> list[Line]:
    """One piece of each of the shop's newest goods that are not in the basket, as they could be added."""
    known, currency = {line.sku_id for line in till.cart.lines}, till.cart.currency
    items = await catalog.list_items(tx, SYSTEM, shop_id, ItemFilter(status=ItemStatus.ON_SALE), None, SHELF_MAX)
    goods = await catalog.find_goods(tx, shop_id, (), [item.item_id for item in items])
    wanted = [one for one in goods if one.sku_id not in known and one.price_minor and one.currency == currency]
    asked = await prices.prices_at(tx, shop_id, [one.sku_id for one in wanted], till.cart.at)
    return [
        Line(
            line_id=show_id(SKU_PREFIX, one.sku_id), sku_id=one.sku_id, item_id=one.item_id, shop_id=shop_id,
            price_minor=min((offer.price_minor for offer in asked.get(one.sku_id, ())), default=one.price_minor or 0),
            category_ids=frozenset(one.category_ids),
        )
        for one in wanted[:SHELF_MAX]
    ]  # fmt: skip


def _why_not(till: _Till, card: Instrument, names: Mapping[Id, Text]) -> WhyNot:
    """Ask the calculator: with this card alone beside the offers, then with it beside the cards that were chosen."""
    identity = card.instrument_id
    try:
        alone = promotions.price_cart(till.cart, [*till.offers, card], till.rules)
    except InstrumentsDoNotStack as refusal:
        return WhyNot(identity, _not_with(card, refusal, names))
    start = 1 + len(alone.steps)
    for number, entry in enumerate(alone.unused):
        if entry.instrument_id == identity:
            return WhyNot(identity, promotions.explain(alone, names)[start + number])
    minor = alone.given_by_instrument().get(identity, 0)
    try:
        promotions.price_cart(till.cart, [*till.offers, *till.used, card], till.rules)
    except InstrumentsDoNotStack as refusal:
        return WhyNot(identity, _not_with(card, refusal, names), minor)
    said = Text(f"{card.name.zh}:未使用,其他组合更省", f"{card.name.en}: not used, another combination saves more")
    return WhyNot(identity, said, minor)


def _not_with(card: Instrument, refusal: InstrumentsDoNotStack, names: Mapping[Id, Text]) -> Text:
    other = next((each for each in refusal.data.values() if each != card.instrument_id), card.instrument_id)
    assert isinstance(other, UUID | str), other
    name = names.get(other, Text("另一项优惠", "another instrument"))
    return Text(
        f"{card.name.zh}:未使用,不能与“{name.zh}”同时使用", f"{card.name.en}: not used, it cannot meet “{name.en}”"
    )
