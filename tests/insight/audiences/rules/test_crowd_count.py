"""Does the algebra of bitmaps say what sets of people say, whatever the tree?"""

from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from peakday.insight.audiences.model import AllOf, AnyOf, HasTag, Node, NotOf
from peakday.insight.audiences.rules.crowd_count import clip_leaves, count_members, find_members

A, B, C = HasTag("a"), HasTag("b"), HasTag("c")
PEOPLE = st.frozensets(st.integers(0, 40))
TREES = st.recursive(
    st.sampled_from([A, B, C]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda nodes: AllOf(tuple(nodes))),
        st.lists(inner, min_size=1, max_size=4).map(lambda nodes: AnyOf(tuple(nodes))),
        inner.map(NotOf),
    ),
    max_leaves=10,
)


def meets(person: int, node: Node, sets: dict[HasTag, frozenset[int]]) -> bool:
    """One person at a time, as a reader would decide it."""
    if isinstance(node, AllOf):
        return all(meets(person, one, sets) for one in node.nodes)
    if isinstance(node, AnyOf):
        return any(meets(person, one, sets) for one in node.nodes)
    if isinstance(node, NotOf):
        return not meets(person, node.node, sets)
    return person in sets[node]


@settings(max_examples=200)
@given(TREES, PEOPLE, PEOPLE, PEOPLE, PEOPLE)
def test_bitmaps_agree_with_deciding_person_by_person_and_no_leaf_changes(tree, a, b, c, universe):
    sets = {A: a, B: b, C: c}
    everybody = BitMap(universe)
    leaves = clip_leaves({leaf: BitMap(people) for leaf, people in sets.items()}, everybody)
    before = {leaf: people.copy() for leaf, people in leaves.items()}
    expected = {person for person in universe if meets(person, tree, sets)}
    assert set(find_members(tree, leaves, everybody)) == expected
    assert count_members(tree, leaves, everybody) == len(expected)
    assert (leaves, everybody) == (before, BitMap(universe))


def test_whoever_is_outside_the_universe_is_in_no_result_also_not_by_a_complement():
    universe = BitMap([1, 2, 3])
    leaves = clip_leaves({A: BitMap([1, 2, 9]), B: BitMap([2])}, universe)
    assert set(find_members(A, leaves, universe)) == {1, 2}
    assert set(find_members(NotOf(B), leaves, universe)) == {1, 3}
    assert count_members(AllOf((NotOf(A), NotOf(B))), leaves, universe) == 1
