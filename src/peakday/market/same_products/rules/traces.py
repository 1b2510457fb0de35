"""By which traces is a copy of an item found in another category?

Sellers put one product in different leaf categories (a quarter of the labelled pairs), and comparing all categories
with each other is too much. But prices are compared on firm evidence only, and that leaves traces: the model number,
and the passage of the title that was copied. An item keeps its model numbers and the RUNS rarest runs of its title;
whoever shares one of them is compared with it, wherever it stands. How rare a run is, is told by the usual counts,
which do not change with the catalogue: two copies choose the same runs.
"""

from peakday.market.same_products.rules.item_profile import Profile, grams
from peakday.market.same_products.rules.rarity import Rarity

RUNS = 8
CODE_LETTERS_MIN = 4  # a shorter code is shared by strangers
_PAIR = 1  # the place of the two-letter grams in GRAM_SIZES


def traces_of(profile: Profile, usual: Rarity) -> frozenset[str]:
    """The traces of an item; `usual`: the counts that come with the house."""
    rarest = sorted(profile.long_grams, key=lambda run: (-_weight(run, usual), run))[:RUNS]
    codes = (code for code in profile.models if len(code) >= CODE_LETTERS_MIN)
    return frozenset(["r" + run for run in rarest] + ["m" + code for code in codes])


def _weight(run: str, usual: Rarity) -> float:
    return sum(usual.gram_weight(_PAIR, pair) for pair in grams(run, 2))
