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


@dataclass(frozen=True)
class PairModel:
    """Trees as parallel arrays, one row a tree. A leaf points at itself, so a walk of `depth` steps ends in one."""

    start: float
    feature: Any  # (trees, nodes) which number of the evidence a node looks at
    threshold: Any  # goes left at or below
    left: Any
    right: Any
    value: Any  # what a leaf adds to the log odds
    depth: int
    same_from: float  # the most even point of precision and recall, chosen on the validation file
    price_from: float  # the precision-first point, of firm evidence
    uncertain_from: float

    def probabilities(self, evidence: Sequence[Sequence[float]]) -> "NDArray[Any]":
        """One probability a row of evidence."""
        import numpy as np  # noqa: PLC0415 - only where goods are compared

        rows = np.asarray(evidence, dtype=float).reshape(-1, len(FEATURES))
        odds = np.full(len(rows), self.start)
        every = np.arange(len(rows))
        for tree in range(len(self.feature)):
            feature, threshold = self.feature[tree], self.threshold[tree]
            left, right = self.left[tree], self.right[tree]
            node = np.zeros(len(rows), dtype=np.intp)
            for _ in range(self.depth):
                below = np.where(rows[every, feature[node]] <= threshold[node], left[node], right[node])
                if np.array_equal(below, node):
                    break
                node = below
            odds += self.value[tree][node]
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def read_model(told: dict[str, Any]) -> PairModel:
    """The model of its JSON form; refuses one that was learnt on other evidence."""
    import numpy as np  # noqa: PLC0415 - only where goods are compared

    assert tuple(told["features"]) == FEATURES, "the model was learnt on other evidence: learn it again"
    trees = told["trees"]
    nodes = max(len(tree["f"]) for tree in trees)

    def table(name: str, kind: str) -> Any:
        found = np.zeros((len(trees), nodes), dtype=kind)
        for place, tree in enumerate(trees):
            found[place, : len(tree[name])] = tree[name]
        return found

    return PairModel(
        start=told["start"], feature=table("f", "intp"), threshold=table("t", "float64"), left=table("l", "intp"),
        right=table("r", "intp"), value=table("v", "float64"), depth=told["depth"], same_from=told["same_from"],
        price_from=told["price_from"], uncertain_from=told["uncertain_from"],
    )  # fmt: skip


@cache
def shipped_model() -> PairModel:
    """The model that comes with the house, read once a process."""
    return read_model(json.loads(files("peakday.market.same_products").joinpath(MODEL_FILE).read_text("utf-8")))
