"""Does the index keep the order and hide the value?"""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.insight.metrics.rules.market_index import INDEX_RULES, find_rule, index_values

RULE = INDEX_RULES[0]
SECRET = b"s" * 32


@pytest.mark.capability("LY-03")
@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=60))
def test_indices_fall_strictly_as_places_do(values) -> None:
    ranked = [(f"shop{number}", value) for number, value in enumerate(sorted(values, reverse=True))]
    indices = index_values(ranked, RULE, SECRET)
    assert all(before > after for before, after in itertools.pairwise(indices))


def test_asking_twice_gives_the_same_and_another_house_gives_another() -> None:
    ranked = [("a", 900_000), ("b", 500_000), ("c", 100)]
    assert index_values(ranked, RULE, SECRET) == index_values(ranked, RULE, SECRET)
    assert index_values(ranked, RULE, SECRET) != index_values(ranked, RULE, b"other")


@pytest.mark.capability("LY-03")
def test_who_knows_the_transform_and_the_own_value_still_misses_the_others() -> None:
    ranked = [(f"shop{number}", 10**9 - number * 7_654_321) for number in range(60)]
    indices = index_values(ranked, RULE, SECRET)
    guesses = [(index / RULE.scale) ** (1 / RULE.power) for index in indices]
    misses = [abs(guess - true) / true for guess, (_, true) in zip(guesses, ranked, strict=True)]
    assert sum(miss > 0.01 for miss in misses) > 45


def test_a_rule_is_found_by_its_day() -> None:
    assert find_rule("paid_amount", date(2026, 11, 11)) is RULE
