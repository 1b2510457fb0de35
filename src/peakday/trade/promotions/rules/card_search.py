"""Which cards of one group give most?

Branch and bound in the order in which cards act: at each card, use it or leave it out. A branch is bounded by what it
gave so far, what acts anyway, and the largest gift of each clique; it is left when it cannot beat the best set known.
Of sets that give the same the one of fewest cards wins, then the one with the card that expires first. Work is counted
in nodes, never in time, so the answer is the same on every machine; when nodes run out, the bounds of the open
branches are the proof of how much better any other set could be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from peakday.trade.promotions.rules.card_effects import Balance, find_parts, most_given, take
from peakday.trade.promotions.rules.card_problem import Problem


@dataclass(frozen=True, slots=True)
class Found:
    """The best set of a group: what its acts give, which choices are in it, and what no set can exceed."""

    given: int
    choices: tuple[int, ...]
    most: int
    is_closed: bool
    nodes: int


class Node(NamedTuple):
    """Choices up to `step` are made; `taken` and `ranks` are bits, `gains` what later acts give at most."""

    most: int
    step: int
    balance: Balance
    given: int
    cards: int
    taken: int
    ranks: int
    gains: list[int]


@dataclass(slots=True)
class Search:
    """One group under way."""

    problem: Problem
    group: Sequence[int]
    cliques: list[list[int]]
    anyway: list[int]
    later: list[list[int]]
    limited: list[tuple[int, int]]
    best: Node | None = None
    nodes: int = 0
    open_most: int = field(default=-1)


def search_group(problem: Problem, group: Sequence[int], nodes_max: int) -> Found:
    """The best set of choices of a group, or the best of `nodes_max` nodes with a bound."""
    search = _lay_out(problem, group)
    gains = [problem.most[at] for at in group]
    root = Node(most=0, step=0, balance=problem.opening, given=0, cards=0, taken=0, ranks=0, gains=gains)
    stack = [_advance(search, root)]
    while stack:
        node = stack.pop()
        if _is_hopeless(search, node):
            continue
        if node.step == len(group):
            search.best = node
        elif search.nodes >= nodes_max and search.best is not None:
            search.open_most = max(search.open_most, node.most)
        else:
            search.nodes += 1
            stack += _branch(search, node)
    best = search.best
    assert best is not None
    choices = tuple(at for step, at in enumerate(group) if best.taken >> step & 1)
    return Found(best.given, choices, max(best.given, search.open_most), search.open_most < 0, search.nodes)


def _lay_out(problem: Problem, group: Sequence[int]) -> Search:
    step_of = {at: step for step, at in enumerate(group)}
    cliques = [[step_of[at] for at in clique if at in step_of] for clique in problem.cliques]
    later = [
        [step for step in range(first + 1, len(group)) if problem.spans[group[step]] & problem.spans[at]]
        for first, at in enumerate(group)
    ]
    limited = []
    for mask, room in problem.conflicts.limited:
        steps = sum(1 << step for step, at in enumerate(group) if mask >> at & 1)
        if steps.bit_count() > room:
            limited.append((steps, room))
    anyway = [step for step, at in enumerate(group) if not problem.acts[at].is_choice]
    return Search(problem, group, [clique for clique in cliques if clique], anyway, later, limited)


def _branch(search: Search, node: Node) -> list[Node]:
    """With and without the next card; the more promising last, to be tried first."""
    step = node.step
    own = node.gains[step]
    most = max(node.gains[other] for clique in search.cliques if step in clique for other in clique)
    without = node._replace(step=step + 1, gains=_cleared(node.gains, [step]))
    branches = [_advance(search, without)]
    used = _use(search, node)
    if used is not None:
        branches.append(_advance(search, used))
        if own < most:
            branches.reverse()
    return branches


def _use(search: Search, node: Node) -> Node | None:
    """The node with its next card used; None when the card gives nothing."""
    step = node.step
    at = search.group[step]
    after = _give(search, node)
    if after is None:
        return None
    taken = node.taken | 1 << step
    blocked = [
        other
        for other in range(step + 1, len(search.group))
        if search.problem.conflicts.rivals[at] >> search.group[other] & 1
    ]
    for steps, room in search.limited:
        if steps >> step & 1 and (taken & steps).bit_count() >= room:
            blocked += [other for other in range(step + 1, len(search.group)) if steps >> other & 1]
    return after._replace(
        cards=node.cards + 1,
        taken=taken,
        ranks=node.ranks | search.problem.ranks[at],
        gains=_cleared(after.gains, blocked),
    )


def _advance(search: Search, node: Node) -> Node:
    """The node at the next real choice, with what acts anyway given on the way, and its bound."""
    acts, group = search.problem.acts, search.group
    while node.step < len(group):
        act = acts[group[node.step]]
        if act.is_choice and node.gains[node.step]:
            break
        after = None if act.is_choice else _give(search, node)
        if after is None:
            after = node._replace(step=node.step + 1, gains=_cleared(node.gains, [node.step]))
        node = after
    gains = node.gains
    most = node.given + sum([gains[step] for step in search.anyway])
    for clique in search.cliques:
        most += max([gains[step] for step in clique])
    return node._replace(most=most)


def _give(search: Search, node: Node) -> Node | None:
    """The node after its next act gave; None when it gives nothing."""
    problem, step = search.problem, node.step
    act = problem.acts[search.group[step]]
    parts = find_parts(act, node.balance, is_parallel=problem.is_parallel)
    if parts is None:
        return None
    balance = take(act, node.balance, parts, is_parallel=problem.is_parallel)
    gains = node.gains.copy()
    gains[step] = 0
    for other in search.later[step]:
        if gains[other]:
            later = problem.acts[search.group[other]]
            gains[other] = min(gains[other], most_given(later, balance, is_parallel=problem.is_parallel))
    given = node.given + (sum(parts) if act.counts else 0)
    return node._replace(step=step + 1, balance=balance, given=given, gains=gains)


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
    fewest = _fewest_more(search, node, best.given)
    if node.cards + fewest != best.cards:
        return node.cards + fewest > best.cards
    return _best_ranks(search, node, fewest) <= best.ranks


def _fewest_more(search: Search, node: Node, wanted: int) -> int:
    """How many more cards it takes at least to give what is wanted."""
    missing = wanted - node.given - sum([node.gains[step] for step in search.anyway])
    count = 0
    for most in sorted((max([node.gains[step] for step in clique]) for clique in search.cliques), reverse=True):
        if missing <= 0:
            break
        missing -= most
        count += 1
    return count


def _best_ranks(search: Search, node: Node, more: int) -> int:
    """The ranks of the node with the best `more` of the cards that could still come."""
    acts, group, ranks = search.problem.acts, search.group, search.problem.ranks
    able = [ranks[at] for step, at in enumerate(group) if node.gains[step] and acts[at].is_choice]
    return node.ranks + sum(sorted(able, reverse=True)[:more])
