"""Which cards of one group give most?

Branch and bound in the order in which cards act: at each card, use it or leave it out. A branch is left when its bound
(`card_bounds`) cannot beat the best set known. Of sets that give the same the one of fewest cards wins, then the one
with the card that expires first. Work is counted in nodes, never in time, so the answer is the same on every machine.
From half of the nodes on, branches that could only be better by `tolerance` are left too; when nodes run out, all are.
The largest bound of what was left so is the proof of how much better any other set could be.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from peakday.trade.promotions.rules.card_bounds import Scene, upper_bound
from peakday.trade.promotions.rules.card_effects import Balance, find_parts, most_given, take
from peakday.trade.promotions.rules.card_groups import Group, bits_of, blocked_by, lay_out_group
from peakday.trade.promotions.rules.card_problem import Problem
from peakday.trade.promotions.rules.card_scenes import list_scenes


@dataclass(frozen=True, slots=True)
class Found:
    """The best set of a group: what its acts give, which choices are in it, and what no set can exceed."""

    given: int
    choices: tuple[int, ...]
    most: int
    is_closed: bool
    nodes: int


class Node(NamedTuple):
    """Steps before `step` are decided; `taken` and `ranks` are bits, `gains` what later acts give at most.

    Of the `stale` (bits) that most may have fallen since it was looked at.
    """

    most: int
    step: int
    scene: Scene
    balance: Balance
    given: int
    rest: int
    cards: int
    taken: int
    ranks: int
    stale: int
    gains: list[int]


@dataclass(slots=True)
class Search:
    """One group under way; `left_out` is the largest bound of a branch that was left unproven."""

    group: Group
    best: Node | None = None
    nodes: int = 0
    left_out: int = -1


def search_group(
    problem: Problem, positions: Sequence[int], nodes_max: int, tolerance: int, known: Found | None = None
) -> Found:
    """The best set of choices of a group, or the best of `nodes_max` nodes with a bound.

    It starts from what is `known`, and is no worse.
    """
    group = lay_out_group(problem, positions)
    search = Search(group)
    stack = _roots(search, problem.opening)
    if known is not None:
        chosen = {step for step, at in enumerate(positions) if at in known.choices}
        search.best = _walk(group, stack[0].scene, problem.opening, chosen)
    while stack:
        node = stack.pop()
        if _is_hopeless(search, node):
            continue
        if node.step == len(positions):
            search.best = node
        elif search.best is not None and _is_left_out(search, node, nodes_max, tolerance):
            search.left_out = max(search.left_out, node.most)
        else:
            search.nodes += 1
            stack += _branch(search, node)
    best = search.best
    assert best is not None
    choices = tuple(at for step, at in enumerate(positions) if best.taken >> step & 1)
    most = max(best.given, search.left_out)
    if known is not None:
        most = max(best.given, min(most, known.most))
    return Found(best.given, choices, most, search.left_out < 0, search.nodes)


def _roots(search: Search, opening: Balance) -> list[Node]:
    """A node for each scene, the most promising last."""
    group = search.group
    starts = [
        Node(0, 0, scene, opening, 0, group.rest, 0, 0, 0, 0, scene.gains) for scene in list_scenes(group, opening)
    ]
    return sorted([_advance(group, node) for node in starts], key=lambda node: node.most)


def _walk(group: Group, scene: Scene, opening: Balance, chosen: Collection[int]) -> Node:
    """The node at the end when these choices are used."""
    node = Node(0, 0, scene, opening, 0, group.rest, 0, 0, 0, 0, group.most)
    while node.step < len(group.acts):
        is_choice = group.acts[node.step].is_choice
        after = _use(group, node) if node.step in chosen else None if is_choice else _give(group, node)
        node = after or node._replace(step=node.step + 1)
    return node


def _is_left_out(search: Search, node: Node, nodes_max: int, tolerance: int) -> bool:
    assert search.best is not None
    if search.nodes >= nodes_max:
        return True
    return search.nodes * 2 >= nodes_max and node.most <= search.best.given + tolerance


def _branch(search: Search, node: Node) -> list[Node]:
    """With and without the next card; the more promising last, to be tried first."""
    group, step = search.group, node.step
    most = max(node.gains[other] for clique in group.cliques if step in clique for other in clique)
    branches = [_advance(group, node._replace(step=step + 1, gains=_cleared(node.gains, (step,))))]
    used = _use(group, node)
    if used is not None:
        branches.append(_advance(group, used))
        if node.gains[step] < most:
            branches.reverse()
    return branches


def _use(group: Group, node: Node) -> Node | None:
    """The node with its next card used; None when the card gives nothing."""
    step = node.step
    after = _give(group, node)
    if after is None:
        return None
    taken = node.taken | 1 << step
    blocked = [other for other in blocked_by(group, step, taken) if after.gains[other]]
    return after._replace(
        cards=node.cards + 1,
        taken=taken,
        ranks=node.ranks | group.ranks[step],
        gains=_cleared(after.gains, blocked) if blocked else after.gains,
    )


def _advance(group: Group, node: Node) -> Node:
    """The node at the next real choice, with what is sure to act given on the way, and its bound."""
    acts, sure = group.acts, node.scene.sure
    while node.step < len(acts):
        is_choice = acts[node.step].is_choice
        is_sure = sure >> node.step & 1
        if is_choice and not is_sure and node.gains[node.step]:
            break
        after = _use(group, node) if is_sure else None if is_choice else _give(group, node)
        node = after or node._replace(step=node.step + 1, gains=_cleared(node.gains, (node.step,)))
    gains = _refreshed(group, node)
    more = min(upper_bound(group, node.scene, node.step, node.balance, gains), node.rest)
    return node._replace(most=node.given + more, gains=gains, stale=0)


def _refreshed(group: Group, node: Node) -> list[int]:
    """The gains with those looked at anew that may have fallen."""
    gains = node.gains.copy()
    for step in bits_of(node.stale >> node.step << node.step):
        if gains[step]:
            gains[step] = min(gains[step], most_given(group.acts[step], node.balance, is_parallel=group.is_parallel))
    return gains


def _give(group: Group, node: Node) -> Node | None:
    """The node after its next act gave; None when it gives nothing."""
    step = node.step
    act = group.acts[step]
    parts = find_parts(act, node.balance, is_parallel=group.is_parallel)
    if parts is None:
        return None
    balance = take(act, node.balance, parts, is_parallel=group.is_parallel)
    given = sum(parts)
    return node._replace(
        step=step + 1,
        balance=balance,
        given=node.given + (given if act.counts else 0),
        rest=node.rest - given,
        stale=node.stale | group.touched[step],
        gains=_cleared(node.gains, (step,)),
    )


def _cleared(gains: list[int], steps: Sequence[int]) -> list[int]:
    gains = gains.copy()
    for step in steps:
        gains[step] = 0
    return gains


def _is_hopeless(search: Search, node: Node) -> bool:
    """Whether no set below this node beats the best one known."""
    best = search.best
    if best is None or node.most > best.given:
        return False
    if node.most < best.given:
        return True
    fewest = _fewest_more(search.group, node, best.given)
    if node.cards + fewest != best.cards:
        return node.cards + fewest > best.cards
    return _best_ranks(search.group, node, fewest) <= best.ranks


def _fewest_more(group: Group, node: Node, wanted: int) -> int:
    """How many more cards it takes at least to give what is wanted."""
    missing = wanted - node.given - sum([node.gains[step] for step in group.anyway])
    count = 0
    for most in sorted((max([node.gains[step] for step in clique]) for clique in group.cliques), reverse=True):
        if missing <= 0:
            break
        missing -= most
        count += 1
    return count


def _best_ranks(group: Group, node: Node, more: int) -> int:
    """The ranks of the node with the best `more` of the cards that could still come."""
    able = [group.ranks[step] for step, gain in enumerate(node.gains) if gain and group.acts[step].is_choice]
    return node.ranks + sum(sorted(able, reverse=True)[:more])
