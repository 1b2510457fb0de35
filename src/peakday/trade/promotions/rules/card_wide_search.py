"""Which cards of a large group give most, within what is proven?

Late cards are settled first, since they exclude each other until few sets remain (`card_premises`); then each early
card has a worth of its own (`card_worths`), and the early ones are packed (`card_packing`). The most promising premise
is opened first: floors get the rates that press its bound down most, and the sets of cards whose bound beats the best
set known by more than a tolerance are tried as the calculator would price them. What holds for a set of late cards
holds for a part of it; where a part could still be better it is opened as well. Work is counted, never timed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from peakday.trade.promotions.rules.card_bounds import ONE
from peakday.trade.promotions.rules.card_crowds import Crowds, find_crowds, lost_by_pairs
from peakday.trade.promotions.rules.card_effects import find_parts, take
from peakday.trade.promotions.rules.card_falls import Falls
from peakday.trade.promotions.rules.card_floors import Room, find_rooms, find_slacks
from peakday.trade.promotions.rules.card_groups import lay_out_group
from peakday.trade.promotions.rules.card_outlook import Outlook, look_out
from peakday.trade.promotions.rules.card_packing import Packing
from peakday.trade.promotions.rules.card_premises import (
    Floor,
    LateSet,
    Premise,
    branch,
    divide,
    list_pending,
    most_of,
    plain_premise,
    settle,
)
from peakday.trade.promotions.rules.card_problem import Problem
from peakday.trade.promotions.rules.card_search import Found
from peakday.trade.promotions.rules.card_sketch import Sketch
from peakday.trade.promotions.rules.card_worths import Worths, lost_without, weigh

FINE_PART, FINE_WORK = 12, 8_000  # for so much work, only so small a part of the tolerance is used
SKETCH_WORK = 100
RATE_STEPS = 7  # halvings in search of a floor's rate


class _Offer(NamedTuple):
    """A premise with its bound, or a set of late cards under way.

    The steps of the `settled` acts (bits) are divided; unless it `is_rated`, the rate of its last floor is a guess.
    """

    least: int  # the bound, negative, so that the largest comes first
    number: int
    premise: Premise | LateSet
    settled: int = 0
    rates: tuple[int, ...] = ()
    is_rated: bool = True


class _Tried(NamedTuple):
    """What a set gives, how it ranks among sets that give the same, and its cards (bits by step)."""

    given: int
    fewness: int
    ranks: int
    taken: int


_NOTHING = _Tried(-1, 0, 0, 0)


@dataclass(slots=True)
class _Wide:
    """One group under way.

    `sure` is what some set surely gives, `waiting` sets that may give most (with how much at most), not yet priced.
    `left` is the largest bound of what was not looked into, `anyway` what is given at most without late cards.
    """

    outlook: Outlook
    crowds: Crowds
    falls: Falls
    sketch: Sketch
    pending: list[int]
    tolerance: int
    work: int
    fine_until: int
    sure: int = -1
    waiting: list[tuple[int, int]] = field(default_factory=list)
    best: _Tried = _NOTHING
    left: int = 0
    anyway: int = 0
    heap: list[_Offer] = field(default_factory=list)
    opened: dict[tuple[int, ...], list[tuple[int, int]]] = field(default_factory=dict)
    rates: dict[Floor, int] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    count: int = 0

    def is_enough(self, bound: int) -> bool:
        """Whether nothing under this bound is worth a look."""
        tolerance = self.tolerance // FINE_PART if self.work > self.fine_until else self.tolerance
        return bound <= self.sure + tolerance or self.work <= 0


def search_wide(problem: Problem, positions: Sequence[int], work_max: int, tolerance: int) -> Found | None:
    """A set of choices that gives most but for `tolerance`, or for what is proven when the work is done.

    None for a group that is no such search's: where what some act gives does not count, or where the work is done
    before any set was tried.
    """
    group = lay_out_group(problem, positions)
    outlook = look_out(group, problem.opening, problem.room)
    if not all(act.counts for act in group.acts):
        return None
    wide = _Wide(
        outlook, find_crowds(outlook), Falls(outlook), Sketch(outlook), list_pending(outlook), tolerance, work_max,
        work_max - FINE_WORK,
    )  # fmt: skip
    wide.anyway = _bound_without_choice(wide)
    heappush(wide.heap, _Offer(-ONE * ONE, 0, LateSet(0, 0, 0, 0)))
    while wide.heap:
        offer = heappop(wide.heap)
        if wide.is_enough(-offer.least):
            wide.left = max(wide.left, -offer.least)
            break
        _look_into(wide, offer)
    _price_waiting(wide)
    if wide.best.given < 0:
        return None
    choices = tuple(at for step, at in enumerate(positions) if wide.best.taken >> step & 1)
    most = max(wide.best.given, wide.left)
    return Found(wide.best.given, choices, most, is_closed=False, nodes=wide.count)


def _bound_without_choice(wide: _Wide) -> int:
    """What early cards and what acts anyway give at most."""
    outlook = wide.outlook
    anyway = tuple([step for step in outlook.late if not outlook.group.acts[step].is_choice])
    premise = plain_premise(outlook, anyway, sum([1 << step for step in outlook.early]))
    worths = _weigh(wide, premise, ())
    return _bound(worths, _pack(wide, worths))


def _open(wide: _Wide, late: tuple[int, ...], early: int, sure: int = 0) -> None:
    """Open a set of late cards, unless one was opened that asks less of them and allows the same early ones."""
    opened = wide.opened.setdefault(late, [])
    if all(early & ~allowed or asked & ~sure for allowed, asked in opened):
        opened.append((early, sure))
        premise = plain_premise(wide.outlook, late, early, sure)
        worths = _weigh(wide, premise, ())
        _push(wide, premise, _bound(worths, _pack(wide, worths)), 0, (), is_rated=True)


def _push(wide: _Wide, premise: Premise, bound: int, settled: int, rates: tuple[int, ...], *, is_rated: bool) -> None:
    wide.count += 1
    heappush(wide.heap, _Offer(-bound, wide.count, premise, settled, rates, is_rated))


def _look_into(wide: _Wide, offer: _Offer) -> None:
    premise = offer.premise
    if isinstance(premise, LateSet):
        for more in branch(wide.outlook, wide.pending, premise):
            if more.place == len(wide.pending):
                _open(wide, *settle(wide.outlook, wide.pending, more))
            else:
                bound = min(wide.anyway + most_of(wide.outlook, wide.pending, more), -offer.least)
                wide.count += 1
                heappush(wide.heap, _Offer(-bound, wide.count, more))
                wide.work -= 20
        return
    if not offer.is_rated:
        bound, rate = _find_rate(wide, premise, offer.rates[:-1])
        wide.rates[premise.floors[-1]] = rate
        bound = min(bound, -offer.least)
        _push(wide, premise, bound, offer.settled, (*offer.rates[:-1], rate), is_rated=True)
        return
    step, parts = divide(wide.outlook, premise, offer.settled, wide.tolerance // 2)
    for part in parts:
        if any(room.left < 0 for room in find_rooms(wide.outlook, wide.falls, part)):
            continue
        is_rated = part.floors == premise.floors
        rates = offer.rates if is_rated else (*offer.rates, wide.rates.get(part.floors[-1], 0))
        worths = _weigh(wide, part, rates)
        bound = min(_bound(worths, _pack(wide, worths)), -offer.least)
        _push(wide, part, bound, offer.settled | 1 << step, rates, is_rated=is_rated)
    if not parts:
        _try_sets(wide, premise, offer.rates)


def _weigh(wide: _Wide, premise: Premise, rates: Sequence[int]) -> Worths:
    wide.work -= 10 * (len(wide.outlook.early) + len(premise.late))
    return weigh(wide.outlook, wide.crowds, wide.falls, premise, rates)


def _pack(wide: _Wide, worths: Worths) -> Packing:
    cards = [step for step in wide.outlook.order if worths.cards.get(step, 0) > 0]
    return Packing(cards, worths.cards, wide.outlook.rivals)


def _bound(worths: Worths, packing: Packing) -> int:
    return -(-(worths.constant + packing.most(0, 0)) // ONE)


def _find_rate(wide: _Wide, premise: Premise, rates: tuple[int, ...]) -> tuple[int, int]:
    """The rate of the last floor that makes the bound least, by halving."""
    low = rate = 0
    high = 2 * ONE
    least: list[tuple[int, int]] = []
    for _ in range(RATE_STEPS):
        worths = _weigh(wide, premise, (*rates, rate))
        packing = _pack(wide, worths)
        least.append((_bound(worths, packing), rate))
        best = packing.best()
        is_above = find_slacks(wide.outlook, premise, worths.units, best)[-1] >= 0
        if is_above:
            _try(wide, sum([1 << step for step in [*premise.late, *best]]))
        if wide.is_enough(least[-1][0]) or (is_above and rate == 0):
            break
        low, high = (low, rate) if is_above else (rate, high)
        rate = (low + high) // 2
    return min(least)


class _Way(NamedTuple):
    """Some early cards are chosen; `values` by each of the worths, scaled; `rooms` above each floor."""

    place: int
    blocked: int
    values: tuple[int, ...]
    rooms: tuple[int, ...]
    taken: int


def _lost(lost: dict[int, int] | None, taken: int) -> int:
    """How much less a card gives at least since another one that was taken emptied its lines."""
    return max([minor for other, minor in lost.items() if taken >> other & 1], default=0) if lost else 0


def _try_sets(wide: _Wide, premise: Premise, rates: tuple[int, ...]) -> None:
    """Price every set under a premise whose bound is worth it, and open parts of its late cards."""
    outlook = wide.outlook
    sets = [_weigh(wide, premise, [0] * len(premise.floors))]
    if any(rates):
        sets.append(_weigh(wide, premise, rates))
    cards = [step for step in outlook.order if sets[0].cards.get(step, 0) > 0]
    packings = [Packing(cards, worths.cards, outlook.rivals) for worths in sets]
    lost = lost_by_pairs(outlook, wide.crowds, premise.late)
    start = tuple([worths.constant for worths in sets])
    fewer: dict[int, int] = {}
    rooms: list[Room] = []
    if premise.floors:
        most = [value + packing.most(0, 0) for value, packing in zip(start, packings, strict=True)]
        fewer = dict(_losses(wide, premise, sets, most))
        every = sum([1 << step for step in fewer]) | premise.sure
        rooms = find_rooms(outlook, wide.falls, premise._replace(sure=every))
    left = tuple([room.left for room in rooms])
    stack = [_Way(0, 0, start, left, 0)] if min(left, default=0) >= 0 else []
    while stack:
        way = stack.pop()
        bounds = [
            value + packing.most(way.place, way.blocked) for value, packing in zip(way.values, packings, strict=True)
        ]
        bound = -(-min(bounds) // ONE)
        if wide.is_enough(bound):
            wide.left = max(wide.left, bound)
        elif way.place == len(cards):
            _try(wide, way.taken | sum([1 << step for step in premise.late]))
            for step, loss in _losses(wide, premise, sets, bounds) if not premise.floors else ():
                fewer[step] = max(fewer.get(step, 0), loss)
        else:
            stack += _branch(wide, rooms, sets, cards[way.place], way, lost)
    _open_parts(wide, premise, fewer)


def _open_parts(wide: _Wide, premise: Premise, fewer: Mapping[int, int]) -> None:
    """Open the late sets without one of the cards: without the first, with it but without the second, and so on."""
    sure = premise.sure
    for step, bound in sorted(fewer.items()):
        if wide.is_enough(bound):
            wide.left = max(wide.left, bound)
        else:
            _open(wide, tuple([each for each in premise.late if each != step]), premise.early, sure)
        sure |= 1 << step


def _branch(
    wide: _Wide, rooms: Sequence[Room], sets: Sequence[Worths], card: int, way: _Way, lost: dict[int, dict[int, int]]
) -> Iterator[_Way]:
    """Without the card, and with it where it is free; each where it does not break a floor."""
    spared = tuple([left - room.spared.get(card, 0) for left, room in zip(way.rooms, rooms, strict=True)])
    if min(spared, default=0) >= 0:
        yield way._replace(place=way.place + 1, rooms=spared)
    if way.blocked >> card & 1:
        return
    used = tuple([left - room.used[card] for left, room in zip(way.rooms, rooms, strict=True)])
    if min(used, default=0) >= 0:
        clash = _lost(lost.get(card), way.taken) * ONE
        values = tuple([value + worths.cards[card] - clash for value, worths in zip(way.values, sets, strict=True)])
        blocked = way.blocked | wide.outlook.rivals[card]
        yield _Way(way.place + 1, blocked, values, used, way.taken | 1 << card)


def _losses(wide: _Wide, premise: Premise, sets: Sequence[Worths], bounds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """By late card, the bound of the sets that do without it."""
    for step, line in zip(premise.late, premise.lines, strict=True):
        if wide.outlook.group.acts[step].is_choice and not premise.sure >> step & 1 and (line.most or line.slope):
            without = [
                bound - lost_without(wide.outlook, wide.crowds, premise, worths, step)
                for worths, bound in zip(sets, bounds, strict=True)
            ]
            yield step, -(-min(without) // ONE)


def _try(wide: _Wide, taken: int) -> None:
    """Tell what a set of cards gives, and let it wait to be priced when it may be the best."""
    if taken in wide.tried or any((taken & steps).bit_count() > most for steps, most in wide.outlook.group.limited):
        return
    wide.tried.add(taken)
    wide.count += 1
    told = wide.sketch.given(taken)
    if told is None:
        _price(wide, taken)
        return
    least, most = told
    wide.work -= SKETCH_WORK
    if most >= wide.sure:
        wide.sure = max(wide.sure, least)
        wide.waiting.append((most, taken))


def _price_waiting(wide: _Wide) -> None:
    """Price the sets that may be the best, the most promising first."""
    for most, taken in sorted(wide.waiting, reverse=True):
        if most < wide.best.given:
            break
        _price(wide, taken)


def _price(wide: _Wide, taken: int) -> None:
    """Let a set of cards give, and keep it when it is the best."""
    group = wide.outlook.group
    balance, used, given, ranks, rows = wide.outlook.balance, 0, 0, 0, 0
    for step, act in enumerate(group.acts):
        if act.is_choice and not taken >> step & 1:
            continue
        parts = find_parts(act, balance, is_parallel=group.is_parallel)
        rows += len(act.rows)
        if parts is not None:
            balance = take(act, balance, parts, is_parallel=group.is_parallel)
            given += sum(parts)
            if act.is_choice:
                used |= 1 << step
                ranks |= group.ranks[step]
    wide.work -= rows // 2
    wide.best = max(wide.best, _Tried(given, -used.bit_count(), ranks, used))
    wide.sure = max(wide.sure, given)
