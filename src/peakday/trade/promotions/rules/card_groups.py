"""Which cards can be chosen without looking at which others?

Two acts belong to one group when the choice of one may change what the other gives, or whether it may be used: they
exclude each other, share a line on which more could be given than is left, or one counts or pays what the other
changes. Whatever is not in a group gives the same with every choice in it, so each group is searched alone, and the
bounds of groups add up. Inside a group acts are numbered anew, by step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from peakday.trade.promotions.rules.card_effects import Act, is_lowered_by
from peakday.trade.promotions.rules.card_problem import Problem


@dataclass(frozen=True, slots=True)
class Group:
    """The acts of one group by step, with the group's own cliques, rivals and shared rows."""

    acts: list[Act]
    spans: list[int]
    most: list[int]
    ranks: list[int]
    cliques: list[list[int]]
    anyway: list[int]
    rivals: list[list[int]]
    limited: list[tuple[int, int]]
    touched: list[int]
    rest: int
    is_parallel: bool


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


def lay_out_group(problem: Problem, positions: Sequence[int]) -> Group:
    """One group of the problem, its acts numbered by step."""
    acts = [problem.acts[at] for at in positions]
    spans = [problem.spans[at] for at in positions]
    mine = sum(1 << at for at in positions)
    step_of = {at: step for step, at in enumerate(positions)}
    crowded = problem.crowded
    rows = {row for act in acts for row in act.rows}
    return Group(
        acts=acts,
        spans=spans,
        most=[problem.most[at] for at in positions],
        ranks=[problem.ranks[at] for at in positions],
        cliques=[own for own in ([step_of[at] for at in each if mine >> at & 1] for each in problem.cliques) if own],
        anyway=[step for step, act in enumerate(acts) if not act.is_choice],
        rivals=[[step_of[other] for other in bits_of(problem.conflicts.rivals[at] & mine)] for at in positions],
        limited=[
            (sum(1 << step_of[at] for at in bits_of(bits & mine)), most) for bits, most in problem.conflicts.limited
        ],
        touched=[_touched(acts, spans, step, crowded) for step in range(len(acts))],
        rest=sum([problem.opening.left[row] for row in rows]),
        is_parallel=problem.is_parallel,
    )


def blocked_by(group: Group, step: int, taken: int) -> list[int]:
    """The steps that may not be taken any more when this one is the last of the `taken` (bits)."""
    blocked = group.rivals[step]
    for steps, most in group.limited:
        if steps >> step & 1 and (taken & steps).bit_count() >= most:
            blocked = [*blocked, *(each for each in bits_of(steps) if not taken >> each & 1)]
    return blocked


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
        for row in bits_of(act.span & crowded) if problem.most[act.at] else ():
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


def _touched(acts: Sequence[Act], spans: Sequence[int], step: int, crowded: int) -> int:
    """The later acts, as bits, whose bound may fall when this one gives."""
    bits = 0
    for later in range(step + 1, len(acts)):
        shared = spans[later] & spans[step]
        if shared and (not acts[later].is_steady or acts[later].has_tail or shared & crowded):
            bits |= 1 << later
    return bits


def bits_of(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, in order."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
