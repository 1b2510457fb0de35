"""What do these goods cost this shopper, till by till?

Goods are paid together when they have one currency and one set of price rules: that is a till. A piece costs the lowest
offer that holds, else what the catalogue asks; every live offer acts, and of the cards that are allowed the best set.
What cannot be bought stands in its till with the reason and no money; what belongs to no till, in the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Problem
from peakday.market.catalog.model import SKU_PREFIX, ShelfGood
from peakday.market.shops.model import ShopFront, ShopKind
from peakday.trade.carts.quoted import Asking, Quote, QuotedLine, Wanted
from peakday.trade.carts.rules.known_prices import known_prices
from peakday.trade.carts.rules.piece_price import lowest_offer
from peakday.trade.carts.rules.quote_token import quote_token
from peakday.trade.carts.rules.relevant_instruments import relevant_instruments
from peakday.trade.carts.rules.sellable import line_problem
from peakday.trade.price_history.model import Offer
from peakday.trade.promotions.model import Cart, Id, Instrument, Line, PriceRules, Used

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


@dataclass(frozen=True, slots=True)
class _Facts:
    """One SKU that is wanted, before the till is priced."""

    wanted: Wanted
    good: ShelfGood | None
    offer: Offer | None
    price_minor: int
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class _Till:
    currency: str
    rules: PriceRules
    facts: list[_Facts]


def price_tills(wanted: Sequence[Wanted], shelf: Shelf, asking: Asking) -> list[Quote]:
    """One quote for each till, in the order in which their first lines were wanted; at least one."""
    tills: dict[tuple[str, str, str], _Till] = {}
    homeless = []
    for each in wanted:
        facts = _facts(each, shelf, asking)
        shop = shelf.shops.get(each.shop_id)
        if shop is None or facts.good is None:
            homeless.append(facts)
            continue
        rules = shelf.rules[shop.kind]
        key = (facts.good.currency, rules.name, rules.version)
        if key not in tills:
            tills[key] = _Till(facts.good.currency, rules, [])
        tills[key].facts.append(facts)
    if not tills:
        return [_price(_Till(CURRENCY_UNKNOWN, shelf.rules[ShopKind.TMALL], homeless), shelf, asking)]
    next(iter(tills.values())).facts.extend(homeless)
    return [_price(till, shelf, asking) for till in tills.values()]


def price_alone(wanted: Sequence[Wanted], shelf: Shelf, asking: Asking = ANYHOW) -> list[QuotedLine]:
    """Each line with its price by itself, in the order given; nothing is to be paid for any."""
    return [_quoted(_facts(each, shelf, asking), {}) for each in wanted]


@lru_cache(maxsize=100_000)
def line_name(sku_id: UUID) -> str:
    """The name of a SKU's line: it decides ties, so it is the same at every door."""
    return show_id(SKU_PREFIX, sku_id)


def _facts(wanted: Wanted, shelf: Shelf, asking: Asking) -> _Facts:
    pair = (wanted.shop_id, wanted.sku_id)
    good, shop = shelf.goods.get(pair), shelf.shops.get(wanted.shop_id)
    if good is None:
        return _Facts(wanted, None, None, 0, line_problem(None, shop, None, wanted.quantity))
    offers = shelf.offers.get(pair)
    is_in_live_room = wanted.live_room_id is not None
    offer = lowest_offer(offers, good.currency, asking.tags, is_in_live_room=is_in_live_room) if offers else None
    price = good.price_minor if offer is None else offer.price_minor
    return _Facts(wanted, good, offer, price or 0, line_problem(good, shop, price, wanted.quantity))


def _price(till: _Till, shelf: Shelf, asking: Asking) -> Quote:
    lines = tuple(_cart_line(each, each.good) for each in till.facts if each.problem is None and each.good is not None)
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
    best = known_prices.best_price(cart, offers, wallet, till.rules)
    payable = {line.line_id: line.payable_minor for line in best.priced.lines}
    quoted = tuple(_quoted(each, payable) for each in till.facts)
    token = quote_token([(line.sku_id, line.quantity, line.payable_minor) for line in quoted], best.priced)
    return Quote(shelf.at, till.currency, quoted, cart, till.rules, offers, wallet, best, token)


def _cart_line(facts: _Facts, good: ShelfGood) -> Line:
    """The ids are the record's: those that asyncpg reads are hashed without Python, and scopes are looked up often."""
    return Line(
        line_id=line_name(good.sku_id), sku_id=good.sku_id, item_id=good.item_id, shop_id=good.shop_id,
        price_minor=facts.price_minor, quantity=facts.wanted.quantity, category_ids=good.category_ids,
        live_room_id=facts.wanted.live_room_id,
    )  # fmt: skip


def _quoted(facts: _Facts, payable: Mapping[str, int]) -> QuotedLine:
    wanted, good, offer = facts.wanted, facts.good, facts.offer
    line_id = line_name(wanted.sku_id)
    if good is None:
        return QuotedLine(
            wanted.shop_id, wanted.sku_id, None, line_id, "", {}, wanted.quantity, 0, 0, 0, 0, CURRENCY_UNKNOWN,
            frozenset(), problem=facts.problem, live_room_id=wanted.live_room_id,
        )  # fmt: skip
    return QuotedLine(
        shop_id=good.shop_id, sku_id=good.sku_id, item_id=good.item_id, line_id=line_id, title=good.title,
        spec=good.spec, quantity=wanted.quantity,
        catalogue_minor=facts.price_minor if good.price_minor is None else good.price_minor,
        price_minor=facts.price_minor, list_minor=0 if facts.problem else facts.price_minor * wanted.quantity,
        payable_minor=payable.get(line_id, 0), currency=good.currency, category_ids=good.category_ids,
        offer_no=offer.offer_no if offer else None, event_ref=offer.event_ref if offer else None, image=good.image,
        problem=facts.problem, live_room_id=wanted.live_room_id, leaf_category_id=good.leaf_category_id,
    )  # fmt: skip
