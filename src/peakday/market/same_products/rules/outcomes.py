"""Same, not the same, or uncertain?

Same: firm evidence, from the precision-first score on, and no veto; fit to compare prices. Not the same: below the most
even cut. Between the two, and where evidence is not firm or a veto speaks, people look at it. Our definition.
"""

from peakday.market.same_products.model import Outcome
from peakday.market.same_products.rules.boosted_trees import PairModel
from peakday.market.same_products.rules.vetoes import Veto


def outcome_of(probability: float, veto: Veto | None, model: PairModel, *, is_firm: bool) -> Outcome:
    """What is said of a pair of this probability."""
    if is_firm and probability >= model.price_from and veto is None:
        return Outcome.SAME
    return Outcome.UNCERTAIN if probability >= model.same_from else Outcome.NOT_SAME
