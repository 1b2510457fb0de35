"""What does a buyer add to reach the next tier?"""

import pytest

from peakday.trade.promotions.api import NextTier, cheapest_addition, next_tiers
from peakday.trade.promotions.errors import CartTooLarge
from peakday.trade.promotions.model import Counts
from peakday.trade.promotions.rules.next_tier import CANDIDATES_MAX
from peakday.trade.promotions.scenario_words import read_line
from tests.trade.promotions.builders import TMALL, a_cart, instruments

TIER = "tier: cross-shop, 50 off every 300"


def add(goods, candidates, offers=(TIER,), wallet=(), reach=None):
    lines = [read_line(words) for words in candidates]
    return cheapest_addition(a_cart(*goods), lines, instruments(*offers), instruments(*wallet), TMALL, reach)


@pytest.mark.capability("TE-08")
def test_the_cheapest_thing_that_reaches_the_tier_is_named_with_what_it_changes():
    found = add(["A: 280.00"], ["sock: 15.00", "cap: 25.00", "hat: 60.00"])
    assert found.line.line_id == "cap"
    assert found.reached == ("tier",)
    assert (found.value_minor, found.extra_minor) == (2_500, -2_500)
    assert (found.before.cost_minor, found.after.cost_minor) == (28_000, 25_500)


def test_nothing_is_named_when_no_candidate_reaches_anything():
    assert add(["A: 280.00"], ["sock: 15.00"]) is None


def test_an_addition_may_be_asked_to_reach_one_instrument():
    wallet = ["coupon: shop coupon, 30 off from 400"]
    assert add(["A: 290.00"], ["cap: 20.00", "coat: 120.00"], wallet=wallet).line.line_id == "cap"
    assert add(["A: 290.00"], ["cap: 20.00", "coat: 120.00"], wallet=wallet, reach="coupon").line.line_id == "coat"


def test_of_two_that_cost_the_same_the_one_of_more_value_is_named():
    found = add(["A: 280.00"], ["a: 20.00", "b: 20.00", "c: 2 x 10.00"][:2])
    assert found.line.line_id == "a"


def test_what_is_missing_is_told_for_offers_and_cards():
    wallet = instruments("coupon: shop coupon, 30 off from 400", "pieces: red packet, 5 off from 3 pieces")
    assert next_tiers(a_cart("A: 290.00"), instruments(TIER), wallet, TMALL) == [
        NextTier("tier", 1_000, Counts.MONEY),
        NextTier("coupon", 11_000, Counts.MONEY),
        NextTier("pieces", 2, Counts.PIECES),
    ]


def test_a_tier_that_was_reached_tells_what_is_missing_to_the_next():
    offers = instruments("off: tiered reduction, 20 off from 200 / 50 off from 400")
    assert next_tiers(a_cart("A: 290.00"), offers, [], TMALL) == [NextTier("off", 11_000, Counts.MONEY)]


def test_a_card_that_may_not_act_beside_the_offers_misses_nothing():
    offers = instruments("off: tiered reduction, 20 off, group shop_card")
    wallet = instruments("coupon: shop coupon, 30 off from 400, not with shop_card")
    assert next_tiers(a_cart("A: 290.00"), offers, wallet, TMALL) == []


def test_too_many_candidates_are_refused():
    with pytest.raises(CartTooLarge):
        add(["A: 280.00"], [f"c{number}: 1.00" for number in range(CANDIDATES_MAX + 1)])
