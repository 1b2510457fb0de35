"""Do the scores, and the methods that claims are held against, print the M4 competition's own table?

Published figures: the organisers' Evaluation_and_Ranks.xlsx, read here, not copied.
"""

import csv
import time
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from peakday.insight.forecasting.rules.panels import panel_of
from peakday.insight.forecasting.rules.scores import bias, coverage, mase, owa, pinball, smape, wape
from peakday.insight.forecasting.rules.theta import forecast_last_season, forecast_theta

METHODS = {"sNaive": forecast_last_season, "Theta": forecast_theta}


def rows_of(path: Path) -> list[np.ndarray]:
    with path.open() as file:
        return [np.array([float(value) for value in row[1:] if value]) for row in list(csv.reader(file))[1:]]


@pytest.fixture(scope="module")
def folder(shared_data) -> Path:
    return shared_data / "m4-hourly-weekly"


@pytest.fixture(scope="module")
def published(folder) -> dict[tuple[str, str], tuple[float, float, float]]:
    """sMAPE, MASE and OWA by method and frequency, as the organisers print them."""
    book = openpyxl.load_workbook(folder / "Evaluation_and_Ranks.xlsx", read_only=True, data_only=True)
    heads, names, *rows = book["Point Forecasts-Frequency"].iter_rows(values_only=True)
    starts = [heads.index(score) for score in ("sMAPE", "MASE", "OWA")]
    starts[0] = 1
    return {
        (row[0], frequency): tuple(row[names.index(frequency, start)] for start in starts)
        for row in rows
        for frequency in ("Hourly", "Weekly")
    }


@pytest.mark.parametrize(("frequency", "season"), [("Hourly", 24), ("Weekly", 1)])
def test_seasonal_naive_and_theta_come_out_as_the_table_of_m4_prints_them(folder, published, frequency, season):
    history = panel_of(rows_of(folder / f"{frequency}-train.csv"))
    truth = np.array(rows_of(folder / f"{frequency}-test.csv"))
    for name, method in METHODS.items():
        forecast = method(history, truth.shape[1], season)
        percent = smape(truth, forecast).mean()
        scaled = mase(truth, forecast, history, season).mean()
        of_table = published[name, frequency]
        assert percent == pytest.approx(of_table[0], abs=0.001)
        assert scaled == pytest.approx(of_table[1], abs=0.001)
        assert owa(percent, scaled, published["Naive2", frequency][:2]) == pytest.approx(of_table[2], abs=0.001)


def test_the_table_says_what_the_issue_says(published):
    assert published["sNaive", "Hourly"][0] == 13.912
    assert published["sNaive", "Weekly"][0] == 9.161


def test_scores_of_a_case_counted_by_hand():
    truth, forecast = np.array([[100.0, 0.0], [50.0, 10.0]]), np.array([[80.0, 0.0], [50.0, 30.0]])
    assert smape(truth, forecast) == pytest.approx([100 * 20 / 180, 100 * 20 / 40])
    assert wape(truth, forecast) == 40 / 160
    assert bias(truth, forecast) == 0.0
    assert pinball(truth, forecast, 0.9) == pytest.approx((0.9 * 20 + 0.1 * 20) / 4)
    assert coverage(truth, forecast - 20, forecast) == 0.75
    history = np.array([[np.nan, 1.0, 2.0, 4.0], [1.0, 2.0, 3.0, 4.0]])
    assert mase(truth, forecast, history, 1) == pytest.approx([10 / 1.5, 10.0])
    assert mase(truth, forecast, history, 2) == pytest.approx([10 / 3, 5.0])


def test_what_cannot_be_scored_says_so_and_is_not_zero():
    nothing = np.zeros((2, 3))
    assert np.isnan(wape(nothing, nothing + 1))
    assert np.isnan(bias(nothing, nothing + 1))
    assert smape(nothing, nothing).tolist() == [0.0, 0.0]
    assert np.isnan(mase(nothing, nothing + 1, np.full((2, 5), 7.0), 1)).all()
    assert np.isnan(mase(nothing, nothing + 1, np.array([[np.nan, 7.0], [np.nan, 3.0]]), 1)).all()


def test_shapes_that_do_not_fit_are_a_fault():
    with pytest.raises(AssertionError, match="one shape"):
        smape(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(AssertionError, match="between 0 and 1"):
        pinball(np.zeros((1, 1)), np.zeros((1, 1)), 1.0)


def test_theta_does_five_hundred_series_of_three_years_of_weeks_in_a_second():
    draw = np.random.default_rng(2022)
    panel = draw.poisson(20, (1_000, 156)).astype(float)
    forecast_theta(panel[:10], 13, 52)
    begun = time.process_time()
    forecast_theta(panel, 13, 52)
    assert time.process_time() - begun < 2.0
