"""What will sell when the price cuts, displays and mailers of the steps ahead are known?

One log-linear model over all series together (pooled), fitted as counts are: how a step's sales differ from the level
of the series' last three months, told by what is planned for it against what was planned then, and by what the series
itself sold in steps that were planned alike. Fitted from earlier origins only: a sample knows what was known a horizon
before its step. A series too short for it goes on at its mean. Our definition.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from peakday.insight.forecasting.rules.alike_steps import Plan, Sight, look
from peakday.insight.forecasting.rules.panels import lengths_of
from peakday.insight.forecasting.rules.spread import Spread, learn_spread

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

HISTORY_MIN = 8  # steps of a series that the model can say something of
ORIGINS_MAX = 22
_HORIZONS_MAX = 4  # so many horizons are learnt from; those between them are alike
_SAMPLES_MIN = 120
_SAMPLES_MAX = 90_000
_OFFSET = 0.5
_RIDGE = 20.0
_ROUNDS = 4
_BLOCK = 96
_GIANT = 100.0  # units a step
_HIGHEST = 2.0  # times the best step that a series ever had
_BEYOND = 4.0  # standard deviations, and a factor of e^4: nothing is believed beyond


@dataclass(frozen=True, slots=True)
class Promoted:
    """Forecasts (series x steps, units), their spread, which series fell back to their mean."""

    forecast: Array
    spread: Spread
    fell_back: Flags

    def quantiles(self) -> Array:
        """Series x steps x `spread.levels`, rising, never below zero."""
        return self.spread.around(self.forecast)


@dataclass(frozen=True, slots=True)
class _Fit:
    middle: Array
    width: Array
    weights: Array

    def units(self, sight: Sight) -> Array:
        change = np.clip(_times(_design(sight.signs, self.middle, self.width), self.weights), -_BEYOND, _BEYOND)
        said: Array = np.exp(change) * (sight.level + _OFFSET)
        return said


def forecast_promoted(panel: Array, plan: Plan, horizon: int, season: int = 1) -> Promoted:
    """The forecast of every series of a panel; `plan` reaches `horizon` steps beyond it. `season`: steps of a week."""
    short: Flags = np.asarray(lengths_of(panel) < HISTORY_MIN)
    mean, top = _means(panel), np.nan_to_num(panel).max(axis=1, initial=0.0)
    asked = [look(panel, plan, panel.shape[1], step, season) for step in range(1, horizon + 1)]
    samples, truth = _samples(panel[~short], plan.of(~short), horizon, season)
    fit = _fit(samples, truth) if len(truth) >= _SAMPLES_MIN and truth.any() else None
    if fit is None:
        flat = np.repeat(mean[:, None], horizon, axis=1)
        past = np.concatenate([sight.level for sight in samples]) if samples else np.zeros(0)
        return Promoted(flat, learn_spread(past, truth), np.ones(len(panel), dtype=np.bool_))
    said = np.stack([fit.units(sight) for sight in asked], axis=1)
    forecast: Array = np.where(short[:, None], mean[:, None], np.minimum(said, _HIGHEST * top[:, None]))
    past = np.concatenate([fit.units(sight) for sight in samples])
    return Promoted(forecast, learn_spread(past, truth), short)


def _samples(panel: Array, plan: Plan, horizon: int, season: int) -> tuple[list[Sight], Array]:
    """What earlier origins saw of steps that are known by now, and what those sold."""
    length = panel.shape[1]
    steps = sorted({round(step) for step in np.linspace(1, horizon, min(horizon, _HORIZONS_MAX))})
    room = max(1, _SAMPLES_MAX // max(1, len(panel) * len(steps)))
    origins = range(length - 1, HISTORY_MIN - 1, -2)[: min(ORIGINS_MAX, room)]
    seen: list[Sight] = []
    truth: list[Array] = []
    for origin in origins:
        began: Flags = np.asarray(lengths_of(panel[:, :origin]) >= HISTORY_MIN)
        for step in steps:
            at = origin + step - 1
            if at < length and began.any():
                seen.append(look(panel[began], plan.of(began), origin, step, season))
                truth.append(panel[began, at])
    return seen, np.concatenate(truth) if truth else np.zeros(0)


def _fit(samples: list[Sight], truth: Array) -> _Fit:
    """The mean of counts (quasi-likelihood with a logarithmic link) by reweighted least squares, a few rounds."""
    signs = np.concatenate([sight.signs for sight in samples])
    middle, width = np.asarray(signs.mean(axis=0)), np.asarray(signs.std(axis=0) + 1e-9)
    design = _design(signs, middle, width)
    scale = np.concatenate([sight.level for sight in samples]) + _OFFSET
    weights = _solve(design, np.log(truth + _OFFSET) - np.log(scale), _trust(scale))
    for _ in range(_ROUNDS):
        change = np.clip(_times(design, weights), -_BEYOND, _BEYOND)
        said = np.exp(change) * scale
        miss = truth - said
        weights = _solve(design, change + np.clip(miss / said, -2, 2), _trust(said))
    return _Fit(middle, width, weights)


def _trust(units: Array) -> Array:
    """How much a sample weighs: as a count whose variance grows with its square, so that no giant drowns the others."""
    weight: Array = units / (1 + units / _GIANT)
    return weight


def _design(signs: Array, middle: Array, width: Array) -> Array:
    return np.column_stack([np.ones(len(signs)), np.clip((signs - middle) / width, -_BEYOND, _BEYOND)])


def _solve(design: Array, target: Array, weight: Array) -> Array:
    penalty = np.full(design.shape[1], _RIDGE * weight.mean())
    penalty[0] = 0.0
    both = _blocks(np.column_stack([design, target]))
    products = np.matmul(_blocks(design * weight[:, None]).transpose(0, 2, 1), both).sum(axis=0)
    solved: Array = np.linalg.solve(products[:, :-1] + np.diag(penalty + 1e-9), products[:, -1])
    return solved


def _times(design: Array, weights: Array) -> Array:
    product: Array = np.matmul(_blocks(design), weights).ravel()[: len(design)]
    return product


def _blocks(rows: Array) -> Array:
    """Rows in blocks, the last one filled with zeros.

    Small products stay on one core: the library of linear algebra shares large ones out, and its threads then wait for
    each other with all their might while somebody else has the second core.
    """
    spare = -len(rows) % _BLOCK
    whole = np.concatenate([rows, np.zeros((spare, rows.shape[1]))]) if spare else np.ascontiguousarray(rows)
    return whole.reshape(-1, _BLOCK, rows.shape[1])


def _means(panel: Array) -> Array:
    """Each series' mean of what is known, 0 where nothing is."""
    known = np.isfinite(panel)
    mean: Array = np.where(known, panel, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean
