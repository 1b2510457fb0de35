"""Does a series have a season, and which share of it?

The test is that of the M4 competition's benchmarks: the autocorrelation at one season is beyond 90 % of what noise
gives. The shares are the classical multiplicative ones: each value over the centred moving mean, averaged by phase.
"""

from typing import Any, TypeAlias

import numpy as np

from peakday.insight.forecasting.rules.panels import lengths_of

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

_BEYOND_NOISE = 1.645
_SEASONS_MIN = 3


def is_seasonal(panel: Array, season: int) -> Flags:
    """Which series have a season of this length; none with fewer than three whole ones or that never moved."""
    if season < 2 or panel.shape[1] < _SEASONS_MIN * season:
        return np.zeros(len(panel), dtype=np.bool_)
    count = lengths_of(panel)
    known = np.isfinite(panel)
    centred = np.where(known, panel - np.nanmean(panel, axis=1, keepdims=True), 0.0)
    power = np.einsum("st,st->s", centred, centred)
    safe = np.where(power > 0, power, 1.0)
    lags = [np.einsum("st,st->s", centred[:, lag:], centred[:, :-lag]) / safe for lag in range(1, season + 1)]
    noise = _BEYOND_NOISE * np.sqrt((1 + 2 * sum(lag**2 for lag in lags[:-1])) / count)
    found: Flags = (count >= _SEASONS_MIN * season) & (power > 0) & (np.abs(lags[-1]) > noise)
    return found


def seasonal_shares(panel: Array, season: int) -> Array:
    """The share of each phase, a row a series; column 0 is the phase of the next step. 1 where no season is."""
    shares = np.ones((len(panel), season))
    rows = is_seasonal(panel, season) & (np.nanmin(panel, axis=1) > 0)
    if not rows.any():
        return shares
    values = panel[rows]
    ratio = values / _moving_mean(values, season)
    spare = -values.shape[1] % season
    ratio = np.concatenate([np.full((len(ratio), spare), np.nan), ratio], axis=1)
    figure = np.nanmean(ratio.reshape(len(ratio), -1, season), axis=1)
    shares[rows] = figure / figure.mean(axis=1, keepdims=True)
    return shares


def along_history(shares: Array, length: int) -> Array:
    """The shares laid along a history of this length, so that its last value has the last phase."""
    season = shares.shape[1]
    return np.tile(shares, (1, -(-length // season)))[:, -length:]


def ahead(shares: Array, horizon: int) -> Array:
    """The shares of the next steps."""
    return np.tile(shares, (1, -(-horizon // shares.shape[1])))[:, :horizon]


def _moving_mean(values: Array, season: int) -> Array:
    """The centred mean over one season, half weights at both ends of an even one; `nan` where values lack."""
    weights = np.ones(season) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    weights /= season
    windows = np.lib.stride_tricks.sliding_window_view(values, len(weights), axis=1)
    mean = np.full_like(values, np.nan)
    side = len(weights) // 2
    mean[:, side : values.shape[1] - side] = windows @ weights
    return mean
