"""How likely is it that two items are one product?

A sum of small decision trees over the evidence of a pair, learnt by gradient boosting and shipped as numbers only:
`peakday bench same-products --learn` learns them again from the public pairs. Working them out needs numpy, no more.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from peakday.market.same_products.rules.pair_evidence import FEATURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL_FILE = "pair_model.json"


ROWS_AT_ONCE = 128  # times the trees, what is walked together stays in the processor's cache


@dataclass(frozen=True)
class PairModel:
    """All trees as parallel arrays, one place a node. A leaf points at itself."""

    start: float
    roots: Any
    feature: Any  # which number of the evidence a node looks at
    threshold: Any  # goes left at or below
    left: Any
    right: Any
    value: Any  # what a leaf adds to the log odds
    same_from: float  # the most even point of precision and recall, chosen on the validation file
    price_from: float  # the precision-first point, of firm evidence
    uncertain_from: float

    def probabilities(self, evidence: Sequence[Sequence[float]]) -> "NDArray[Any]":
        """One probability a row of evidence."""
        import numpy as np  # noqa: PLC0415 - only where goods are compared

        rows = np.asarray(evidence, dtype=float).reshape(-1, len(FEATURES))
        odds = [self._odds(rows[start : start + ROWS_AT_ONCE]) for start in range(0, len(rows), ROWS_AT_ONCE)]
        return np.asarray(1.0 / (1.0 + np.exp(-np.concatenate(odds)))) if odds else np.empty(0)

    def _odds(self, rows: "NDArray[Any]") -> "NDArray[Any]":
        """Walk all rows down all trees at once, until each has come to a leaf."""
        import numpy as np  # noqa: PLC0415 - only where goods are compared

        numbers = rows.ravel()
        begins = np.repeat(np.arange(len(rows)) * len(FEATURES), len(self.roots))
        node = np.tile(self.roots, len(rows))
        walking = np.arange(len(node))
        while len(walking):
            at = node[walking]
            goes_left = numbers[begins[walking] + self.feature[at]] <= self.threshold[at]
            below = np.where(goes_left, self.left[at], self.right[at])
            node[walking] = below
            walking = walking[self.left[below] != below]
        return np.asarray(self.start + self.value[node].reshape(len(rows), -1).sum(axis=1))


def read_model(told: dict[str, Any]) -> PairModel:
    """The model of its JSON form; refuses one that was learnt on other evidence."""
    import numpy as np  # noqa: PLC0415 - only where goods are compared

    assert tuple(told["features"]) == FEATURES, "the model was learnt on other evidence: learn it again"
    trees = told["trees"]
    sizes = [len(tree["f"]) for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype("intp")
    moved = np.repeat(roots, sizes)

    def table(name: str, kind: str) -> Any:
        return np.concatenate([tree[name] for tree in trees]).astype(kind)

    return PairModel(
        start=told["start"], roots=roots, feature=table("f", "intp"), threshold=table("t", "float64"),
        left=table("l", "intp") + moved, right=table("r", "intp") + moved, value=table("v", "float64"),
        same_from=told["same_from"], price_from=told["price_from"], uncertain_from=told["uncertain_from"],
    )  # fmt: skip


@cache
def shipped_model() -> PairModel:
    """The model that comes with the house, read once a process."""
    return read_model(json.loads(files("peakday.market.same_products").joinpath(MODEL_FILE).read_text("utf-8")))
