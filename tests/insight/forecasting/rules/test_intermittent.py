"""Do the methods for rare sales find the mean, and does a good that nobody buys any more fade?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.intermittent import croston, fading, syntetos_boylan


def test_a_sale_of_six_every_third_day_is_two_a_day():
    panel = np.array([[0.0, 0.0, 6.0] * 40])
    assert croston(panel) == pytest.approx([2.0])
    assert syntetos_boylan(panel) == pytest.approx([1.9])
    assert fading(panel) == pytest.approx([2.0], rel=0.15)


def test_what_nobody_buys_any_more_fades_while_croston_remembers():
    panel = np.array([[0.0, 0.0, 6.0] * 40 + [0.0] * 60])
    assert croston(panel) == pytest.approx([2.0])
    assert fading(panel)[0] < 0.01


@pytest.mark.parametrize("method", [croston, syntetos_boylan, fading])
def test_what_never_sold_or_has_one_day_is_no_fault(method):
    panel = np.array([[0.0, 0.0, 0.0], [np.nan, np.nan, np.nan], [np.nan, np.nan, 4.0]])
    said = method(panel)
    assert said[:2].tolist() == [0.0, 0.0]
    assert 3.5 <= said[2] <= 4.0


def test_days_before_a_good_was_listed_are_no_gap():
    assert croston(np.array([[np.nan, np.nan, np.nan, 4.0, 0.0, 4.0]]))[0] == pytest.approx(4 / 1.1)
