"""How far from a forecast may the truth lie?

As far as it lay before: the misses of earlier origins as shares of what was forecast, their quantiles by the size of
the forecast (a series of two pieces a week is wrong by another share than one of two hundred). No shape is assumed; the
ranges are those of history ("uncertainty from historical prediction deviation", SYSTEMS 5).
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
_SIZES = 12
_MISSES_MIN = 200  # of one size among many
_FEW_MIN = 28  # of a shop alone, or of the few that sell far more than the rest: two looks of fourteen days
_FAR_TIMES = 8.0  # so many times the middle of the largest size, and it is a size of its own
_UNREST = 0.3  # a day's sales of a shop without a past, besides the chance of counts: our definition
_OFFSET = 0.5


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles of the misses (sizes x levels, as shares of forecast + 0.5) and the logarithm of each size."""

    sizes: Array
    misses: Array
    levels: tuple[float, ...] = LEVELS

    def around(self, forecast: Array) -> Array:
        """The quantiles of each forecast: its shape and the levels as last axis; rising, never below zero."""
        height = np.log(forecast + _OFFSET)
        shares = np.stack([np.interp(height, self.sizes, column) for column in self.misses.T], axis=-1)
        around: Array = np.maximum(forecast[..., None] + shares * (forecast[..., None] + _OFFSET), 0.0)
        return around


def learn_spread(forecast: Array, truth: Array) -> Spread:
    """The spread of earlier forecasts around what happened; that of a Poisson-like guess where there are too few."""
    if len(truth) < _FEW_MIN:
        return _guess()
    shares = (truth - forecast) / (forecast + _OFFSET)
    order = np.argsort(forecast, kind="stable")
    parts = _with_giants(forecast, np.array_split(order, max(1, min(_SIZES, len(order) // _MISSES_MIN))))
    sizes = np.array([np.log(np.median(forecast[part]) + _OFFSET) for part in parts])
    misses = np.array([np.quantile(shares[part], LEVELS) for part in parts])
    return Spread(sizes, misses)


def _with_giants(forecast: Array, parts: list[Any]) -> list[Any]:
    """The parts, of the largest those apart that are far above its middle: a range of few must not be theirs."""
    last = parts[-1]
    far = forecast[last] > _FAR_TIMES * (np.median(forecast[last]) + _OFFSET)
    if far.sum() < _FEW_MIN or far.all():
        return parts
    return [*parts[:-1], last[~far], *_with_giants(forecast, [last[far]])]


def _guess() -> Spread:
    """Twice the variance of a Poisson count and an unrest, as a normal: our definition for a shop without a past."""
    normal = np.array([-1.96, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.96])
    units = np.array([0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 4096.0])
    deviation = np.sqrt(2 * (units + _OFFSET) + (_UNREST * units) ** 2)
    shares = deviation[:, None] * normal / (units + _OFFSET)[:, None]
    return Spread(np.log(units + _OFFSET), shares)
