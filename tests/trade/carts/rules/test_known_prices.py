"""Is a price found again only for the very same cart, and the memory bounded?"""

from dataclasses import replace
from datetime import timedelta

from peakday.trade.carts.rules.known_prices import KnownPrices
from peakday.trade.promotions.api import best_price
from peakday.trade.promotions.model import Used
from tests.trade.promotions.builders import SALE_NIGHT, STEPWISE, TMALL, a_cart, instruments

CART = a_cart("A: 100.00", "2 x B: 250.00")
TIER = tuple(instruments("tier: cross-shop, 50 off every 300"))


def test_the_same_cart_a_second_later_is_found_again():
    known = KnownPrices()
    first = known.best_price(CART, TIER, (), TMALL)
    again = known.best_price(replace(CART, at=SALE_NIGHT + timedelta(seconds=1)), TIER, (), TMALL)
    assert again is first
    assert first == best_price(CART, TIER, (), TMALL)


def test_anything_that_a_price_depends_on_makes_it_another():
    known = KnownPrices()
    first = known.best_price(CART, TIER, (), TMALL)
    limited = tuple(replace(each, stock_left=5) for each in TIER)
    others = [
        (replace(CART, lines=CART.lines[:1]), TIER, (), TMALL),
        (replace(CART, lines=(CART.lines[0]._replace(price_minor=1), *CART.lines[1:])), TIER, (), TMALL),
        (replace(CART, tags=frozenset({"member"})), TIER, (), TMALL),
        (replace(CART, used={TIER[0].template: Used(1, 1)}), TIER, (), TMALL),
        (replace(CART, at=SALE_NIGHT + timedelta(hours=12)), TIER, (), TMALL),
        (CART, (), TIER, TMALL),
        (CART, limited, (), TMALL),
        (CART, (), (), TMALL),
        (CART, TIER, (), STEPWISE),
    ]
    for cart, offers, wallet, rules in others:
        found = known.best_price(cart, offers, wallet, rules)
        assert found is not first
        assert found == best_price(cart, offers, wallet, rules)


def test_a_card_that_begins_in_between_makes_it_another():
    known = KnownPrices()
    card = replace(*instruments("p: red packet, 5 off"), valid_from=SALE_NIGHT + timedelta(seconds=1))
    before = known.best_price(CART, (), (card,), TMALL)
    after = known.best_price(replace(CART, at=SALE_NIGHT + timedelta(seconds=1)), (), (card,), TMALL)
    assert (before.cards, after.cards) == ((), (card.instrument_id,))


def test_the_oldest_are_forgotten():
    known = KnownPrices(lines_max=5)
    first = known.best_price(CART, TIER, (), TMALL)
    known.best_price(CART, (), (), TMALL)
    assert known.best_price(CART, TIER, (), TMALL) is not first
    assert known.best_price(CART, TIER, (), TMALL) == first
