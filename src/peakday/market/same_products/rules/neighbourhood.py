"""Which of the items that the index names are an item's candidates?

Two listings of one product may share hardly a word, and yet both be like a third: the LEADS likeliest items are asked
what they are like themselves. An item's mark is the mean of their answers, each weighed by how likely the lead is, and
a part of its own likeness. Not more than CANDIDATES_MAX items are handed over. The weights were chosen on pairs that
models were learnt on without the item's product.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from peakday.market.same_products.rules.blocking import CANDIDATES_MAX, WIDE, BlockingIndex
from peakday.market.same_products.rules.boosted_trees import PairModel
from peakday.market.same_products.rules.item_profile import Profile
from peakday.market.same_products.rules.pair_evidence import Told, pair_evidence

LEADS = 10
LINKS = 50  # of so many items that the index names nearest a lead tells its likeness
OWN_WEIGHT, NEAR_WEIGHT = 0.3, 0.3

Links = Mapping[str, float]


def choose_candidates(
    likely: Links, near: Links, links_of: Callable[[str], Links], most: int = CANDIDATES_MAX
) -> list[str]:
    """At most `most` keys, the best first.

    `likely`: how likely the items found are the same product; `near`: how near they lie in the index; `links_of`: how
    likely other items are the same product as a lead. The item itself may be among a lead's links: drop it.
    """
    leads = sorted(likely, key=lambda key: (-likely[key], key))[:LEADS]
    weight = sum(likely[lead] for lead in leads) or 1.0
    marks = {key: OWN_WEIGHT * likely[key] + NEAR_WEIGHT * near.get(key, 0.0) for key in likely}
    for lead in leads:
        for key, probability in links_of(lead).items():
            marks[key] = marks.get(key, 0.0) + likely[lead] * probability / weight
    return sorted(marks, key=lambda key: (-marks[key], key))[:most]


class Neighbourhood:
    """A catalogue in which each item's candidates are worked out; no pair is looked at twice."""

    def __init__(self, index: BlockingIndex, profiles: Mapping[str, Profile], told: Told, model: PairModel) -> None:
        self._index, self._profiles, self._told, self._model = index, profiles, told, model
        self._known: dict[tuple[str, str], float] = {}
        self._near: dict[str, dict[str, float]] = {}

    @property
    def pairs_looked_at(self) -> int:
        """How many pairs the model has scored."""
        return len(self._known)

    def candidates(self, keys: Sequence[str], most: int = CANDIDATES_MAX) -> Iterator[tuple[str, list[str]]]:
        """Each key with those of its candidates, the best first; never the item itself."""
        self._find(keys)
        for key in keys:
            near = self._near[key]
            likely = self._likely(key, list(near))
            leads = sorted(likely, key=lambda one: (-likely[one], one))[:LEADS]
            self._find(leads)
            found = choose_candidates(likely, near, self._links, most + 1)
            yield key, [one for one in found if one != key][:most]

    def _find(self, keys: Sequence[str]) -> None:
        new = [self._profiles[key] for key in dict.fromkeys(keys) if key not in self._near]
        self._near |= dict(self._index.candidates(new, WIDE))

    def _links(self, lead: str) -> Links:
        return self._likely(lead, list(self._near[lead])[:LINKS])

    def _likely(self, key: str, others: Sequence[str]) -> dict[str, float]:
        names = {other: (min(key, other), max(key, other)) for other in others}
        new = [other for other in others if names[other] not in self._known]
        if new:
            pairs = ((self._profiles[key], self._profiles[other]) for other in new)
            scores = self._model.probabilities(pair_evidence(pairs, self._told))
            self._known |= {names[other]: float(score) for other, score in zip(new, scores, strict=True)}
        return {other: self._known[names[other]] for other in others}
