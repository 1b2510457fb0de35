"""Is the time after an event judged as the two dated texts say? Golden cases of SYSTEMS 6.5."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.rulesets import in_force
from peakday.trade.price_history.model import DropVerdict, Enrolment, Reason
from peakday.trade.price_history.rules.event_price_drop import judge_drop, protected_window
from tests.trade.price_history.builders import (
    COUNTING,
    DAY,
    HOUR,
    ITEM,
    OTHER_SKU,
    SHOP,
    SKU,
    a_deal,
    at,
    deals_of,
)

MEDIAN = in_force("event_price_drop", date(2022, 8, 12))
ANY_DEAL = in_force("event_price_drop", date(2017, 8, 12))


def an_enrolment(**changes):
    wanted = {"ref": "e1", "shop_id": SHOP, "item_id": ITEM, "starts_at": at(8, 12, 0), "planned_end_at": at(8, 16, 0),
              "currency": "CNY"}  # fmt: skip
    return Enrolment(**(wanted | changes))


def judge(*later, during=(100, 90), rule=MEDIAN, enrolment=None, when=None):
    deals = [*deals_of(*during, when=at(8, 12)), *deals_of(*later, when=when or at(8, 20))]
    return judge_drop(enrolment or an_enrolment(), deals, rule, COUNTING)


@pytest.mark.capability("JH-08")
def test_golden_deals_100_and_90_have_the_median_100_and_a_later_deal_of_95_violates():
    judged = judge(95)
    assert (judged.threshold, judged.verdict, judged.version) == (100, DropVerdict.VIOLATED, "median")
    assert [one.price for one in judged.below] == [95]
    assert judged.violated_at == at(8, 20)
    assert judge(100).verdict is DropVerdict.KEPT


@pytest.mark.capability("JH-08")
def test_golden_an_event_of_8_12_to_15_that_ended_on_8_13_protects_8_13_to_8_30():
    ended_at = at(8, 13, 10)
    window = protected_window(an_enrolment(ended_at=ended_at), MEDIAN)
    assert (window.first_day, window.last_day) == (date(2022, 8, 13), date(2022, 8, 30))
    assert (window.starts_at, window.ends_at) == (ended_at, at(8, 31, 0))


@pytest.mark.parametrize("when, verdict", [
    (at(8, 15, 23), DropVerdict.KEPT),  # still the event: it takes part in the median
    (at(8, 16, 0), DropVerdict.VIOLATED),
    (at(8, 30, 23), DropVerdict.VIOLATED),
    (at(8, 31, 0), DropVerdict.KEPT),
])  # fmt: skip
def test_the_protected_days_begin_at_the_end_and_last_fifteen_days(when, verdict):
    assert judge(95, during=(100, 100, 100), when=when).verdict is verdict


def test_after_an_early_end_the_rest_of_the_planned_days_is_protected():
    early = an_enrolment(ended_at=at(8, 13, 10))
    assert judge(95, enrolment=early, when=at(8, 13, 11)).verdict is DropVerdict.VIOLATED
    assert judge(95, when=at(8, 13, 11)).verdict is DropVerdict.KEPT


@pytest.mark.parametrize("price, median, older", [
    (100, DropVerdict.KEPT, DropVerdict.KEPT),
    (95, DropVerdict.KEPT, DropVerdict.VIOLATED),
    (89, DropVerdict.VIOLATED, DropVerdict.VIOLATED),
])  # fmt: skip
def test_the_older_text_forbids_to_be_below_any_deal_the_newer_below_the_median(price, median, older):
    assert judge(price, during=(100, 90, 80)).verdict is median
    assert judge(price, during=(100, 90, 80), rule=ANY_DEAL).verdict is older


def test_the_version_is_that_of_the_day():
    assert (ANY_DEAL.version, MEDIAN.version) == ("any-deal", "median")


def test_an_item_enrolled_by_sku_is_judged_by_that_sku():
    deals = [*deals_of(100, when=at(8, 12)), a_deal(50, at(8, 20), ref="other", sku_id=OTHER_SKU)]
    by_sku = judge_drop(an_enrolment(sku_id=SKU), deals, MEDIAN, COUNTING)
    by_item = judge_drop(an_enrolment(), deals, MEDIAN, COUNTING)
    assert (by_sku.verdict, by_item.verdict) == (DropVerdict.KEPT, DropVerdict.VIOLATED)


@pytest.mark.parametrize("categories, verdict", [
    (("珠宝", "黄金首饰"), DropVerdict.EXEMPT), (("鲜花速递",), DropVerdict.EXEMPT), (("女装",), DropVerdict.VIOLATED),
])  # fmt: skip
def test_gold_and_flowers_are_exempt(categories, verdict):
    assert judge(1, enrolment=an_enrolment(categories=categories)).verdict is verdict


def test_without_a_deal_in_the_event_there_is_no_line():
    judged = judge(1, during=())
    assert (judged.verdict, judged.threshold, judged.below) == (DropVerdict.NO_EVENT_DEAL, None, ())


def test_a_deal_under_another_event_does_not_move_the_median():
    deals = [*deals_of(100, 90, when=at(8, 12)), a_deal(10, at(8, 13), ref="x", event_ref="e2"), a_deal(95, at(8, 20))]
    judged = judge_drop(an_enrolment(), deals, MEDIAN, COUNTING)
    assert judged.threshold == 100
    assert Reason.OTHER_EVENT in judged.event_candidates[0].reasons


def test_a_refunded_or_simulated_deal_violates_nothing():
    deals = [*deals_of(100, when=at(8, 12)), a_deal(50, at(8, 20), ref="r", refunded_minor=50),
             a_deal(50, at(8, 20), ref="s", simulated=True)]  # fmt: skip
    assert judge_drop(an_enrolment(), deals, MEDIAN, COUNTING).verdict is DropVerdict.KEPT


@pytest.mark.capability("JH-08")
@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 3), st.integers(0, 24)), max_size=25), st.booleans())
def test_both_texts_equal_a_plain_recomputation(parts, is_median):
    deals = [
        a_deal(paid, at(8, 11, 12) + day * DAY + n * HOUR / 100, ref=str(n), quantity=pieces)
        for n, (paid, pieces, day) in enumerate(parts)
    ]
    rule = MEDIAN if is_median else ANY_DEAL
    during = sorted(Fraction(d.paid_minor, d.quantity) for d in deals if at(8, 12, 0) <= d.paid_at < at(8, 16, 0))
    after = [Fraction(d.paid_minor, d.quantity) for d in deals if at(8, 16, 0) <= d.paid_at < at(8, 31, 0)]
    line = (during[len(during) // 2] if is_median else max(during)) if during else None
    judged = judge_drop(an_enrolment(), deals, rule, COUNTING)
    assert judged.threshold == line
    assert sorted(one.price for one in judged.below) == sorted(p for p in after if line is not None and p < line)
