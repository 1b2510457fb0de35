"""What does a price below the line cost: the gap, the pieces that are forecast, the stock that is left?"""

from datetime import timedelta
from fractions import Fraction

import pytest

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import in_force
from peakday.operations.health.rules.check_limits import NAME, read_limits
from peakday.operations.health.rules.expected_loss import expected_loss, units_daily
from peakday.operations.health.rules.lowest_reachable import lowest_by_moment
from tests.operations.health.builders import NOW, a_shelf, a_ware, asked, rules_on

pytestmark = pytest.mark.capability("QN-03")
LATER = NOW + timedelta(days=1)
LIMITS = read_limits(in_force(NAME, day_of(NOW)))


def loss(ware, line=5_000):
    shelf = a_shelf(wares=(ware,))
    return expected_loss(ware, lowest_by_moment(ware, shelf, NOW, rules_on, line), line, NOW, LIMITS)


def test_units_grow_with_the_square_of_the_cut_up_to_a_bound():
    ware = a_ware(units_30_days=300)
    assert units_daily(ware, Fraction(10_000), LIMITS) == 10
    assert units_daily(ware, Fraction(5_000), LIMITS) == 40
    assert units_daily(ware, Fraction(1), LIMITS) == 500
    assert units_daily(ware, Fraction(0), LIMITS) == 500
    assert units_daily(ware, Fraction(20_000), LIMITS) == 10


def test_the_loss_is_gap_times_units_over_the_days():
    assert loss(a_ware(units_30_days=300, asked=(asked(40, LATER, 48),))) == 1_000 * Fraction(25, 4) * 10 * 2


def test_stock_bounds_the_loss_over_all_spans_together():
    spans = (asked(40, LATER, 48), asked(30, LATER + timedelta(days=3), 48))
    assert loss(a_ware(units_30_days=3_000, stock=7, asked=spans)) == 7 * 1_000


def test_an_open_end_counts_for_thirty_days_whatever_begins_and_ends_meanwhile():
    assert loss(a_ware(asked=(asked(49, LATER),), units_30_days=30)) == int(100 * Fraction(10_000, 4_900) ** 2 * 30)


def test_what_holds_already_counts_from_the_beginning_of_today():
    until_night = a_ware(asked=(asked(49, NOW - timedelta(days=5), 24 * 5 + 4),), units_30_days=30)
    assert loss(until_night) == int(100 * Fraction(10_000, 4_900) ** 2)
