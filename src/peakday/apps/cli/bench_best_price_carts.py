"""On which carts is the search for the best price tried?

Drawn from a seed, and hard on purpose: thresholds just reached and just missed, discounts larger than their goods (so
that lines run out), red packets that lower later bases, budgets that a cut discount fits and a whole one does not,
cards that exclude each other by group, by name and by template, twins that only an expiry tells apart, presale tails,
cross-shop tiers over several shops, rates that depend on what earlier stages left. In a large cart what is wide is
shallow, as platforms set it: with dozens of wide and deep cards everything is free, and nothing is to be chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from peakday.kernel.text import Text
from peakday.trade.promotions.api import price_cart, price_rules
from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import (
    Benefit,
    Bundle,
    Cart,
    Channel,
    Component,
    Counts,
    Funder,
    Funding,
    GiftOffer,
    Gives,
    Instrument,
    Kind,
    Limits,
    Line,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    PresaleKind,
    PresaleTerms,
    PriceRules,
    Scope,
    Tier,
    Tiers,
)

AT = datetime(2022, 11, 10, 12, 0, tzinfo=UTC)
RULES = tuple(price_rules(f"{name}_promotions", date(2022, 11, 10)) for name in ("tmall", "taobao", "stepwise"))
LARGE_LINES = 100
CATEGORIES = ("shoes", "hats", "masks", "toys")
OFFERS = (
    Kind.SINGLE_PRICE, Kind.LIVE_PRICE, Kind.NTH_PIECE, Kind.BUNDLE, Kind.TIERED_REDUCTION, Kind.TIERED_RATE,
    Kind.PIECE_TIERS, Kind.GIFT, Kind.CROSS_SHOP_TIER, Kind.CROSS_SHOP_TIER,
)  # fmt: skip
SHOP_CARDS = (Kind.SHOP_COUPON, Kind.ITEM_COUPON, Kind.SHOP_RED_PACKET, Kind.LIVE_COUPON)
LATER_CARDS = (Kind.CATEGORY_COUPON, Kind.PLATFORM_COUPON, Kind.COINS, Kind.RED_PACKET, Kind.GIFT_CARD)
CARDS = (*SHOP_CARDS, *SHOP_CARDS, *LATER_CARDS)


@dataclass(frozen=True, slots=True)
class Case:
    """A cart, what acts anyway, what lies in the wallet, and the rules."""

    cart: Cart
    offers: tuple[Instrument, ...]
    wallet: tuple[Instrument, ...]
    rules: PriceRules


def draw_case(seed: int, lines: tuple[int, int] = (1, 50), instruments: tuple[int, int] = (5, 20)) -> Case:
    """The case of a seed, with so many lines and instruments (from, to)."""
    draw = Random(seed)  # noqa: S311 - a case to try, not a secret
    rules = draw.choice(RULES)
    size, count = draw.randint(*lines), draw.randint(*instruments)
    shops = [f"shop{number}" for number in range(draw.randint(1, max(2, min(6, size // 2), size // 30)))]
    cart = Cart(
        lines=tuple(_line(draw, number, shops) for number in range(size)),
        currency="CNY",
        at=AT,
        tags=frozenset(draw.sample(["vip", "new", "campus"], draw.randint(0, 2))),
        channel=draw.choice(list(Channel)),
        postage={shops[0]: draw.choice([0, 800])},
    )
    offers: list[Instrument] = []
    wallet: list[Instrument] = []
    for number in range(count):
        if draw.random() < 0.2:
            _add_offer(draw, number, cart, offers, rules)
        else:
            wallet.append(_card(draw, number, cart, wallet))
    draw.shuffle(wallet)
    return Case(cart, tuple(offers), tuple(wallet), rules)


def _line(draw: Random, number: int, shops: Sequence[str]) -> Line:
    price = draw.choice([draw.randint(0, 99), draw.randint(100, 9_000), draw.randint(100, 60_000), 10_000, 30_000])
    terms = None
    if price > 100 and draw.random() < 0.06:
        deposit = draw.randint(price // 10 + 1, price // 2)
        terms = PresaleTerms(draw.choice(list(PresaleKind)), price, deposit, draw.randint(0, price - deposit))
    return Line(
        line_id=f"L{number:04}",
        sku_id=f"S{number}",
        item_id=f"I{number // 2}",
        shop_id=shops[number // 2 % len(shops)],
        price_minor=price,
        quantity=draw.choice([1, 1, 1, 2, 3, 5]),
        category_ids=frozenset({draw.choice(CATEGORIES)}),
        live_room_id=draw.choice([None, None, "room"]),
        presale=terms,
    )


def _add_offer(draw: Random, number: int, cart: Cart, offers: list[Instrument], rules: PriceRules) -> None:
    """One more offer, unless it may not act beside those that are there."""
    kind = draw.choice(OFFERS)
    scope = _scope(draw, kind, cart)
    offer = Instrument(
        instrument_id=f"offer{number:02}",
        kind=kind,
        name=Text("优惠", "Discount"),
        currency="CNY",
        benefit=_offer_benefit(draw, kind, cart, scope),
        scope=scope,
        funding=_funding(draw, kind, 10_000),
        stackable=draw.random() < 0.3,
        reduces_base=draw.choice([None] * 7 + [True]),
        valid_until=_until(draw),
    )
    if kind is Kind.CROSS_SHOP_TIER and offers and draw.random() < 0.5:
        alike = [other for other in offers if other.kind is kind]
        offer = replace(offer, benefit=alike[0].benefit) if alike else offer
    try:
        price_cart(cart, [*offers, offer], rules)
    except InstrumentsDoNotStack:
        return
    offers.append(offer)


def _card(draw: Random, number: int, cart: Cart, others: Sequence[Instrument]) -> Instrument:
    if others and draw.random() < 0.12:
        return _twin(draw, number, draw.choice(others))
    kind = draw.choice(CARDS)
    scope = _scope(draw, kind, cart)
    worth = max(_worth(cart, scope), 1)
    is_wide = _is_wide(cart, worth)
    depths = (0.005, 0.01, 0.02, 0.05) if is_wide else (0.02, 0.05, 0.1, 0.1, 0.3, 1.0, 1.5)
    face = max(1, round(worth * draw.choice(depths) * draw.uniform(0.5, 1.0)))
    return Instrument(
        instrument_id=f"card{number:02}",
        kind=kind,
        name=Text("优惠", "Discount"),
        currency="CNY",
        benefit=_wide_tiers(draw, worth, face) if is_wide else _tiers(draw, worth, face, _pieces(cart, scope)),
        scope=scope,
        funding=_funding(draw, kind, face),
        limits=Limits(per_order=draw.choice([None, None, None, None, 1])),
        valid_until=_until(draw),
        group=draw.choice([None] * 9 + ["club"]),
        exclusive_with=frozenset(draw.choice([()] * 12 + [("*",), ("club",), ("platform_coupon", "coins")])),
        reduces_base=draw.choice([None] * 6 + [True, False]),
        discount_max_minor=draw.choice([None] * 5 + [max(1, face // 2)]),
        share_max_bp=draw.choice([None] * 5 + [draw.randint(100, 5_000)]),
        audience=frozenset(draw.choice([()] * 9 + [("vip",), ("new", "campus")])),
        channels=frozenset(draw.choice([()] * 9 + [(Channel.APP,)])),
        live_room_id="room" if kind is Kind.LIVE_COUPON and draw.random() < 0.5 else None,
    )


def _is_wide(cart: Cart, worth: int) -> bool:
    """Whether this is more of a large cart than a few of its items."""
    whole = sum(line.price_minor * line.quantity for line in cart.lines)
    return len(cart.lines) > LARGE_LINES and worth * 25 > whole


def _twin(draw: Random, number: int, other: Instrument) -> Instrument:
    """The same card once more: of the same template, or only alike."""
    template = draw.choice([None, other.template])
    return replace(other, instrument_id=f"card{number:02}", template_id=template, valid_until=_until(draw))


def _scope(draw: Random, kind: Kind, cart: Cart) -> Scope:
    shops = sorted({str(line.shop_id) for line in cart.lines})
    items = sorted({str(line.item_id) for line in cart.lines})
    if kind in {Kind.CATEGORY_COUPON, Kind.SINGLE_PRICE}:
        return Scope(category_ids=frozenset(draw.sample(CATEGORIES, draw.randint(1, 2))))
    if kind in {Kind.PLATFORM_COUPON, Kind.COINS, Kind.RED_PACKET, Kind.GIFT_CARD, Kind.CROSS_SHOP_TIER}:
        some = draw.sample(shops, draw.randint(1, len(shops)))
        return Scope(shop_ids=frozenset(draw.choice([[], [], some])))
    some = draw.sample(shops, min(len(shops), draw.choice([1, 1, 1, 1, 2])))
    if kind is Kind.ITEM_COUPON or draw.random() < 0.2:
        return Scope(item_ids=frozenset(draw.sample(items, min(len(items), draw.randint(1, 3)))))
    return Scope(shop_ids=frozenset(some), except_items=frozenset(draw.choice([[], [], [], items[:1]])))


def _tiers(draw: Random, worth: int, face: int, pieces: int) -> Tiers:
    if draw.random() < 0.2:
        at = draw.choice([0, worth // 2, worth])
        return Tiers((Tier(at, draw.choice([200, 500, 1_000, 3_000])),), gives=Gives.RATE)
    if draw.random() < 0.15:
        at = max(1, pieces - draw.randint(-1, 3))
        return Tiers((Tier(at, face),), Counts.PIECES, repeats=draw.random() < 0.3)
    at = draw.choice(
        [0, 0, worth // 3, round(worth * draw.uniform(0.5, 1.02)), worth, max(worth - draw.randint(0, face), 0)]
    )
    if draw.random() < 0.2:
        return Tiers((Tier(at, face), Tier(at * 2 + 1, face * 2)))
    return Tiers((Tier(at, face),), repeats=at > 0 and draw.random() < 0.3, times_max=draw.choice([None, 3]))


def _wide_tiers(draw: Random, worth: int, face: int) -> Tiers:
    """As platforms set them: a few per cent, over thresholds that most carts of this size pass."""
    at = draw.choice([0, worth // 3, round(worth * draw.uniform(0.2, 0.7))])
    if draw.random() < 0.2:
        return Tiers((Tier(at, draw.choice([100, 200, 500])),), gives=Gives.RATE)
    return Tiers((Tier(at, face),), repeats=at > 0 and draw.random() < 0.3, times_max=draw.choice([None, 3]))


def _offer_benefit(draw: Random, kind: Kind, cart: Cart, scope: Scope) -> Benefit:
    worth = max(_worth(cart, scope), 1)
    rate = draw.randint(100, 3_000)
    prices: list[Benefit] = [
        PieceRate(rate // 2) if _is_wide(cart, worth) else PiecePrice(draw.randint(0, 20_000)),
        PieceReduction(draw.randint(1, 2_000)),
        PieceRate(rate),
    ]
    parts = draw.sample(cart.lines, min(len(cart.lines), 2))
    if _is_wide(cart, worth):
        at, most = draw.choice([20_000, 30_000]), 6  # every 300 minus 50 is what a sale gives
    else:
        at, most = draw.choice([20_000, 30_000, max(worth // 3, 1), worth]), 3
    return {
        Kind.SINGLE_PRICE: draw.choice(prices),
        Kind.LIVE_PRICE: draw.choice(prices),
        Kind.NTH_PIECE: NthPiece(draw.randint(2, 3), draw.choice([5_000, 10_000]), is_mixed=draw.random() < 0.5),
        Kind.BUNDLE: Bundle(
            tuple(Component(line.sku_id) for line in parts), sum(line.price_minor for line in parts) * 4 // 5
        ),
        Kind.GIFT: GiftOffer(max(1, worth // 2), "mug"),
        Kind.TIERED_RATE: Tiers((Tier(worth // 3, rate),), gives=Gives.RATE),
        Kind.PIECE_TIERS: Tiers((Tier(2, rate), Tier(4, rate * 2)), Counts.PIECES, Gives.RATE),
    }.get(kind, Tiers((Tier(at, max(1, at // draw.randint(most, 10))),), repeats=True))


def _funding(draw: Random, kind: Kind, face: int) -> tuple[Funding, ...]:
    if kind is Kind.GIFT_CARD:
        return (Funding(Funder.BUYER),)
    budget = draw.choice([None] * 8 + [face * 9 // 10, face])
    funders = draw.sample([Funder.MERCHANT, Funder.PLATFORM, Funder.CREATOR], draw.choice([1, 1, 1, 2]))
    return tuple(
        Funding(funder, draw.randint(1, 3), budget if number == 0 else None) for number, funder in enumerate(funders)
    )


def _until(draw: Random) -> datetime | None:
    if draw.random() < 0.03:
        return AT
    return draw.choice([None, *[AT + timedelta(days=days) for days in (1, 2, 2, 7)]])


def _worth(cart: Cart, scope: Scope) -> int:
    return sum(line.price_minor * line.quantity for line in cart.lines if _is_in(line, scope))


def _pieces(cart: Cart, scope: Scope) -> int:
    return sum(line.quantity for line in cart.lines if _is_in(line, scope))


def _is_in(line: Line, scope: Scope) -> bool:
    return (
        (not scope.shop_ids or line.shop_id in scope.shop_ids)
        and (not scope.item_ids or line.item_id in scope.item_ids)
        and (not scope.category_ids or not scope.category_ids.isdisjoint(line.category_ids))
        and line.item_id not in scope.except_items
    )
