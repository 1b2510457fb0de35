"""Does the pooled model learn what a promotion does, and stay calm where it can learn nothing?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.alike_steps import Plan, no_plan
from peakday.insight.forecasting.rules.promoted_demand import forecast_promoted


def drawn(series: int, steps: int) -> tuple[np.ndarray, Plan]:
    """Series of different size whose sales triple under a mailer with 30 % off."""
    draw = np.random.default_rng(2022)
    mailer = (draw.random((series, steps)) < 0.2).astype(float)
    size = np.linspace(5, 100, series)[:, None]
    units = draw.poisson(size * np.where(mailer > 0, 3.0, 1.0)).astype(float)
    nothing = np.zeros((series, steps))
    return units, Plan(0.3 * mailer, nothing, mailer, nothing)


def test_a_promotion_that_tripled_sales_before_triples_the_forecast():
    units, plan = drawn(60, 44)
    told = forecast_promoted(units[:, :40], plan, 4)
    promoted = plan.mailer[:, 40:] > 0
    size = np.repeat(np.linspace(5, 100, 60)[:, None], 4, axis=1)
    assert np.median((told.forecast / size)[promoted]) == pytest.approx(3.0, rel=0.1)
    assert np.median((told.forecast / size)[~promoted]) == pytest.approx(1.0, rel=0.1)
    assert not told.fell_back.any()


def test_a_weekend_that_sells_more_is_forecast_to_sell_more():
    draw = np.random.default_rng(2022)
    weekend = np.arange(98) % 7 >= 5
    units = draw.poisson(np.where(weekend, 30.0, 10.0), (40, 98)).astype(float)
    told = forecast_promoted(units[:, :84], no_plan(40, 98), 14, season=7).forecast
    assert told[:, weekend[84:]].mean() == pytest.approx(30, rel=0.15)
    assert told[:, ~weekend[84:]].mean() == pytest.approx(10, rel=0.15)


def test_quantiles_rise_and_are_never_below_zero():
    units, plan = drawn(60, 44)
    quantiles = forecast_promoted(units[:, :40], plan, 4).quantiles()
    assert quantiles.shape == (60, 4, 7)
    assert (np.diff(quantiles, axis=2) >= 0).all()
    assert quantiles.min() >= 0


@pytest.mark.parametrize(
    "series",
    [[0.0] * 40, [np.nan] * 39 + [4.0], [3.0] * 40, [np.nan] * 40],
    ids=["all zero", "one day", "never moves", "never sold"],
)
def test_a_poor_series_beside_good_ones_has_a_finite_forecast(series):
    units, plan = drawn(61, 44)
    units[60, :40] = series
    units[60, 40:] = np.nan
    told = forecast_promoted(units[:, :40], plan, 4)
    assert np.isfinite(told.quantiles()).all()
    assert told.forecast[60].max() <= np.nan_to_num(np.array(series)).max() * 3
    assert told.fell_back[60] == (np.isfinite(series).sum() < 8)


@pytest.mark.parametrize(
    "panel",
    [np.zeros((3, 40)), np.array([[4.0]]), np.full((1, 40), np.nan), np.zeros((0, 5)), np.full((1, 30), 2.0)],
    ids=["all zero", "one day", "never sold", "empty shop", "never moves"],
)
def test_a_panel_that_teaches_nothing_falls_back_to_means_without_a_fault(panel):
    told = forecast_promoted(panel, no_plan(len(panel), panel.shape[1] + 3), 3)
    assert told.forecast.shape == (len(panel), 3)
    assert np.isfinite(told.quantiles()).all()
    assert told.fell_back.all()
    assert told.forecast == pytest.approx(np.repeat(np.nan_to_num(panel).max(axis=1, initial=0)[:, None], 3, axis=1))
