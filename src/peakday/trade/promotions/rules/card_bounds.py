"""What can the cards that are still to come give at most?

The plain bound adds what acts anyway and the largest gift of each clique. Two things sharpen it.

Slopes: of an act that gives a rate of its base, or so much for every so much, each unit that an earlier act takes from
that base loses the act its slope. So a unit given earlier is worth one less the slopes of the later acts whose rows
hold all of its rows. Figures are scaled by `ONE` and rounded up, slopes down: a bound is never too low.

Caps: on a set of rows all acts give no more together than is left there; and before an act that is sure to give, no
more than its threshold leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from peakday.trade.promotions.model import BASIS, Counts, Gives
from peakday.trade.promotions.rules.card_effects import Act, Balance, bases_at, is_lowered_by
from peakday.trade.promotions.rules.card_groups import Group

ONE = 10**9
Slope = tuple[int, int]  # a fraction


class Cap(NamedTuple):
    """What many acts give together at most: what is left on the rows of the act at `step`.

    With `at`, it is what may go before that act, which is sure to give, falls below its threshold. A unit that is
    given under the cap adds `worth` at most.
    """

    step: int
    at: int | None
    worth: int


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Which choices are sure (bits), what each step gives at most, slopes of sure acts, what a unit is worth.

    `outside` is what each step gives at most beside what the caps count.
    """

    sure: int
    gains: list[int]
    slopes: list[Slope | None]
    worth: list[int]
    sloped: list[int]
    caps: list[Cap]
    outside: list[int]


def upper_bound(group: Group, scene: Scene, step: int, balance: Balance, gains: Sequence[int]) -> int:
    """The most that the acts from `step` on give after this balance; negative when the scene has failed."""
    most = _total(group, gains)
    rooms = [_room_under(group, cap, step, balance) for cap in scene.caps]
    if rooms:
        if min(rooms) < 0:
            return -most - 1
        most = min(most, _total(group, list(map(min, gains, scene.outside))) + sum(rooms))
    if not scene.sloped or scene.sloped[-1] < step:
        return most
    values = [gain * worth for gain, worth in zip(gains, scene.worth, strict=True)]
    for each in scene.sloped:
        slope = scene.slopes[each]
        if slope and each >= step:
            act = group.acts[each]
            base = sum(act.pick(bases_at(act, balance, is_parallel=group.is_parallel)))
            values[each] = -(-slope[0] * base * scene.worth[each] // slope[1])
    most = min(most, -(-_total(group, values) // ONE))
    if rooms:
        outside = [value if most_outside else 0 for value, most_outside in zip(values, scene.outside, strict=True)]
        inside = sum([room * cap.worth for room, cap in zip(rooms, scene.caps, strict=True)])
        most = min(most, -(-(_total(group, outside) + inside) // ONE))
    return most


def _room_under(group: Group, cap: Cap, step: int, balance: Balance) -> int:
    act = group.acts[cap.step]
    if cap.at is None:
        return sum(act.pick(balance.left))
    if cap.step < step:
        return 0
    return sum(act.pick(bases_at(act, balance, is_parallel=group.is_parallel))) - cap.at


def find_slope(act: Act, balance: Balance, *, is_parallel: bool) -> Slope | None:
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


def presses(group: Group, step: int, later: int) -> bool:
    """Whether each unit that an act gives is one less in the base of a later act."""
    return not group.spans[step] & ~group.spans[later] and is_lowered_by(group.acts[later], group.acts[step])


def unit_worth(group: Group, slopes: Sequence[Slope | None]) -> list[int]:
    """What a unit given by each act adds in all."""
    worth = [ONE] * len(group.acts)
    sloped = [step for step, slope in enumerate(slopes) if slope]
    for step in range(len(group.acts) - 1, -1, -1):
        for later in sloped:
            slope = slopes[later]
            if slope and later > step and presses(group, step, later):
                worth[step] -= slope[0] * worth[later] // slope[1]
        worth[step] = max(worth[step], 0)
    return worth


def _total(group: Group, values: Sequence[int]) -> int:
    total = sum([values[each] for each in group.anyway])
    for clique in group.cliques:
        total += max([values[each] for each in clique])
    return total
