"""Is the first a warning, each later one three points, and a day at most nine?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import in_force
from peakday.trade.price_history.rules.drop_penalties import drop_penalties
from tests.trade.price_history.builders import DAY, HOUR, at

RULE = in_force("event_price_drop", date(2022, 8, 12))


def points(*violations):
    return [(one.enrolment_ref, one.is_warning, one.points) for one in drop_penalties(violations, RULE)]


@pytest.mark.capability("JH-08")
def test_the_first_of_a_year_is_a_warning_then_three_points_each():
    assert points(("a", at(3, 1)), ("b", at(3, 2)), ("c", at(9, 9))) == [
        ("a", True, 0),
        ("b", False, 3),
        ("c", False, 3),
    ]


def test_a_new_year_of_the_market_begins_with_a_warning():
    assert points(("a", at(12, 31, 23)), ("b", at(12, 31, 23) + HOUR)) == [("a", True, 0), ("b", True, 0)]


def test_one_day_costs_at_most_nine_points():
    day = [(ref, at(5, 5, 1)) for ref in "abcdef"]
    assert [one[2] for one in points(("warned", at(1, 2)), *day)] == [0, 3, 3, 3, 0, 0, 0]


def test_an_enrolment_record_is_counted_once_at_its_first_deal():
    found = drop_penalties([("a", at(3, 2)), ("a", at(3, 1)), ("a", at(3, 3))], RULE)
    assert [(one.enrolment_ref, one.violated_at) for one in found] == [("a", at(3, 1))]


@given(st.lists(st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 700)), max_size=40))
def test_no_day_exceeds_its_limit_and_each_year_warns_once(parts):
    penalties = drop_penalties([(ref, at(1, 1) + days * DAY) for ref, days in parts], RULE)
    days = {day_of(one.violated_at) for one in penalties}
    assert all(sum(one.points for one in penalties if day_of(one.violated_at) == day) <= 9 for day in days)
    years = {day.year for day in days}
    assert sorted(one.violated_at.year for one in penalties if one.is_warning) == sorted(years)
    assert sorted(one.enrolment_ref for one in penalties) == sorted({ref for ref, _ in parts})
