"""By which traces is a copy of an item found in another category?

Sellers put one product in different leaf categories (a quarter of the labelled pairs), and comparing all categories
with each other is too much. But prices are compared on firm evidence only, and that leaves traces: the model number,
and the passage of the title that was copied. An item keeps its model numbers and RUNS runs of its title; whoever shares
one of them is compared with it, wherever it stands. Which runs is told by a hash, so that two copies choose the same
ones of what they have in common, after the commonest (by the usual counts, which do not change) are left out: on the
labelled pairs that finds 95 of 100 true pairs of firm evidence, and a stranger in 30.
"""

from zlib import crc32

from peakday.market.same_products.rules.item_profile import Profile, grams
from peakday.market.same_products.rules.rarity import Rarity

RUNS = 8
RARER_SHARE = 0.8  # of a title's runs, the commonest are left out
CODE_LETTERS_MIN = 4  # a shorter code is shared by strangers
_PAIR = 1  # the place of the two-letter grams in GRAM_SIZES


def traces_of(profile: Profile, usual: Rarity) -> frozenset[str]:
    """The traces of an item; `usual`: the counts that come with the house."""
    by_rarity = sorted(profile.long_grams, key=lambda run: (-_weight(run, usual), run))
    kept = by_rarity[: max(round(len(by_rarity) * RARER_SHARE), RUNS)]
    drawn = sorted(kept, key=lambda run: (crc32(run.encode()), run))[:RUNS]
    codes = (code for code in profile.models if len(code) >= CODE_LETTERS_MIN)
    return frozenset(["r" + run for run in drawn] + ["m" + code for code in codes])


def _weight(run: str, usual: Rarity) -> float:
    return sum(usual.gram_weight(_PAIR, pair) for pair in grams(run, 2))
