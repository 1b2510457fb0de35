"""Is what speaks for a pair firm enough to compare prices?

A model number that both tell, or a passage of the title that both have, is left by a copy or a common source. Without
either, goods that merely look alike ("women's pumps, pointed, block heel") reach the highest scores too: among pairs of
products that no model had seen, one in twelve of them was wrong from 0.98 on, and no score is safe. Such pairs are
never used for prices. Our definition.
"""

from typing import Any

from peakday.market.same_products.rules.item_profile import Profile
from peakday.market.same_products.rules.pair_evidence import FEATURES

FIRM_SHARE = 0.3  # of the shorter title's runs of LONG_GRAM_SIZE letters


def is_firm(one: Profile, other: Profile) -> bool:
    """Whether a pair of profiles is."""
    shared = len(one.long_grams & other.long_grams)
    return bool(one.models & other.models) or shared >= FIRM_SHARE * max(
        min(len(one.long_grams), len(other.long_grams)), 1
    )


def firm_rows(evidence: Any) -> Any:
    """Which rows of evidence (an array, columns in the order of FEATURES) are of firm pairs: the same rule."""
    model, share = FEATURES.index("model_equal"), FEATURES.index("long_grams_share")
    return (evidence[:, model] > 0) | (evidence[:, share] >= FIRM_SHARE)
