"""Are the figures of the checks whole, and is a version that lacks one refused?"""

from dataclasses import replace
from types import MappingProxyType

import pytest

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import BadRuleSet, in_force
from peakday.operations.health.rules.check_limits import NAME, read_limits
from tests.operations.health.builders import NOW


def test_the_shipped_figures_are_read():
    limits = read_limits(in_force(NAME, day_of(NOW)))
    assert (limits.hold_cut_bp, limits.breaker_times, limits.power) == (7_000, 20, 2)


def test_a_version_with_a_figure_missing_or_unknown_is_refused():
    whole = in_force(NAME, day_of(NOW))
    for params in ({"ladder": {"confirm_loss_minor": 1}}, {**whole.params, "more": {"surprise": 1}}):
        with pytest.raises(BadRuleSet):
            read_limits(replace(whole, params=MappingProxyType(params)))
