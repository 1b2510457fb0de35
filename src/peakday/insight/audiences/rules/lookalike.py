"""Who is most like the people of a seed?

Two models vote, each by its standardised score. One is a logistic regression that is shrunk hard: a person has hundreds
of counts and a seed a few hundred people, so the usual penalty fits noise; the penalty is chosen by guessing held-out
parts of the seed. The other is a forest of extremely random trees, each person judged only by trees that did not see
that person: the seed that one does not know of is among the others, and trees would learn it by heart.
Our definition; `peakday bench lookalike` holds it against plain logistic regression, a tuned one and popularity.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED_MIN = 20
PENALTIES = (0.0003, 0.001, 0.003, 0.01)  # C of scikit-learn: the smaller, the harder it shrinks
FOLDS = 4
TREES = 200
LEAF = 3
STEPS_MAX = 300


def score_likeness(counts: "NDArray[Any]", is_seed: "NDArray[Any]", draw: int = 0) -> "NDArray[Any]":
    """How like the seed each person is; comparable within one call only.

    `counts`: people × features, not negative; `is_seed`: people, bool, at least SEED_MIN of them and as many others.
    """
    import numpy as np  # noqa: PLC0415 - only who expands a crowd pays for it
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415 - of scikit-learn

    assert min(is_seed.sum(), (~is_seed).sum()) >= SEED_MIN, "too few people on one side"
    logs = np.log1p(counts)
    logs = logs[:, logs.std(axis=0) > 0]
    if not logs.shape[1]:
        return np.zeros(len(counts))
    with threadpool_limits(1):  # small tables: threads that wait for each other cost ten times the work
        votes = shrunk_scores(logs, is_seed, draw), _forest_scores(logs, is_seed, draw)
    scores: NDArray[Any] = _standard(votes[0]) + _standard(votes[1])
    return scores


def shrunk_scores(logs: "NDArray[Any]", is_seed: "NDArray[Any]", draw: int = 0) -> "NDArray[Any]":
    """The log odds by a logistic regression whose penalty guessed the seed's held-out parts best."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - the extra `science`
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415
    from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415

    features = _standard(logs)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=draw)

    def skill(penalty: float) -> float:
        model = LogisticRegression(C=penalty, max_iter=STEPS_MAX)
        guessed = cross_val_predict(model, features, is_seed, cv=folds, method="decision_function")
        return float(roc_auc_score(is_seed, guessed))

    best = max(PENALTIES, key=skill)
    model = LogisticRegression(C=best, max_iter=STEPS_MAX).fit(features, is_seed)
    scores: NDArray[Any] = model.decision_function(features)
    return scores


def _forest_scores(logs: "NDArray[Any]", is_seed: "NDArray[Any]", draw: int) -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415
    from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415

    forest = ExtraTreesClassifier(
        TREES, min_samples_leaf=LEAF, bootstrap=True, oob_score=True, class_weight="balanced_subsample",
        random_state=draw,
    ).fit(logs, is_seed)  # fmt: skip
    share = np.clip(np.nan_to_num(forest.oob_decision_function_[:, 1], nan=0.5), 1e-4, 1 - 1e-4)
    odds: NDArray[Any] = np.log(share / (1 - share))
    return odds


def _standard(values: "NDArray[Any]") -> "NDArray[Any]":
    spread = values.std(axis=0)
    standard: NDArray[Any] = (values - values.mean(axis=0)) / (spread + (spread == 0))
    return standard
