"""How wrong was a forecast?

sMAPE, MASE and OWA as the M4 competition defines them (Makridakis, Spiliotis and Assimakopoulos 2020), so that figures
can stand beside its published table. WAPE and bias for units sold, pinball loss and coverage for quantiles (SYSTEMS 5).
Truths and forecasts are arrays of one shape: a series a row, a step of the horizon a column.
"""

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


def smape(truth: Array, forecast: Array) -> Array:
    """Symmetric percentage error of each series, 0 to 200. Where truth and forecast are both 0 there is no error."""
    _same_shape(truth, forecast)
    size = np.abs(truth) + np.abs(forecast)
    miss = np.divide(np.abs(truth - forecast), size, out=np.zeros_like(size), where=size > 0)
    mean: Array = 200 * miss.mean(axis=1)
    return mean


def mase(truth: Array, forecast: Array, history: Array, season: int) -> Array:
    """Error of each series against its own seasonal steps in the history (a panel: `nan` before a series begins).

    `nan` for a series that has no such step or never moved: there is nothing to scale with, and a mean must say how
    many it left out.
    """
    _same_shape(truth, forecast)
    steps = np.abs(history[:, season:] - history[:, :-season])
    known = np.isfinite(steps)
    total, count = np.where(known, steps, 0.0).sum(axis=1), known.sum(axis=1)
    miss = np.abs(truth - forecast).mean(axis=1)
    scaled: Array = np.divide(miss * count, total, out=np.full(len(truth), np.nan), where=total > 0)
    return scaled


def owa(smape_mean: float, mase_mean: float, naive: tuple[float, float]) -> float:
    """Overall weighted average: half sMAPE, half MASE, each against Naive2's mean (`naive`: sMAPE, MASE)."""
    return (smape_mean / naive[0] + mase_mean / naive[1]) / 2


def wape(truth: Array, forecast: Array) -> float:
    """All absolute errors as a share of all that was sold; `nan` when nothing was."""
    _same_shape(truth, forecast)
    sold = float(np.abs(truth).sum())
    return float(np.abs(truth - forecast).sum()) / sold if sold else float("nan")


def bias(truth: Array, forecast: Array) -> float:
    """Forecast above (+) or below (-) the truth as a share of all that was sold; `nan` when nothing was."""
    _same_shape(truth, forecast)
    sold = float(np.abs(truth).sum())
    return float((forecast - truth).sum()) / sold if sold else float("nan")


def pinball(truth: Array, forecast: Array, quantile: float) -> float:
    """Mean pinball loss of the forecasts of one quantile (0 < quantile < 1), in the unit of the truth."""
    _same_shape(truth, forecast)
    assert 0 < quantile < 1, "a quantile is between 0 and 1"
    short = truth - forecast
    return float(np.maximum(quantile * short, (quantile - 1) * short).mean())


def coverage(truth: Array, low: Array, high: Array) -> float:
    """Share of the truths that lie within their range, ends included."""
    _same_shape(truth, low)
    _same_shape(truth, high)
    return float(((low <= truth) & (truth <= high)).mean())


def _same_shape(one: Array, other: Array) -> None:
    assert one.shape == other.shape, "truth and forecast have one shape"
    assert one.ndim == 2, "a series a row, a step a column"
