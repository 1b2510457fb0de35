"""Where does exponential smoothing leave a series?

Simple exponential smoothing with the weight and the first level that make the smallest squared error one step ahead.
The error is linear in the first level, so the best one of a weight is known at once; the weight is searched on a grid
that narrows. All series and all weights of a grid take each step together.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

_LOW, _HIGH = 0.0001, 0.9999  # bounds of the weight, as in R's forecast package
_GRID = 9
_ROUNDS = 5  # the last grid is 2^-12 of the range apart


@dataclass(frozen=True, slots=True)
class Smoothed:
    """What smoothing found, a row a series: the level now, the weight, the mean squared error one step ahead."""

    level: Array
    weight: Array
    error: Array


def smooth(panel: Array) -> Smoothed:
    """Simple exponential smoothing of every series of a panel."""
    rows = np.arange(len(panel))
    middle, reach = np.full(len(panel), (_LOW + _HIGH) / 2), (_HIGH - _LOW) / 2
    best = Smoothed(middle, middle, np.full(len(panel), np.inf))
    for _ in range(_ROUNDS):
        weights = np.clip(middle[:, None] + np.linspace(-reach, reach, _GRID), _LOW, _HIGH)
        level, error = _walk(panel, weights)
        at = error.argmin(axis=1)
        is_better = error[rows, at] < best.error
        best = Smoothed(
            np.where(is_better, level[rows, at], best.level),
            np.where(is_better, weights[rows, at], best.weight),
            np.where(is_better, error[rows, at], best.error),
        )
        middle, reach = best.weight, reach * 2 / (_GRID - 1)
    return best


def _walk(panel: Array, weights: Array) -> tuple[Array, Array]:
    """The last level and the mean squared error of each series (row) under each weight (column), first level at best.

    `level` starts at 0 and `trace` is what is left of the first level: the true error is `error - first * trace`.
    """
    level, trace = np.zeros_like(weights), np.ones_like(weights)
    squares, cross, keep = np.zeros_like(weights), np.zeros_like(weights), 1 - weights
    known = np.isfinite(panel)
    for step in range(panel.shape[1]):
        error = panel[:, step, None] - level
        is_on = known[:, step, None]
        if is_on.all():
            cross += error * trace
            trace *= keep
        else:
            error = np.where(is_on, error, 0.0)
            cross += error * trace
            trace *= np.where(is_on, keep, 1.0)
        squares += error * error
        level += weights * error
    first = cross * (1 - keep * keep) / (1 - trace * trace)
    count = np.maximum(known.sum(axis=1), 1)[:, None]
    return level + first * trace, np.maximum(squares - first * cross, 0.0) / count
