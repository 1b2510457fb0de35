"""What do we forecast when nobody chose a method?

A blend of four simple methods (Theta, Theta of the last three seasons, smoothing, the last season again), each series
with its own weights: one over the squared error that the method made on that series from three earlier days (rolling
origins, a horizon apart). A series too short to look back on is forecast by Theta. Our definition.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from peakday.insight.forecasting.rules.panels import lengths_of
from peakday.insight.forecasting.rules.seasons import ahead, along_history, seasonal_shares
from peakday.insight.forecasting.rules.smoothing import smooth
from peakday.insight.forecasting.rules.theta import extend_theta, forecast_last_season

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

METHODS = ("theta", "recent theta", "smoothing", "last season")
ORIGINS = 3
_STEPS_MAX = 260  # five years of weeks: what lies before says little and costs time
_RECENT_SEASONS = 3
_RECENT_MIN = 12
_HISTORY_MIN = 8  # steps that a look from an earlier day needs behind it
_HISTORY_ENOUGH = 40
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class Blend:
    """Forecasts (series x steps), the weights of METHODS (methods x series), and which series fell back to Theta."""

    forecast: Array
    weights: Array
    fell_back: Flags


def forecast_blend(panel: Array, horizon: int, season: int) -> Blend:
    """The default forecast of every series of a panel, never below zero."""
    panel = panel[:, -_STEPS_MAX:]
    errors, looks = _errors_from_earlier(panel, horizon, season)
    fell_back = looks == 0
    weights = 1 / (errors + _NEGLIGIBLE * (1 + errors.max(axis=0))) ** 2
    weights[:, fell_back] = np.eye(len(METHODS))[:, :1]
    weights /= weights.sum(axis=0)
    forecast = np.einsum("ms,msh->sh", weights, _forecasts(panel, horizon, season))
    return Blend(forecast, weights, fell_back)


def _forecasts(panel: Array, horizon: int, season: int) -> Array:
    """What each of METHODS says: methods x series x steps."""
    shares = seasonal_shares(panel, season)
    plain, put_back = panel / along_history(shares, panel.shape[1]), ahead(shares, horizon)
    recent = plain[:, -max(_RECENT_MIN, _RECENT_SEASONS * season) :]
    said = (
        extend_theta(plain, horizon) * put_back,
        extend_theta(recent, horizon) * put_back,
        smooth(plain).level[:, None] * put_back,
        forecast_last_season(panel, horizon, season),
    )
    return np.maximum(np.stack(said), 0.0)


def _errors_from_earlier(panel: Array, horizon: int, season: int) -> tuple[Array, Array]:
    """Absolute errors (methods x series) summed over looks from earlier days; how many looks each series had."""
    errors, looks = np.zeros((len(METHODS), len(panel))), np.zeros(len(panel))
    enough = max(_HISTORY_MIN, min(2 * season, _HISTORY_ENOUGH))
    for origin in range(1, ORIGINS + 1):
        end = panel.shape[1] - origin * horizon
        if end < enough:
            break
        rows = lengths_of(panel[:, :end]) >= enough
        if not rows.any():
            break
        said, truth = _forecasts(panel[rows, :end], horizon, season), panel[rows, end : end + horizon]
        errors[:, rows] += np.abs(said - truth).mean(axis=2)
        looks[rows] += 1
    return errors, looks
