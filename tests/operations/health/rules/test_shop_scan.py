"""Is what explains a risk named, is an exemption heeded, and are faults ranked by what they cost?"""

from datetime import timedelta

import pytest

from peakday.operations.health import api
from peakday.operations.health.model import (
    Exemption,
    ExemptionReason,
    FaultKind,
    LineSource,
    Presale,
    RedLineRules,
)  # fmt: skip
from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from tests.operations.health.builders import NOW, SALE_NIGHT, a_ware, asked, price_of, rules_on, set_ups

pytestmark = pytest.mark.capability("QN-02", "QN-03")
LINE = RedLineRules(by_item={"A": 5_000})


def scan(*words, typed=LINE, wares=(), exemptions=None, now=NOW):
    """The faults, of which each price is confirmed by the calculator."""
    desk = api.open_desk(wares or (a_ware(),), set_ups(*words), exemptions or {}, now, rules_on)
    faults = api.scan(desk, typed)
    assert all(price_of(fault.reach) == fault.reach.price for fault in faults if fault.reach is not None)
    return faults


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing_zero", ["S: single price, price 9, 1 per buyer"]),
        ("rate_complement", ["S: single price, 90% off each, 1 per buyer"]),
        ("rate_complement", ["T: tiered rate, 80% off from 50, 1 per buyer"]),
        ("face_reaches_threshold", ["C: item coupon, 90 off from 60, items A, 1 per buyer, 9 in total"]),
        ("threshold_unit", ["C: item coupon, 60 off from 1, items A, 1 per buyer, 9 in total"]),
        ("singles_stack", ["S: single price, 40% off each, stacks, 1 per buyer",
                           "R: single price, 30% off each, 1 per buyer"]),
        ("wave_overlap", ["S: single price, 40% off each, stacks, 1 per buyer, from 2022-11-01, until 2022-11-11",
                          "R: single price, 30% off each, 1 per buyer, from 2022-11-10, until 2022-11-12"]),
        ("scope_too_wide", ["S: single price, 45% off each, items A", "T: tiered rate, 20% off from 50"]),
        ("below_red_line", ["S: single price, 20% off each", "T: tiered rate, 20% off from 50",
                            "C: item coupon, 20 off from 70, items A, 1 per buyer, 9 in total"]),
    ],
)  # fmt: skip
def test_the_cause_of_a_risk_is_named(kind, words):
    risks = [fault for fault in scan(*words) if fault.is_of_price]
    assert [fault.kind.value for fault in risks] == [kind]
    assert risks[0].reach.price < 5_000


def test_a_list_price_that_lacks_a_zero_is_seen_against_late_deals_though_the_rule_is_a_share():
    ware = a_ware(yuan=10, usual_minor=8_000)
    [fault] = scan(typed=RedLineRules(shop_bp=5_000), wares=(ware,))
    assert (fault.kind, fault.instrument_ids) == (FaultKind.LIST_PRICE_MISTYPED, ())
    assert scan(typed=RedLineRules(shop_bp=5_000), wares=(a_ware(yuan=10, usual_minor=800),)) == []


def test_an_asked_price_of_a_wave_that_lacks_a_zero():
    [fault] = scan(wares=(a_ware(asked=(asked(8, SALE_NIGHT, 4),)),))
    assert (fault.kind, fault.reach.at) == (FaultKind.MISSING_ZERO, SALE_NIGHT)


def test_a_presale_below_the_line_is_named_and_one_above_is_not():
    def ware(off):
        terms = PresaleTerms(PresaleKind.INFLATION, 10_000, 1_000, off)
        return a_ware(presales=(Presale(terms, SALE_NIGHT, SALE_NIGHT + timedelta(days=1)),))

    [fault] = scan(wares=(ware(6_000),))
    assert (fault.kind, fault.reach.price) == (FaultKind.PRESALE_BELOW, 4_000)
    assert scan(wares=(ware(1_000),)) == []


def test_a_price_at_the_line_is_no_risk_and_one_minor_unit_below_is():
    assert scan("S: single price, price 50, 1 per buyer") == []
    [fault] = scan("S: single price, price 49.99, 1 per buyer")
    assert fault.loss_minor > 0


def test_an_exemption_holds_until_it_ends_and_down_to_its_lowest_price():
    def exempt(days, lowest):
        return {"A": Exemption("A", ExemptionReason.CLEARANCE, NOW + timedelta(days=days), lowest)}

    words = "S: single price, price 30, from 2022-11-05"
    assert scan(words, exemptions=exempt(30, 3_000)) == []
    assert len(scan(words, exemptions=exempt(30, 3_001))) == 1
    assert [fault.is_of_price for fault in scan(words, exemptions=exempt(2, 0))] == [True]


def test_the_red_line_of_a_sku_goes_before_its_item_the_shop_and_predictions():
    ware = a_ware(cost_minor=9_000)
    words = "S: single price, price 80, 1 per buyer"
    assert scan(words, wares=(ware,), typed=RedLineRules({"A": 100}, {"A": 9_500}, 9_900)) == []
    sources = [
        scan(words, wares=(ware,), typed=RedLineRules({}, {"A": 9_500}, 9_900))[0].red_line.source,
        scan(words, wares=(ware,), typed=RedLineRules({}, {}, 9_900))[0].red_line.source,
        scan(words, wares=(ware,), typed=RedLineRules())[0].red_line.source,
        scan(words, wares=(a_ware(usual_minor=15_000),), typed=RedLineRules())[0].red_line.source,
    ]
    assert sources == [LineSource.TYPED_ITEM, LineSource.SHOP_RULE, LineSource.COST, LineSource.DEALS]


def test_without_any_line_a_cut_that_stands_out_in_its_category_is_told():
    crowd = tuple(a_ware(f"W{number}", 50 + number) for number in range(150))
    [fault] = scan("S: single price, 80 off each, items W100, 1 per buyer", wares=crowd, typed=RedLineRules())
    assert (fault.kind, fault.sku_id) == (FaultKind.TOO_DEEP, "W100")
    assert scan("S: single price, 10 off each, items W100, 1 per buyer", wares=crowd, typed=RedLineRules()) == []


def test_the_dearest_fault_comes_first():
    wares = (a_ware("A", 100, stock=2), a_ware("B", 100, stock=900, units_30_days=600))
    typed = RedLineRules(by_item={"A": 5_000, "B": 5_000})
    found = scan("S: single price, price 40, 1 per buyer", wares=wares, typed=typed)
    assert [fault.sku_id for fault in found] == ["B", "A"]
    assert found[1].loss_minor == 2 * 1_000


def test_a_wrong_list_price_without_any_other_line_is_told_without_a_loss_and_not_when_exempt():
    ware = a_ware(yuan=10, usual_minor=8_000)
    exempt = {"A": Exemption("A", ExemptionReason.CLEARANCE, NOW + timedelta(days=9))}
    assert scan(typed=RedLineRules(shop_bp=5_000), wares=(ware,), exemptions=exempt) == []
    assert scan(typed=RedLineRules({"A": 100}), wares=(ware,))[0].loss_minor == 0


def test_a_wave_without_a_beginning_or_an_end_overlaps_too():
    words = ("S: single price, 40% off each, stacks, 1 per buyer, from 2022-11-01, until 2022-11-11",
             "R: single price, 30% off each, 1 per buyer, from 2022-11-10")  # fmt: skip
    assert [fault.kind for fault in scan(*words) if fault.is_of_price] == [FaultKind.WAVE_OVERLAP]


def test_an_exempted_or_priced_item_is_no_outlier():
    crowd = tuple(a_ware(f"W{number}", 50 + number) for number in range(150))
    exempt = {"W100": Exemption("W100", ExemptionReason.OTHER, NOW + timedelta(days=9))}
    words = "S: single price, 80 off each, items W100, 1 per buyer"
    assert scan(words, wares=crowd, typed=RedLineRules(), exemptions=exempt) == []
    assert scan(words, wares=crowd, typed=RedLineRules({"W100": 100})) == []
