"""How far does the ladder go for a fault, and when does the breaker trip?"""

from fractions import Fraction

import pytest

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import in_force
from peakday.operations.health.model import Fault, FaultKind, LineSource, RedLine
from peakday.operations.health.rules.check_limits import NAME, read_limits
from peakday.operations.health.rules.circuit_breaker import Trip, trips
from peakday.operations.health.rules.response_ladder import severity_of
from peakday.trade.promotions.guard import Severity
from tests.operations.health.builders import NOW, a_shelf, reach_of

pytestmark = pytest.mark.capability("QN-04")
LIMITS = read_limits(in_force(NAME, day_of(NOW)))


def step(price, source=LineSource.TYPED_ITEM, loss=0, kind=FaultKind.BELOW_RED_LINE):
    shelf = a_shelf(f"S: single price, price {price}")
    fault = Fault(kind, ("S",), "A", "A", reach_of(shelf), RedLine(9_000, source), loss)
    return severity_of(fault, shelf.wares["A"], LIMITS)


def test_a_small_loss_against_a_prediction_is_only_told():
    assert step(80, LineSource.COST, 99_999) is Severity.INFORM
    assert step(80, LineSource.COST, 100_000) is Severity.CONFIRM
    assert step(80, LineSource.TYPED_ITEM, 0) is Severity.CONFIRM


def test_a_very_deep_cut_or_a_large_loss_needs_two_persons():
    assert step(30) is Severity.HOLD
    assert step(30.01) is Severity.CONFIRM
    assert step(80, loss=1_000_000) is Severity.HOLD


def test_a_mistake_without_a_price_is_confirmed():
    assert severity_of(Fault(FaultKind.CURRENCY_WRONG, ("S",)), None, LIMITS) is Severity.CONFIRM


def test_the_breaker_trips_on_realised_loss_or_on_speed_of_many_orders():
    assert trips(500_000, 0, Fraction(1), LIMITS) is None
    assert trips(500_001, 0, Fraction(1), LIMITS) is Trip.LOSS
    assert trips(0, 29, Fraction(0), LIMITS) is None
    assert trips(0, 30, Fraction(1), LIMITS) is Trip.VELOCITY
    assert trips(0, 40, Fraction(2), LIMITS) is None
