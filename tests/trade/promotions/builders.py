"""How does a test write a cart, an instrument and the rules in one line? In the words of the scenarios."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain, combinations

from peakday.kernel.clock import MARKET_ZONE
from peakday.trade.promotions.api import price_cart, price_rules
from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import Cart, Instrument
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.scenario_words import read_instrument, read_line

SALE_NIGHT = datetime(2022, 11, 10, 20, 0, tzinfo=MARKET_ZONE)
TMALL = price_rules("tmall_promotions", date(2022, 11, 11))
TAOBAO = price_rules("taobao_promotions", date(2022, 11, 11))
STEPWISE = price_rules("stepwise_promotions", date(2022, 11, 11))


def a_cart(*goods: str, **given) -> Cart:
    """A cart of lines in words, on the night of the sale."""
    return Cart(**{"lines": tuple(read_line(words) for words in goods), "currency": "CNY", "at": SALE_NIGHT} | given)


def instruments(*words: str) -> list[Instrument]:
    """Instruments in words."""
    return [read_instrument(each) for each in words]


def price(goods: Sequence[str], *words: str, rules=TMALL, **given) -> PricedCart:
    """The price of a cart with all of these instruments."""
    return price_cart(a_cart(*goods, **given), instruments(*words), rules)


def shares_of(priced: PricedCart, name: str) -> dict[str, int]:
    """What one instrument gave to which line."""
    return {
        line.line_id: sum(share.minor for share in line.shares if share.instrument_id == name)
        for line in priced.lines
        if any(share.instrument_id == name for share in line.shares)
    }


def cheapest(cart: Cart, offers: Iterable[Instrument], cards: Sequence[Instrument], rules=TMALL) -> PricedCart:
    """The best price by trying every set of cards: the plainest possible search, for few cards only."""
    assert len(cards) <= 10, len(cards)
    offers = list(offers)
    ordered = sorted(cards, key=lambda card: str(card.instrument_id))
    found = []
    for chosen in chain.from_iterable(combinations(ordered, size) for size in range(len(ordered) + 1)):
        try:
            found.append(price_cart(cart, [*offers, *chosen], rules))
        except InstrumentsDoNotStack:
            continue
    return min(found, key=lambda priced: priced.payable_minor)
