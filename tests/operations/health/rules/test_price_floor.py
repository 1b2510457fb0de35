"""Does the price ever fall below the bound, and is the bound near?"""

from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.operations.health.rules.lowest_reachable import enumerate_prices, floor_ever, lowest_reachable, rules_ahead
from tests.operations.health.builders import NOW, a_shelf, a_ware, asked, price_of, rules_on

AMOUNT = st.integers(1, 300)
SINGLES = st.one_of(
    st.integers(10, 200).map(lambda yuan: f"single price, price {yuan}"),
    st.integers(1, 80).map(lambda rate: f"single price, {rate}% off each"),
    st.tuples(st.integers(1, 50), st.booleans()).map(
        lambda each: f"single price, {each[0]} off each{', stacks' if each[1] else ''}"
    ),
    st.tuples(st.integers(2, 3), st.integers(10, 100)).map(
        lambda each: f"nth piece, every {each[0]}nd piece {each[1]}% off"
    ),
)
TIERS = st.tuples(AMOUNT, AMOUNT).map(lambda each: f"{each[1]} off from {each[0]}")
ABOVE = st.one_of(
    TIERS.map(lambda tier: f"tiered reduction, {tier}"),
    st.tuples(st.integers(1, 90), AMOUNT).map(lambda each: f"tiered rate, {each[0]}% off from {each[1]}"),
    TIERS.map(lambda tier: f"shop coupon, {tier}"),
    TIERS.map(lambda tier: f"shop red packet, {tier}"),
    TIERS.map(lambda tier: f"live coupon, {tier}, room R1"),
    st.tuples(AMOUNT, AMOUNT).map(lambda each: f"cross-shop, {each[1]} off every {each[0]}"),
    st.integers(2, 4).map(lambda pieces: f"piece tiers, 20% off from {pieces} pieces"),
)  # fmt: skip
WHEN = st.sampled_from(["", ", from 2022-11-05", ", until 2022-11-08", ", for member", ", for new_customer"])
OFFERS = st.lists(st.tuples(st.one_of(SINGLES, ABOVE), WHEN), max_size=5)
WARES = (a_ware("A", 100, asked=(asked(90, NOW, 48, tag="member"),)), a_ware("B", 7), a_ware("C", 45))


def shelf_of(offers):
    return a_shelf(*[f"I{n}: {words}{when}" for n, (words, when) in enumerate(offers)], wares=WARES)


@settings(max_examples=150, deadline=None)
@given(OFFERS)
def test_no_basket_is_below_the_bound_and_the_witness_is_confirmed(offers):
    shelf = shelf_of(offers)
    ware = shelf.wares["A"]
    floor = floor_ever(ware, shelf, rules_ahead(NOW, rules_on))
    reach = lowest_reachable(ware, shelf, NOW, rules_on)
    assert floor <= reach.price
    assert price_of(reach) == reach.price


@settings(max_examples=60, deadline=None)
@given(OFFERS)
def test_searching_with_the_bound_finds_what_trying_every_basket_finds(offers):
    shelf = shelf_of(offers)
    ware = shelf.wares["A"]
    tried, lowest = enumerate_prices(ware, shelf, NOW, rules_on)
    assert tried > 0
    assert lowest_reachable(ware, shelf, NOW, rules_on).price == lowest


@settings(max_examples=60, deadline=None)
@given(OFFERS, st.tuples(st.one_of(SINGLES, ABOVE), WHEN))
def test_one_more_card_never_raises_the_lowest_price(offers, more):
    words = f"shop coupon, 5 off from 5, group G{len(offers)}"
    before = shelf_of(offers)
    after = shelf_of([*offers, (words, more[1])])
    prices = [lowest_reachable(shelf.wares["A"], shelf, NOW, rules_on).price for shelf in (before, after)]
    assert prices[1] <= prices[0]
