"""Is every typed mistake named, with a witness, and its harmless neighbour left alone?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from peakday.operations.health import api
from peakday.operations.health.model import Exemption, ExemptionReason, FaultKind
from peakday.operations.health.rules.set_up_mistakes import find_mistakes
from tests.operations.health.builders import NOW, a_ware, price_of, rules_on, set_ups

pytestmark = pytest.mark.capability("QN-03")
WARES = (a_ware("A", 100), a_ware("B", 40), a_ware("pen", 12))
CLEARANCE = {"A": Exemption("A", ExemptionReason.CLEARANCE, NOW + timedelta(days=9))}
LEADER = {"A": Exemption("A", ExemptionReason.LOSS_LEADER, NOW + timedelta(days=9))}


def mistakes(*words, exemptions=None, wares=WARES, made_at=NOW):
    """The kinds of mistakes of these set-ups; each witness that has a price is confirmed by the calculator."""
    desk = api.open_desk(wares, set_ups(*words, made_at=made_at), exemptions or {}, NOW, rules_on)
    found = find_mistakes(desk, desk.shelf.set_ups)
    for fault in found:
        assert fault.kind is FaultKind.CURRENCY_WRONG or fault.reach is not None, fault
        assert fault.reach is None or price_of(fault.reach) == fault.reach.price
    return sorted(fault.kind.value for fault in found)


@pytest.mark.parametrize(
    ("kind", "wrong", "harmless"),
    [
        ("face_reaches_threshold", "C: shop coupon, 100 off from 20, 1 per buyer, 50 in total",
         "C: shop coupon, 100 off from 20, at most 3 off, 1 per buyer, 50 in total"),
        ("threshold_unit", "C: item coupon, 0.4 off from 0.4, items A, 1 per buyer, 50 in total",
         "C: item coupon, 3% off from 0.4, items A, 1 per buyer, 50 in total"),
        ("buyer_limit_missing", "S: single price, price 30, items A",
         "S: single price, price 30, items A, 1 per buyer"),
        ("buyer_limit_missing", "S: single price, price 30, items A",
         "S: single price, price 30, items A, 20 in total"),
        ("buyer_limit_missing", "S: single price, price 30, items A", "S: single price, price 80, items A"),
        ("issue_unlimited", "C: shop coupon, 40 off from 100, 1 per buyer",
         "C: shop coupon, 40 off from 100, 1 per buyer, 500 in total"),
        ("issue_unlimited", "C: shop coupon, 40 off from 100, 1 per buyer",
         "C: shop coupon, 40 off from 100, 1 per buyer, merchant budget 900"),
        ("issue_unlimited", "C: shop coupon, 40 off from 100, 1 per buyer",
         "C: shop coupon, 4 off from 100, 1 per buyer"),
        ("nth_unlimited", "N: nth piece, every 2nd piece 90% off", "N: nth piece, every 2nd piece 50% off"),
        ("nth_unlimited", "N: nth piece, every 2nd piece 90% off",
         "N: nth piece, every 2nd piece 90% off, at most 1 times"),
        ("start_in_past", "S: single price, price 90, from 2021-11-10", "S: single price, price 90, from 2022-11-01"),
        ("runs_too_long", "S: single price, price 80, from 2022-11-01, until 2023-11-11",
         "S: single price, price 80, from 2022-11-01, until 2022-11-11"),
        ("runs_too_long", "S: single price, price 80, from 2022-11-01, until 2023-11-11",
         "S: single price, 5% off each, from 2022-11-01, until 2023-11-11"),
        ("gift_too_dear", "G: gift, gift A from 50", "G: gift, gift A from 300"),
        ("gift_too_dear", "G: gift, gift A from 50", "G: gift, gift pen from 50"),
        ("currency_wrong", "S: single price, price 90, in USD", "S: single price, price 90"),
    ],
)  # fmt: skip
def test_the_mistake_is_named_and_its_neighbour_is_not(kind, wrong, harmless):
    assert kind in mistakes(wrong)
    assert mistakes(harmless) == []


def test_a_copy_that_is_left_live_is_a_clone_and_one_for_another_time_or_audience_is_not():
    coupon = "shop coupon, 5 off from 100, 1 per buyer, 9 in total, until 2022-11-05"
    assert mistakes(f"C: {coupon}", f"D: {coupon}") == ["clone"]
    later = "shop coupon, 5 off from 100, 1 per buyer, 9 in total, from 2022-11-05, until 2022-11-09"
    assert mistakes(f"C: {coupon}", f"D: {later}") == []
    assert mistakes(f"C: {coupon}", f"D: {coupon}, for member") == []
    assert mistakes(f"C: {coupon}, template T", f"D: {coupon}, template T") == []


def test_a_clearance_needs_no_limit_but_a_loss_leader_does():
    words = "S: single price, price 20, items A"
    assert mistakes(words, exemptions=CLEARANCE) == []
    assert mistakes(words, exemptions=LEADER) == ["buyer_limit_missing"]


def test_a_gift_that_costs_nothing_is_no_mistake():
    free = (*WARES, replace(a_ware("sample"), price_minor=0))
    assert mistakes("G: gift, gift sample from 1", wares=free) == []


def test_what_has_ended_or_touches_nothing_is_left_alone():
    assert mistakes("S: single price, price 10, until 2022-10-31") == []
    assert mistakes("S: single price, price 10, items nothing") == []


def test_what_others_pay_for_is_not_the_merchants_mistake():
    assert mistakes("P: platform coupon, 50 off from 60, paid by platform 1") == []


def test_a_deep_bundle_and_goods_without_a_price_are_looked_at_too():
    free = (*WARES, replace(a_ware("sample"), price_minor=0))
    assert mistakes("B: bundle, A + B for 90, from 2021-11-10", wares=free) == ["start_in_past"]
    assert mistakes("S: single price, price 0, items sample", wares=free) == []


def test_a_gift_from_pieces_is_held_against_the_cheapest_goods():
    assert mistakes("G: gift, gift A every 2 pieces") == ["gift_too_dear"]
    assert mistakes("G: gift, gift pen every 9 pieces") == []


def test_a_set_up_of_the_platform_is_looked_at_in_every_shop():
    desk = api.open_desk(WARES, set_ups("C: cross-shop, 300 off every 300", shop_id=None), {}, NOW, rules_on)
    assert "face_reaches_threshold" in {fault.kind.value for fault in find_mistakes(desk, desk.shelf.set_ups)}
