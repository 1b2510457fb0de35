"""Is a reduction announced against the thirty-day low, and never by more per cent than is true?"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.rulesets import in_force
from peakday.trade.price_history.model import OfferKind
from peakday.trade.price_history.rules.prior_price import prior_price
from tests.trade.price_history.builders import DAY, an_offer, at

RULE = in_force("prior_price", date(2022, 11, 1))
CUT_AT = at(11, 1, 0)


def reduced(minor, since=CUT_AT, until=None):
    return an_offer(minor, since, until, kind=OfferKind.EVENT)


def test_the_prior_price_is_the_lowest_of_the_thirty_days_before_the_reduction():
    offers = [an_offer(10_000, at(1, 1), at(10, 10)), an_offer(8_000, at(10, 10), at(10, 11)),
              an_offer(10_000, at(10, 11)), an_offer(1_000, at(9, 1), at(9, 2), kind=OfferKind.EVENT)]  # fmt: skip
    prior = prior_price(reduced(7_000), [*offers, reduced(7_000)], RULE)
    assert prior.lowest is not None
    assert (prior.lowest.price, prior.cut_percent, prior.is_shorter) == (8_000, 12, False)
    assert (prior.window.starts_at, prior.window.ends_at) == (CUT_AT - timedelta(days=30), CUT_AT)


def test_c_330_23_a_price_raised_shortly_before_does_not_make_a_reduction():
    """Aldi Süd: the price was the same in the thirty days before; then there is no reduction to announce."""
    offers = [an_offer(129, at(9, 1), at(10, 28)), an_offer(169, at(10, 28))]
    prior = prior_price(reduced(129), offers, RULE)
    assert prior.lowest is not None
    assert (prior.lowest.price, prior.cut_percent) == (129, 0)


def test_a_price_that_ended_thirty_days_ago_to_the_instant_is_out_and_a_second_later_in():
    edge = CUT_AT - timedelta(days=30)
    base = an_offer(10_000, at(1, 1))
    for until, low in ((edge, 10_000), (edge + timedelta(seconds=1), 100)):
        prior = prior_price(reduced(50), [base, an_offer(100, at(2, 1), until, kind=OfferKind.EVENT)], RULE)
        assert prior.lowest is not None
        assert prior.lowest.price == low


@pytest.mark.parametrize("is_progressive, low, percent", [(True, 10_000, 30), (False, 8_000, 12)])
def test_a_reduction_that_grows_without_a_break_may_name_the_price_before_its_first_step(is_progressive, low, percent):
    steps = [reduced(9_000, at(10, 20), at(10, 25)), reduced(8_000, at(10, 25), CUT_AT), reduced(7_000)]
    prior = prior_price(steps[2], [an_offer(10_000, at(1, 1)), *steps], RULE, is_progressive=is_progressive)
    assert prior.lowest is not None
    assert (prior.lowest.price, prior.cut_percent) == (low, percent)


def test_a_break_between_the_steps_begins_a_new_reduction():
    steps = [reduced(8_000, at(10, 20), at(10, 25)), reduced(7_000)]
    prior = prior_price(steps[1], [an_offer(10_000, at(1, 1)), *steps], RULE, is_progressive=True)
    assert prior.lowest is not None
    assert prior.lowest.price == 8_000


def test_a_members_price_is_no_general_price():
    member = an_offer(1_000, at(10, 20), at(10, 21), kind=OfferKind.MEMBER)
    prior = prior_price(reduced(7_000), [an_offer(10_000, at(1, 1)), member], RULE)
    assert prior.lowest is not None
    assert prior.lowest.price == 10_000


def test_a_new_thing_is_compared_over_its_shorter_time_and_marked():
    prior = prior_price(reduced(7_000), [an_offer(10_000, at(10, 20))], RULE)
    assert (prior.is_shorter, prior.cut_percent) == (True, 30)
    nothing = prior_price(reduced(7_000), [], RULE)
    assert (nothing.lowest, nothing.is_shorter, nothing.cut_percent) == (None, True, 0)


@given(
    st.lists(st.tuples(st.integers(1, 999), st.integers(-60, 0), st.integers(1, 20)), max_size=10), st.integers(1, 999)
)
def test_the_low_equals_a_plain_look_at_each_interval_and_the_per_cent_is_never_too_high(parts, new):
    offers = [an_offer(p, CUT_AT + d * DAY, CUT_AT + (d + n) * DAY) for p, d, n in parts]
    seen = [p for p, d, n in parts if d < 0 and d + n > -30]
    prior = prior_price(reduced(new), offers, RULE)
    assert (prior.lowest and prior.lowest.price) == min(seen, default=None)
    if prior.cut_percent:
        assert new * 100 <= min(seen) * (100 - prior.cut_percent)
        assert new * 100 > min(seen) * (99 - prior.cut_percent)
