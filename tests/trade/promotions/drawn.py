"""Which carts and instruments does a property try? Drawn over all kinds, several shops, odd prices and full groups.

From a seed, which hypothesis draws and prints: thousands of whole carts a law would take it minutes to draw by itself.
"""

from random import Random

from peakday.kernel.text import Text
from peakday.trade.promotions.model import (
    Benefit,
    Bundle,
    Cart,
    Component,
    Counts,
    Funder,
    Funding,
    GiftOffer,
    Gives,
    Instrument,
    Kind,
    Line,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    PresaleKind,
    PresaleTerms,
    Scope,
    Tier,
    Tiers,
)
from tests.trade.promotions.builders import SALE_NIGHT

SHOPS, CATEGORIES = ("North", "South", "West"), ("shoes", "hats")
OFFERS = (
    Kind.SINGLE_PRICE, Kind.LIVE_PRICE, Kind.NTH_PIECE, Kind.BUNDLE, Kind.TIERED_REDUCTION, Kind.TIERED_RATE,
    Kind.PIECE_TIERS, Kind.GIFT, Kind.CROSS_SHOP_TIER,
)  # fmt: skip
CARDS = tuple(kind for kind in Kind if kind not in OFFERS)
FUNDERS = (Funder.MERCHANT, Funder.PLATFORM, Funder.CREATOR)


def a_price(draw: Random) -> int:
    return draw.choice([draw.randint(0, 99), draw.randint(100, 60_000), 10_000, 20_000, 30_000])


def a_threshold(draw: Random) -> int:
    return draw.choice([0, draw.randint(1, 100_000), 10_000, 20_000, 30_000])


def a_line(draw: Random, number: int) -> Line:
    price, terms = a_price(draw), None
    if price > 100 and draw.random() < 0.1:
        deposit = draw.randint(price // 10 + 1, price // 2)
        terms = PresaleTerms(draw.choice(list(PresaleKind)), price, deposit, draw.randint(0, price - deposit))
    return Line(
        line_id=f"L{number:03}",
        sku_id=f"S{number}",
        item_id=f"I{number // 2}",
        shop_id=draw.choice(SHOPS),
        price_minor=price,
        quantity=draw.randint(1, 5),
        category_ids=frozenset({draw.choice(CATEGORIES)}),
        live_room_id=draw.choice([None, None, "R1"]),
        presale=terms,
    )


def a_drawn_cart(draw: Random, lines_max: int = 8) -> Cart:
    lines = tuple(a_line(draw, number) for number in range(draw.randint(1, lines_max)))
    return Cart(lines=lines, currency="CNY", at=SALE_NIGHT)


def tiers(draw: Random) -> Tiers:
    gives, counts = draw.choice(list(Gives)), draw.choice(list(Counts))
    low = a_threshold(draw) if counts is Counts.MONEY else draw.randint(0, 6)
    off = draw.randint(1, 10_000 if gives is Gives.RATE else 20_000)
    found = [Tier(low, off)]
    if off < 5_000 and draw.random() < 0.5:
        found.append(Tier(low * 2 + 1, off * 2))
    repeats = len(found) == 1 and low > 0 and gives is Gives.REDUCTION and draw.random() < 0.5
    return Tiers(tuple(found), counts, gives, repeats, draw.choice([None, None, 2]))


def a_benefit(draw: Random, kind: Kind) -> Benefit:
    rate, face = draw.randint(1, 10_000), draw.randint(1, 20_000)
    if kind in {Kind.SINGLE_PRICE, Kind.LIVE_PRICE}:
        return draw.choice([PiecePrice(a_price(draw)), PieceReduction(face), PieceRate(rate)])
    if kind is Kind.NTH_PIECE:
        return NthPiece(draw.randint(1, 4), rate, draw.choice([None, 1]), draw.random() < 0.5)
    if kind is Kind.BUNDLE:
        parts = draw.sample(range(6), draw.randint(1, 3))
        components = tuple(Component(f"S{number}", 1 + number % 2) for number in parts)
        return Bundle(components, draw.randint(0, 60_000), draw.choice([None, 1]))
    if kind is Kind.GIFT:
        return GiftOffer(draw.randint(1, 50_000), "Mug", repeats=draw.random() < 0.5)
    return tiers(draw)


def a_scope(draw: Random) -> Scope:
    shops = draw.choice([(), (), ("North",), ("South",), ("West", "North")])
    categories = draw.choice([(), (), (), ("shoes",), ("hats",)])
    items = draw.choice([(), (), (), ("I0",), ("I1", "I2")])
    return Scope(shop_ids=frozenset(shops), category_ids=frozenset(categories), item_ids=frozenset(items))


def a_funding(draw: Random, kind: Kind) -> tuple[Funding, ...]:
    if kind is Kind.GIFT_CARD:
        return (Funding(Funder.BUYER),)
    return tuple(Funding(funder, draw.randint(1, 3)) for funder in draw.sample(FUNDERS, draw.randint(1, 3)))


def an_instrument(draw: Random, number: int, kinds: tuple[Kind, ...]) -> Instrument:
    kind = draw.choice(kinds)
    return Instrument(
        instrument_id=f"{kind}-{number:02}",
        kind=kind,
        name=Text("优惠", "Discount"),
        currency="CNY",
        benefit=a_benefit(draw, kind),
        scope=a_scope(draw),
        funding=a_funding(draw, kind),
        stackable=draw.random() < 0.5,
        reduces_base=draw.choice([None, None, True, False]),
        discount_max_minor=draw.choice([None, None, 1_500]),
        share_max_bp=draw.choice([None, None, 300]),
    )


def a_wallet(draw: Random, size_max: int = 7, kinds: tuple[Kind, ...] = tuple(Kind)) -> list[Instrument]:
    return [an_instrument(draw, number, kinds) for number in range(draw.randint(0, size_max))]
