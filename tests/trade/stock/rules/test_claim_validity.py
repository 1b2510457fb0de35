"""Is what nobody can mean refused before stock is looked at?"""

from uuid import UUID

import pytest

from peakday.trade.stock.model import NEEDS_MAX, QUANTITY_MAX, Claim, Need
from peakday.trade.stock.rules.claim_validity import claim_problem


def problem_of(*quantities, is_same=False):
    needs = tuple(
        Need(UUID(int=1), UUID(int=2 if is_same else 10 + place), quantity) for place, quantity in enumerate(quantities)
    )
    found = claim_problem(Claim(UUID(int=9), UUID(int=8), needs))
    return found and found.code


@pytest.mark.parametrize("quantity", [1, QUANTITY_MAX])
def test_a_quantity_within_the_limits_is_good(quantity):
    assert problem_of(quantity) is None


def test_what_is_beyond_the_limits_is_named():
    assert problem_of() == "needs_not_valid"
    assert problem_of(*[1] * NEEDS_MAX) is None
    assert problem_of(*[1] * (NEEDS_MAX + 1)) == "needs_not_valid"
    assert [problem_of(1, quantity) for quantity in (0, -1, QUANTITY_MAX + 1)] == ["quantity_not_valid"] * 3
    assert problem_of(1, 1, is_same=True) == "sku_repeated"
