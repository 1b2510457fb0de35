"""How many of the hidden people of a segment does a look-alike crowd find?

Complete Journey: 2,469 households that bought in one real year. Ten segments: the buyers of a product category, the ten
categories whose share of buyers is nearest to 10 %. A fifth of the buyers is hidden; the others are the seed. Features
are the numbers of baskets with each other category; the segment's own category is taken out. Of all who are not in the
seed, the best 1 % and 10 % of the households are asked for: recall = hidden people among them / hidden people, lift =
their density among them / among all who are not in the seed; means over ten segments and their standard deviation.
Against: popularity (who has most baskets), logistic regression as it comes (C = 1), and one with its penalty chosen by
cross-validation, on the same features.
"""

import statistics
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from peakday.apps.importers.complete_journey import find_sample
from peakday.insight.audiences.api import score_likeness, shrunk_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEGMENTS = 10
SHARE = 0.10
HIDDEN = 5  # one of so many
DRAW = 100
DEPTHS = (0.01, 0.10)
SEEN_MIN = 0.005  # of the households: categories of fewer are left out
_COUNTS = """
select household_id, product_category, count(distinct basket_id) as baskets
from read_parquet($lines) join read_parquet($products) using (product_id)
where product_category is not null
group by household_id, product_category
"""


def _plain(counts: "NDArray[Any]", seed: "NDArray[Any]") -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - the extra `science`
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    features = StandardScaler().fit_transform(np.log1p(counts))
    scores: NDArray[Any] = LogisticRegression(max_iter=1_000).fit(features, seed).decision_function(features)
    return scores


def _tuned(counts: "NDArray[Any]", seed: "NDArray[Any]") -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415

    return shrunk_scores(np.log1p(counts), seed)


METHODS: dict[str, Callable[[Any, Any], Any]] = {
    "ours": score_likeness,
    "logistic": _plain,
    "logistic_tuned": _tuned,
    "popularity": lambda counts, _: counts.sum(axis=1),
}


def run(segments: int = SEGMENTS, methods: Sequence[str] = tuple(METHODS)) -> dict[str, object]:
    """Run the bench; returns what `peakday bench lookalike --json` prints."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415 - of scikit-learn

    with threadpool_limits(1):
        return _run(segments, methods)


def _run(segments: int, methods: Sequence[str]) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    baskets, categories = _baskets()
    households = len(baskets)
    order = np.argsort(np.abs((baskets > 0).mean(axis=0) - SHARE), kind="stable")[:segments]
    found: dict[str, list[tuple[float, float]]] = {}
    names = []
    for number, column in enumerate(order):
        draw = np.random.default_rng(DRAW + number)
        members = np.flatnonzero(baskets[:, column] > 0)
        hidden, seed = np.zeros(households, bool), np.zeros(households, bool)
        hidden[draw.choice(members, len(members) // HIDDEN, replace=False)] = True
        seed[members] = True
        seed &= ~hidden
        counts = np.delete(baskets, column, axis=1)
        counts = counts[:, (counts > 0).mean(axis=0) >= SEEN_MIN]
        names.append(str(categories[column]))
        for method in methods:
            ranked = np.flatnonzero(~seed)
            ranked = ranked[np.argsort(-METHODS[method](counts, seed)[ranked], kind="stable")]
            for depth in DEPTHS:
                best = hidden[ranked[: int(households * depth)]]
                told = float(best.sum() / hidden.sum()), float(best.mean() / hidden[ranked].mean())
                found.setdefault(f"{method}_{depth:.0%}".replace("%", "pc"), []).append(told)
    return {"households": households, "segments": len(names), **_summary(found), "names": names, **_wins(found)}


def _summary(found: dict[str, list[tuple[float, float]]]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name, figures in found.items():
        for which, values in zip(("recall", "lift"), zip(*figures, strict=True), strict=True):
            told[f"{which}_{name}"] = round(statistics.mean(values), 3)
            told[f"{which}_{name}_sd"] = round(statistics.stdev(values), 3) if len(values) > 1 else None
    return told


def _wins(found: dict[str, list[tuple[float, float]]]) -> dict[str, object]:
    """In how many segments ours found more, as many, and fewer than each rival at 10 %."""
    ours = [recall for recall, _ in found["ours_10pc"]]
    told: dict[str, object] = {}
    for rival in [name for name in METHODS if name != "ours" and f"{name}_10pc" in found]:
        theirs = [recall for recall, _ in found[f"{rival}_10pc"]]
        signs = [(our > their) - (our < their) for our, their in zip(ours, theirs, strict=True)]
        told[f"more_even_fewer_than_{rival}"] = [signs.count(1), signs.count(0), signs.count(-1)]
    return told


def _baskets() -> tuple["NDArray[Any]", "NDArray[Any]"]:
    import numpy as np  # noqa: PLC0415

    sample = find_sample()
    files = {"lines": str(sample.file("transactions")), "products": str(sample.file("products"))}
    rows = duckdb.connect().execute(_COUNTS, files).fetchall()
    households, row = np.unique([int(one[0]) for one in rows], return_inverse=True)
    categories, column = np.unique([str(one[1]) for one in rows], return_inverse=True)
    table = np.zeros((len(households), len(categories)))
    table[row, column] = [int(one[2]) for one in rows]
    return table, categories
