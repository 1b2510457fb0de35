"""How do other rooms ask what will be sold, and how sure that is?

quantiles = forecast_promoted(panel, plan, horizon, season).quantiles()     # pure: any series
"""

from typing import Any

import numpy as np

from peakday.insight.forecasting.rules.alike_steps import Plan, no_plan, planned_depth
from peakday.insight.forecasting.rules.blend import forecast_blend
from peakday.insight.forecasting.rules.panels import panel_of
from peakday.insight.forecasting.rules.promoted_demand import forecast_promoted
from peakday.insight.forecasting.rules.scores import bias, coverage, mase, pinball, smape, wape
from peakday.insight.forecasting.rules.spread import LEVELS, learn_spread
from peakday.insight.forecasting.rules.theta import forecast_last_season, forecast_theta

__all__ = [
    "LEVELS",
    "Plan",
    "bias",
    "coverage",
    "forecast_default",
    "forecast_last_season",
    "forecast_promoted",
    "forecast_theta",
    "learn_spread",
    "mase",
    "no_plan",
    "panel_of",
    "pinball",
    "planned_depth",
    "smape",
    "wape",
]


def forecast_default(
    panel: np.ndarray[Any, np.dtype[np.float64]], horizon: int, season: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The forecast of series of which nothing but the past is known: series x steps."""
    return forecast_blend(panel, horizon, season).forecast
