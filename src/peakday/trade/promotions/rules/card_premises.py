"""What may be assumed about the late acts when certain late cards are used?

A premise: which late acts may give, which early cards may join them, and of each late act that it gives no more than a
line says: so much, or a share of its base. Where the base of an act may fall below a step of its tier and much hangs on
that step, there is one premise in which it does not (a floor under the base), and one in which it does. Whatever
set of cards is chosen, one of the premises holds; and what holds with certain late cards holds without some of them.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from peakday.trade.promotions.model import BASIS, Counts
from peakday.trade.promotions.rules.allocation import fits_budgets
from peakday.trade.promotions.rules.card_bounds import ONE
from peakday.trade.promotions.rules.card_effects import Act, most_funded
from peakday.trade.promotions.rules.card_groups import bits_of
from peakday.trade.promotions.rules.card_outlook import Outlook

STEPS_MAX = 3  # of one act; where a base may fall by more of them, each of them is small


class Line(NamedTuple):
    """An act gives so much at most, and `slope` (scaled) of each unit of its base."""

    most: int
    slope: int


class Floor(NamedTuple):
    """The base of the act at `step` is not below `at`."""

    step: int
    at: int


class Premise(NamedTuple):
    """Late acts by step, each with its line; the early cards that may be used (bits); floors; late cards that give."""

    late: tuple[int, ...]
    lines: tuple[Line, ...]
    early: int
    floors: tuple[Floor, ...]
    sure: int = 0


class LateSet(NamedTuple):
    """Of the pending cards those before `place` are settled: taken, blocked, and passed over (bits)."""

    place: int
    taken: int
    blocked: int
    passed: int


def list_pending(outlook: Outlook) -> list[int]:
    """The late cards, and the early ones that exclude one of them; what gives most first."""
    late = sum([1 << step for step in outlook.late if outlook.group.acts[step].is_choice])
    torn = [step for step in outlook.early if outlook.rivals[step] & late]
    return sorted([*bits_of(late), *torn], key=lambda step: (-outlook.group.most[step], step))


def branch(outlook: Outlook, pending: Sequence[int], known: LateSet) -> Iterator[LateSet]:
    """The set with the next pending card and, if that card has a rival to come, without.

    A card that is passed over is one of whose rivals is taken in the end: every allowed set is part of such a set.
    """
    place, taken, blocked, passed = known
    while place < len(pending) and blocked >> pending[place] & 1:
        place += 1
    if place == len(pending):
        if all(outlook.rivals[step] & taken for step in bits_of(passed)):
            yield LateSet(place, taken, blocked, passed)
        return
    step = pending[place]
    yield LateSet(place + 1, taken | 1 << step, blocked | outlook.rivals[step], passed)
    if any(outlook.rivals[step] >> later & 1 and not blocked >> later & 1 for later in pending[place + 1 :]):
        yield LateSet(place + 1, taken, blocked, passed | 1 << step)


def most_of(outlook: Outlook, pending: Sequence[int], known: LateSet) -> int:
    """What the late cards of a set give at most, with those that may still be taken."""
    group = outlook.group
    still = sum([1 << step for step in pending[known.place :]]) & ~known.blocked
    able = (known.taken | still) & sum([1 << step for step in outlook.late])
    return sum([max([group.most[step] for step in clique if able >> step & 1], default=0) for clique in group.cliques])


def settle(outlook: Outlook, pending: Sequence[int], known: LateSet) -> tuple[tuple[int, ...], int]:
    """The late acts of a whole set, and the early cards (bits) that may join them."""
    late = sum([1 << step for step in outlook.late])
    anyway = sum([1 << step for step in outlook.late if not outlook.group.acts[step].is_choice])
    early = sum([1 << step for step in outlook.early])
    barred = sum([1 << step for step in pending]) & ~known.taken
    return tuple(bits_of(known.taken & late | anyway)), early & ~barred


def plain_premise(outlook: Outlook, late: tuple[int, ...], early: int, sure: int = 0) -> Premise:
    """The premise that holds for every base, when the `sure` ones of the late cards (bits) give something."""
    return Premise(late, tuple([_largest(outlook, late, step) for step in late]), early, (), sure)


def divide(outlook: Outlook, premise: Premise, settled: int, grain: int) -> tuple[int, list[Premise]]:
    """The act on whose steps most hangs of those not settled (bits), and a premise for each of its steps.

    No premises when no step of any act gives more than `grain`.
    """
    hanging = {}
    for place, step in enumerate(premise.late):
        if not settled >> step & 1:
            steps = _steps(outlook, premise.late, step, grain)
            if steps:
                act = outlook.group.acts[step]
                hanging[max([act.face_of(at)[1] - act.face_of(at - 1)[1] for at in steps]), -place] = steps
    if not hanging:
        return 0, []
    most = max(hanging)
    place, found = -most[1], []
    step = premise.late[place]
    for line, at in _ways(outlook, step, hanging[most]):
        lines = (*premise.lines[:place], line, *premise.lines[place + 1 :])
        floors = premise.floors if at is None else (*premise.floors, Floor(step, at))
        found.append(premise._replace(lines=lines, floors=floors))
    return step, found


def least_base(outlook: Outlook, late: Sequence[int], step: int) -> int:
    """How low the base of a late act may fall beside these late acts."""
    passed = sum([outlook.passes_most[other][step] for other in late if step in outlook.passes[other]])
    base = outlook.base[step] - outlook.taken_most[step] - passed
    return max(base, outlook.group.acts[step].base_low)


def least_given(outlook: Outlook, premise: Premise, step: int) -> int:
    """What a late act gives at least: 0 unless it acts anyway or is sure to give."""
    if can_fail(outlook, premise, step):
        return 0
    amount = outlook.group.acts[step].face_of(least_met(outlook, premise, step))[1]
    return max(amount - _cut_most(outlook, premise.late, step, amount), 0) if amount else 0


def least_met(outlook: Outlook, premise: Premise, step: int) -> int:
    """The least base on which a late act gives, if it is sure to."""
    act, base = outlook.group.acts[step], least_base(outlook, premise.late, step)
    is_reached = premise.sure >> step & 1 and act.benefit.counts is Counts.MONEY
    floors = [floor.at for floor in premise.floors if floor.step == step]
    return max([base, *floors, act.benefit.tiers[0].at if is_reached else 0])


def can_fail(outlook: Outlook, premise: Premise, step: int) -> bool:
    """Whether a late act may give nothing on a base that reaches its tier."""
    act = outlook.group.acts[step]
    return not premise.sure >> step & 1 and (act.is_choice or act.has_budget or len(act.pool) > 1)


def cut_of(outlook: Outlook, late: Sequence[int], step: int) -> int:
    """How much of what a late act would give may find nothing left."""
    return _cut_most(outlook, late, step, outlook.group.acts[step].face_of(outlook.base[step])[1])


def _steps(outlook: Outlook, late: Sequence[int], step: int, grain: int) -> list[int]:
    """The thresholds between which the base of an act may lie and on which much hangs, the highest first."""
    act = outlook.group.acts[step]
    high, low = min(outlook.base[step], act.base_high), least_base(outlook, late, step)
    if act.benefit.counts is not Counts.MONEY or low >= high or outlook.planned[step] < act.face_of(high)[1]:
        return []
    steps = list(_steps_between(act, low, high))
    if len(steps) > STEPS_MAX:
        return []
    return [at for at in steps if act.face_of(at)[1] - act.face_of(at - 1)[1] > grain]


def _ways(outlook: Outlook, step: int, steps: Sequence[int]) -> Iterator[tuple[Line, int | None]]:
    """The lines of an act, each with the floor under its base."""
    act = outlook.group.acts[step]
    high = min(outlook.base[step], act.base_high)
    for at in [*steps, 0]:
        most, slope = act.face_of(high)[1], outlook.slopes[step]
        line = Line(0, slope) if most and slope is not None and outlook.is_smooth[step] else Line(most, 0)
        yield line, at or None
        high = at - 1


def _largest(outlook: Outlook, late: Sequence[int], step: int) -> Line:
    """One line that holds whatever the base of the act is."""
    act, slope = outlook.group.acts[step], outlook.slopes[step]
    most = min(outlook.planned[step], _payable(outlook, late, step)) if act.has_budget else outlook.planned[step]
    if not most or not (outlook.taken_most[step] or any(step in outlook.passes[other] for other in late)):
        return Line(most, 0)
    if slope is None:
        return _capped(outlook, late, step, most)
    low, high = least_base(outlook, late, step), min(outlook.base[step], act.base_high)
    steps = len(list(_steps_between(act, low, high)))
    is_coarse = steps <= STEPS_MAX and not outlook.is_smooth[step]
    return Line(most, 0) if is_coarse else Line(0, slope)


def _capped(outlook: Outlook, late: Sequence[int], step: int, most: int) -> Line:
    """An amount, or the share of its base that caps it, whichever is less when what acts anyway has acted."""
    share = outlook.group.acts[step].pool[0].instrument.share_max_bp
    if share is None:
        return Line(most, 0)
    anyway = [other for other in late if not outlook.group.acts[other].is_choice]
    passed = [outlook.passes[other].get(step, 0) * outlook.group.most[other] // ONE for other in anyway]
    slope = -(-share * ONE // BASIS)
    return Line(0, slope) if slope * (outlook.base[step] - sum(passed)) < most * ONE else Line(most, 0)


def _steps_between(act: Act, low: int, high: int) -> Iterator[int]:
    """The thresholds above `low` up to `high`, the highest first; one more than `STEPS_MAX` at most."""
    benefit = act.benefit
    for tier in reversed(benefit.tiers):
        times = high // tier.at if benefit.repeats and tier.at else int(tier.at <= high)
        times = min(times, benefit.times_max or times)
        for each in range(times, max(times - STEPS_MAX - 1, 0), -1):
            if each * tier.at <= low:
                break
            yield each * tier.at


def _payable(outlook: Outlook, late: Sequence[int], step: int) -> int:
    """The most that the budgets of an act's funders let it give, on any base that it may meet."""
    act = outlook.group.acts[step]
    high, low = min(outlook.base[step], act.base_high), least_base(outlook, late, step)
    face = act.face_of(high)[1]
    most = most_funded(act, face)
    if most == face or len(act.pool) > 1:
        return most
    steps = list(_steps_between(act, low, high))
    if len(steps) > STEPS_MAX:
        return most
    cut = _cut_most(outlook, late, step, face)
    for at in [*steps, low]:
        least, face = act.face_of(max(at, low))[1], act.face_of(high)[1]
        if fits_budgets(max(least - cut, 0), act.funding):
            return most_funded(act, face)
        high = at - 1
    return 0


def _cut_most(outlook: Outlook, late: Sequence[int], step: int, amount: int) -> int:
    """How much of an amount may find nothing left."""
    group = outlook.group
    act = group.acts[step]
    before = [other for other in late if other < step and group.spans[other] & group.spans[step]]
    if act.is_payment:
        rest = sum(act.pick(outlook.balance.left)) - sum([outlook.passes_most[other].get(step, 0) for other in before])
        return max(amount - max(rest - _early_most(outlook, step), 0), 0)
    if not group.is_parallel:
        return _cut_beside(
            outlook, late, [other for other in before if group.acts[other].stage == act.stage], step, amount
        )
    base = max(least_base(outlook, late, step), 1)
    own = act.pick(outlook.balance.lowered)
    return sum(
        [
            min(amount * part // base + 1, -outlook.room[row])
            for row, part in zip(act.rows, own, strict=True)
            if outlook.room[row] < 0
        ]
    )


def _early_most(outlook: Outlook, step: int) -> int:
    """What early cards give at most where they share lines with an act."""
    group = outlook.group
    near = {card for card in outlook.early if group.spans[card] & group.spans[step]}
    return sum([max([group.most[card] for card in clique if card in near], default=0) for clique in group.cliques])


def _cut_beside(outlook: Outlook, late: Sequence[int], beside: Sequence[int], step: int, amount: int) -> int:
    """How much of an amount is cut, where acts count what is left, by those of its own stage that acted before it.

    Each takes a share of what is left on every line; while the shares stay below the whole, only rounding cuts.
    """
    given = {**{other: outlook.group.most[other] for other in beside}, step: amount}
    shares = [minor * ONE // max(least_base(outlook, late, each), 1) + 1 for each, minor in given.items()]
    if sum(shares) > ONE:
        return amount
    return min(2 * len(outlook.group.acts[step].rows), amount) if beside else 0
