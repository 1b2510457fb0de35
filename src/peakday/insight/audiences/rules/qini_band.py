"""How sure is a Qini curve? Its points, its figure, and the band that chance in who was asked leaves.

The order comes from models that never saw the people whom they order: the people are split in two, each half is ordered
by the model of the other. The band is the middle 95 % of the same figures over DRAWS draws of the people with putting
back (bootstrap, fixed seed); the models are not learnt anew in a draw, so the band tells of the people, not of the
learning. Our choice. An order beats chance where the whole band of the figure lies above 0.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peakday.insight.audiences.rules.uplift import score_uplift

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 200
DEPTHS = 20
SEED = 11


@dataclass(frozen=True, slots=True)
class QiniCurve:
    """Answers won for each thousand people at each depth (0 to 1), with the band; and the Qini figure with its own."""

    depths: tuple[float, ...]
    won: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    qini: float
    qini_low: float
    qini_high: float

    @property
    def beats_chance(self) -> bool:
        """Whether the order puts first who is moved, beyond what chance explains."""
        return self.qini_low > 0


def crossed_scores(features: "NDArray[Any]", is_treated: "NDArray[Any]", answered: "NDArray[Any]") -> "NDArray[Any]":
    """The uplift of everybody, each by a model of the other half."""
    import numpy as np  # noqa: PLC0415 - only who models pays for it

    half = np.random.default_rng(SEED).permutation(len(features)) % 2 == 0
    scores = np.zeros(len(features))
    for learnt, told in ((half, ~half), (~half, half)):
        scores[told] = score_uplift(features[learnt], is_treated[learnt], answered[learnt], features[told])
    return scores


def qini_band(scores: "NDArray[Any]", is_treated: "NDArray[Any]", answered: "NDArray[Any]") -> QiniCurve:
    """The curve of an order of people and its band."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(-scores, kind="stable")
    treated, answers = is_treated[order].astype(float), answered[order].astype(float)
    size, draw = len(order), np.random.default_rng(SEED)
    whole = _drawn(treated, answers, np.ones(size))
    drawn = np.array([
        _drawn(treated, answers, np.bincount(draw.integers(0, size, size), minlength=size).astype(float))
        for _ in range(DRAWS)
    ])  # fmt: skip
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    return QiniCurve(
        tuple(at / DEPTHS for at in range(DEPTHS + 1)), (0.0, *map(float, whole[:-1])), (0.0, *map(float, low[:-1])),
        (0.0, *map(float, high[:-1])), float(whole[-1]), float(low[-1]), float(high[-1]),
    )  # fmt: skip


def _drawn(treated: "NDArray[Any]", answers: "NDArray[Any]", weights: "NDArray[Any]") -> "NDArray[Any]":
    """The gain at each depth and the Qini figure, of people who count so often each."""
    import numpy as np  # noqa: PLC0415

    count, others = np.cumsum(weights * treated), np.cumsum(weights * (1 - treated))
    won, kept = np.cumsum(weights * answers * treated), np.cumsum(weights * answers * (1 - treated))
    curve = won - kept * np.divide(count, others, out=np.zeros(len(weights)), where=others > 0)
    people = np.cumsum(weights)
    size = people[-1]
    places = np.searchsorted(people, size * np.arange(1, DEPTHS + 1) / DEPTHS).clip(max=len(curve) - 1)
    qini = float(((curve - curve[-1] * people / size) * weights).sum() / size / size * 1_000)
    gains: NDArray[Any] = np.append(curve[places] / size * 1_000, qini)
    return gains
