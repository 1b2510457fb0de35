"""Which choices are settled before the search walks through the cards in turn?

A card with a slope, or one that excludes others which do not exclude each other, makes every bound loose until it is
decided; and both act late. So the largest of them are settled first: each allowed way is a scene of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from peakday.trade.promotions.model import Counts, Gives
from peakday.trade.promotions.rules.card_bounds import (
    ONE,
    Cap,
    Scene,
    Slope,
    find_slope,
    presses,
    unit_worth,
    upper_bound,
)
from peakday.trade.promotions.rules.card_effects import Balance, bases_at
from peakday.trade.promotions.rules.card_groups import Group, bits_of, blocked_by

SETTLED_MAX = 5
REGIONS_MAX = 6
TIERS_MAX = 2
STEP_SHARE = 100  # a step of a tier is looked at apart when it is more than one of so many parts of all gifts
Limit = tuple[Cap, list[int]]  # and by step what each act gives at most beside what the cap counts


def list_scenes(group: Group, opening: Balance) -> Iterator[Scene]:
    """Every allowed way to settle the largest cards that have a slope or exclude many."""
    slopes = [
        find_slope(act, opening, is_parallel=group.is_parallel) if most else None  # what is never given is not lost
        for act, most in zip(group.acts, group.most, strict=True)
    ]
    able = [step for step, act in enumerate(group.acts) if act.is_choice and group.most[step]]
    matters = [step for step in able if _is_pressed(group, step, opening, slopes) or _is_torn(group, step)]
    first = sorted(sorted(matters, key=lambda step: -group.most[step])[:SETTLED_MAX])
    regions = _find_regions(group, opening)
    for sure in _allowed_sets(group, first):
        gains = group.most.copy()
        known = [None if act.is_choice else slope for act, slope in zip(group.acts, slopes, strict=True)]
        for step in first:
            known[step] = slopes[step] if step in sure else None
            taken = sum([1 << each for each in sure])
            for other in blocked_by(group, step, taken) if step in sure else [step]:
                gains[other] = 0
        for scene, kept in _list_tiers(group, _scene(group, sure, gains, known), opening, {}):
            at_least = {step: group.acts[step].benefit.tiers[0].at for step in sure} | kept
            thresholds = [_find_threshold(group, scene, step, at) for step, at in at_least.items()]
            yield _with_caps(group, scene, opening, [*filter(None, thresholds), *regions])


def _scene(group: Group, sure: Sequence[int], gains: list[int], slopes: list[Slope | None]) -> Scene:
    sloped = [step for step, slope in enumerate(slopes) if slope]
    return Scene(sum([1 << step for step in sure]), gains, slopes, unit_worth(group, slopes), sloped, [], list(gains))


def _list_tiers(
    group: Group, scene: Scene, opening: Balance, asked: dict[int, int]
) -> Iterator[tuple[Scene, dict[int, int]]]:
    """The scene twice where one more step of a sure act is worth much: with the step kept (at which base), and without.

    `asked` are the acts for which that is settled, with the base that is kept, 0 when it is not.
    """
    steps = [step for step in range(len(group.acts)) if scene.gains[step] and _is_sure(group, scene, step)]
    steps = [step for step in steps if step not in asked]
    loss, at, step = max([(*_find_step(group, scene, step, opening), step) for step in steps], default=(0, 0, 0))
    if not loss or len(asked) == TIERS_MAX:
        yield scene, {step: at for step, at in asked.items() if at}
        return
    slopes = [None if each == step else slope for each, slope in enumerate(scene.slopes)]
    lower = [gain - loss if each == step else gain for each, gain in enumerate(scene.gains)]
    sure = list(bits_of(scene.sure))
    yield from _list_tiers(group, _scene(group, sure, scene.gains, slopes), opening, asked | {step: at})
    yield from _list_tiers(group, _scene(group, sure, lower, slopes), opening, asked | {step: 0})


def _is_sure(group: Group, scene: Scene, step: int) -> bool:
    return not group.acts[step].is_choice or bool(scene.sure >> step & 1)


def _find_step(group: Group, scene: Scene, step: int, opening: Balance) -> tuple[int, int]:
    """What an act loses when its base falls below the last step it reaches, and where that is; 0 when it cannot."""
    act = group.acts[step]
    benefit = act.benefit
    if benefit.counts is not Counts.MONEY or benefit.gives is not Gives.REDUCTION:
        return 0, 0
    base = min(sum(act.pick(bases_at(act, opening, is_parallel=group.is_parallel))), act.base_high)
    reached = [tier.at for tier in benefit.tiers if tier.at <= base]
    at = base // reached[-1] * reached[-1] if benefit.repeats and reached else max(reached, default=0)
    loss = min(act.face_of(base)[1], scene.gains[step]) - act.face_of(at - 1)[1] if at else 0
    pressing = sum([gain for each, gain in enumerate(scene.gains[:step]) if gain and presses(group, each, step)])
    may_fall = base - pressing < at
    return (loss, at) if may_fall and loss * STEP_SHARE > sum(scene.gains) else (0, 0)


def _find_threshold(group: Group, scene: Scene, step: int, at: int) -> Limit | None:
    """What earlier acts may give before a sure one fails: if it did, it would better be left out."""
    act = group.acts[step]
    pressing = {each for each in range(step) if scene.gains[each] and presses(group, each, step)}
    if not pressing or at == 0 or act.benefit.counts is not Counts.MONEY:
        return None
    outside = [0 if each in pressing else most for each, most in enumerate(scene.gains)]
    return Cap(step, at, max([scene.worth[each] for each in pressing])), outside


def _with_caps(group: Group, scene: Scene, opening: Balance, limits: Sequence[Limit]) -> Scene:
    """The scene with the caps that lower its bound at the start."""
    best = upper_bound(group, scene, 0, opening, scene.gains)
    for cap, most_outside in limits:
        if scene.gains[cap.step]:
            with_it = replace(scene, caps=[*scene.caps, cap], outside=list(map(min, scene.outside, most_outside)))
            bound = upper_bound(group, with_it, 0, opening, scene.gains)
            if bound < best:
                best, scene = bound, with_it
    return scene


def _find_regions(group: Group, opening: Balance) -> list[Limit]:
    """The rows of acts that could take much of what is left there, and what each act gives on others at most."""
    found: dict[int, int] = {}
    for step in sorted(range(len(group.acts)), key=lambda each: -group.most[each]):
        if group.most[step] * 2 > sum(group.acts[step].pick(opening.left)):
            found.setdefault(group.spans[step], step)
    steps = list(found.values())[:REGIONS_MAX]
    every = range(len(group.acts))
    return [(Cap(step, None, ONE), [_most_outside(group, each, step, opening) for each in every]) for step in steps]


def _most_outside(group: Group, step: int, region: int, opening: Balance) -> int:
    """The most that an act gives on rows outside of a region, the rows of another act."""
    act, span = group.acts[step], group.spans[region]
    if not (group.most[step] and group.spans[step] & ~span):
        return 0
    if act.is_steady:
        parts: Sequence[int] = act.plan_of(act.pick(bases_at(act, opening, is_parallel=group.is_parallel)))
    else:
        parts = act.ceilings or act.pick(opening.left)
    return sum([part for row, part in zip(act.rows, parts, strict=True) if not span >> row & 1])


def _is_pressed(group: Group, later: int, opening: Balance, slopes: Sequence[Slope | None]) -> bool:
    """Whether choices before a card may lower what it gives: by its slope, or below its threshold."""
    pressing = [
        group.most[step]
        for step in range(later)
        if group.acts[step].is_choice and step not in group.rivals[later] and presses(group, step, later)
    ]
    if slopes[later] or not any(pressing):
        return any(pressing)
    act = group.acts[later]
    base = sum(act.pick(bases_at(act, opening, is_parallel=group.is_parallel)))
    return act.benefit.counts is Counts.MONEY and base - sum(pressing) < act.benefit.tiers[0].at


def _is_torn(group: Group, step: int) -> bool:
    """Whether a card excludes some that do not exclude each other."""
    rivals = sum([1 << each for each in group.rivals[step] if group.most[each]])
    return any(rivals & ~(sum([1 << each for each in group.rivals[other]]) | 1 << other) for other in bits_of(rivals))


def _allowed_sets(group: Group, steps: Sequence[int], held: Sequence[int] = ()) -> Iterator[list[int]]:
    """Every set of these steps that may be taken together, beside those that are `held`.

    Not a function within a function: one that calls itself by name would hold the whole problem in a circle.
    """
    if not steps:
        yield [*held]
        return
    yield from _allowed_sets(group, steps[1:], held)
    taken = sum(1 << each for each in held)
    is_barred = any(steps[0] in blocked_by(group, each, taken) for each in held)
    if not is_barred:
        yield from _allowed_sets(group, steps[1:], [*held, steps[0]])
