"""Do the simple methods say what they should, also of series that hold next to nothing?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.panels import lengths_of, panel_of
from peakday.insight.forecasting.rules.seasons import is_seasonal, seasonal_shares
from peakday.insight.forecasting.rules.smoothing import smooth
from peakday.insight.forecasting.rules.theta import forecast_last_season, forecast_theta

WEEK = [8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 7.0]


def test_series_end_together():
    panel = panel_of([[1.0, 2.0, 3.0], [9.0]])
    assert panel[0].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(panel[1, :2]).all()
    assert panel[1, 2] == 9.0
    assert lengths_of(panel).tolist() == [3.0, 1.0]


def test_a_series_without_a_value_is_a_fault():
    with pytest.raises(AssertionError, match="has a value"):
        panel_of([[1.0], []])


def test_an_empty_shop_has_no_forecasts():
    for method in (forecast_last_season, forecast_theta):
        assert method(panel_of([]), 14, 7).shape == (0, 14)


def test_the_last_season_comes_again_and_a_short_series_goes_on():
    panel = panel_of([[*WEEK, *WEEK], [5.0]])
    forecast = forecast_last_season(panel, 9, 7)
    assert forecast[0].tolist() == [*WEEK, 8.0, 9.0]
    assert forecast[1].tolist() == [5.0] * 9
    assert forecast_last_season(panel_of([[1.0, 2.0]]), 3, 7).tolist() == [[2.0, 2.0, 2.0]]


def test_a_season_is_found_where_one_is_and_its_shares_mean_one():
    draw = np.random.default_rng(11)
    panel = panel_of([WEEK * 8, draw.normal(10, 1, 56), WEEK * 2])
    assert is_seasonal(panel, 7).tolist() == [True, False, False]
    shares = seasonal_shares(panel, 7)
    assert shares[0] == pytest.approx(np.array(WEEK) / 10)
    assert shares[1:].tolist() == [[1.0] * 7] * 2


def test_theta_repeats_a_pure_season():
    assert forecast_theta(panel_of([WEEK * 8]), 10, 7)[0] == pytest.approx([*WEEK, *WEEK[:3]], abs=0.01)


@pytest.mark.parametrize(
    "series",
    [[0.0] * 30, [4.0], [4.0, 4.0], [3.0] * 90, [0.0] * 200 + [5.0] + [0.0] * 200],
    ids=["all zero", "one day", "two days", "never moves", "one sale in a huge gap"],
)
def test_a_poor_series_has_a_finite_forecast_not_below_zero(series):
    forecast = forecast_theta(panel_of([series, [1.0, 2.0]]), 14, 7)[0]
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()
    assert forecast.max() <= max(series)


def test_a_series_is_forecast_as_if_it_were_alone():
    draw = np.random.default_rng(3)
    long, short = draw.poisson(30, 120).astype(float), draw.poisson(4, 17).astype(float)
    together = forecast_theta(panel_of([long, short]), 14, 7)
    assert together[0] == pytest.approx(forecast_theta(panel_of([long]), 14, 7)[0])
    assert together[1] == pytest.approx(forecast_theta(panel_of([short]), 14, 7)[0])


def test_smoothing_finds_the_weight_that_a_fine_search_finds():
    draw = np.random.default_rng(5)
    values = np.cumsum(draw.normal(0, 1, 200)) * 0.4 + draw.normal(0, 1, 200)
    found = smooth(panel_of([values]))

    def error_of(weight: float) -> float:
        """The least mean squared error over first levels, by solving for it with two plain walks."""
        errors = []
        for first in (0.0, 1.0):
            level, walk = first, []
            for value in values:
                walk.append(value - level)
                level += weight * (value - level)
            errors.append(np.array(walk))
        slope = errors[0] - errors[1]
        best = errors[0] - slope * (errors[0] @ slope) / (slope @ slope)
        return float(best @ best) / len(values)

    fine = min(error_of(weight) for weight in np.linspace(0.0001, 0.9999, 400))
    assert found.error[0] == pytest.approx(error_of(found.weight[0]))
    assert found.error[0] <= fine * 1.0001
