"""What will sell on average where most days sell nothing?

Croston (1972): smooth the size of the days that sold and the gap between them apart; size over gap is the mean.
Syntetos and Boylan (2005) take out its upward bias. Teunter, Syntetos and Babai (2011) smooth the chance of a sale
every day, so that a good that nobody buys any more fades.
"""

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

WEIGHT = 0.1


def croston(panel: Array, weight: float = WEIGHT) -> Array:
    """The mean of the next step of each series of a panel; 0 where nothing ever sold."""
    size, gap = _sizes_and_gaps(panel, weight)
    mean: Array = np.divide(size, gap, out=np.zeros_like(size), where=gap > 0)
    return mean


def syntetos_boylan(panel: Array, weight: float = WEIGHT) -> Array:
    """Croston's mean less its bias."""
    mean: Array = (1 - weight / 2) * croston(panel, weight)
    return mean


def fading(panel: Array, weight: float = WEIGHT) -> Array:
    """The mean by size and daily chance (TSB): goes towards zero with every step that sells nothing."""
    size, chance = np.zeros(len(panel)), np.zeros(len(panel))
    steps = np.zeros(len(panel))
    for column in panel.T:
        known, sold = np.isfinite(column), np.nan_to_num(column) > 0
        steps += known
        pace = np.where(known, np.maximum(weight, 1 / np.maximum(steps, 1)), 0.0)  # a mean, until it is one of many
        chance += pace * (sold - chance)
        size = np.where(sold, np.where(size > 0, size + weight * (column - size), column), size)
    mean: Array = size * chance
    return mean


def _sizes_and_gaps(panel: Array, weight: float) -> tuple[Array, Array]:
    size, gap, since = (np.zeros(len(panel)) for _ in range(3))
    for column in panel.T:
        since += np.isfinite(column)
        sold = np.nan_to_num(column) > 0
        is_first = sold & (gap == 0)
        size = np.where(is_first, column, np.where(sold, size + weight * (column - size), size))
        gap = np.where(is_first, since, np.where(sold, gap + weight * (since - gap), gap))
        since = np.where(sold, 0.0, since)
    return size, gap
