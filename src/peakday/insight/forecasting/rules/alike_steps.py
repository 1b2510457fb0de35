"""What did a series sell in steps that were planned like the one asked for?

A step's likeness: depth of the price cut, display, mailer and prominence alike, the same day of the week, not long
ago. From it and from the levels of the last weeks come the signs that the pooled model weighs, all as logarithms
against the level of the last thirteen weeks. Our definition.
"""

import warnings
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

_OFFSET = 0.5
_FORGET = 0.97  # a week
_APART = (4.0, 1.0, 2.0, 0.0)  # how far a difference of depth, display, mailer, prominence puts two steps apart
_SHARP = 3.0
_OTHER_DAY = 0.5  # how far apart two days of the week are
_PROMOTED = 0.05  # of the places show it: it is on
_DEPTH_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known ahead, each series x steps (history and horizon), 0 to 1: depth of the price cut; the share of
    places with a display, with a mailer, and where it stands out (front page, a sale event's day).
    """

    depth: Array
    display: Array
    mailer: Array
    prominence: Array

    def of(self, rows: Flags) -> "Plan":
        """The plan of some series."""
        return Plan(self.depth[rows], self.display[rows], self.mailer[rows], self.prominence[rows])

    @property
    def drivers(self) -> tuple[Array, ...]:
        """The four, in the order of the fields."""
        return self.depth, self.display, self.mailer, self.prominence


@dataclass(frozen=True, slots=True)
class Sight:
    """What an origin sees of a step ahead: a row a series of signs, and its level in units."""

    signs: Array
    level: Array


def no_plan(series: int, steps: int) -> Plan:
    """Nothing is planned, or nothing is known of it."""
    return Plan(*(np.zeros((series, steps)) for _ in range(4)))


def planned_depth(depth: Array, mailer: Array, now: int) -> Array:
    """The depth of price cuts as a plan tells it: in steps of 5 %; where none was seen (`nan`: nothing sold), what is
    usual for the series with or without a mailer, by its history before step `now`. So a gap does not betray that
    nothing will be sold.
    """
    told = np.round(depth / _DEPTH_STEP) * _DEPTH_STEP
    seen, is_on = np.isfinite(told), mailer > _PROMOTED
    seen[:, now:] = False
    planned = np.where(np.isfinite(told), told, 0.0)
    for state in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a median of nothing: the series falls back to all
            usual = np.nanmedian(np.where(seen & (is_on == state), told, np.nan), axis=1)
            all_usual = np.nan_to_num(np.nanmedian(usual)) if len(usual) else 0.0
        usual = np.where(np.isfinite(usual), usual, all_usual)
        usual = np.round(usual / _DEPTH_STEP) * _DEPTH_STEP
        planned = np.where(~np.isfinite(told) & (is_on == state), usual[:, None], planned)
    return planned


def look(panel: Array, plan: Plan, origin: int, step: int, season: int) -> Sight:
    """What is seen from before `origin` of the step `step` ahead (1: the next)."""
    at = origin + step - 1
    history = panel[:, :origin]
    known = np.isfinite(history)
    sold = np.where(known, history, 0.0)
    level = _mean(sold, known, 13 * season)
    alike = _likeness(plan, origin, at, season) * known
    own = ((alike * sold).sum(axis=1) + level * 0.5) / (alike.sum(axis=1) + 0.5)
    recent = slice(max(0, origin - 6 * season), origin)
    now = ((alike[:, recent] * sold[:, recent]).sum(axis=1) + own) / (alike[:, recent].sum(axis=1) + 1.0)
    height = np.log(level + _OFFSET)
    levels = [own, now, *(_mean(sold, known, weeks * season) for weeks in (1, 4, 8, 26)), _middle(history, 13 * season)]
    ratios = [np.log(one + _OFFSET) - height for one in levels]
    faith = np.log1p(alike.sum(axis=1))
    signs = [*ratios, height, height**2, np.full(len(panel), np.log(step)), faith, ratios[0] * faith, np.abs(ratios[0])]
    return Sight(np.stack([*signs, *_planned(plan, origin, at, season, (height, ratios[0]))], axis=1), level)


def _likeness(plan: Plan, origin: int, at: int, season: int) -> Array:
    ages = np.arange(origin - 1, -1, -1) / season
    apart = np.zeros((len(plan.depth), origin))
    for driver, weight in zip(plan.drivers, _APART, strict=True):
        if weight and driver.any():
            apart += weight * np.abs(driver[:, :origin] - driver[:, at : at + 1])
    apart += _OTHER_DAY * ((np.arange(origin) - at) % season != 0)
    likeness: Array = np.exp(-_SHARP * apart) * _FORGET**ages
    return likeness


def _planned(plan: Plan, origin: int, at: int, season: int, level: tuple[Array, Array]) -> list[Array]:
    """The signs of the plan itself: now, against the quarter, the last month and the last step before it."""
    height, own = level
    quarter, month = (slice(max(0, origin - weeks * season), origin) for weeks in (13, 4))
    signs: list[Array] = []
    against = []
    for driver in plan.drivers:
        now, was = driver[:, at], driver[:, quarter].mean(axis=1)
        against.append(now - was)
        signs += [now, now - was, driver[:, month].mean(axis=1) - was, driver[:, at - 1] - was]
    depth, _, mailer, _ = against
    is_on, was_on = plan.mailer[:, at] > _PROMOTED, plan.mailer[:, at - 1] > _PROMOTED
    signs += [np.maximum(depth - 0.15, 0), np.maximum(depth - 0.3, 0), np.minimum(depth, 0)]
    signs += [depth * plan.mailer[:, at], depth * plan.display[:, at], depth * height, mailer * height, depth * own]
    states = (is_on, is_on & ~was_on, was_on & ~is_on, plan.depth[:, at - 1] > plan.depth[:, at] + 0.1)
    return [*signs, *(state.astype(np.float64) for state in states)]


def _mean(sold: Array, known: Flags, steps: int) -> Array:
    """The mean of what is known of the last steps; of everything where those hold nothing."""
    total, count = sold[:, -steps:].sum(axis=1), known[:, -steps:].sum(axis=1)
    mean: Array = total / np.maximum(count, 1)
    return mean


def _middle(history: Array, steps: int) -> Array:
    """The median of what is known of the last steps, 0 where nothing is."""
    last = history[:, -steps:]
    if np.isfinite(last).all():
        whole: Array = np.median(last, axis=1)
        return whole
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        some: Array = np.nan_to_num(np.nanmedian(last, axis=1))
    return some
