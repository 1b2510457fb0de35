"""Which cards can be chosen without looking at which others?

Two acts belong to one group when the choice of one may change what the other gives, or whether it may be used: they
exclude each other, share a line on which more could be given than is left, or one counts or pays what the other
changes. Whatever is not in a group gives the same with every choice in it, so each group is searched alone, and the
bounds of groups add up.
"""

from collections.abc import Sequence

from peakday.trade.promotions.rules.card_effects import Act, is_lowered_by
from peakday.trade.promotions.rules.card_problem import Problem


def find_groups(problem: Problem) -> list[list[int]]:
    """The positions of acts by group, each in turn; groups in the order of their first act."""
    heads = list(range(len(problem.acts)))
    for at, rivals in enumerate(problem.conflicts.rivals):
        _join(heads, at, rivals)
    for mask, _ in problem.conflicts.limited:
        _join(heads, mask.bit_length() - 1, mask)
    sharing = _find_sharing(problem)
    _join_on_crowded_rows(heads, problem)
    for at in _find_sensitive(problem, sharing):
        _join(heads, at, sharing[at])
    for act in problem.acts:
        if act.is_lowered:
            _join(heads, act.at, _lowering(problem, act, sharing[act.at]))
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


def _lowering(problem: Problem, act: Act, earlier: int) -> int:
    """The acts among the earlier ones that may lower the base of an act, as bits."""
    lowering = [other.at for other in problem.acts if is_lowered_by(act, other) and problem.most[other.at]]
    return sum([1 << at for at in lowering if earlier >> at & 1])


def _join_on_crowded_rows(heads: list[int], problem: Problem) -> None:
    crowded = problem.crowded
    first: dict[int, int] = {}
    for act in problem.acts:
        if not problem.spans[act.at] & crowded or not problem.most[act.at]:
            continue
        for row in act.rows:
            if problem.room[row] < 0:
                _join(heads, act.at, 1 << first.setdefault(row, act.at))


def _find_sensitive(problem: Problem, sharing: Sequence[int]) -> list[int]:
    """The acts whose gift may depend on earlier acts through money counted or left, not through single rows."""
    sensitive: set[int] = set()
    for act in reversed(problem.acts):
        is_counted_on = any(sharing[later] >> act.at & 1 for later in sensitive)
        may_fail = act.is_payment or act.has_tail
        if (act.is_payment and is_counted_on) or (may_fail and _may_run_short(act, problem, sharing[act.at])):
            sensitive.add(act.at)
    return sorted(sensitive)


def _may_run_short(act: Act, problem: Problem, earlier: int) -> bool:
    """Whether so little may be left on the rows of an act that it gives less, or nothing."""
    rest = sum([max(problem.room[row], 0) for row in act.rows])
    for each in problem.alternatives:
        payments = (at for at in each if earlier >> at & 1 and problem.acts[at].is_payment)
        rest -= max((problem.most[at] for at in payments), default=0)
    return rest <= max(act.faces.values())[0]


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
