"""Which cards does a buyer use?"""

import gc
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from peakday.apps.cli.bench_best_price_carts import draw_case
from peakday.trade.promotions.api import best_price
from peakday.trade.promotions.errors import (
    BadCart,
    CartTooLarge,
    CurrenciesMixed,
    InstrumentsDoNotStack,
    RulesNotInForce,
)
from peakday.trade.promotions.model import LINES_MAX
from peakday.trade.promotions.rules.best_price import WALLET_MAX
from tests.trade.promotions.builders import SALE_NIGHT, STEPWISE, TMALL, a_cart, instruments


def choose(goods, *cards, offers=(), rules=TMALL, **given):
    return best_price(a_cart(*goods, **given), instruments(*offers), instruments(*cards), rules)


@pytest.mark.capability("TE-08")
def test_of_cards_that_exclude_each_other_the_one_that_gives_most_is_used():
    best = choose(
        ["A: 100.00"], "five: shop coupon, 5 off", "ten: live coupon, 10 off from 50", "red: shop red packet, 8 off"
    )
    assert best.cards == ("ten",)
    assert best.priced.payable_minor == 9_000
    assert best.is_proven


def test_a_smaller_coupon_is_used_where_the_larger_red_packet_would_lose_the_cross_shop_tier():
    offers = ["tier: cross-shop, 50 off every 300"]
    best = choose(["A: 300.00"], "coupon: shop coupon, 5 off", "red: shop red packet, 20 off", offers=offers)
    assert best.cards == ("coupon",)
    assert best.cost_minor == 24_500


def test_a_card_that_would_raise_the_price_is_left_out():
    offers = ["tier: cross-shop, 50 off every 300"]
    best = choose(["A: 300.00"], "small: shop coupon, 1 off", offers=offers, rules=STEPWISE)
    assert best.cards == ()
    assert best.cost_minor == 25_000


def test_cards_that_give_nothing_more_stay_in_the_wallet():
    best = choose(["A: 10.00"], "large: red packet, 10 off", "small: red packet, 4 off", "other: red packet, 6 off")
    assert best.cards == ("large",)
    assert best.priced.payable_minor == 0


def test_of_two_cards_alike_the_one_that_expires_first_is_used():
    best = choose(["A: 100.00"], "a: shop coupon, 5 off, until 2022-12-31", "b: shop coupon, 5 off, until 2022-11-30")
    assert best.cards == ("b",)


def test_of_two_cards_that_expire_together_the_smaller_id_is_used():
    assert choose(["A: 100.00"], "b: shop coupon, 5 off", "a: shop coupon, 5 off").cards == ("a",)


def test_a_gift_card_never_takes_the_place_of_a_discount():
    best = choose(["A: 100.00"], "own: gift card, 100 off", "theirs: red packet, 30 off")
    assert best.cards == ("theirs", "own")
    assert best.cost_minor == 7_000
    assert best.priced.payable_minor == 0


def test_a_gift_card_that_may_not_meet_a_discount_is_kept():
    best = choose(["A: 100.00"], "own: gift card, 100 off, not with card", "theirs: red packet, 30 off, group card")
    assert best.cards == ("theirs",)
    assert best.priced.payable_minor == 7_000


def test_where_own_money_acts_before_a_discount_it_may_not_cost_one():
    kinds = dict(TMALL.kinds)
    first = next(kind for kind in kinds if kind == "gift_card")
    rules = replace(TMALL, kinds={**kinds, first: replace(kinds[first], stage=0)})
    best = choose(["A: 100.00"], "own: gift card, 100 off", "theirs: red packet, 30 off", rules=rules)
    assert best.cards == ("theirs",)
    assert best.cost_minor == 7_000


def test_an_offer_in_the_wallet_acts_anyway():
    best = choose(["A: 100.00"], "sale: single price, price 80", "five: shop coupon, 5 off")
    assert best.cards == ("five",)
    assert best.cost_minor == 7_500


def test_a_wallet_without_use_leaves_the_price():
    best = choose(["A: 100.00"], "five: shop coupon, 5 off, shop Elsewhere")
    assert (best.cards, best.cost_minor, best.nodes) == ((), 10_000, 0)


def test_a_discount_that_no_budget_covers_is_not_chosen():
    best = choose(
        ["A: 100.00"],
        "poor: shop coupon, 50 off, paid by merchant 1, merchant budget 10.00",
        "five: shop coupon, 5 off",
    )
    assert best.cards == ("five",)


@pytest.mark.parametrize(
    ("refusal", "given"),
    [
        (CurrenciesMixed, {"wallet": instruments("usd: shop coupon, 5 off, in USD")}),
        (InstrumentsDoNotStack, {"offers": instruments("a: tiered reduction, 5 off", "b: tiered reduction, 6 off")}),
        (
            InstrumentsDoNotStack,
            {"offers": instruments("a: shop coupon, 5 off"), "wallet": instruments("a: shop coupon, 5 off")},
        ),
        (CartTooLarge, {"wallet": instruments("a: shop coupon, 5 off") * (WALLET_MAX + 1)}),
        (BadCart, {"cart": a_cart("A: 100.00", "A: 100.00")}),
        (RulesNotInForce, {"cart": a_cart("A: 100.00", at=SALE_NIGHT + timedelta(days=30))}),
    ],
)
def test_what_the_calculator_refuses_is_refused(refusal, given):
    asked = {"cart": a_cart("A: 100.00"), "offers": [], "wallet": []} | given
    with pytest.raises(refusal):
        best_price(**asked, rules=TMALL)


def test_the_largest_cart_with_the_largest_wallet_gets_an_answer_with_a_bound():
    case = draw_case(7, (LINES_MAX, LINES_MAX), (WALLET_MAX, WALLET_MAX))
    best = best_price(case.cart, case.offers, case.wallet, case.rules)
    assert 0 <= best.bound_minor <= best.cost_minor
    assert best.cards
    assert best.nodes < 2_000


def test_five_hundred_coupons_that_are_alike_are_no_hang():
    words = [f"c{number:03}: shop coupon, 5 off from 10, shop S{number % 10}" for number in range(WALLET_MAX)]
    goods = [f"A{number}: 20.00, shop S{number}" for number in range(10)]
    best = choose(goods, *words)
    assert best.cards == tuple(f"c{number:03}" for number in range(10))
    assert best.cost_minor == 15_000
    assert best.is_proven


def test_of_shops_that_pool_a_tier_the_one_whose_budget_is_spent_gives_nothing():
    tiers = [
        "north: cross-shop, 50 off every 300, shop North, merchant budget 5.00",
        "south: cross-shop, 50 off every 300, shop South, merchant budget 100.00",
    ]
    goods = ["A: 150.00, shop North", "B: 150.00, shop South"]
    best = choose(goods, "red: red packet, 10 off, shop North", "coupon: shop coupon, 5 off, shop South", offers=tiers)
    assert best.cards == ("coupon", "red")
    assert best.cost_minor == 30_000 - 2_500 - 500 - 1_000


def test_of_a_template_an_order_takes_as_many_as_it_may():
    words = [f"r{face}: red packet, {face} off, template T, 2 per order" for face in (3, 5, 9, 7)]
    best = choose(["A: 100.00"], *words)
    assert best.cards == ("r7", "r9")
    assert best.cost_minor == 8_400


def test_a_search_leaves_no_circles_behind_that_only_the_garbage_collection_finds():
    """Thousands of objects a cart in circles: the collection that finds them holds every shopper up for 0.1 s."""
    cases = [draw_case(seed, (20, 40), (10, 20)) for seed in range(40)]
    gc.collect()
    gc.disable()
    try:
        for case in cases:
            with suppress(InstrumentsDoNotStack):
                best_price(case.cart, case.offers, case.wallet, case.rules)
        assert gc.collect() == 0
    finally:
        gc.enable()
