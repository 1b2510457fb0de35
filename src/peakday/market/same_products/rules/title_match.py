"""Which of our goods does an outside title name?

Of our titles that share a passage or a code with it, the likeliest that the pair model holds to be the same product
and no veto speaks against. Evidence has to be firm (`firm_evidence`; a code in both titles counts as a model number),
and one item has to stand out: two that are equally likely are none. A person confirms what is proposed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from peakday.market.same_products.model import Face
from peakday.market.same_products.rules.boosted_trees import PairModel
from peakday.market.same_products.rules.firm_evidence import FIRM_SHARE
from peakday.market.same_products.rules.item_profile import LONG_GRAM_SIZE, Profile, grams, normal, profile_of
from peakday.market.same_products.rules.nearest import nearest
from peakday.market.same_products.rules.pair_evidence import Told
from peakday.market.same_products.rules.rarity import Rarity
from peakday.market.same_products.rules.vetoes import find_veto

SHARING_MAX = 20  # of our titles are looked at for one outside title


def match_titles(
    own: Mapping[str, str], titles: Sequence[str], rarity: Rarity, model: PairModel
) -> Iterator[tuple[str, str, float]]:
    """(outside title, key of our goods, probability) of those that are found. `own`: our titles by key."""
    by_run: dict[str, list[str]] = defaultdict(list)
    for key, title in own.items():
        for run in _runs(title):
            by_run[run].append(key)
    for title in titles:
        asked = profile_of(Face("", title))
        shared = Counter(key for run in asked.long_grams for key in by_run.get(run, ()))
        profiles = [profile_of(Face(key, own[key])) for key, _ in shared.most_common(SHARING_MAX)]
        fit = [other for other in profiles if _is_firm(asked, other) and find_veto(asked, other) is None]
        ranked = nearest(asked, fit, Told(rarity), model, 2)
        if ranked and ranked[0][1] >= model.same_from and (len(ranked) == 1 or ranked[1][1] < ranked[0][1]):
            yield title, *ranked[0]


def _runs(title: str) -> frozenset[str]:
    return frozenset(grams(normal(title).replace(" ", ""), LONG_GRAM_SIZE))


def _is_firm(one: Profile, other: Profile) -> bool:
    shared = len(one.long_grams & other.long_grams)
    return bool(one.codes & other.codes) or shared >= FIRM_SHARE * min(len(one.long_grams), len(other.long_grams))
