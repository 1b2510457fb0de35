"""Is the lowest reachable price found, whoever must buy what when, and does the calculator confirm it?"""

from datetime import timedelta
from fractions import Fraction

import pytest

from peakday.operations.health.model import Presale
from peakday.operations.health.rules.lowest_reachable import scenes
from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from tests.operations.health.builders import NOW, SALE_NIGHT, a_shelf, a_ware, asked, reach_of, rules_on

pytestmark = pytest.mark.capability("QN-02")


def test_a_ware_without_instruments_costs_its_list_price():
    assert reach_of(a_shelf()).price == 10000


def test_an_asked_price_of_the_future_is_found_at_its_instant():
    shelf = a_shelf(wares=(a_ware(asked=(asked(80, SALE_NIGHT, 4),)),))
    reach = reach_of(shelf)
    assert (reach.price, reach.at) == (8000, SALE_NIGHT)


def test_instruments_that_meet_only_for_an_hour_are_found_in_that_hour():
    shelf = a_shelf(
        "P: single price, price 70, until 2022-11-11T00:00:00+08:00",
        "C: shop coupon, 30 off from 50, from 2022-11-10T23:00:00+08:00",
    )
    reach = reach_of(shelf)
    assert reach.price == 4000
    assert reach.at == SALE_NIGHT + timedelta(hours=3)
    assert reach.until == SALE_NIGHT + timedelta(hours=4)


def test_a_price_for_new_customers_is_reached_by_a_new_customer():
    reach = reach_of(a_shelf("N: single price, price 10, for new_customer", "V: shop coupon, 5 off, for old_customer"))
    assert reach.price == 1000
    assert reach.cart.tags == {"new_customer"}


def test_a_member_with_a_live_coupon_is_a_member_in_the_room():
    shelf = a_shelf("M: single price, 10% off each, for member", "L: live coupon, 20 off from 50, room R1")
    reach = reach_of(shelf)
    assert reach.price == 7000
    assert (reach.cart.tags, reach.cart.lines[0].live_room_id) == ({"member"}, "R1")


def test_the_second_piece_at_half_price_needs_two_pieces():
    reach = reach_of(a_shelf("N: nth piece, every 2nd piece 50% off"))
    assert (reach.price, reach.quantity) == (7500, 2)


def test_a_bundle_makes_its_parts_cheaper():
    reach = reach_of(a_shelf("B: bundle, A + B for 90", wares=(a_ware("A", 100), a_ware("B", 80))))
    assert reach.price == 5000
    assert [line.sku_id for line in reach.cart.lines] == ["A", "B"]


def test_cheap_company_reaches_the_threshold_with_least_waste():
    shelf = a_shelf("C: shop coupon, 60 off from 150", wares=(a_ware("A", 100), a_ware("sock", 5), a_ware("hat", 40)))
    reach = reach_of(shelf)
    assert reach.price == 6000
    assert [(line.sku_id, line.quantity) for line in reach.cart.lines] == [("A", 1), ("sock", 10)]


def test_without_company_more_pieces_reach_the_threshold():
    reach = reach_of(a_shelf("C: shop coupon, 60 off from 150, items A"))
    assert (reach.price, reach.quantity) == (7000, 2)


def test_a_cross_shop_tier_is_reached_with_goods_of_another_shop():
    reach = reach_of(a_shelf(platform=("X: cross-shop, 50 off every 300",)))
    assert reach.price == Fraction(10000) - Fraction(5000, 3).__ceil__()
    assert [line.shop_id for line in reach.cart.lines] == ["Shop", "another shop"]


def test_levels_stack_and_of_one_group_the_better_applies():
    shelf = a_shelf(
        "S: single price, 20% off each",
        "T: tiered reduction, 10 off from 50",
        "C: shop coupon, 5 off from 50", "D: item coupon, 15 off from 50, items A",
        platform=("X: cross-shop, 20 off every 80",),
    )  # fmt: skip
    reach = reach_of(shelf)
    assert reach.price == 3500
    assert {one.instrument_id for one in reach.instruments} == {"S", "T", "D", "X"}


def test_first_pieces_at_a_tier_by_pieces():
    reach = reach_of(a_shelf("P: piece tiers, 10% off from 2 pieces / 40% off from 3 pieces"))
    assert (reach.price, reach.quantity) == (6000, 3)


def test_what_only_the_platform_pays_does_not_count():
    reach = reach_of(a_shelf(platform=("P: platform coupon, 50 off from 60, paid by platform 1",)))
    assert reach.price == 10000


def test_only_a_price_under_the_asked_one_is_answered():
    shelf = a_shelf("P: single price, price 70")
    assert reach_of(shelf, below_minor=7000) is None
    assert reach_of(shelf, below_minor=7001).price == 7000


def test_what_has_ended_cannot_be_reached():
    assert reach_of(a_shelf("P: single price, price 70, until 2022-10-31"), now=NOW).price == 10000


def test_of_two_that_may_not_meet_the_better_side_is_taken():
    offers = ("T: tiered reduction, 20 off from 50", "C: shop coupon, 30 off from 50, not with *")
    reach = reach_of(a_shelf(*offers))
    assert (reach.price, {one.instrument_id for one in reach.instruments}) == (7000, {"C"})
    weak = reach_of(a_shelf(offers[0], "C: shop coupon, 3 off from 50, not with *"))
    assert (weak.price, {one.instrument_id for one in weak.instruments}) == (8000, {"T"})


def test_a_bundle_of_which_a_part_is_not_on_sale_cannot_be_reached():
    assert reach_of(a_shelf("B: bundle, A + gone for 90")).price == 10000


def test_a_bundle_of_two_of_a_kind_needs_two():
    reach = reach_of(a_shelf("B: bundle, 2 A for 90"))
    assert (reach.price, reach.quantity) == (4500, 2)


def test_coins_pay_at_most_their_share_of_what_is_left():
    reach = reach_of(a_shelf("P: coins, 50 off from 10, at most 20% of the goods, paid by merchant 1"))
    assert reach.price == 8000


def test_a_cap_bounds_what_a_rate_gives():
    assert reach_of(a_shelf("T: tiered rate, 50% off from 10, at most 15 off")).price == 8500


def test_a_coupon_of_a_category_and_one_of_named_skus_reach_their_goods_only():
    shelf = a_shelf("C: shop coupon, 10 off from 50, category cat", "S: single price, price 70, skus B",
                    wares=(a_ware(), a_ware("B"), a_ware("C", category_ids=frozenset())))  # fmt: skip
    assert [reach_of(shelf, name).price for name in ("A", "B", "C")] == [9000, 6000, 10000]


def test_a_live_price_is_for_who_comes_through_a_room_and_pieces_of_another_channel_do_not_mix():
    shelf = a_shelf("C: shop coupon, 10 off from 50, in pc",
                    wares=(a_ware(asked=(asked(60, is_live=True), asked(90))),))  # fmt: skip
    reach = reach_of(shelf)
    assert (reach.price, reach.cart.channel, reach.cart.lines[0].live_room_id) == (5000, "pc", "live")


def test_the_terms_of_a_presale_stack_with_a_coupon_on_the_tail():
    terms = PresaleTerms(PresaleKind.CUT, 10_000, 1_000, 2_000)
    shelf = a_shelf("C: shop coupon, 10 off from 50", wares=(a_ware(presales=(Presale(terms, NOW),)),))
    reach = reach_of(shelf)
    assert reach.price == 7000
    assert reach.cart.lines[0].presale == terms


def test_a_gift_or_a_card_of_the_buyers_own_money_changes_no_price():
    assert reach_of(a_shelf("G: gift, gift A from 10", "K: gift card, 50 off")).price == 10000


def test_rules_that_end_are_followed_by_the_next():
    shelf = a_shelf(
        "T: tiered reduction, 60 off from 90", "X: shop coupon, 30 off from 90", "S: single price, price 95"
    )
    late = reach_of(shelf, now=NOW + timedelta(days=30))
    assert (late.rules_name, late.price) == ("stepwise_promotions", 3500)


def test_a_red_packet_that_the_merchant_pays_counts_and_a_share_caps_a_coupon():
    reach = reach_of(a_shelf("R: red packet, 20 off from 50, paid by merchant 1"))
    assert reach.price == 8000
    capped = reach_of(a_shelf("C: shop coupon, 50 off from 50, at most 10% of the goods"))
    assert capped.price == 9000


def test_buyers_who_differ_by_nothing_that_can_be_used_are_looked_at_once():
    shelf = a_shelf("N: single price, price 10, for new_customer, until 2022-11-02",
                    "O: single price, price 20, for old_customer, until 2022-11-02")  # fmt: skip
    reach = reach_of(shelf)
    assert (reach.price, reach.cart.tags) == (1000, {"new_customer"})
    later = list(scenes(shelf.wares["A"], shelf, NOW + timedelta(days=2), rules_on))
    assert len({scene.at for scene in later}) == len(later)


def test_an_instrument_touches_its_skus_its_shop_or_everything():
    wares = (a_ware("A"), a_ware("B"), a_ware("C", shop_id="Elsewhere"))
    shelf = a_shelf("S: single price, price 9, skus B", "T: tiered rate, 5% off from 1", wares=wares,
                    platform=("X: cross-shop, 1 off every 9",))  # fmt: skip
    touched = [[ware.sku_id for ware in shelf.touched_by(one.instrument)] for one in shelf.set_ups]
    assert touched == [["B"], ["A", "B"], ["A", "B", "C"]]
