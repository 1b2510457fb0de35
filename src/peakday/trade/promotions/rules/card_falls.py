"""By how much does a late act lower the base of a later one at least?

An act that is sure to give gives a share of what it counts at least, on every line alike (a payment: of what is left
there, which only with progressive thresholds lowers a later base). So on the lines that both
count, the base of the later act falls by that share of what is there; and where an early card takes from it before, by
that share of it less (relief). What an act gives in all does not tell it as well: it may lie on other lines.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from peakday.trade.promotions.rules.card_bounds import ONE
from peakday.trade.promotions.rules.card_outlook import Outlook, least_share
from peakday.trade.promotions.rules.card_premises import Floor, Premise, can_fail, cut_of, least_given, least_met


class Fall(NamedTuple):
    """A base falls by `least`, less the `share` (scaled) of what each early card that is used takes there before.

    `is_whole`: the later act counts all lines of the one that gives.
    """

    least: int
    share: int
    taken: Sequence[tuple[int, int]]  # by early card
    is_whole: bool


class Falls:
    """What a group's late acts take from later ones, worked out once for the same late cards and floors."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._known: dict[tuple[tuple[int, ...], int, tuple[Floor, ...]], dict[int, dict[int, Fall]]] = {}
        self._taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._rows_of: dict[int, frozenset[int]] = {}
        self._ceilings_of: dict[int, dict[int, int]] = {}
        self._most_on: dict[tuple[int, int, int], int] = {}

    def under(self, premise: Premise) -> Mapping[int, Mapping[int, Fall]]:
        """By late step and later step, by how much a base falls: of acts that are sure to give by what they count."""
        key = premise.late, premise.sure, premise.floors
        found = self._known.get(key)
        if found is None:
            falls = {step: self._find(premise, step) for step in premise.late if self._is_sure(premise, step)}
            found = self._known[key] = falls
        return found

    def _is_sure(self, premise: Premise, step: int) -> bool:
        return bool(self._outlook.common[step]) and not can_fail(self._outlook, premise, step)

    def _find(self, premise: Premise, step: int) -> dict[int, Fall]:
        outlook = self._outlook
        share = self._find_share(premise, step)
        cut = cut_of(outlook, premise.late, step)
        before = [other for other in premise.late if step in outlook.passes[other] or self._pays_first(other, step)]
        falls = {}
        for later, common in outlook.common[step].items():
            if later in premise.late:
                gone = sum([self._find_most_on(other, step, later) for other in before])
                least = max(share * (common - gone) // ONE - cut, 0)
                falls[later] = Fall(
                    least, share, self._find_taken(step, later), is_whole=outlook.passes[step][later] == ONE
                )
        return falls

    def _find_taken(self, first: int, second: int) -> list[tuple[int, int]]:
        """By early card that takes anything, what it takes at most from what both of two late acts count."""
        found = self._taken.get((first, second))
        if found is None:
            takes = ((card, self._outlook.takes_most[card]) for card in self._outlook.early)
            each = [(card, min(own.get(first, 0), own.get(second, 0))) for card, own in takes]
            found = self._taken[first, second] = [(card, minor) for card, minor in each if minor]
        return found

    def _find_share(self, premise: Premise, step: int) -> int:
        """The least share (scaled) of its base that an act gives when the acts that are sure before it gave."""
        outlook = self._outlook
        gone = sum(
            [
                outlook.passes[other][step] * least_given(outlook, premise, other) // ONE
                for other in premise.late
                if step in outlook.passes[other]
            ]
        )
        bases = outlook.base[step] + outlook.loose[step] - gone, least_met(outlook, premise, step)
        return least_share(outlook.group.acts[step], bases, outlook.slopes[step], is_smooth=outlook.is_smooth[step])

    def _pays_first(self, other: int, step: int) -> bool:
        """Whether a payment of the same stage leaves less for this one, which gives by what is left."""
        group = self._outlook.group
        is_shared = step in self._outlook.passes_most[other]
        return is_shared and group.acts[step].is_payment and group.acts[other].is_payment

    def _find_most_on(self, step: int, first: int, second: int) -> int:
        """The most that an act gives on the lines that two others count."""
        found = self._most_on.get((step, first, second))
        if found is None:
            group = self._outlook.group
            found = group.most[step] if group.spans[step] & group.spans[first] & group.spans[second] else 0
            ceilings = self._ceilings(step)
            if ceilings and found:
                rows = self._rows(first) & self._rows(second)
                found = min(found, sum([most for row, most in ceilings.items() if row in rows]))
            self._most_on[step, first, second] = found
        return found

    def _rows(self, step: int) -> frozenset[int]:
        found = self._rows_of.get(step)
        if found is None:
            found = self._rows_of[step] = frozenset(self._outlook.group.acts[step].rows)
        return found

    def _ceilings(self, step: int) -> dict[int, int]:
        """By row the most that an act gives there; empty where that is not told."""
        found = self._ceilings_of.get(step)
        if found is None:
            act = self._outlook.group.acts[step]
            found = self._ceilings_of[step] = dict(zip(act.rows, act.ceilings, strict=True)) if act.ceilings else {}
        return found
