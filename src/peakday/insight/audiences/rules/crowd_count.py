"""Who is in a crowd, and how many exactly?

People are numbered densely; a leaf is a roaring bitmap of numbers inside the universe (`clip_leaves`), and the tree is
set algebra over them. `not` is a difference and never a walk through everybody: what is excluded is taken away. A count
builds no set at its root: the last step counts an intersection, and the widest part of an `or` is counted, not built.
The order matters: a sparse set comes first and keeps all that follows small; among dense sets the largest does, for two
dense sets whose intersection is sparse are dear (every container changes its form).
"""

from collections.abc import Mapping, Sequence

from pyroaring import BitMap

from peakday.insight.audiences.model import AllOf, AnyOf, Leaf, Node, NotOf

Leaves = Mapping[Leaf, BitMap]
SPARSE = 1 / 16  # of the universe: roaring keeps less than this as lists


def clip_leaves(leaves: Leaves, universe: BitMap) -> dict[Leaf, BitMap]:
    """The leaves inside the universe: who withdrew the consent or was never seen is in no result."""
    return {leaf: members & universe for leaf, members in leaves.items()}


def count_members(node: Node, leaves: Leaves, universe: BitMap) -> int:
    """How many people meet the expression. Every leaf lies inside the universe; none is changed."""
    if isinstance(node, NotOf):
        return len(universe) - count_members(node.node, leaves, universe)
    if isinstance(node, AllOf):
        return _count_all(node, leaves, universe, ())
    if isinstance(node, AnyOf):
        whole = [one for one in node.nodes if isinstance(one, AllOf)]
        if not whole:
            return len(find_members(node, leaves, universe))
        others = tuple(one for one in node.nodes if one is not whole[0])
        base = find_members(AnyOf(others), leaves, universe) if others else BitMap()
        return len(base) + _count_all(whole[0], leaves, universe, (base,))
    return len(leaves[node])


def find_members(node: Node, leaves: Leaves, universe: BitMap) -> BitMap:
    """The people who meet the expression; perhaps a leaf itself, so nobody may change it."""
    if isinstance(node, NotOf):
        return universe - find_members(node.node, leaves, universe)
    if isinstance(node, AnyOf):
        found = [find_members(one, leaves, universe) for one in node.nodes]
        return found[0] if len(found) == 1 else BitMap.union(*found)
    if isinstance(node, AllOf):
        sets = _in_order(node, leaves, universe, ())
        members = sets[0]
        for other in sets[1:]:
            members = members & other
        return members
    return leaves[node]


def _count_all(node: AllOf, leaves: Leaves, universe: BitMap, without: Sequence[BitMap]) -> int:
    *sets, last = _in_order(node, leaves, universe, without)
    if not sets:
        return len(last)
    members = sets[0]
    for other in sets[1:]:
        members = members & other
    return members.intersection_cardinality(last)


def _in_order(node: AllOf, leaves: Leaves, universe: BitMap, without: Sequence[BitMap]) -> list[BitMap]:
    """The sets whose intersection is asked, in the order in which they are cheapest; the first lacks the excluded."""
    sets = [find_members(one, leaves, universe) for one in node.nodes if not isinstance(one, NotOf)]
    excluded = [find_members(one.node, leaves, universe) for one in node.nodes if isinstance(one, NotOf)]
    excluded += without
    sets.sort(key=len)
    if not sets:
        sets = [universe]
    elif len(sets[0]) >= SPARSE * len(universe):
        sets.reverse()
    for one in excluded:
        sets[0] = sets[0] - one
    return sets
