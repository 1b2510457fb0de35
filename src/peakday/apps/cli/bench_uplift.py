"""Does the order by uplift find the people whom a message moves, on a real experiment?

Hillstrom's e-mail experiment: 64,000 customers, two thirds got one of two e-mails by lot; the answer is a visit within
two weeks. Learnt on a random half, measured on the other, over several halves; in each the measured half is drawn again
with replacement, which gives the band (2.5 % to 97.5 %). Figures are Qini: visits won for each thousand people above
chance, averaged over all depths. Against: chance, and a response model (who visits after a mail, ordered by chance of a
visit). Twice: any e-mail against none, and the women's e-mail against none.
"""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peakday.insight.audiences.api import qini_of, score_uplift

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path("../shared/data/hillstrom/hillstrom_data.csv")
HALVES = 10
RESAMPLED = 50  # of each half
DRAW = 100
NONE, WOMENS = "No E-Mail", "Womens E-Mail"
_WORDS = {"zip_code": ("Rural", "Surburban", "Urban"), "channel": ("Multichannel", "Phone", "Web")}


def run(data: Path = DATA, halves: int = HALVES, resampled: int = RESAMPLED) -> dict[str, object]:
    """Run the bench; returns what `peakday bench uplift --json` prints."""
    with data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    any_mail = _measure(rows, halves, resampled)
    womens = _measure([row for row in rows if row["segment"] in {NONE, WOMENS}], halves, resampled)
    return {
        "people": len(rows), "halves": halves, **{f"any_{name}": told for name, told in any_mail.items()},
        **{f"womens_{name}": told for name, told in womens.items()},
    }  # fmt: skip


def _measure(rows: list[dict[str, str]], halves: int, resampled: int) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    features = _features(rows)
    treated = np.array([row["segment"] != NONE for row in rows])
    visited = np.array([row["visit"] == "1" for row in rows])
    found: dict[str, list[float]] = {"ours": [], "response": [], "random": [], "ours_less_response": []}
    for number in range(halves):
        draw = np.random.default_rng(DRAW + number)
        shuffled = draw.permutation(len(rows))
        learnt, told = shuffled[: len(rows) // 2], shuffled[len(rows) // 2 :]
        scores = {
            "ours": score_uplift(features[learnt], treated[learnt], visited[learnt], features[told]),
            "response": _response(features[learnt][treated[learnt]], visited[learnt][treated[learnt]], features[told]),
            "random": draw.random(len(told)),
        }
        for _ in range(resampled):
            again = draw.integers(0, len(told), len(told))
            arms, answers = treated[told][again], visited[told][again]
            figures = {name: qini_of(score[again], arms, answers) for name, score in scores.items()}
            figures["ours_less_response"] = figures["ours"] - figures["response"]
            for name, figure in figures.items():
                found[name].append(figure)
    return {
        name: [round(float(figure), 2) for figure in (np.mean(all_), *np.percentile(all_, (2.5, 97.5)))]
        for name, all_ in found.items()
    }


def _features(rows: list[dict[str, str]]) -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415

    numbers = [
        [float(row["recency"]), np.log(float(row["history"])), float(row["mens"]), float(row["womens"]),
         float(row["newbie"]), *(float(row[name] == word) for name, words in _WORDS.items() for word in words)]
        for row in rows
    ]  # fmt: skip
    return np.array(numbers)


def _response(features: "NDArray[Any]", visited: "NDArray[Any]", others: "NDArray[Any]") -> "NDArray[Any]":
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - the extra `science`

    model = HistGradientBoostingClassifier(max_depth=3, learning_rate=0.05, max_iter=60, min_samples_leaf=200)
    told: NDArray[Any] = model.fit(features, visited).predict_proba(others)[:, 1]
    return told
