"""Does each dated rule prove the price that it should?"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.rulesets import NoRuleSet, in_force
from peakday.trade.price_history.model import Compared, DealKind, Reason, Scope, Verdict
from peakday.trade.price_history.rules.price_proof import proof_window, prove_price
from tests.trade.price_history.builders import COUNTING, ITEM, a_deal, an_offer, at, deals_of


def proof_on(day, claimed, offers=(), deals=()):
    rule = in_force("campaign_price", day)
    return prove_price(ITEM, claimed, (offers, deals), Scope(proof_window(rule, day), "CNY"), rule, COUNTING)


@pytest.mark.capability("JH-01", partly="proof object; enrolment carries it with the sale events")
def test_the_2018_rule_wants_ten_per_cent_below_the_lowest_deal_of_its_days():
    day = date(2018, 11, 1)
    deals = [*deals_of(10_005, 20_000, when=at(9, 15, 0, 2018)), a_deal(1, at(9, 14, 23, 2018), ref="too early"),
             a_deal(5, at(10, 1, 1, 2018), ref="presale", kind=DealKind.PRESALE)]  # fmt: skip
    proof = proof_on(day, 9_004, deals=deals)
    assert (proof.verdict, proof.permitted_minor, proof.compared) == (Verdict.PROVEN, 9_004, Compared.DEAL)
    assert (proof.scope.window.first_day, proof.scope.window.last_day) == (date(2018, 9, 15), date(2018, 11, 10))
    assert [one.reasons for one in proof.candidates] == [(Reason.OUTSIDE_WINDOW,), (Reason.PRESALE,), (), ()]
    assert proof.versions == ("double-11-2018", "2009")
    assert proof_on(day, 9_005, deals=deals).verdict is Verdict.TOO_HIGH


@pytest.mark.parametrize("day, first", [(date(2017, 6, 16), date(2017, 6, 1)), (date(2019, 7, 1), date(2019, 6, 1))])
def test_the_window_ends_the_day_before_the_enrolment_after_15_or_30_days(day, first):
    window = proof_window(in_force("campaign_price", day), day)
    assert (window.first_day, window.last_day) == (first, day - timedelta(days=1))


def test_the_sale_rule_looks_at_list_prices_and_not_at_deals():
    proof = proof_on(date(2022, 10, 1), 9_000, [an_offer(9_000, at(9, 20))], deals_of(1, when=at(9, 21)))
    assert (proof.verdict, proof.permitted_minor, len(proof.candidates)) == (Verdict.PROVEN, 9_000, 1)


def test_without_a_candidate_nothing_is_proven():
    proof = proof_on(date(2022, 10, 1), 0)
    assert (proof.verdict, proof.permitted_minor, proof.lowest) == (Verdict.NO_CANDIDATE, None, None)


def test_before_the_first_rule_there_is_no_proof():
    with pytest.raises(NoRuleSet):
        proof_on(date(2011, 1, 1), 1)


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 3)), min_size=1, max_size=9), st.integers(0, 900))
def test_a_price_is_proven_exactly_when_it_is_ten_per_cent_below_every_deal(parts, claimed):
    when = at(10, 1, 1, 2018)
    deals = [a_deal(paid, when, ref=str(n), quantity=pieces) for n, (paid, pieces) in enumerate(parts)]
    is_low = all(claimed * 10 * pieces <= paid * 9 for paid, pieces in parts)
    assert (proof_on(date(2018, 10, 20), claimed, deals=deals).verdict is Verdict.PROVEN) is is_low
