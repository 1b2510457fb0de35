"""What do the methods say that every claim is held against: the last season again, and the Theta line?

Theta (Assimakopoulos and Nikolopoulos 2000), as the M4 competition's benchmark runs it: take the season out, halve the
sum of the straight line through all values and of the smoothed line of double curvature, put the season back.
"""

from typing import Any, TypeAlias

import numpy as np

from peakday.insight.forecasting.rules.panels import lengths_of
from peakday.insight.forecasting.rules.seasons import ahead, along_history, seasonal_shares
from peakday.insight.forecasting.rules.smoothing import smooth

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


def forecast_last_season(panel: Array, horizon: int, season: int) -> Array:
    """The last season again and again; the last value where a series is shorter than a season."""
    if panel.shape[1] < season:
        return np.repeat(panel[:, -1:], horizon, axis=1)
    last = panel[:, -season:]
    whole = np.where(np.isfinite(last), last, panel[:, -1:])
    return ahead(whole, horizon)


def forecast_theta(panel: Array, horizon: int, season: int) -> Array:
    """The Theta method, a row a series, never below zero. A series of one value goes on as it is."""
    shares = seasonal_shares(panel, season)
    plain = panel / along_history(shares, panel.shape[1])
    return np.maximum(extend_theta(plain, horizon) * ahead(shares, horizon), 0.0)


def extend_theta(plain: Array, horizon: int) -> Array:
    """The Theta line of series without a season; may fall below zero."""
    start, slope = _straight_lines(plain)
    steps = np.arange(1 - plain.shape[1], horizon + 1)
    line = start[:, None] + slope[:, None] * steps
    level = smooth(2 * plain - line[:, : plain.shape[1]]).level
    forecast: Array = (level[:, None] + line[:, plain.shape[1] :]) / 2
    return forecast


def _straight_lines(panel: Array) -> tuple[Array, Array]:
    """The least-squares line through each series: its height at the last step, its slope."""
    count = lengths_of(panel)
    times = np.where(np.isfinite(panel), np.arange(1 - panel.shape[1], 1), np.nan)
    middle, height = np.nanmean(times, axis=1), np.nanmean(panel, axis=1)
    apart = times - middle[:, None]
    spread = np.nansum(apart**2, axis=1)
    slope = np.divide(np.nansum(apart * panel, axis=1), spread, out=np.zeros_like(count), where=spread > 0)
    return height - slope * middle, slope
