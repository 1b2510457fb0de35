"""How do series of unequal length stand side by side?

As rows that end together: `nan` before a series begins, never after. So one step of a method is one operation over all
series, and the last column is now.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


def panel_of(series: Sequence[Sequence[float] | Array]) -> Array:
    """The panel of the series. Each holds at least one value, all finite."""
    length = max((len(one) for one in series), default=1)
    panel = np.full((len(series), length), np.nan)
    for row, one in zip(panel, series, strict=True):
        assert len(one) > 0, "a series has a value"
        row[length - len(one) :] = one
    assert bool(np.isfinite(panel[:, -1:]).all()), "values are finite"
    return panel


def lengths_of(panel: Array) -> Array:
    """How many values each series has."""
    count: Array = np.isfinite(panel).sum(axis=1).astype(np.float64)
    return count
