"""What do these goods cost this shopper, till by till?

Goods are paid together when they have one currency and one set of price rules: that is a till. A piece costs the lowest
offer that holds, else what the catalogue asks; every live offer acts, and of the cards that are allowed the best set.
What cannot be bought stands in its till with the reason and no money; what belongs to no till, in the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.market.catalog.model import SKU_PREFIX, ShelfGood
from peakday.market.shops.model import ShopFront, ShopKind
from peakday.trade.carts.quoted import Asking, Quote, QuotedLine, Wanted
from peakday.trade.carts.rules.piece_price import lowest_offer
from peakday.trade.carts.rules.quote_token import quote_token
from peakday.trade.carts.rules.relevant_instruments import relevant_instruments
from peakday.trade.carts.rules.sellable import line_problem
from peakday.trade.price_history.model import Offer
from peakday.trade.promotions.api import best_price
from peakday.trade.promotions.model import Cart, Id, Instrument, Line, PriceRules, Used

CURRENCY_UNKNOWN = "CNY"  # of a till in which nothing can be bought
Pair = tuple[UUID, UUID]  # shop_id, sku_id


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that a price depends on, as it stands at one instant."""

    at: datetime
    goods: Mapping[Pair, ShelfGood]
    offers: Mapping[Pair, Sequence[Offer]]
    shops: Mapping[UUID, ShopFront]
    instruments: Sequence[Instrument]  # live ones of these shops and of the platform
    wallet: Sequence[Instrument]
    used: Mapping[Id, Used]
    rules: Mapping[ShopKind, PriceRules]  # by which each kind of shop is priced on that market day


@dataclass(frozen=True, slots=True)
class _Till:
    currency: str
    rules: PriceRules
    lines: list[QuotedLine]


def price_tills(wanted: Sequence[Wanted], shelf: Shelf, asking: Asking) -> list[Quote]:
    """One quote for each till, in the order in which their first lines were wanted; at least one."""
    tills: dict[tuple[str, str, str], _Till] = {}
    homeless = []
    for each in wanted:
        line = _line(each, shelf, asking)
        shop = shelf.shops.get(each.shop_id)
        if shop is None or line.item_id is None:
            homeless.append(line)
            continue
        rules = shelf.rules[shop.kind]
        key = (line.currency, rules.name, rules.version)
        tills.setdefault(key, _Till(line.currency, rules, [])).lines.append(line)
    if not tills:
        return [_price(_Till(CURRENCY_UNKNOWN, shelf.rules[ShopKind.TMALL], homeless), shelf, asking)]
    next(iter(tills.values())).lines.extend(homeless)
    return [_price(till, shelf, asking) for till in tills.values()]


@lru_cache(maxsize=100_000)
def line_name(sku_id: UUID) -> str:
    """The name of a SKU's line: it decides ties, so it is the same at every door."""
    return show_id(SKU_PREFIX, sku_id)


def _line(wanted: Wanted, shelf: Shelf, asking: Asking) -> QuotedLine:
    pair = (wanted.shop_id, wanted.sku_id)
    good, shop = shelf.goods.get(pair), shelf.shops.get(wanted.shop_id)
    if good is None:
        return QuotedLine(
            wanted.shop_id, wanted.sku_id, None, line_name(wanted.sku_id), "", {}, wanted.quantity, 0, 0, 0, 0,
            CURRENCY_UNKNOWN, frozenset(), problem=line_problem(None, shop, None, wanted.quantity),
        )  # fmt: skip
    offers = shelf.offers.get(pair)
    is_in_live_room = wanted.live_room_id is not None
    offer = lowest_offer(offers, good.currency, asking.tags, is_in_live_room=is_in_live_room) if offers else None
    price = good.price_minor if offer is None else offer.price_minor
    problem = line_problem(good, shop, price, wanted.quantity)
    return QuotedLine(
        shop_id=wanted.shop_id, sku_id=wanted.sku_id, item_id=good.item_id, line_id=line_name(wanted.sku_id),
        title=good.title, spec=good.spec, quantity=wanted.quantity,
        catalogue_minor=price or 0 if good.price_minor is None else good.price_minor, price_minor=price or 0,
        list_minor=0 if problem else (price or 0) * wanted.quantity, payable_minor=0, currency=good.currency,
        category_ids=good.category_ids, offer_no=offer.offer_no if offer else None,
        event_ref=offer.event_ref if offer else None, image=good.image, problem=problem,
        live_room_id=wanted.live_room_id, leaf_category_id=good.leaf_category_id,
    )  # fmt: skip


def _price(till: _Till, shelf: Shelf, asking: Asking) -> Quote:
    lines = tuple(_cart_line(line) for line in till.lines if line.problem is None)
    cart = Cart(
        lines=lines, currency=till.currency, at=shelf.at, tags=asking.tags, channel=asking.channel, used=shelf.used
    )
    acting = relevant_instruments(lines, till.currency, shelf.instruments)
    offers = tuple(each for each in acting if till.rules.kinds[each.kind].is_offer)
    wallet = tuple(
        each
        for each in relevant_instruments(lines, till.currency, shelf.wallet)
        if asking.card_ids is None or each.instrument_id in asking.card_ids
    )
    best = best_price(cart, offers, wallet, till.rules)
    payable = {line.line_id: line.payable_minor for line in best.priced.lines}
    quoted = tuple(replace(line, payable_minor=payable.get(line.line_id, 0)) for line in till.lines)
    token = quote_token([(line.sku_id, line.quantity, line.payable_minor) for line in quoted], best.priced)
    return Quote(shelf.at, till.currency, quoted, cart, till.rules, offers, wallet, best, token)


def _cart_line(line: QuotedLine) -> Line:
    assert line.item_id is not None, line
    return Line(
        line_id=line.line_id, sku_id=line.sku_id, item_id=line.item_id, shop_id=line.shop_id,
        price_minor=line.price_minor, quantity=line.quantity, category_ids=line.category_ids,
        live_room_id=line.live_room_id,
    )  # fmt: skip
