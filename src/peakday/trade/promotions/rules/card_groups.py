"""Which cards can be chosen without looking at which others?

Two acts belong to one group when the choice of one may change what the other gives, or whether it may be used: they
exclude each other, share a line on which more could be given than is left, or one counts or pays what the other
changes. Whatever is not in a group gives the same with every choice in it, so each group is searched alone, and the
bounds of groups add up.
"""

from collections.abc import Sequence

from peakday.trade.promotions.rules.card_effects import Act
from peakday.trade.promotions.rules.card_problem import Problem


def find_groups(problem: Problem) -> list[list[int]]:
    """The positions of acts by group, each in turn; groups in the order of their first act."""
    heads = list(range(len(problem.acts)))
    for at, rivals in enumerate(problem.conflicts.rivals):
        _join(heads, at, rivals)
    for mask, _ in problem.conflicts.limited:
        _join(heads, mask.bit_length() - 1, mask)
    sharing = _find_sharing(problem)
    unsteady = sum(1 << act.at for act in problem.acts if not act.is_steady)
    room = [left - taken for left, taken in zip(problem.opening.left, _most_by_row(problem), strict=True)]
    _join_on_crowded_rows(heads, problem, room)
    for at in _find_sensitive(problem, sharing, room):
        _join(heads, at, sharing[at])
    for at, earlier in enumerate(sharing):
        if not problem.acts[at].is_payment:
            _join(heads, at, earlier & unsteady)
    groups: dict[int, list[int]] = {}
    for at in range(len(heads)):
        groups.setdefault(_head(heads, at), []).append(at)
    return list(groups.values())


def _find_sharing(problem: Problem) -> list[int]:
    """By act, the earlier acts with a row in common, as bits."""
    sharing = []
    for at, span in enumerate(problem.spans):
        bits = 0
        for other in range(at):
            if problem.spans[other] & span:
                bits |= 1 << other
        sharing.append(bits)
    return sharing


def _most_by_row(problem: Problem) -> list[int]:
    """The most that steady acts can take from each row, however they are chosen."""
    taken = [0] * len(problem.opening.left)
    choices = {at for clique in problem.cliques for at in clique}
    for alternatives in [*problem.cliques, *([at] for at in range(len(problem.acts)) if at not in choices)]:
        most: dict[int, int] = {}
        for at in alternatives:
            act = problem.acts[at]
            if act.is_steady and problem.most[at]:
                for row, part in zip(act.rows, act.plan_of(problem.opening.bases), strict=True):
                    if part > most.get(row, 0):
                        most[row] = part
        for row, part in most.items():
            taken[row] += part
    return taken


def _join_on_crowded_rows(heads: list[int], problem: Problem, room: Sequence[int]) -> None:
    crowded = sum(1 << row for row, rest in enumerate(room) if rest < 0)
    first: dict[int, int] = {}
    for act in problem.acts:
        if not problem.spans[act.at] & crowded or not problem.most[act.at]:
            continue
        for row in act.rows:
            if room[row] < 0:
                _join(heads, act.at, 1 << first.setdefault(row, act.at))


def _find_sensitive(problem: Problem, sharing: Sequence[int], room: Sequence[int]) -> list[int]:
    """The acts whose gift may depend on earlier acts through money counted or left, not through single rows."""
    sensitive: set[int] = set()
    for act in reversed(problem.acts):
        is_counted_on = any(sharing[later] >> act.at & 1 for later in sensitive)
        if (
            not problem.is_parallel
            or act.is_lowered
            or (act.is_payment and is_counted_on)
            or ((act.is_payment or act.has_tail) and _may_run_short(act, problem, sharing[act.at], room))
        ):
            sensitive.add(act.at)
    return sorted(sensitive)


def _may_run_short(act: Act, problem: Problem, earlier: int, room: Sequence[int]) -> bool:
    """Whether so little may be left on the rows of an act that it gives less, or nothing."""
    rest = sum([max(room[row], 0) for row in act.rows])
    choices = {at for clique in problem.cliques for at in clique}
    for alternatives in [*problem.cliques, *([at] for at in range(act.at) if at not in choices)]:
        rest -= max(
            (problem.most[at] for at in alternatives if earlier >> at & 1 and not problem.acts[at].is_steady), default=0
        )
    face = max(act.faces.values(), default=(0, 0))[0]
    return rest <= face


def _join(heads: list[int], at: int, others: int) -> None:
    head = _head(heads, at)
    while others:
        other = _head(heads, others.bit_length() - 1)
        others &= ~(1 << others.bit_length() - 1)
        low, high = min(head, other), max(head, other)
        heads[high] = head = low


def _head(heads: list[int], at: int) -> int:
    while heads[at] != at:
        heads[at] = heads[heads[at]]
        at = heads[at]
    return at
