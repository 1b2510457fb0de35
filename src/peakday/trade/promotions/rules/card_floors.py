"""Which early cards can be used together without the base of a late act falling below its floor?

A base falls by what early cards take from it, and by what late acts before it are sure to give (`card_falls`), which
is less where early cards took. What is left above a floor is thus a start less so much a card, and never too small.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from peakday.trade.promotions.rules.card_bounds import ONE
from peakday.trade.promotions.rules.card_falls import Falls
from peakday.trade.promotions.rules.card_groups import bits_of
from peakday.trade.promotions.rules.card_outlook import Outlook
from peakday.trade.promotions.rules.card_premises import Floor, Premise, least_given


class Room(NamedTuple):
    """What is left above a floor, with the help of every card that helps; less so much a card that is used, or not."""

    left: int
    used: Mapping[int, int]
    spared: Mapping[int, int]


def find_rooms(outlook: Outlook, falls: Falls, premise: Premise) -> list[Room]:
    """The room above each floor, at most; where `left` is negative, the base surely falls below it."""
    return [_find_room(outlook, falls, premise, floor) for floor in premise.floors]


def find_slacks(outlook: Outlook, premise: Premise, units: Mapping[int, int], early: Sequence[int]) -> list[int]:
    """How far above each floor the base of its act stays when these early cards and all late acts give most.

    A late act whose `units` are 0 gives nothing.
    """
    bases = {floor.step: floor.at for floor in premise.floors}
    slacks = {}
    passed: dict[int, int] = {}
    for step, line in zip(premise.late, premise.lines, strict=True):
        base = outlook.base[step] - sum([outlook.takes[card].get(step, 0) for card in early]) - passed.get(step, 0)
        if step in bases:
            slacks[step] = base - bases[step]
        given = max(line.most + line.slope * base // ONE, 0) if units[step] else 0
        for later, share in outlook.passes[step].items():
            passed[later] = passed.get(later, 0) + share * given // ONE
    return [slacks[floor.step] for floor in premise.floors]


def _find_room(outlook: Outlook, falls: Falls, premise: Premise, floor: Floor) -> Room:
    left = outlook.base[floor.step] + outlook.loose[floor.step] - floor.at
    costs = {card: outlook.takes[card].get(floor.step, 0) for card in bits_of(premise.early)}
    sure = falls.under(premise)
    for step in premise.late:
        share = outlook.passes[step].get(floor.step)
        if share is None:
            continue
        if step not in sure:
            left -= share * least_given(outlook, premise, step) // ONE
            continue
        fall = sure[step][floor.step]
        left -= fall.least
        for card, minor in fall.taken:
            if card in costs:
                costs[card] -= -(-fall.share * minor // ONE)
    helped = {card: -cost for card, cost in costs.items() if cost < 0}
    return Room(left + sum(helped.values()), {card: max(cost, 0) for card, cost in costs.items()}, helped)
