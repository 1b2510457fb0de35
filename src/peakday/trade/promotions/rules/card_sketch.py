"""What does a set of cards give at most, told without looking at every line?

Lines that the same acts count are one cell: with progressive thresholds each act takes the same share of all of them,
so a cell stands for its lines but for the cents by which shares are rounded. What rounding may change is added up:
parts of an amount sum to it, so on some of its lines it is off by no more than the fewer of those lines and the others.
Where rounding could decide whether a step is reached or a budget covers, nothing is told.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from peakday.trade.promotions.rules.allocation import fits_budgets
from peakday.trade.promotions.rules.card_effects import Act
from peakday.trade.promotions.rules.card_outlook import Outlook

UNSURE_MAX = 500  # minor units: an amount that rounding may change by more hangs on a step


class _Given(NamedTuple):
    """What an act gives on each of its cells, and by how much rounding may change the whole."""

    parts: Sequence[float]
    unsure: float


_NOTHING = _Given((), 0)


class Sketch:
    """The cells of one group; where the lines of a cell may differ in what is left of them, nothing is told."""

    def __init__(self, outlook: Outlook) -> None:
        self._group = group = outlook.group
        balance = outlook.balance
        has_begun = group.acts[0].stage == balance.stage and balance.bases != balance.left
        self._is_told = not (group.is_parallel or has_begun)
        rows: dict[int, list[int]] = {}
        for row, marks in _mark_rows(group.acts).items() if self._is_told else ():
            rows.setdefault(marks, []).append(row)
        self._cell_of = {row: cell for cell, each in enumerate(rows.values()) for row in each}
        self._sizes = [len(each) for each in rows.values()]
        self._left = [float(sum([balance.left[row] for row in each])) for each in rows.values()]
        steps = range(len(group.acts))
        self._cells = [[cell for cell, marks in enumerate(rows) if marks >> step & 1] for step in steps]
        self._rounded: list[list[int] | None] = [None for _ in steps]

    def given(self, taken: int) -> tuple[int, int] | None:
        """What these cards (bits) and what acts anyway give at least and at most; None where rounding may decide."""
        if not self._is_told:
            return None
        left, bases, stage = self._left.copy(), self._left, (0, 0)
        given = changed = 0.0
        gave: list[list[int]] = []
        for step, act in enumerate(self._group.acts):
            if act.is_choice and not taken >> step & 1:
                continue
            if act.stage != stage:
                bases, stage = left.copy(), act.stage
            cells = self._cells[step]
            unsure = sum([rounded[step] for rounded in gave]) + changed
            found = self._give(act, [bases[cell] for cell in cells], [left[cell] for cell in cells], unsure)
            found = self._fund(act, cells, found) if found and found.parts and act.has_budget else found
            if found is None:
                return None
            for cell, part in zip(cells, found.parts, strict=False):
                left[cell] -= part
            given += sum(found.parts)
            changed += found.unsure
            if found.parts:
                gave.append(self._rounded[step] or self._round(step))
        return math.floor(given - changed), math.floor(given + changed) + 1

    def _round(self, before: int) -> list[int]:
        """By later step, by how much rounding the parts of an act may change what that one counts."""
        own = set(self._cells[before])
        whole = sum([self._sizes[cell] for cell in own])
        common = [sum([self._sizes[cell] for cell in own.intersection(cells)]) for cells in self._cells]
        found = self._rounded[before] = [min(each, whole - each) for each in common]
        return found

    def _give(self, act: Act, own: Sequence[float], rest: Sequence[float], unsure: float) -> _Given | None:
        """What an act gives before its funders are asked."""
        base, there = sum(own), sum(rest)
        low, high = act.face_of(max(math.floor(base - unsure), 0)), act.face_of(math.ceil(base + unsure))
        if not high[1]:
            return _NOTHING
        if not low[1] or high[1] - low[1] > UNSURE_MAX or base <= unsure:
            return None
        if act.has_tail and there - unsure <= high[0]:
            return _NOTHING if there + unsure <= low[0] else None
        amount, change = (low[1] + high[1]) / 2, (high[1] - low[1]) / 2
        if act.is_payment:
            if amount + change + unsure >= there:
                return None
            return _Given([amount * weight / there for weight in rest], change)
        parts = [amount * weight / base for weight in own]
        if any(map(float.__gt__, parts, rest)):
            change += (1 + len(self._group.acts)) * len(act.rows)
            parts = list(map(min, parts, rest))
        return _Given(parts, change)

    def _fund(self, act: Act, cells: Sequence[int], found: _Given) -> _Given | None:
        """The parts without those of instruments whose funders cannot pay theirs."""
        parts, unsure = list(found.parts), found.unsure
        is_shared = len(act.pool) > 1
        for candidate in act.pool:
            mine = {self._cell_of[row] for row in candidate.rows} if is_shared else set(cells)
            amount = sum([part for cell, part in zip(cells, parts, strict=True) if cell in mine])
            off = unsure + 1 + (len(candidate.rows) if is_shared else 0)
            least, most = [
                fits_budgets(max(round(amount + change), 0), candidate.instrument.funding) for change in (-off, off)
            ]
            if least != most:
                return None
            if not least:
                parts = [0.0 if cell in mine else part for cell, part in zip(cells, parts, strict=True)]
                unsure += len(candidate.rows) if is_shared else 0
        return _Given(parts, unsure) if any(parts) else _NOTHING


def _mark_rows(acts: Sequence[Act]) -> dict[int, int]:
    """By row, the steps that count it, and which of a pool whose funders are asked apart holds it (bits)."""
    marks: dict[int, int] = {}
    mark = 1 << len(acts)
    for step, act in enumerate(acts):
        for row in act.rows:
            marks[row] = marks.get(row, 0) | 1 << step
    for act in acts:
        for candidate in act.pool if len(act.pool) > 1 and act.has_budget else ():
            for row in candidate.rows:
                marks[row] |= mark
            mark <<= 1
    return marks
