"""Is the shipped forecast better than what it is held against on weeks it never saw, and do its ranges hold?"""

import pytest

from peakday.apps.cli import bench_forecast


@pytest.fixture(scope="module")
def figures():
    return bench_forecast._journey_figures(bench_forecast.read_journey(), bench_forecast.ORIGINS[::2])


def test_with_promotions_known_the_weeks_of_a_real_retailer_are_forecast_better_than_by_theta_and_seasonal_naive(
    figures,
):
    for score in ("cj_wape", "cj_pinball"):
        ours, theta, naive = (figures[score][name] for name in ("ours", "theta", "snaive"))
        assert ours < 0.8 * theta < theta < naive
    assert figures["cj_wape"]["ours"] < 0.43
    assert figures["cj_wape"]["ours_without_depth"] < 0.45  # display and mailer alone, in no way known from the sales


@pytest.mark.capability("X-04")
def test_its_ranges_hold_as_many_truths_as_they_say_on_held_out_weeks(figures):
    assert 0.76 <= figures["cover_80"] <= 0.84
    assert 0.92 <= figures["cover_95"] <= 0.98


def test_it_forecasts_five_hundred_series_a_second_of_one_core_learning_included(figures):
    assert figures["series_per_s"] >= 500
