"""Which items are worth comparing with an item?

Comparing all with all would take N². An item's candidates are those whose rare words, attributes, brand, model number
and category lie nearest: the cosine of two rows of weighted terms. The index names WIDE of them, `nearest` keeps the
CANDIDATES_MAX that the evidence of a pair likes best. The index is one sparse matrix in memory, built of whole batches.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log, sqrt
from typing import Any

from peakday.market.same_products.rules.item_profile import Profile

CANDIDATES_MAX = 50
WIDE = 600
BLOCK_ROWS = 512
# what one term of a kind weighs against a character pair of the title; chosen on training pairs
TITLE_WEIGHT, LETTER_WEIGHT, VALUE_WEIGHT, CODE_WEIGHT, BRAND_WEIGHT, CATEGORY_WEIGHT = 1.0, 0.5, 1.5, 2.0, 1.0, 1.5


def terms_of(profile: Profile) -> list[tuple[str, float]]:
    """What an item is found by, each with the weight of its kind."""
    terms = [("2" + gram, TITLE_WEIGHT) for gram in profile.grams[1]]
    terms += [("1" + gram, LETTER_WEIGHT) for gram in profile.grams[0]]
    terms += [("a" + key + "=" + value, VALUE_WEIGHT) for key, value in profile.attributes.items()]
    terms += [("m" + code, CODE_WEIGHT) for code in profile.codes | profile.models]
    terms += [("b" + name, BRAND_WEIGHT) for name in profile.brands]
    return [*terms, ("c" + profile.category, CATEGORY_WEIGHT), ("d" + profile.department, CATEGORY_WEIGHT)]


class BlockingIndex:
    """Finds the candidates of items among the items that it was built of."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.keys = [profile.key for profile in profiles]
        terms = [terms_of(profile) for profile in profiles]
        self._counts = Counter(term for row in terms for term, _ in row)
        self._columns = {term: place for place, term in enumerate(self._counts)}
        self._matrix = self._rows(terms)
        self._turned = self._matrix.T.tocsr()

    @property
    def size_bytes(self) -> int:
        """What the two matrices hold in memory."""
        return sum(
            part.nbytes
            for matrix in (self._matrix, self._turned)
            for part in (matrix.data, matrix.indices, matrix.indptr)
        )

    def candidates(self, profiles: Sequence[Profile], most: int = WIDE) -> Iterator[tuple[str, list[str]]]:
        """Each profile's key with the keys of its candidates, nearest first; never the item itself."""
        import numpy as np  # noqa: PLC0415 - only where goods are compared

        for start in range(0, len(profiles), BLOCK_ROWS):
            block = profiles[start : start + BLOCK_ROWS]
            near = (self._rows([terms_of(profile) for profile in block]) @ self._turned).tocsr()
            for place, profile in enumerate(block):
                low, high = near.indptr[place], near.indptr[place + 1]
                scores, columns = near.data[low:high], near.indices[low:high]
                if len(scores) > most + 1:
                    kept = np.argpartition(-scores, most)[: most + 1]
                    scores, columns = scores[kept], columns[kept]
                found = [self.keys[columns[at]] for at in np.lexsort((columns, -scores))]
                yield profile.key, [key for key in found if key != profile.key][:most]

    def _rows(self, rows: Sequence[Sequence[tuple[str, float]]]) -> Any:
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - the extra [science]

        data, columns, ends = [], [], [0]
        items = len(self.keys)
        for row in rows:
            known = [
                (self._columns[term], kind * log((items + 1) / (self._counts[term] + 0.5)))
                for term, kind in row
                if term in self._columns
            ]
            length = sqrt(sum(weight * weight for _, weight in known)) or 1.0
            columns += [column for column, _ in known]
            data += [weight / length for _, weight in known]
            ends.append(len(columns))
        return csr_matrix((data, columns, ends), shape=(len(rows), len(self._columns)), dtype="float32")
