"""Same, not the same, or uncertain?

Same: from the precision-first score on and without a veto, fit to compare prices. Not the same: below the score that
nearly every true pair exceeds. Between the two, and for a likely pair with a veto, people look at it. Our definition.
"""

from peakday.market.same_products.model import Outcome
from peakday.market.same_products.rules.boosted_trees import PairModel
from peakday.market.same_products.rules.vetoes import Veto


def outcome_of(probability: float, veto: Veto | None, model: PairModel) -> Outcome:
    """What is said of a pair of this probability."""
    if probability >= model.price_from and veto is None:
        return Outcome.SAME
    return Outcome.UNCERTAIN if probability >= model.same_from else Outcome.NOT_SAME
