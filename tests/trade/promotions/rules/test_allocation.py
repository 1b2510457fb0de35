"""Does every cent of a discount go to one line and one funder?"""

from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.promotions.model import Funder, Funding
from peakday.trade.promotions.rules.allocation import fits_budgets, fund, spread

PLATFORM, MERCHANT = Funding(Funder.PLATFORM, 60), Funding(Funder.MERCHANT, 40)
amounts = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


def test_an_amount_is_spread_by_base_and_the_odd_cent_goes_to_the_largest_remainder():
    assert spread(1000, [33, 33, 34], [1000, 1000, 1000]) == [330, 330, 340]
    assert spread(100, [1, 1, 1], [100, 100, 100]) == [34, 33, 33]


def test_a_line_takes_only_what_is_left_and_the_others_keep_their_share():
    assert spread(60, [100, 100, 100], [5, 50, 50]) == [5, 20, 20]


def test_goods_without_a_base_get_nothing():
    assert spread(60, [0, 0], [10, 10]) == [0, 0]
    assert spread(0, [1, 1], [10, 10]) == [0, 0]


def test_funders_divide_the_whole_and_each_line():
    assert fund([3, 3, 3], [PLATFORM, MERCHANT]) == [(Funder.PLATFORM, [2, 2, 1]), (Funder.MERCHANT, [1, 1, 2])]
    assert fund([3, 3, 3], [MERCHANT]) == [(Funder.MERCHANT, [3, 3, 3])]


@given(amounts, st.lists(st.integers(1, 9), min_size=2, max_size=3))
def test_funded_parts_are_whole_by_line_and_by_funder(parts, weights):
    funding = [Funding(funder, weight) for funder, weight in zip(Funder, weights, strict=False)]
    funded = fund(parts, funding)
    assert [sum(column) for column in zip(*[own for _, own in funded], strict=True)] == parts
    for (_, own), weight in zip(funded, weights, strict=True):
        assert min(own) >= 0
        assert abs(sum(own) * sum(weights) - sum(parts) * weight) < sum(weights)


def test_a_budget_covers_its_funders_part_or_the_instrument_gives_nothing():
    assert fits_budgets(500, [Funding(Funder.PLATFORM, 60, 300), MERCHANT])
    assert not fits_budgets(500, [Funding(Funder.PLATFORM, 60, 299), MERCHANT])
    assert fits_budgets(10**9, [PLATFORM, MERCHANT])
