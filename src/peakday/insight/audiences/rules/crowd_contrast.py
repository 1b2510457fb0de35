"""In what does a crowd differ from everybody (TGI), what does it share with others, and is that more than chance?

TGI = 100 × share of the tag in the crowd / share in the universe (SYSTEMS 3.6). The crowd is a part of the universe, so
it is held against the rest: a two-sided test of two shares, with Holm's correction over all tags of the list, so that
one list of many tags tells a false difference in at most 5 of 100 cases. Of two crowds the same is asked: whether the
people of one are in the other more often, or more seldom, than everybody else is.
"""

import math
from collections.abc import Sequence

from peakday.insight.audiences.model import Contrast, Overlap, Tag
from peakday.insight.audiences.rules.crowd_size import size_of

LEVEL = 0.05


def contrasts_of(crowd: int, universe: int, tags: Sequence[tuple[Tag, int, int]]) -> list[Contrast]:
    """Each tag with (people of the crowd, of the universe) who have it; the largest index first. Empty sets: none."""
    if not crowd or not universe:
        return []
    rows = [(tag, inside, base, p_of(inside, crowd, base, universe)) for tag, inside, base in tags if base]
    significant = _holm([p for *_, p in rows])
    found = [
        Contrast(tag, inside / crowd, base / universe, 100 * (inside / crowd) / (base / universe), p, is_real)
        for (tag, inside, base, p), is_real in zip(rows, significant, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.index, one.tag.name))


def overlaps_of(crowd: int, universe: int, others: Sequence[tuple[int, int]]) -> list[Overlap]:
    """A crowd beside others, each (its people, the people of both), in their order; what is too small is not told."""
    told = [all(size_of(each).people is not None for each in (crowd, other, both)) for other, both in others]
    chances = [
        p_of(both, crowd, other, universe) if is_told and crowd else 1.0
        for (other, both), is_told in zip(others, told, strict=True)
    ]
    found = []
    for (other, both), is_told, p, is_real in zip(others, told, chances, _holm(chances), strict=True):
        first, second, shared = (size_of(each).people for each in (crowd, other, both))
        index = 100 * both * universe / (crowd * other) if is_told and crowd and other else None
        found.append(
            Overlap(first, second, shared, index, p if index is not None else None, is_real and index is not None)
        )
    return found


def p_of(inside: int, crowd: int, base: int, universe: int) -> float:
    """The two-sided p of the shares inside and outside the crowd being the same; 1 where nobody is outside."""
    outside = universe - crowd
    if outside <= 0 or base <= 0 or base >= universe:
        return 1.0
    pooled = base / universe
    spread = math.sqrt(pooled * (1 - pooled) * (1 / crowd + 1 / outside))
    distance = abs(inside / crowd - (base - inside) / outside) / spread
    return math.erfc(distance / math.sqrt(2))


def _holm(values: Sequence[float]) -> list[bool]:
    """Which hypotheses Holm's step-down rejects at LEVEL."""
    rejected = [False] * len(values)
    for rank, at in enumerate(sorted(range(len(values)), key=lambda one: values[one])):
        if values[at] > LEVEL / (len(values) - rank):
            break
        rejected[at] = True
    return rejected
