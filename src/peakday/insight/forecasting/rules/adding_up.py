"""How do forecasts of parts and of the whole come to agree, to the last thousandth of a piece?

Parts and whole are forecast apart and then moved as little as their own past misses allow: who was more often wrong
moves more (minimum trace with a diagonal of variances, Wickramasuriya, Athanasopoulos and Hyndman 2019). Whole
thousandths are then shared out by largest remainder, so that regions sum to the SKU and SKUs to the shop exactly.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from peakday.kernel.money import split

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

_NEGLIGIBLE = 1e-9


def reconcile(parts: Array, whole: Array, part_variance: Array, whole_variance: float) -> Array:
    """The parts (rows x steps) after they met the whole (steps); never below zero. Variances: of past misses."""
    assert parts.shape[1] == len(whole), "parts and whole have the same steps"
    weight = np.maximum(part_variance, 0) + _NEGLIGIBLE
    gap = whole - parts.sum(axis=0)
    moved: Array = np.maximum(parts + np.outer(weight / (weight.sum() + max(whole_variance, 0.0)), gap), 0.0)
    return moved


def share_out(milli: Sequence[int], shares_ppm: Sequence[int]) -> list[list[int]]:
    """Each step's thousandths to each share, a list a share; the sums are the steps' exactly."""
    parts = [split(step, shares_ppm) for step in milli]
    return [[part[at] for part in parts] for at in range(len(shares_ppm))]


def shrunk_shares(sold: Sequence[float], usual: Sequence[float], trust: float) -> list[int]:
    """Shares (parts per million, sum exactly a million) of places by what one SKU sold there, pulled to what is usual.

    A SKU with `trust` pieces stands halfway between its own shares and the usual ones. Equal where nothing is known.
    """
    own, whole = sum(sold), sum(usual)
    weights = [
        mine + trust * (theirs / whole if whole else 1 / len(usual)) for mine, theirs in zip(sold, usual, strict=True)
    ]
    assert own >= 0, "nothing sells less than nothing"
    fine = [round(weight * 1_000_000) for weight in weights]
    return split(1_000_000, fine if any(fine) else [1] * len(fine))
