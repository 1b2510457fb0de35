"""How much could every act give, and how little could be left, however cards are chosen?

Looked at once before the search. `room` is what is left on each line when every act below the payment level gives as
much there as it ever can; where it is negative, lines are crowded and gifts may be cut. An act that gives too much for
its funders' budgets even when it is cut most is dead.
"""

from collections.abc import Sequence

from peakday.trade.promotions.rules.allocation import fits_budgets
from peakday.trade.promotions.rules.card_conflicts import Conflicts, cover_with_cliques
from peakday.trade.promotions.rules.card_effects import Act, Balance, most_given

Alternatives = Sequence[Sequence[int]]


def foresee(
    acts: Sequence[Act], conflicts: Conflicts, balance: Balance, *, is_parallel: bool
) -> tuple[list[int], list[list[int]], list[int]]:
    """The most that each act gives, the choices in cliques, and the room on each line."""
    for act in acts:
        act.base_low = sum(act.pick(balance.bases)) if act.is_steady else 0
    most = [most_given(act, balance, is_parallel=is_parallel) for act in acts]
    cliques = cover_with_cliques(acts, conflicts.rivals, most)
    alternatives = [*cliques, *([act.at] for act in acts if not act.is_choice)]
    if is_parallel:
        for act in acts:
            act.base_low = _base_low(act, acts, alternatives, most, balance)
        most = [most_given(act, balance, is_parallel=is_parallel) for act in acts]
    room = _room(acts, alternatives, most, balance)
    for act in acts:
        if act.has_budget and len(act.pool) == 1 and most[act.at] and is_parallel:
            least = _least_given(act, acts, alternatives, most, room, balance)
            if not fits_budgets(least, act.funding):
                act.is_dead, most[act.at] = True, 0
    return most, cliques, room


def _base_low(act: Act, acts: Sequence[Act], alternatives: Alternatives, most: Sequence[int], balance: Balance) -> int:
    """The least that the base of an act falls to."""
    base = sum(act.pick(balance.bases))
    if not act.is_lowered:
        return base
    rows = set(act.rows)
    for each in alternatives:
        base -= max(
            (
                most[at]
                for at in each
                if acts[at].is_lowering and acts[at].stage[0] < act.stage[0] and rows.intersection(acts[at].rows)
            ),
            default=0,
        )
    return max(base, 0)


def _room(acts: Sequence[Act], alternatives: Alternatives, most: Sequence[int], balance: Balance) -> list[int]:
    room = list(balance.left)
    for each in alternatives:
        taken: dict[int, int] = {}
        for at in each:
            if most[at] and not acts[at].is_payment:
                for row, part in zip(acts[at].rows, _most_parts(acts[at], balance), strict=True):
                    if part > taken.get(row, 0):
                        taken[row] = part
        for row, part in taken.items():
            room[row] -= part
    return room


def _most_parts(act: Act, balance: Balance) -> Sequence[int]:
    """The most that an act below the payment level gives on each of its rows before anything is cut."""
    own = act.pick(balance.bases)
    if act.is_steady:
        return act.plan_of(own)
    amount = act.face_of(sum(own))[1]
    if act.base_low == 0:
        return [amount] * len(own)
    return [min(amount * base // act.base_low + 1, amount) for base in own]


def _least_given(
    act: Act,
    acts: Sequence[Act],
    alternatives: Alternatives,
    most: Sequence[int],
    room: Sequence[int],
    balance: Balance,
) -> int:
    """The least that an act gives if it gives anything, before its funders are asked."""
    own = act.pick(balance.bases)
    if act.is_steady:
        return sum(min(part, max(room[row] + part, 0)) for row, part in zip(act.rows, act.plan_of(own), strict=True))
    if not act.is_payment:
        return 0
    rest = sum(max(room[row], 0) for row in act.rows)
    for each in alternatives:
        if act.at not in each:
            rest -= max((most[at] for at in each if acts[at].is_payment and at < act.at), default=0)
    return min(act.face_of(act.base_low)[1], max(rest, 0))
