"""Which items are worth comparing with an item?

Comparing all with all would take N². An item's candidates are those whose rare words, attributes, brand, model number
and category lie nearest: the cosine of two rows of weighted terms. One title is a poor witness, for sellers reword it
until two listings of one product share no rare word; so an item asks together with its TOGETHER nearest, and every item
of the index answers together with its own. The index names WIDE items, of which `neighbourhood` keeps CANDIDATES_MAX.
It is a few sparse matrices in memory, built of whole batches.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log, sqrt
from typing import Any

from peakday.market.same_products.rules.item_profile import Profile

CANDIDATES_MAX = 50
WIDE = 250
TOGETHER = 10
BLOCK_ROWS = 256
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
        from scipy.sparse import identity, vstack  # noqa: PLC0415 - the extra [science]

        self.keys = [profile.key for profile in profiles]
        terms = [terms_of(profile) for profile in profiles]
        self._counts = Counter(term for row in terms for term, _ in row)
        self._columns = {term: place for place, term in enumerate(self._counts)}
        self._matrix = self._rows(terms)
        self._turned = self._matrix.T.tocsr()
        blocks = range(0, len(self.keys), BLOCK_ROWS)
        beside = [
            self._beside(self._matrix[start : start + BLOCK_ROWS], range(start, len(self.keys))) for start in blocks
        ]
        alone = identity(len(self.keys), dtype="float32", format="csr")
        self._answer = _averaged(alone + vstack(beside)).T.tocsr() if beside else alone

    @property
    def size_bytes(self) -> int:
        """What the matrices hold in memory."""
        return sum(
            part.nbytes
            for matrix in (self._matrix, self._turned, self._answer)
            for part in (matrix.data, matrix.indices, matrix.indptr)
        )

    def candidates(self, profiles: Sequence[Profile], most: int = WIDE) -> Iterator[tuple[str, dict[str, float]]]:
        """Each profile's key with the keys of its candidates and how near they are, nearest first; never the item."""
        import numpy as np  # noqa: PLC0415 - only where goods are compared

        places = {key: place for place, key in enumerate(self.keys)}
        for start in range(0, len(profiles), BLOCK_ROWS):
            block = profiles[start : start + BLOCK_ROWS]
            asked = self._rows([terms_of(profile) for profile in block])
            beside = self._beside(asked, [places.get(profile.key, -1) for profile in block])
            joint = _averaged(asked + beside @ self._matrix, beside.sum(axis=1) + 1)
            near = ((joint @ self._turned) @ self._answer).tocsr()
            for place, profile in enumerate(block):
                low, high = near.indptr[place], near.indptr[place + 1]
                scores, columns = near.data[low:high], near.indices[low:high]
                if len(scores) > most + 1:
                    kept = np.argpartition(-scores, most)[: most + 1]
                    scores, columns = scores[kept], columns[kept]
                found = [(self.keys[columns[at]], float(scores[at])) for at in np.lexsort((columns, -scores))]
                yield profile.key, dict([one for one in found if one[0] != profile.key][:most])

    def _beside(self, rows: Any, own: Sequence[int]) -> Any:
        """The TOGETHER nearest items of each row, each with its cosine; `own` is the row's own place, or -1."""
        import numpy as np  # noqa: PLC0415 - only where goods are compared
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - the extra [science]

        near = (rows @ self._turned).tocsr()
        data, columns, ends = [], [], [0]
        for place in range(near.shape[0]):
            low, high = near.indptr[place], near.indptr[place + 1]
            scores, found = near.data[low:high], near.indices[low:high]
            scores = np.where(found == own[place], 0, scores)
            if len(scores) > TOGETHER:
                kept = np.argpartition(-scores, TOGETHER)[:TOGETHER]
                scores, found = scores[kept], found[kept]
            data.append(scores)
            columns.append(found)
            ends.append(ends[-1] + len(found))
        shape = (near.shape[0], len(self.keys))
        return csr_matrix((np.concatenate(data), np.concatenate(columns), ends), shape=shape, dtype="float32")

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


def _averaged(rows: Any, weights: Any = None) -> Any:
    """Each row by what it weighs together."""
    import numpy as np  # noqa: PLC0415 - only where goods are compared
    from scipy.sparse import diags  # noqa: PLC0415 - the extra [science]

    whole = np.asarray(rows.sum(axis=1) if weights is None else weights).ravel()
    return diags(1 / whole.astype("float32")) @ rows
