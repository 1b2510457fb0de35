"""Who is in a crowd, and how many exactly?

People are numbered densely; a leaf is a roaring bitmap of numbers and the tree is set algebra over them. `not` is a
difference from the universe and never a walk through it: inside `and`, what is excluded is taken away. The smallest
set of an `and` comes first and an empty one ends it. A count builds no set at the root: the last step is a count of
the intersection. Whoever is not in the universe (withdrew the consent, or was never seen) is in no result.
"""

from collections.abc import Mapping, Sequence

from pyroaring import BitMap

from peakday.insight.audiences.model import AllOf, AnyOf, Leaf, Node, NotOf

Leaves = Mapping[Leaf, BitMap]


def count_members(node: Node, leaves: Leaves, universe: BitMap) -> int:
    """How many people of the universe meet the expression; no leaf is changed."""
    if isinstance(node, NotOf):
        return len(universe) - count_members(node.node, leaves, universe)
    if isinstance(node, AllOf):
        kept, excluded = _split(node, leaves, universe)
        if kept is None:
            return len(universe) - (universe.intersection_cardinality(excluded) if excluded is not None else 0)
        inside = _within(kept, universe)
        return len(inside) - (inside.intersection_cardinality(excluded) if excluded is not None else 0)
    return universe.intersection_cardinality(_meet(node, leaves, universe))


def find_members(node: Node, leaves: Leaves, universe: BitMap) -> BitMap:
    """The people of the universe who meet the expression, as a set of its own."""
    return _meet(node, leaves, universe) & universe


def _meet(node: Node, leaves: Leaves, universe: BitMap) -> BitMap:
    """Who meets it; perhaps a leaf itself, so nobody may change it."""
    if isinstance(node, NotOf):
        return universe - _meet(node.node, leaves, universe)
    if isinstance(node, AnyOf):
        return BitMap.union(*[_meet(one, leaves, universe) for one in node.nodes])
    if isinstance(node, AllOf):
        kept, excluded = _split(node, leaves, universe)
        kept = universe if kept is None else kept
        return kept if excluded is None else kept - excluded
    return leaves[node]


def _split(node: AllOf, leaves: Leaves, universe: BitMap) -> tuple[BitMap | None, BitMap | None]:
    """Who meets all that is asked (None: nothing is asked), and who is excluded (None: nobody)."""
    asked = [_meet(one, leaves, universe) for one in node.nodes if not isinstance(one, NotOf)]
    taken = [_meet(one.node, leaves, universe) for one in node.nodes if isinstance(one, NotOf)]
    excluded = None if not taken else taken[0] if len(taken) == 1 else BitMap.union(*taken)
    return _intersection(asked), excluded


def _intersection(sets: Sequence[BitMap]) -> BitMap | None:
    if not sets:
        return None
    first, *others = sorted(sets, key=len)
    for other in others:
        if not first:
            return first
        first = first & other
    return first


def _within(members: BitMap, universe: BitMap) -> BitMap:
    """The members inside the universe; no copy where all are."""
    return members if members.issubset(universe) else members & universe
