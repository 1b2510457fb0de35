"""Which series rise beyond their category, their season and one seller's luck?

Weekly units of many series (segments, search words, attributes) are looked at together. What a series may be expected
to sell is its own level of the half year before, moved as its parent category moved and, where last year is known, as
the same weeks moved then. Two questions are asked of the rest, both in units of the series' own unrest: did the last
weeks leave the level (a *burst*), and did the half year climb step by step (*growth*)? What one seller alone lifted is
no rise: each answer must stand without the seller who added most. Unrest has fat tails, so how large an answer must be
is not read from a table but from the same panel's past: an alarm is an answer that at most `false_rate` of the series
got at earlier weeks, when most of what stirred was not new either. All of it is our definition; `peakday bench trends`
holds it against rises, seasons and single sellers planted into a real year.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from peakday.insight.trends.model import Rise

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

BURST_WEEKS, LEVEL_WEEKS = 4, 20
GROWTH_WEEKS, STEPS = 24, 4
WEEKS_MIN = GROWTH_WEEKS + 1
PARENT_UNITS = 500.0  # a parent that sells less a week hardly moves what is expected
UNITS_MIN = 5.0  # a week: smaller series are not asked about
RATIO_MIN = 1.25
FALSE_RATE_MAX = 0.08  # of the series, at earlier weeks; what is left when real rises are taken off is `bench trends`'
PAST_EVERY_WEEKS, PASTS_MAX = 4, 7
POOL_WEIGHT = 12.0
REST_WEIGHT = 1.5  # an answer counts at most so many times what it is without the first seller
LASTS_MIN = 0.8  # times what was expected, in a burst's other weeks than its best
YEARLY_MIN = 1.6
HOLDS_MIN = 0.5  # of the highest step of a half year stays at its end


@dataclass(frozen=True, slots=True)
class Panel:
    """Weekly units of series by seller: one row of `units` for each (series, seller), weeks in columns, oldest first.

    `series` and `parent` are numbers from 0: of each row its series, of each series its parent category. `season`: how
    many weeks ago the same season was; None where it is not known.
    """

    units: Array  # rows x weeks
    series: Numbers  # of each row
    parent: Numbers  # of each series
    season: int | None = 52

    def until(self, week: int) -> "Panel":
        """The panel as it was when so many weeks had passed."""
        return Panel(self.units[:, :week], self.series, self.parent, self.season)

    @property
    def weeks(self) -> int:
        """How many weeks it holds."""
        return int(self.units.shape[1])


@dataclass(frozen=True, slots=True)
class Alarm:
    """A series that rises: how, how strongly, to how many times what was expected, and how rare that is."""

    series: int
    rise: Rise
    strength: float
    ratio: float
    chance: float  # of an answer at least as strong where nothing new happened, by the panel's own past


@dataclass(frozen=True, slots=True)
class _Answers:
    strength: Array
    ratio: Array


_Question: TypeAlias = Callable[[Array, Array], _Answers]  # units of series and of their parents, series x weeks


def find_rises(panel: Panel, false_rate: float = FALSE_RATE_MAX) -> list[Alarm]:
    """The series that rise in the panel's last weeks, the strongest first; each at most once, as what is rarer.

    Of a panel with fewer than `WEEKS_MIN` weeks before its first past there is nothing to say: no alarms.
    """
    pasts = [panel.weeks - PAST_EVERY_WEEKS * back for back in range(1, PASTS_MAX + 1)]
    pasts = [week for week in pasts if week >= WEEKS_MIN + (panel.season or 0)]
    if not pasts or not len(panel.parent):
        return []
    found: dict[int, Alarm] = {}
    for rise, ask in ((Rise.BURST, ask_burst), (Rise.GROWTH, ask_growth)):
        now = ask(panel)
        past = np.concatenate([ask(panel.until(week)).strength for week in pasts])
        chance = _chances(now.strength, past)
        for series in np.flatnonzero((chance <= false_rate / len(Rise)) & (now.strength > 0)).tolist():
            one = Alarm(series, rise, float(now.strength[series]), float(now.ratio[series]), float(chance[series]))
            if series not in found or (one.chance, -one.strength) < (found[series].chance, -found[series].strength):
                found[series] = one
    return sorted(found.values(), key=lambda one: (one.chance, -one.strength, one.series))


def ask_burst(panel: Panel) -> _Answers:
    """Did the last weeks leave the level of the weeks before?"""
    ask = slice(panel.weeks - BURST_WEEKS, panel.weeks)
    level = slice(ask.start - LEVEL_WEEKS, ask.start)

    def rise(units: Array, parents: Array) -> _Answers:
        usual = units[:, level].mean(axis=1)
        unrest = _unrest(units, level, BURST_WEEKS)
        season = _seasons(units, level, ask, panel.season, unrest)
        expected = usual[:, None] * _moved(parents, level, ask) * season[:, None]
        sold, hoped = units[:, ask].sum(axis=1), expected.sum(axis=1)
        spread = np.sqrt(unrest * np.maximum(hoped, 1) * (1 + BURST_WEEKS / LEVEL_WEEKS))
        best = (units[:, ask] - expected).argmax(axis=1)[:, None]  # one week is no rise yet
        others = sold - np.take_along_axis(units[:, ask], best, axis=1)[:, 0]
        lasts = others >= LASTS_MIN * (hoped - np.take_along_axis(expected, best, axis=1)[:, 0])
        strength = np.where(lasts, (sold - hoped) / spread, 0.0)
        return _Answers(
            _with_last_year(strength, units, parents, ask, panel.season, unrest), sold / np.maximum(hoped, 1)
        )

    return _standing(panel, rise, ask, level)


def ask_growth(panel: Panel) -> _Answers:
    """Did the half year climb, step by step?"""
    span = slice(panel.weeks - GROWTH_WEEKS, panel.weeks)
    first = slice(span.start, span.start + GROWTH_WEEKS // STEPS)
    last = slice(span.stop - GROWTH_WEEKS // STEPS, span.stop)

    def rise(units: Array, parents: Array) -> _Answers:
        moved = _moved(parents, span, span)
        steps = _steps(units[:, span] / moved)
        climb, level = steps @ _CLIMB, steps.mean(axis=1)
        weeks = GROWTH_WEEKS // STEPS
        unrest = _unrest(units, span, weeks, trend=True)
        step_spread = np.sqrt(unrest * np.maximum(level, 1) / weeks)
        spread = step_spread * float(np.linalg.norm(_CLIMB))
        then, half = np.zeros(len(units)), slice(span.start + GROWTH_WEEKS // 2, span.stop)
        if panel.season is not None and span.start - panel.season >= 0:
            past = _steps(units[:, span.start - panel.season : span.stop - panel.season])
            then = np.maximum(0.0, past @ _CLIMB - spread) * level / np.maximum(past.mean(axis=1), 1.0)
        began_before, holds = steps[:, 1:3].mean(axis=1) > steps[:, 0], steps[:, 3] >= HOLDS_MIN * steps.max(axis=1)
        net = (climb - then) / float(_CLIMB @ _CLIMB)  # units a week and step
        ratio = (level + 3 * net) / np.maximum(np.maximum(level - 3 * net, level / 10), 0.1)
        strength = np.where(began_before & holds, (climb - then) / spread, 0.0)
        return _Answers(_with_last_year(strength, units, parents, half, panel.season, unrest), ratio)

    return _standing(panel, rise, last, first)


_CLIMB = np.array([-3.0, -1.0, 1.0, 3.0])  # the linear contrast of four steps


def _steps(weeks: Array) -> Array:
    """Units a week in each part of the half year."""
    return np.asarray(weeks.reshape(len(weeks), STEPS, -1).mean(axis=2))


def _with_last_year(
    strength: Array, units: Array, parents: Array, weeks: slice, season: int | None, unrest: Array
) -> Array:  # fmt: skip
    """Where last year is known, a second witness: the same weeks then, moved as the parents moved in a year."""
    if season is None or weeks.start - season < 0:
        return strength
    before = slice(weeks.start - season, weeks.stop - season)
    year = (parents[:, weeks].mean(axis=1) + PARENT_UNITS) / (parents[:, before].mean(axis=1) + PARENT_UNITS)
    hoped, sold = units[:, before].sum(axis=1) * year, units[:, weeks].sum(axis=1)
    yearly = (sold - hoped) / np.sqrt(unrest * np.maximum(sold + hoped, 1))
    both = (strength > 0) & (sold >= YEARLY_MIN * hoped)
    return np.asarray(np.where(both, (strength + yearly) / math.sqrt(2), 0.0))


def _standing(panel: Panel, rise: _Question, ask: slice, level: slice) -> _Answers:
    """The answers, none where the rise is too small to care about or does not stand without one seller."""
    totals = sum_up(panel.units, panel.series, len(panel.parent))
    parents = sum_up(totals, panel.parent, int(panel.parent.max(initial=-1)) + 1)[panel.parent] - totals
    whole = rise(totals, parents)
    added = panel.units[:, ask].mean(axis=1) - panel.units[:, level].mean(axis=1)
    order = np.lexsort((added, panel.series))
    top = order[np.append(np.diff(panel.series[order]) != 0, True)]  # of each series the seller who added most
    without = totals.copy()
    without[panel.series[top]] -= panel.units[top]
    rest = rise(without, parents)
    is_rise = (
        (whole.ratio >= RATIO_MIN)
        & (rest.ratio >= 1 + (RATIO_MIN - 1) / 4)
        & (rest.strength > 0)
        & (totals[:, ask].mean(axis=1) >= UNITS_MIN)
    )
    strength = np.minimum(whole.strength, rest.strength * REST_WEIGHT)
    return _Answers(np.where(is_rise, strength, 0.0), whole.ratio)


def sum_up(rows: Array, groups: Numbers, count: int) -> Array:
    """The rows' sums by group."""
    total = np.zeros((count, rows.shape[1]))
    np.add.at(total, groups, rows)
    return total


def _moved(parents: Array, level: slice, ask: slice) -> Array:
    """How the parents' other series sold in the weeks of `ask` against their level; small parents say little."""
    usual = parents[:, level].mean(axis=1, keepdims=True)
    return np.asarray((parents[:, ask] + PARENT_UNITS) / (usual + PARENT_UNITS))


def _seasons(units: Array, level: slice, ask: slice, season: int | None, unrest: Array) -> Array:
    """How the same weeks of last year rose above theirs, as far as that was no chance; never below one."""
    if season is None or level.start - season < 0:
        return np.ones(len(units))
    then = units[:, ask.start - season : ask.stop - season].mean(axis=1)
    usual = units[:, level.start - season : level.stop - season].mean(axis=1)
    chance = np.sqrt(unrest * np.maximum(usual, 1.0) / (ask.stop - ask.start))
    return np.asarray(np.maximum(1.0, (then - chance / 2 + 1.0) / (usual + 1.0)))


def _unrest(units: Array, span: slice, block: int, *, trend: bool = False) -> Array:
    """How many times a Poisson's variance the sums of `block` weeks have, each series drawn to all; at least once."""
    weeks = units[:, span]
    at = np.arange(weeks.shape[1]) - (weeks.shape[1] - 1) / 2
    level = weeks.mean(axis=1, keepdims=True)
    if trend:
        level = np.maximum(level + (weeks @ at / (at @ at))[:, None] * at, 0.1)
    count = weeks.shape[1] // block
    missed = (weeks - level)[:, -count * block :].reshape(len(weeks), count, block).sum(axis=2)
    usual = np.broadcast_to(level, weeks.shape)[:, -count * block :].reshape(len(weeks), count, block).sum(axis=2)
    own = (missed**2 / np.maximum(usual, 1.0)).mean(axis=1)
    return np.asarray(np.maximum(1.0, (own * count + float(np.median(own)) * POOL_WEIGHT) / (count + POOL_WEIGHT)))


def _chances(now: Array, past: Array) -> Array:
    """Of each answer, the share of the past's that were at least as strong; the answer itself is one of them."""
    ordered = np.sort(past)
    above = len(ordered) - np.searchsorted(ordered, now, side="left")
    return np.asarray((above + 1) / (len(ordered) + 1))
