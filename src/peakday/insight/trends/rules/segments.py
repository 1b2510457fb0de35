"""In which segment does demand outgrow supply, and which segment is full? (SYSTEMS 8, 10; our definitions)

Demand is the number of orders with goods of the segment, supply the number of its items on offer; both of one half year
against the one before. Gap = ln(demand after / before) - ln(supply after / before): above 0 demand outgrew supply. It
is sure when chance alone (orders as Poisson counts) gives such a one in few of all the segments that are looked at
(Benjamini and Hochberg 1995, a share of FALSE_MAX false ones among the sure).

A brand (told by its shop) emerges in a segment where it was small and its orders outgrew the segment's, sure in the
same way. Reach is the number of different buyers so far. It is held against a curve that levels off,
C(t) = K (1 - exp(-t / T)), fitted by least squares: a segment has come to C / K of the level that it tends to. Full is
who came to FULL_LEVEL and does not grow faster than the market.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np

from peakday.kernel.text import Text

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

FALSE_MAX = 0.1
ORDERS_MIN = 30  # in each half: fewer tell nothing
SMALL_SHARE = 0.03  # of a segment's orders: who had more is no newcomer
FULL_LEVEL = 0.95
LINEAR_SPANS = 20.0  # a time constant of so many spans is a straight line: no level is in sight


class Fill(StrEnum):
    """How full a segment is."""

    OPEN = "open"
    FILLING = "filling"
    FULL = "full"

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _LABELS[self]


_LABELS = {
    Fill.OPEN: Text("仍在扩圈", "New buyers keep coming"),
    Fill.FILLING: Text("接近见顶", "Filling up"),
    Fill.FULL: Text("已见顶", "Full"),
}
_FILLING_LEVEL = 0.8
_SPANS = 121


@dataclass(frozen=True, slots=True)
class Half:
    """What a segment came to in half a year."""

    orders: int
    units: int
    buyers: int
    items: int  # on offer
    shops: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Demand and supply after / before, how far the one outgrew the other, and whether that is more than chance."""

    demand: float
    supply: float
    chance: float  # of a gap as large by luck alone
    is_sure: bool

    @property
    def times(self) -> float:
        """Demand's growth over supply's."""
        return self.demand / self.supply


def find_gaps(halves: Sequence[tuple[Half, Half]]) -> list[Gap | None]:
    """The gap of each segment (before, after); None where a half has too few orders."""
    chances = [_chance(before, after) for before, after in halves]
    sure = _sure([1.0 if chance is None else chance for chance in chances])
    return [
        None if chance is None else Gap(after.orders / before.orders, after.items / before.items, chance, is_sure)
        for (before, after), chance, is_sure in zip(halves, chances, sure, strict=True)
    ]


def find_emerging(brands: Sequence[tuple[int, int, Half, Half]]) -> list[bool]:
    """Which brands emerge: (its orders before, after, its segment before, after). Small before, and sure to outgrow it.

    Small is who had at most SMALL_SHARE of the segment's orders; half an order is added, for many had none before.
    """
    chances = [
        _rise_chance(before + 0.5, after + 0.5, math.log(max(whole_after.orders, 1) / max(whole.orders, 1)))
        if before <= SMALL_SHARE * whole.orders
        else 1.0
        for before, after, whole, whole_after in brands
    ]
    return _sure(chances)


def reach_levels(reach: Array) -> Array:
    """How much of the level that it tends to each segment has reached, 0 to 1.

    `reach`: segments x weeks, the buyers so far. 0 where the curve is nearer to a straight line, or nobody bought.
    """
    segments, weeks = reach.shape
    if not segments or weeks < 2:
        return np.zeros(segments)
    spans = weeks * LINEAR_SPANS ** np.linspace(-2, 1, _SPANS)
    curves = 1 - np.exp(-(np.arange(weeks) + 1) / spans[:, None])
    levels = reach @ curves.T / (curves**2).sum(axis=1)
    misses = (reach**2).sum(axis=1)[:, None] - levels**2 * (curves**2).sum(axis=1)
    best = misses.argmin(axis=1)
    level = np.take_along_axis(levels, best[:, None], axis=1)[:, 0]
    is_level = (best < _SPANS - 1) & (level > 0)
    found: Array = np.where(is_level, np.minimum(1.0, reach[:, -1] / np.where(level > 0, level, 1.0)), 0.0)
    return found


def fill_of(level: float, demand: float, market: float) -> Fill:
    """How full a segment is by its reach's level and its orders' growth beside the whole market's."""
    if level >= FULL_LEVEL and demand <= market:
        return Fill.FULL
    return Fill.FILLING if level >= _FILLING_LEVEL else Fill.OPEN


def _chance(before: Half, after: Half) -> float | None:
    if min(before.orders, after.orders) < ORDERS_MIN or not (before.items and after.items):
        return None
    return _rise_chance(before.orders, after.orders, math.log(after.items / before.items))


def _rise_chance(before: float, after: float, usual: float) -> float:
    """The chance that two Poisson counts rise so much more than by `usual` (logarithms) by luck alone."""
    rise = math.log(after / before) - usual
    return math.erfc(rise / math.sqrt(1 / before + 1 / after) / math.sqrt(2)) / 2


def _sure(chances: Sequence[float]) -> list[bool]:
    """Which hypotheses the step-up procedure of Benjamini and Hochberg rejects."""
    ordered = sorted(range(len(chances)), key=chances.__getitem__)
    last = max(
        (rank for rank, at in enumerate(ordered, 1) if chances[at] <= FALSE_MAX * rank / len(chances)), default=0
    )
    sure = [False] * len(chances)
    for at in ordered[:last]:
        sure[at] = True
    return sure
