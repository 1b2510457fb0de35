"""How much could every act give, and how little could be left, however cards are chosen?

Looked at once before the search. `room` is what is left on each line when every act below the payment level gives as
much there as it ever can; where it is negative, lines are crowded and gifts may be cut. An act that gives too much for
its funders' budgets even when it is cut most is dead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from peakday.trade.promotions.rules.allocation import fits_budgets
from peakday.trade.promotions.rules.card_conflicts import Conflicts, cover_with_cliques
from peakday.trade.promotions.rules.card_effects import Act, Balance, bases_at, is_lowered_by, most_given


@dataclass(frozen=True, slots=True)
class _View:
    """What the forecast looks at; `own` are the bases of each act's rows at the start."""

    acts: Sequence[Act]
    alternatives: Sequence[Sequence[int]]
    own: list[tuple[int, ...]]
    left: Sequence[int]


def foresee(
    acts: Sequence[Act], conflicts: Conflicts, balance: Balance, *, is_parallel: bool
) -> tuple[list[int], list[list[int]], list[int]]:
    """The most that each act gives, the choices in cliques, and the room on each line."""
    own = [act.pick(bases_at(act, balance, is_parallel=is_parallel)) for act in acts]
    for act in acts:
        act.base_high = sum(own[act.at])
        act.base_low = act.base_high if act.is_steady else 0
    most = [most_given(act, balance, is_parallel=is_parallel) for act in acts]
    cliques = cover_with_cliques(acts, conflicts.rivals, most)
    view = _View(acts, [*cliques, *([act.at] for act in acts if not act.is_choice)], own, balance.left)
    for act in acts:
        act.base_low = _base_low(act, view, most)
        if act.is_lowered and not act.is_payment and act.base_low:
            act.ceilings = _most_parts(act, view)
    most = [most_given(act, balance, is_parallel=is_parallel) for act in acts]
    room = _room(view, most)
    for act in acts:
        least = _least_given(act, view, most, room) if most[act.at] and len(act.pool) == 1 else 0
        if act.has_budget and not fits_budgets(least, act.funding):
            act.is_dead, most[act.at] = True, 0
        elif not (act.is_choice or act.has_budget or act.has_tail):
            _lower_high(act, view, least)
    most = [most_given(act, balance, is_parallel=is_parallel) if most[act.at] else 0 for act in acts]
    return most, cliques, room


def _base_low(act: Act, view: _View, most: Sequence[int]) -> int:
    """The least that the base of an act falls to."""
    base = sum(view.own[act.at])
    if act.is_lowered:
        for each in view.alternatives:
            lowering = (at for at in each if act.span & view.acts[at].span and is_lowered_by(act, view.acts[at]))
            base -= max((most[at] for at in lowering), default=0)
    return max(base, 0)


def _lower_high(act: Act, view: _View, least: int) -> None:
    """What acts anyway lowers later bases by at least so much."""
    for later in view.acts:
        if is_lowered_by(later, act) and not act.span & ~later.span:
            later.base_high -= least


def _room(view: _View, most: Sequence[int]) -> list[int]:
    room = list(view.left)
    for each in view.alternatives:
        taken: dict[int, int] = {}
        for at in each:
            act = view.acts[at]
            if most[at] and not act.is_payment:
                for row, part in zip(act.rows, _most_parts(act, view), strict=True):
                    if part > taken.get(row, 0):
                        taken[row] = part
        for row, part in taken.items():
            room[row] -= part
    return room


def _most_parts(act: Act, view: _View) -> Sequence[int]:
    """The most that an act below the payment level gives on each of its rows before anything is cut."""
    own = view.own[act.at]
    if act.is_steady:
        return act.plan_of(own)
    if act.ceilings:
        return act.ceilings
    amount = act.face_of(sum(own))[1]
    if act.base_low == 0:
        return [amount] * len(own)
    return [min(amount * base // act.base_low + 1, amount) for base in own]


def _least_given(act: Act, view: _View, most: Sequence[int], room: Sequence[int]) -> int:
    """The least that an act gives if it gives anything, before its funders are asked."""
    if act.is_steady:
        plan = act.plan_of(view.own[act.at])
        return sum(min(part, max(room[row] + part, 0)) for row, part in zip(act.rows, plan, strict=True))
    lowest = act.face_of(act.base_low)[1]
    if not act.is_payment:
        cut = sum([part for row, part in zip(act.rows, _most_parts(act, view), strict=True) if room[row] < 0])
        return max(lowest - cut, 0)
    rest = sum([max(room[row], 0) for row in act.rows])
    for each in view.alternatives:
        if act.at not in each:
            rest -= max((most[at] for at in each if view.acts[at].is_payment and at < act.at), default=0)
    return min(lowest, max(rest, 0))
