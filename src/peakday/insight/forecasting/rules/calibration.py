"""Did the forecasts that were shown keep their word?

A range of 80 % is to hold 80 of 100 truths, bias is to be nothing, and the misses are held against the last week again.
Counted over all days of all forecasts, so that large and small SKUs speak as often as they were shown (X-04).
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from peakday.insight.forecasting.model import Score
from peakday.insight.forecasting.rules.scores import pinball
from peakday.insight.forecasting.rules.spread import LEVELS

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


def score(means: Array, naive: Array, quantiles: Array, truth: Array) -> Score:
    """The sums over forecasts x days; `quantiles` has the levels as its last axis. At least one cell."""
    assert truth.size > 0, "something was forecast"
    low95, low80, _, _, _, high80, high95 = np.moveaxis(quantiles, -1, 0)
    losses = [pinball(truth, quantiles[..., at], level) for at, level in enumerate(LEVELS)]
    return Score(
        cells=truth.size,
        inside_80=int(((low80 <= truth) & (truth <= high80)).sum()),
        inside_95=int(((low95 <= truth) & (truth <= high95)).sum()),
        pinball=float(np.mean(losses)) * truth.size,
        miss=float((means - truth).sum()),
        absolute=float(np.abs(quantiles[..., 3] - truth).sum()),
        naive_absolute=float(np.abs(naive - truth).sum()),
        sold=float(truth.sum()),
    )


def add_scores(scores: Sequence[Score]) -> Score | None:
    """All of them together; None of none."""
    if not scores:
        return None
    names = ("cells", "inside_80", "inside_95", "pinball", "miss", "absolute", "naive_absolute", "sold")
    return Score(*(sum(getattr(one, name) for one in scores) for name in names))
