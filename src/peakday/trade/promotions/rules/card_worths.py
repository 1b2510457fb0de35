"""What is each early card worth at most, once it is settled which late cards are used?

Under a premise the late acts give no more than a linear program allows: each no more than its line says of its base,
which falls by what early cards take and what late acts before it give. Its dual gives one figure for all late acts
together, less a drag for each unit that an early card takes. So the whole is at most a constant and a worth of each
early card. Any duals that suit hold, so figures (scaled by `ONE`) are rounded to the safe side. A floor under a base
adds a rate: so much for each unit that stays above it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peakday.trade.promotions.rules.card_bounds import ONE
from peakday.trade.promotions.rules.card_crowds import Crowds, crowd_of, lost_by_early, lost_by_late
from peakday.trade.promotions.rules.card_falls import Fall, Falls
from peakday.trade.promotions.rules.card_outlook import Outlook
from peakday.trade.promotions.rules.card_premises import Premise, least_base, least_given


@dataclass(frozen=True, slots=True)
class Worths:
    """Late acts give `constant` at most, and each early card adds its `cards` (both scaled; cards by step).

    A unit that a late act gives adds `units`, by step.
    """

    constant: int
    cards: dict[int, int]
    units: dict[int, int]


def weigh(outlook: Outlook, crowds: Crowds, falls: Falls, premise: Premise, rates: Sequence[int]) -> Worths:
    """The worths under a premise; `rates` (scaled) are what a unit above each floor adds."""
    sure = falls.under(premise)
    units: dict[int, int] = {}
    drags: dict[int, int] = {}
    constant = 0
    for floor, rate in zip(premise.floors, rates, strict=True):
        drags[floor.step] = rate
        constant += rate * (outlook.base[floor.step] + outlook.loose[floor.step] - floor.at)
    for step, line in zip(reversed(premise.late), reversed(premise.lines), strict=True):
        fallen, passed = _felt_later(outlook, sure.get(step, {}), drags, step)
        constant -= fallen
        unit = units[step] = ONE - passed // ONE
        if unit < 0:
            constant += unit * least_given(outlook, premise, step)
            units[step] = 0
            continue
        drag = -(-unit * line.slope // ONE)
        constant += unit * line.most + drag * (outlook.base[step] + outlook.loose[step])
        drags[step] = drags.get(step, 0) + drag
    total, share = crowd_of(crowds, premise.late)
    least = min([units[step] for step in premise.late if step in crowds.late], default=ONE)
    constant -= least * lost_by_late(crowds, total)
    cards = _weigh_cards(outlook, premise, drags)
    _add_relief(cards, sure, drags)
    for step in crowds.early if crowds.left else ():
        if step in cards and crowds.early[step]:
            unit = min(least, ONE - sum([drags.get(later, 0) for later in outlook.takes[step]]))
            lost = lost_by_early(crowds, total, share if outlook.takes[step] else 0, step) if unit > 0 else 0
            cards[step] -= unit * lost
    return Worths(constant, cards, units)


def _felt_later(outlook: Outlook, falls: Mapping[int, Fall], drags: Mapping[int, int], step: int) -> tuple[int, int]:
    """What later acts lose at least where a late act gives: that is known beforehand, and of each unit that it gives.

    An act that lies on lines of the later one only is told by what it gives.
    """
    fallen = passed = 0
    for later, share in outlook.passes[step].items():
        drag = drags.get(later)
        if drag and later in falls and not falls[later].is_whole:
            fallen += drag * falls[later].least
        elif drag:
            passed += drag * share
    return fallen, passed


def _add_relief(cards: dict[int, int], sure: Mapping[int, Mapping[int, Fall]], drags: Mapping[int, int]) -> None:
    """Where an early card is used, the bases that it lowers fall less by what acts between give."""
    for falls in sure.values():
        for later, fall in falls.items():
            drag = drags.get(later)
            if drag and not fall.is_whole:
                for card, minor in fall.taken:
                    if card in cards:
                        cards[card] += -(-drag * fall.share * minor // ONE)


def _weigh_cards(outlook: Outlook, premise: Premise, drags: Mapping[int, int]) -> dict[int, int]:
    """What each early card gives, less what it drags."""
    cards = {}
    felt = [later for later, drag in drags.items() if drag and outlook.taken_most[later]]
    for step in outlook.early:
        if premise.early >> step & 1:
            takes = outlook.takes[step]
            worth = outlook.group.most[step] * ONE
            if takes:
                for later in felt:
                    if later in takes:
                        worth -= drags[later] * takes[later]
            cards[step] = worth
    return cards


def lost_without(outlook: Outlook, crowds: Crowds, premise: Premise, worths: Worths, step: int) -> int:
    """How much less (scaled) is given at least when a late card is not used after all."""
    line = premise.lines[premise.late.index(step)]
    unit = worths.units[step]
    crowd = sum(crowds.late.get(step, ())) * ONE
    return unit * line.most + unit * line.slope // ONE * least_base(outlook, premise.late, step) - crowd
