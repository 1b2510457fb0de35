"""What do these goods cost this shopper, till by till?

Goods are paid together when they have one currency and one set of price rules: that is a till. A piece costs the lowest
offer that holds, else what the catalogue asks; every live offer acts, and of the cards that are allowed the best set.
What cannot be bought stands in its till with the reason and no money; what belongs to no till, in the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.market.catalog.model import SKU_PREFIX, ShelfGood
from peakday.market.shops.model import ShopFront, ShopKind
from peakday.trade.carts.quoted import Asking, Quote, QuotedLine, Wanted
from peakday.trade.carts.rules.known_prices import known_prices
from peakday.trade.carts.rules.piece_price import lowest_offer
from peakday.trade.carts.rules.quote_token import quote_token
from peakday.trade.carts.rules.relevant_instruments import held_by, relevant_instruments
from peakday.trade.carts.rules.sellable import line_problem
from peakday.trade.price_history.model import Offer
from peakday.trade.promotions.model import Cart, Id, Instrument, Line, PriceRules, Used
from peakday.trade.stock.model import LevelKey

CURRENCY_UNKNOWN = "CNY"  # of a till in which nothing can be bought
ANYHOW = Asking()
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
    levels: Mapping[LevelKey, int] = field(default_factory=dict)  # what can be sold, where the stock was asked for


@dataclass(frozen=True, slots=True)
class _Till:
    currency: str
    rules: PriceRules
    lines: list[QuotedLine]


def price_alone(wanted: Sequence[Wanted], shelf: Shelf, asking: Asking = ANYHOW) -> list[QuotedLine]:
    """Each line with its price by itself, in the order given; nothing is to be paid for any."""
    return [_alone(each, shelf, asking) for each in wanted]


def price_tills(alone: Sequence[QuotedLine], shelf: Shelf, asking: Asking) -> list[Quote]:
    """One quote for each till of these lines (of `price_alone`, asked in the same way); at least one.

    Tills stand in the order in which their first lines were wanted.
    """
    tills: dict[tuple[str, str, str], _Till] = {}
    homeless = []
    for line in alone:
        shop = shelf.shops.get(line.shop_id)
        if shop is None or line.item_id is None:
            homeless.append(line)
            continue
        rules = shelf.rules[shop.kind]
        key = (line.currency, rules.name, rules.version)
        if key not in tills:
            tills[key] = _Till(line.currency, rules, [])
        tills[key].lines.append(line)
    if not tills:
        return [_price(_Till(CURRENCY_UNKNOWN, shelf.rules[ShopKind.TMALL], homeless), shelf, asking)]
    next(iter(tills.values())).lines.extend(homeless)
    return [_price(till, shelf, asking) for till in tills.values()]


@lru_cache(maxsize=100_000)
def line_name(sku_id: UUID) -> str:
    """The name of a SKU's line: it decides ties, so it is the same at every door."""
    return show_id(SKU_PREFIX, sku_id)


def _alone(wanted: Wanted, shelf: Shelf, asking: Asking) -> QuotedLine:
    pair = (wanted.shop_id, wanted.sku_id)
    good, shop = shelf.goods.get(pair), shelf.shops.get(wanted.shop_id)
    if good is None:
        return QuotedLine(
            wanted.shop_id, wanted.sku_id, None, line_name(wanted.sku_id), "", {}, wanted.quantity, 0, 0, 0, 0,
            CURRENCY_UNKNOWN, frozenset(), problem=line_problem(None, shop, None, wanted.quantity),
            live_room_id=wanted.live_room_id,
        )  # fmt: skip
    offers = shelf.offers.get(pair)
    is_in_live_room = wanted.live_room_id is not None
    offer = lowest_offer(offers, good.currency, asking.tags, is_in_live_room=is_in_live_room) if offers else None
    asked = good.price_minor if offer is None else offer.price_minor
    problem, price = line_problem(good, shop, asked, wanted.quantity), asked or 0
    return QuotedLine(
        shop_id=good.shop_id, sku_id=good.sku_id, item_id=good.item_id, line_id=line_name(good.sku_id),
        title=good.title, spec=good.spec, quantity=wanted.quantity,
        catalogue_minor=price if good.price_minor is None else good.price_minor, price_minor=price,
        list_minor=0 if problem else price * wanted.quantity, payable_minor=0, currency=good.currency,
        category_ids=good.category_ids, offer_no=offer.offer_no if offer else None,
        event_ref=offer.event_ref if offer else None, image=good.image, problem=problem,
        live_room_id=wanted.live_room_id, leaf_category_id=good.leaf_category_id,
    )  # fmt: skip


def _price(till: _Till, shelf: Shelf, asking: Asking) -> Quote:
    lines = tuple([_cart_line(each, each.item_id) for each in till.lines if not each.problem and each.item_id])
    cart = Cart(
        lines=lines, currency=till.currency, at=shelf.at, tags=asking.tags, channel=asking.channel, used=shelf.used
    )
    held = held_by(lines)
    acting = relevant_instruments(held, till.currency, shelf.instruments)
    offers = tuple(each for each in acting if till.rules.kinds[each.kind].is_offer)
    wallet = tuple(
        each
        for each in relevant_instruments(held, till.currency, shelf.wallet)
        if asking.card_ids is None or each.instrument_id in asking.card_ids
    )
    best = known_prices.best_price(cart, offers, wallet, till.rules)
    payable = {line.line_id: line.payable_minor for line in best.priced.lines}
    quoted = tuple([line._replace(payable_minor=payable.get(line.line_id, 0)) for line in till.lines])
    token = quote_token([(line.sku_id, line.quantity, line.payable_minor) for line in quoted], best.priced)
    return Quote(shelf.at, till.currency, quoted, cart, till.rules, offers, wallet, best, token)


def _cart_line(line: QuotedLine, item_id: UUID) -> Line:
    """The ids are the record's: those that asyncpg reads are hashed without Python, and scopes are looked up often."""
    return Line(
        line.line_id, line.sku_id, item_id, line.shop_id, line.price_minor, line.quantity, line.category_ids,
        line.live_room_id,
    )  # fmt: skip
