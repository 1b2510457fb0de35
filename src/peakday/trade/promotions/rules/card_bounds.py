"""What can the cards that are still to come give at most?

Two bounds, of which the lower counts. The plain one adds what acts anyway and the largest gift of each clique. The
sloped one knows that some amounts fall when more is given before them: of an act that gives a rate of its base, or
so much for every so much, each unit that an earlier act takes from that base loses the act its slope. So a unit given
earlier is worth one less the slopes of the later acts whose rows hold all of its rows. Slopes are only known of acts
that are sure to act; a *scene* settles first which of the cards with slopes are used. Nothing can give more than is
left. Figures are scaled by `ONE` and rounded up, slopes down: a bound is never too low.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from peakday.trade.promotions.model import BASIS, Counts, Gives
from peakday.trade.promotions.rules.card_effects import Act, Balance, bases_at, is_lowered_by
from peakday.trade.promotions.rules.card_problem import Problem

ONE = 10**9
SETTLED_FIRST_MAX = 5  # cards that scenes settle


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """By step of a group: which are sure to act (bits), what each gives at most, its slope, what a unit is worth."""

    sure: int
    gains: list[int]
    slopes: list[tuple[int, int] | None]
    worth: list[int]
    sloped: list[int]


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
    touched: list[list[int]]
    rest: int
    is_parallel: bool


def lay_out_group(problem: Problem, positions: Sequence[int]) -> Group:
    """One group of the problem, its acts numbered by step."""
    acts = [problem.acts[at] for at in positions]
    spans = [problem.spans[at] for at in positions]
    mine = sum(1 << at for at in positions)
    step_of = {at: step for step, at in enumerate(positions)}
    rows = {row for act in acts for row in act.rows}
    return Group(
        acts=acts,
        spans=spans,
        most=[problem.most[at] for at in positions],
        ranks=[problem.ranks[at] for at in positions],
        cliques=[own for own in ([step_of[at] for at in each if mine >> at & 1] for each in problem.cliques) if own],
        anyway=[step for step, act in enumerate(acts) if not act.is_choice],
        rivals=[[step_of[other] for other in _bits(problem.conflicts.rivals[at] & mine)] for at in positions],
        limited=[
            (sum(1 << step_of[at] for at in _bits(bits & mine)), most) for bits, most in problem.conflicts.limited
        ],
        touched=[_touched(acts, spans, step, problem.crowded) for step in range(len(acts))],
        rest=sum([problem.opening.left[row] for row in rows]),
        is_parallel=problem.is_parallel,
    )


def list_scenes(group: Group, opening: Balance) -> Iterator[Scene]:
    """Every allowed way to settle the largest cards that have a slope or exclude many."""
    slopes = [_slope(act, opening, is_parallel=group.is_parallel) for act in group.acts]
    matters = [
        step for step in range(len(group.acts)) if (slopes[step] and _is_pressed(group, step)) or _is_torn(group, step)
    ]
    matters = [step for step in matters if group.acts[step].is_choice and group.most[step]]
    first = sorted(sorted(matters, key=lambda step: -group.most[step])[:SETTLED_FIRST_MAX])
    for sure in _allowed_sets(group, first):
        gains = group.most.copy()
        known: list[tuple[int, int] | None] = [
            None if act.is_choice else slope for act, slope in zip(group.acts, slopes, strict=True)
        ]
        for step in first:
            if step in sure:
                known[step] = slopes[step]
                for other in blocked_by(group, step, sum(1 << each for each in sure)):
                    gains[other] = 0
            else:
                gains[step] = 0
        yield Scene(
            sum(1 << step for step in sure),
            gains,
            known,
            _worth(group, known),
            [step for step, each in enumerate(known) if each],
        )


def upper_bound(group: Group, scene: Scene, step: int, balance: Balance, gains: Sequence[int]) -> int:
    """The most that the acts from `step` on give after this balance."""
    plain = sum([gains[each] for each in group.anyway])
    for clique in group.cliques:
        plain += max([gains[each] for each in clique])
    sloped = scene.sloped
    if not sloped or sloped[-1] < step:
        return plain
    values = [gain * worth for gain, worth in zip(gains, scene.worth, strict=True)]
    for each in sloped:
        if each >= step:
            slope = scene.slopes[each]
            assert slope is not None
            act = group.acts[each]
            base = sum(act.pick(bases_at(act, balance, is_parallel=group.is_parallel)))
            values[each] = -(-slope[0] * base * scene.worth[each] // slope[1])
    total = sum([values[each] for each in group.anyway])
    for clique in group.cliques:
        total += max([values[each] for each in clique])
    return min(plain, -(-total // ONE))


def blocked_by(group: Group, step: int, taken: int) -> list[int]:
    """The steps that may not be taken any more when this one is the last of the `taken` (bits)."""
    blocked = group.rivals[step]
    for steps, most in group.limited:
        if steps >> step & 1 and (taken & steps).bit_count() >= most:
            blocked = [*blocked, *(each for each in _bits(steps) if not taken >> each & 1)]
    return blocked


def _touched(acts: Sequence[Act], spans: Sequence[int], step: int, crowded: int) -> list[int]:
    """The later acts whose bound may fall when this one gives."""
    shared = ((later, spans[later] & spans[step]) for later in range(step + 1, len(acts)))
    return [
        later
        for later, rows in shared
        if rows and (not acts[later].is_steady or acts[later].has_tail or rows & crowded)
    ]


def _slope(act: Act, balance: Balance, *, is_parallel: bool) -> tuple[int, int] | None:
    """So much of its base (a fraction) an act gives at most on this and on every smaller base."""
    base = sum(act.pick(bases_at(act, balance, is_parallel=is_parallel)))
    face, amount = act.face_of(base)
    instrument, benefit = act.pool[0].instrument, act.benefit
    if act.is_steady or amount == 0:
        return None
    if instrument.share_max_bp is not None and amount == base * instrument.share_max_bp // BASIS:
        return instrument.share_max_bp, BASIS
    if amount < face:
        return None
    if benefit.gives is Gives.RATE:
        counted = base if benefit.counts is Counts.MONEY else act.pieces
        return max(tier.off for tier in benefit.tiers if tier.at <= counted), BASIS
    tier = benefit.tiers[0]
    if benefit.repeats and benefit.counts is Counts.MONEY and amount == base // tier.at * tier.off:
        return tier.off, tier.at
    return None


def _presses(group: Group, step: int, later: int) -> bool:
    """Whether each unit that an act gives is one less in the base of a later act."""
    return not group.spans[step] & ~group.spans[later] and is_lowered_by(group.acts[later], group.acts[step])


def _is_pressed(group: Group, later: int) -> bool:
    return any(
        group.most[step] and group.acts[step].is_choice and _presses(group, step, later)
        for step in range(later)
        if step not in group.rivals[later]
    )


def _is_torn(group: Group, step: int) -> bool:
    """Whether a card excludes some that do not exclude each other."""
    rivals = sum([1 << each for each in group.rivals[step] if group.most[each]])
    return any(rivals & ~(sum([1 << each for each in group.rivals[other]]) | 1 << other) for other in _bits(rivals))


def _worth(group: Group, slopes: Sequence[tuple[int, int] | None]) -> list[int]:
    """What a unit given by each act adds in all."""
    worth = [ONE] * len(group.acts)
    sloped = [step for step, slope in enumerate(slopes) if slope]
    for step in range(len(group.acts) - 1, -1, -1):
        for later in sloped:
            slope = slopes[later]
            if slope and later > step and _presses(group, step, later):
                worth[step] -= slope[0] * worth[later] // slope[1]
        worth[step] = max(worth[step], 0)
    return worth


def _allowed_sets(group: Group, steps: Sequence[int]) -> Iterator[list[int]]:
    def extend(at: int, held: list[int]) -> Iterator[list[int]]:
        if at == len(steps):
            yield held
            return
        yield from extend(at + 1, held)
        taken = sum(1 << each for each in held)
        is_barred = any(steps[at] in blocked_by(group, each, taken) for each in held)
        if not is_barred:
            yield from extend(at + 1, [*held, steps[at]])

    return extend(0, [])


def _bits(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
