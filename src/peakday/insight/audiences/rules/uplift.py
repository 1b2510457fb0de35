"""Whom does a message move, and how well does an order of people put those first who are moved?

Two logistic regressions, one of the people who got the message and one of those who did not: the difference of what
they say is a person's uplift. Effects are small and features few, so a plain model is steadier than a deep one.
The Qini figure is the area between the gain curve and chance: by how many more answers for each thousand people the
order beats chance, averaged over how far down one goes. Our choice of the method; the curve is Radcliffe's.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

PENALTY = 0.1
STEPS_MAX = 2_000
ARM_MIN = 100  # people of each arm, and ANSWERS_MIN of them with and without an answer
ANSWERS_MIN = 10


def score_uplift(
    features: "NDArray[Any]", is_treated: "NDArray[Any]", answered: "NDArray[Any]", others: "NDArray[Any]"
) -> "NDArray[Any]":
    """The uplift of `others` (rows of the same features), learnt from an experiment."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - the extra `science`
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415 - of scikit-learn

    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread = spread + (spread == 0)

    def chance(arm: "NDArray[Any]") -> "NDArray[Any]":
        model = LogisticRegression(C=PENALTY, max_iter=STEPS_MAX)
        model.fit((features[arm] - centre) / spread, answered[arm])
        told: NDArray[Any] = model.predict_proba((others - centre) / spread)[:, 1]
        return told

    with threadpool_limits(1):
        uplift: NDArray[Any] = chance(is_treated) - chance(~is_treated)
    return uplift


def gain_curve(scores: "NDArray[Any]", is_treated: "NDArray[Any]", answered: "NDArray[Any]") -> "NDArray[Any]":
    """The answers won among the first n people by score, for every n: those of the treated less the control's share."""
    import numpy as np  # noqa: PLC0415 - only who measures uplift pays for it

    order = np.argsort(-scores, kind="stable")
    treated, answers = is_treated[order], answered[order].astype(float)
    count, others = np.cumsum(treated), np.cumsum(~treated)
    won, kept = np.cumsum(answers * treated), np.cumsum(answers * ~treated)
    curve: NDArray[Any] = won - kept * np.divide(count, others, out=np.zeros(len(scores)), where=others > 0)
    return curve


def qini_of(scores: "NDArray[Any]", is_treated: "NDArray[Any]", answered: "NDArray[Any]") -> float:
    """Answers won for each thousand people above chance, averaged over all depths; 0 is chance."""
    import numpy as np  # noqa: PLC0415

    curve = gain_curve(scores, is_treated, answered)
    size = len(curve)
    chance = curve[-1] * np.arange(1, size + 1) / size
    return float((curve - chance).mean() / size * 1_000)
