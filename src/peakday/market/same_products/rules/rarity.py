"""How rare is a word, or an attribute's value, in this catalogue?

What is rare tells goods apart. The weights are those of inverse document frequency, learnt from the catalogue at hand
without any label. A category of ten items tells little of what is rare, so the house begins with the counts of a larger
catalogue (`usual_rarity`; counts from KEPT_MIN on, no item can be read from them) and adds its own.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from peakday.market.same_products.rules.item_profile import GRAM_SIZES, Profile

TOLD_VALUE_LETTERS = (2, 6)  # attribute values of this length are looked for in titles
TOLD_VALUE_ITEMS_MIN = 3
KEPT_MIN = 5
COUNTS_FILE = "usual_counts.json"


class Rarity:
    """The counts of one catalogue."""

    def __init__(self) -> None:
        self.items = 0
        self.grams: tuple[Counter[str], ...] = tuple(Counter() for _ in GRAM_SIZES)
        self.values: Counter[tuple[str, str]] = Counter()
        self.keys: Counter[str] = Counter()
        self._gram_weights: list[dict[str, float]] = [{} for _ in GRAM_SIZES]

    def learn(self, profiles: Iterable[Profile]) -> None:
        """Count these items too."""
        for profile in profiles:
            self.items += 1
            for counter, grams in zip(self.grams, profile.grams, strict=True):
                counter.update(grams)
            self.values.update(profile.attributes.items())
            self.keys.update(profile.attributes.keys())
        self._gram_weights = [{} for _ in GRAM_SIZES]
        self.__dict__.pop("told_values", None)

    def told(self) -> dict[str, Any]:
        """The counts that are worth keeping, as JSON values."""
        return {
            "items": self.items,
            "grams": [_kept(counter) for counter in self.grams],
            "values": [[*pair, count] for pair, count in sorted(self.values.items()) if count >= KEPT_MIN],
            "keys": _kept(self.keys),
        }

    def gram_weight(self, size: int, gram: str) -> float:
        """The weight of an n-gram; `size` is its place in GRAM_SIZES."""
        known = self._gram_weights[size]
        weight = known.get(gram)
        if weight is None:
            weight = known[gram] = math.log((self.items + 1) / (self.grams[size][gram] + 1))
        return weight

    def value_weight(self, key: str, value: str) -> float:
        """The weight of an attribute's value among the items that tell this attribute, plus the attribute's own."""
        return math.log((self.keys[key] + 2) / (self.values[key, value] + 1)) + 0.1

    @cached_property
    def told_values(self) -> dict[str, tuple[str, ...]]:
        """Values that a title may tell → the attributes that they are values of."""
        found: dict[str, list[str]] = {}
        for (key, value), count in self.values.items():
            if TOLD_VALUE_LETTERS[0] <= len(value) <= TOLD_VALUE_LETTERS[1] and count >= TOLD_VALUE_ITEMS_MIN:
                found.setdefault(value, []).append(key)
        return {value: tuple(keys) for value, keys in found.items()}


def usual_rarity() -> Rarity:
    """The counts that come with the house, to be added to."""
    kept, rarity = _usual_counts(), Rarity()
    rarity.items = kept["items"]
    for counter, counts in zip(rarity.grams, kept["grams"], strict=True):
        counter.update(counts)
    rarity.values.update({(key, value): count for key, value, count in kept["values"]})
    rarity.keys.update(kept["keys"])
    return rarity


def _kept(counter: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counter.items()) if count >= KEPT_MIN}


@cache
def _usual_counts() -> dict[str, Any]:
    text = files("peakday.market.same_products").joinpath(COUNTS_FILE).read_text("utf-8")
    counts: dict[str, Any] = json.loads(text)
    return counts
