"""What do cards that act early take from the acts that come later?

The first stage in which there is a choice is early; its cards give the same whatever else is chosen. All acts after it
are late. What a late act counts falls by what others took from its lines before (`takes` of early cards, `passes` of
late acts, as a share of what they give). Nothing here depends on a choice: it is looked at once a group.

Cards that are alike in all but their expiry, and exclude each other, are one: the one that expires first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from peakday.trade.promotions.model import BASIS, Gives
from peakday.trade.promotions.rules.allocation import fits_budgets
from peakday.trade.promotions.rules.card_bounds import ONE, find_slope
from peakday.trade.promotions.rules.card_effects import Act, Balance, bases_at, is_lowered_by, most_funded
from peakday.trade.promotions.rules.card_groups import Group, bits_of


class Clash(NamedTuple):
    """Two early cards promise more than is left on a line: so much each."""

    first: int
    second: int
    row: int
    first_part: int
    second_part: int


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """One group as far as no choice matters; lists are by step, `takes` and `passes` by the later step then.

    `common` is what a late act counts on the lines that a later one counts too (by both), before any choice acts, and
    `passes_most` the most that it gives there.
    `takes` is the least, `takes_most` the most that an early card takes from the base of a late act when it gives.

    `early` and `late` are the steps that may give, `planned` what a late act gives before lines run out, `slopes` its
    share of each unit of its base (scaled) where it has one, `is_smooth` whether it has it all the way.
    """

    group: Group
    balance: Balance
    room: Sequence[int]
    early: list[int]
    late: list[int]
    base: list[int]
    planned: list[int]
    slopes: list[int | None]
    is_smooth: list[bool]
    shares: list[int]
    unpaid: list[frozenset[int]]
    takes: list[dict[int, int]]
    takes_most: list[dict[int, int]]
    loose: list[int]
    taken_most: list[int]
    passes: list[dict[int, int]]
    passes_most: list[dict[int, int]]
    common: list[dict[int, int]]
    clashes: list[Clash]
    rivals: list[int]
    order: list[int]


def look_out(group: Group, balance: Balance, room: Sequence[int]) -> Outlook:
    """The outlook on a group from the balance at which its first choice stands."""
    stage = next(act.stage for act in group.acts if act.is_choice)
    twins = _find_twins(group, room)
    live = [step for step, most in enumerate(group.most) if most and step not in twins]
    first = [step for step in live if group.acts[step].is_choice and group.acts[step].stage == stage]
    parts = {step: list(map(min, _plan(group, balance, step), group.acts[step].pick(balance.left))) for step in first}
    cuts = _find_cuts(group, balance, room, parts)
    early = [step for step in first if not _is_broke(group.acts[step], parts[step], cuts[step])]
    late = [step for step in live if step not in parts]
    slopes = [_slope(group, balance, act) for act in group.acts]
    smooth = [slope is not None and _is_smooth(act, slope) for act, slope in zip(group.acts, slopes, strict=True)]
    base = [sum(_bases(group, balance, act)) for act in group.acts]
    shares = [
        least_share(act, (base[step], act.base_low), slopes[step], is_smooth=smooth[step])
        for step, act in enumerate(group.acts)
    ]
    unpaid = [_find_unpaid(group, balance, room, step, shares[step]) for step in range(len(base))]
    takes_most = _find_takes(group, late, unpaid, {step: parts[step] for step in early})
    takes = _least_takes(group, takes_most, parts, cuts)
    clique_takes = [[takes_most[step] for step in clique if takes_most[step]] for clique in group.cliques]
    kept = sum([1 << step for step in [*early, *late]])
    passes = _find_passes(group, balance, late, base, unpaid)
    planned = [_planned(group, step, base[step]) for step in range(len(base))]
    for step, slope in enumerate(slopes):
        if slope is not None and unpaid[step]:
            own = zip(group.acts[step].rows, _bases(group, balance, group.acts[step]), strict=True)
            base[step] = sum([minor for row, minor in own if row not in unpaid[step]])
            passes.loose[step] += len(group.acts[step].rows) * ONE // slope + 1
            planned[step], smooth[step] = min(planned[step], slope * (base[step] + passes.loose[step]) // ONE + 1), True
    return Outlook(
        group=group,
        balance=balance,
        room=room,
        early=early,
        late=late,
        base=base,
        planned=planned,
        slopes=slopes,
        is_smooth=smooth,
        shares=shares,
        unpaid=unpaid,
        takes=takes,
        takes_most=takes_most,
        taken_most=[
            sum([max([by.get(step, 0) for by in of]) for of in clique_takes if of]) for step in range(len(base))
        ],
        passes=passes.least,
        passes_most=passes.most,
        common=passes.common,
        loose=passes.loose,
        clashes=_find_clashes(group, balance, room, {step: parts[step] for step in early}),
        rivals=[sum([1 << other for other in rivals]) & kept for rivals in group.rivals],
        order=[step for clique in group.cliques for step in clique if kept >> step & 1 and step in parts],
    )


def _bases(group: Group, balance: Balance, act: Act) -> tuple[int, ...]:
    return act.pick(bases_at(act, balance, is_parallel=group.is_parallel))


def _plan(group: Group, balance: Balance, step: int) -> list[int]:
    return group.acts[step].plan_of(_bases(group, balance, group.acts[step]))


def _find_twins(group: Group, room: Sequence[int]) -> set[int]:
    """The cards beside which there is one that is alike, excludes the same, expires sooner, and gives the same.

    Where lines or money may run out, two cards alike may differ by their turn.
    """
    twins: set[int] = set()
    first: dict[object, int] = {}
    is_roomy = group.is_parallel and _is_roomy(group, room)
    for step in sorted(range(len(group.acts)), key=lambda each: -group.ranks[each]):
        act = group.acts[step]
        if not act.is_choice or act.has_budget or not group.most[step]:
            continue
        if not is_roomy if act.is_payment else any(room[row] < 0 for row in act.rows):
            continue
        instrument = act.pool[0].instrument
        caps = (instrument.discount_max_minor, instrument.share_max_bp, act.is_lowering)
        circle = frozenset([*group.rivals[step], step])
        limits = frozenset(number for number, (steps, _) in enumerate(group.limited) if steps >> step & 1)
        if first.setdefault((act.stage, act.benefit, tuple(act.rows), caps, circle, limits), step) != step:
            twins.add(step)
    return twins


def _is_roomy(group: Group, room: Sequence[int]) -> bool:
    """Whether every payment surely finds enough left."""
    payments = [step for step, act in enumerate(group.acts) if act.is_payment]
    whole = sum([group.most[step] for step in payments])
    return all(sum([max(room[row], 0) for row in group.acts[step].rows]) > whole for step in payments)


def _find_cuts(
    group: Group, balance: Balance, room: Sequence[int], parts: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    """By early step and row, how much earlier ones may leave too little for."""
    before: dict[int, list[tuple[int, int]]] = {}
    cuts = {}
    for step, own in parts.items():
        cut = [0] * len(own)
        for place, (row, part) in enumerate(zip(group.acts[step].rows, own, strict=True)):
            if part and room[row] < 0:
                others = before.setdefault(row, [])
                promised = sum([minor for other, minor in others if other not in group.rivals[step]])
                cut[place] = min(max(part + promised - balance.left[row], 0), part)
                others.append((step, part))
        cuts[step] = cut
    return cuts


def _find_clashes(
    group: Group, balance: Balance, room: Sequence[int], parts: Mapping[int, Sequence[int]]
) -> list[Clash]:
    on: dict[int, list[tuple[int, int]]] = {}
    clashes = []
    for step, own in parts.items():
        for row, part in zip(group.acts[step].rows, own, strict=True):
            if room[row] < 0 and part:
                others = on.setdefault(row, [])
                for other, minor in others:
                    if other not in group.rivals[step] and part + minor > balance.left[row]:
                        clashes.append(Clash(other, step, row, minor, part))
                others.append((step, part))
    return clashes


def _is_broke(act: Act, parts: Sequence[int], cut: Sequence[int]) -> bool:
    """Whether no budget covers an early card, even when earlier ones cut it as far as they can."""
    return act.has_budget and not fits_budgets(sum(parts) - sum(cut), act.funding)


def _planned(group: Group, step: int, base: int) -> int:
    """The most that an act gives before lines run out; no more than its funders pay if they cannot pay it all."""
    act = group.acts[step]
    if act.is_payment or not group.is_parallel:
        return group.most[step]
    face = act.face_of(min(base, act.base_high))[1]
    return group.most[step] if act.has_budget and most_funded(act, face) < face else face


def _slope(group: Group, balance: Balance, act: Act) -> int | None:
    slope = find_slope(act, balance, is_parallel=group.is_parallel)
    return None if slope is None else -(-slope[0] * ONE // slope[1])


def _is_smooth(act: Act, slope: int) -> bool:
    share = act.pool[0].instrument.share_max_bp
    return act.benefit.gives is Gives.RATE or (share is not None and slope == -(-share * ONE // BASIS))


def least_share(act: Act, bases: tuple[int, int], slope: int | None, *, is_smooth: bool) -> int:
    """The least share (scaled) of its base that an act gives on every base that it may meet: the most, and the least.

    What it gives on the largest base is `slope` of it, if it has one (`is_smooth`: of every base).
    """
    base, low = bases
    face, amount = act.face_of(low)
    share = amount * ONE // max(base, 1)
    if slope is None or not low:
        return share
    if act.benefit.gives is Gives.RATE:
        return max(share, max(amount - 2, 0) * ONE // low)
    if is_smooth:
        return max(share, min(face * ONE // base, (slope - 1) * (low - 1) // low))
    return max(share, (slope - 1) * max(low - act.benefit.tiers[0].at, 0) // low)


def _find_unpaid(group: Group, balance: Balance, room: Sequence[int], step: int, share: int) -> frozenset[int]:
    """The rows of those of a pool whose budgets never cover their part; `share` is what the pool gives at least."""
    act = group.acts[step]
    if not act.has_budget or len(act.pool) == 1 or act.is_payment or not act.base_low:
        return frozenset()
    own = dict(zip(act.rows, _bases(group, balance, act), strict=True))
    most_share = -(-act.face_of(sum(own.values()))[1] * ONE // act.base_low)
    unpaid: set[int] = set()
    for candidate in act.pool:
        base = sum([own[row] for row in candidate.rows]) - _most_taken(group, step, candidate.rows)
        cut = sum([min(most_share * own[row] // ONE + 1, -room[row]) for row in candidate.rows if room[row] < 0])
        least = share * max(base, 0) // ONE - len(candidate.rows) - cut
        if not fits_budgets(max(least, 0), candidate.instrument.funding):
            unpaid.update(candidate.rows)
    return frozenset(unpaid)


def _most_taken(group: Group, step: int, rows: Sequence[int]) -> int:
    """How much earlier acts take from some rows of an act's base at most."""
    span = sum([1 << row for row in rows])
    able = [
        other
        for other in range(step)
        if group.spans[other] & span and is_lowered_by(group.acts[step], group.acts[other]) and group.most[other]
    ]
    each = [*group.cliques, *([other] for other in group.anyway)]
    return sum([max([group.most[other] for other in one if other in able], default=0) for one in each])


def _find_takes(
    group: Group, late: Sequence[int], unpaid: Sequence[frozenset[int]], parts: Mapping[int, Sequence[int]]
) -> list[dict[int, int]]:
    """By early step, how much of the base of which late act it takes when it gives these parts."""
    late_on: dict[int, int] = {}
    for step in late:
        for row in group.acts[step].rows if not unpaid[step] else set(group.acts[step].rows) - unpaid[step]:
            late_on[row] = late_on.get(row, 0) | 1 << step
    takes: list[dict[int, int]] = [{} for _ in group.acts]
    for step, own in parts.items():
        act = group.acts[step]
        lowered = sum([1 << each for each in late if is_lowered_by(group.acts[each], act)])
        if not lowered:
            continue
        by: dict[int, int] = {}
        for row, part in zip(act.rows, own, strict=True):
            acts_on = late_on.get(row, 0) & lowered
            by[acts_on] = by.get(acts_on, 0) + part
        for acts_on, part in by.items():
            for later in bits_of(acts_on):
                takes[step][later] = takes[step].get(later, 0) + part
    return takes


def _least_takes(
    group: Group,
    takes_most: Sequence[dict[int, int]],
    parts: Mapping[int, Sequence[int]],
    cuts: Mapping[int, Sequence[int]],
) -> list[dict[int, int]]:
    """By early step, how much of the base of which late act it takes at least when it gives."""
    takes = list(takes_most)
    for step, most in enumerate(takes_most):
        if not most:
            continue
        cut = sum(cuts[step])
        if sum(parts[step]) - cut > group.most[step]:
            takes[step] = {}
        elif cut:
            by_row = dict(zip(group.acts[step].rows, cuts[step], strict=True))
            takes[step] = {
                later: max(minor - sum([by_row.get(row, 0) for row in group.acts[later].rows]), 0)
                for later, minor in most.items()
            }
    return takes


@dataclass(frozen=True, slots=True)
class _Passes:
    """By late step and later step: the least share (scaled) of a gift that lowers that base, and `common`.

    `most` is what is given on common lines at most, whether it lowers a base or not.
    `loose`, by later step, is by how much rounding may make the shares less.
    """

    least: list[dict[int, int]]
    most: list[dict[int, int]]
    common: list[dict[int, int]]
    loose: list[int]


def _find_passes(
    group: Group, balance: Balance, late: Sequence[int], base: Sequence[int], unpaid: Sequence[frozenset[int]]
) -> _Passes:
    size = len(group.acts)
    passes = _Passes([{} for _ in range(size)], [{} for _ in range(size)], [{} for _ in range(size)], [0] * size)
    rows_of = {step: frozenset(group.acts[step].rows) for step in late}
    for step in late:
        act = group.acts[step]
        own = dict(zip(act.rows, _bases(group, balance, act), strict=True))
        parts = dict(zip(act.rows, act.plan_of(tuple(own.values())) if act.is_steady else act.ceilings, strict=False))
        for later in late:
            common = group.spans[step] & group.spans[later]
            if later <= step or not common:
                continue
            is_whole, most = common == group.spans[step], group.most[step]
            shared = rows_of[step] & rows_of[later]
            rows = shared - unpaid[later] if unpaid[later] else shared
            passes.most[step][later] = min(most, sum([parts[row] for row in rows])) if parts else most
            if not is_lowered_by(group.acts[later], act):
                continue
            share = ONE if is_whole else _least_common(group, own, step, shared) * ONE // max(base[step], 1)
            passes.least[step][later] = share
            passes.common[step][later] = sum([own[row] for row in rows])
            passes.loose[later] += 0 if is_whole else common.bit_count()
    return passes


def _least_common(group: Group, own: Mapping[int, int], step: int, rows: Collection[int]) -> int:
    """The least base of an act on some of its rows, of its whole base.

    Acts spread by what they count, so with progressive thresholds one that holds all of its rows leaves its shares as
    they are. What others take weighs more the less is left.
    """
    act = group.acts[step]
    there, whole = sum([own[row] for row in rows]), sum(own.values())
    span, common, lost = group.spans[step], sum([1 << row for row in rows]), 0
    for each in [*group.cliques, *([other] for other in group.anyway)]:
        able = [other for other in each if other < step and group.spans[other] & common]
        if not group.is_parallel:
            able = [other for other in able if span & ~group.spans[other]]
        lost += max([group.most[other] for other in able], default=0)
    if not group.is_parallel:
        lost = lost * whole // act.base_low + 1 if act.base_low else there
    return max(there - lost, 0)
