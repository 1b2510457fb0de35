"""Which of the items that the index names are an item's candidates?

Those whose evidence makes them likeliest, the likeliest first; equals in the order of their keys.
"""

from collections.abc import Sequence

from peakday.market.same_products.rules.blocking import CANDIDATES_MAX
from peakday.market.same_products.rules.boosted_trees import PairModel
from peakday.market.same_products.rules.item_profile import Profile
from peakday.market.same_products.rules.pair_evidence import Told, pair_evidence


def nearest(
    item: Profile, found: Sequence[Profile], told: Told, model: PairModel, most: int = CANDIDATES_MAX
) -> list[tuple[str, float]]:
    """The keys of at most `most` of the items found, each with its probability to be the same product."""
    if not found:
        return []
    scores = model.probabilities(pair_evidence(((item, other) for other in found), told))
    ranked = sorted(zip((other.key for other in found), scores, strict=True), key=lambda one: (-one[1], one[0]))
    return [(key, float(score)) for key, score in ranked[:most]]
