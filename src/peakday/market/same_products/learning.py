"""How is the pair model learnt? Once, by hand, from labelled pairs; the house itself only reads what was learnt.

Gradient-boosted trees on the evidence of pairs. The cut of even precision and recall is the one of best F1 on the
validation pairs. The precision-first cut is for firm evidence (`rules/firm_evidence.py`), and chosen on predictions of
models that had not seen the pair: the lowest score from which on the precision is at least PRICE_PRECISION with
SURENESS, each pair counted once. It is a little above what is promised, since another file differs. It is chosen twice,
the stricter holds: among pairs not seen, and among pairs of products of which no pair was seen.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from peakday.market.same_products.rules.firm_evidence import firm_rows
from peakday.market.same_products.rules.pair_evidence import FEATURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRICE_PRECISION = 0.985
SURENESS = 0.95  # of the lower bound of a precision (Clopper and Pearson, one-sided)
UNCERTAIN_RECALL = 0.98  # below the score that keeps this share of the true pairs nobody is asked
FOLDS = 3
STRANGER_FOLDS = 2
SETTINGS: dict[str, Any] = {
    "max_iter": 300, "learning_rate": 0.1, "max_leaf_nodes": 31, "l2_regularization": 5, "max_features": 0.15,
    "min_samples_leaf": 8, "random_state": 0,
}  # fmt: skip


class Labelled(NamedTuple):
    """Evidence of pairs, what they are, and the clusters of a pair's two items (which tell strangers apart)."""

    rows: list[list[float]]
    labels: list[int]
    groups: list[tuple[int, int]]


def learn(pairs: Labelled, strangers: list[list[float]], tried: Labelled) -> dict[str, Any]:
    """The model as JSON values.

    Learnt on `pairs` and on `strangers`, evidence of pairs drawn from different clusters: a shop compares far more of
    them than a labelled file holds. The cuts are chosen on `pairs` by cross-validation, and on the tried pairs.
    """
    import numpy as np  # noqa: PLC0415 - only here
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415
    from sklearn.model_selection import cross_val_predict  # noqa: PLC0415

    given, groups = len(pairs.rows), np.array(pairs.groups) % STRANGER_FOLDS
    x = np.array(pairs.rows + strangers)
    y = np.array(pairs.labels + [0] * len(strangers))
    answers = np.array(tried.labels)
    made = HistGradientBoostingClassifier(**SETTINGS)
    unseen = cross_val_predict(made, x, y, cv=FOLDS, method="predict_proba")[:given, 1]
    made.fit(x, y)
    scores = made.predict_proba(np.array(tried.rows))[:, 1]
    all_scores, all_answers = np.concatenate([unseen, scores]), np.concatenate([y[:given], answers])
    trees = [_tree(grown[0].nodes) for grown in made._predictors]  # noqa: SLF001 - the library has no other door to them
    return {
        "features": list(FEATURES), "start": float(made._baseline_prediction[0, 0]),  # noqa: SLF001
        "same_from": best_cut(answers, scores),
        "price_from": max(
            _price_cut(np.concatenate([x[:given], np.array(tried.rows)]), all_answers, all_scores),
            _price_cut(*_of_strangers(x[:given], y[:given], groups)),
        ),
        "uncertain_from": float(np.quantile(all_scores[all_answers == 1], 1 - UNCERTAIN_RECALL)), "trees": trees,
    }  # fmt: skip


def _price_cut(rows: Any, labels: Any, scores: Any) -> float:
    """The cut of firm evidence; each pair once, however often and in whichever order a file has it."""
    import numpy as np  # noqa: PLC0415

    firm = np.flatnonzero(firm_rows(rows))
    once = firm[np.unique(rows[firm], axis=0, return_index=True)[1]]
    return cut_of_precision(labels[once], scores[once], PRICE_PRECISION)


def _of_strangers(x: Any, y: Any, folds: Any) -> tuple[Any, Any, Any]:
    """Rows, labels and scores of pairs of products of which no pair was learnt on."""
    import numpy as np  # noqa: PLC0415
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    rows, labels, scores = [], [], []
    for fold in range(STRANGER_FOLDS):
        learnt, told = (folds != fold).all(axis=1), (folds == fold).all(axis=1)
        made = HistGradientBoostingClassifier(**SETTINGS).fit(x[learnt], y[learnt])
        rows.append(x[told])
        labels.append(y[told])
        scores.append(made.predict_proba(x[told])[:, 1])
    return np.concatenate(rows), np.concatenate(labels), np.concatenate(scores)


def best_cut(labels: "NDArray[Any]", scores: "NDArray[Any]") -> float:
    """The score from which on saying "same" has the best F1."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(-scores)
    right = np.cumsum(labels[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + labels.sum())
    return float(scores[order][int(f1.argmax())])


def cut_of_precision(labels: "NDArray[Any]", scores: "NDArray[Any]", precision: float) -> float:
    """The lowest score from which on the precision is surely so; above every score where it never is."""
    import numpy as np  # noqa: PLC0415
    from scipy.stats import beta  # noqa: PLC0415

    order = np.argsort(-scores)
    right, said = np.cumsum(labels[order]), np.arange(1, len(order) + 1)
    held = np.flatnonzero(beta.ppf(1 - SURENESS, right, said - right + 1) >= precision)
    return float(scores[order][held[-1]]) if len(held) else 1.01


def _tree(nodes: Any) -> dict[str, Any]:
    """A tree as lists; a leaf looks at number 0 and points at itself."""
    leaf = nodes["is_leaf"].astype(bool)
    places = range(len(nodes))
    return {
        "f": [0 if leaf[at] else int(nodes["feature_idx"][at]) for at in places],
        "t": [0 if leaf[at] else round(float(nodes["num_threshold"][at]), 6) for at in places],
        "l": [at if leaf[at] else int(nodes["left"][at]) for at in places],
        "r": [at if leaf[at] else int(nodes["right"][at]) for at in places],
        "v": [round(float(nodes["value"][at]), 5) if leaf[at] else 0 for at in places],
    }
