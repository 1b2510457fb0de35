"""What does one more card give, after what acted before it?

The search for the best price tries thousands of sets of cards. Here an instrument is an `Act` that is tried on a
`Balance` (what is left on each line, what thresholds count), with the calculator's own rules for tiers, caps, shares
and budgets, but without writing shares, steps and reasons down. `most_given` is never less than what an act can give
however the acts before it are chosen. What is found is priced again by `price_cart`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from peakday.kernel.money import split
from peakday.trade.promotions.model import (
    LINES_MAX,
    Funder,
    Funding,
    GiftOffer,
    Id,
    Level,
    PriceRules,
    Thresholds,
    Tiers,
)
from peakday.trade.promotions.rules.allocation import fits_budgets
from peakday.trade.promotions.rules.cross_shop import pool_tiers
from peakday.trade.promotions.rules.discounts import cap_amount
from peakday.trade.promotions.rules.price_rules import lowers_base
from peakday.trade.promotions.rules.sheet import Candidate, Sheet
from peakday.trade.promotions.rules.thresholds import reach_tier

_BITS = [1 << row for row in range(LINES_MAX)]


@dataclass(slots=True, eq=False)
class Act:
    """An instrument above the item level, or a pool of cross-shop tiers that act as one.

    A `choice` may be left out. What `counts` lowers the figure that the search wants low. Of a `lowered` act an earlier
    level may lower the base, to `base_low` at least and
    `base_high` at most; `ceilings` are the most it
    gives on each row. A `steady` act spreads the same amount in the same way whatever
    acted before it. A `dead` one can never give.
    """

    at: int
    pool: tuple[Candidate, ...]
    rows: list[int]
    pieces: int
    benefit: Tiers
    stage: tuple[int, int]
    is_choice: bool
    counts: bool
    has_tail: bool
    has_budget: bool
    is_lowering: bool
    is_parallel: bool = True
    is_lowered: bool = False
    is_steady: bool = False
    base_low: int = 0
    base_high: int = 0
    ceilings: Sequence[int] = ()
    is_dead: bool = False
    faces: dict[int, tuple[int, int]] = field(default_factory=dict)
    plans: dict[tuple[int, ...], list[int]] = field(default_factory=dict)
    pick: Callable[[list[int]], tuple[int, ...]] = field(init=False)
    span: int = field(init=False)  # its rows as bits

    def __post_init__(self) -> None:
        only = self.rows[0]
        self.pick = itemgetter(*self.rows) if len(self.rows) > 1 else lambda column: (column[only],)
        self.span = sum(self.pick(_BITS))

    @property
    def is_payment(self) -> bool:
        """Whether it pays what is left, as money does."""
        return self.stage[0] == Level.PAYMENT

    @property
    def funding(self) -> tuple[Funding, ...]:
        """Who bears it."""
        return self.pool[0].instrument.funding

    def face_of(self, base_minor: int) -> tuple[int, int]:
        """What its tier gives on goods of this base: before its caps, and after."""
        found = self.faces.get(base_minor)
        if found is None:
            reached = reach_tier(self.benefit, base_minor, self.pieces)
            face = reached.amount_minor if reached else 0
            found = self.faces[base_minor] = face, cap_amount(self.pool[0].instrument, face, base_minor)
        return found

    def plan_of(self, own: tuple[int, ...]) -> list[int]:
        """How its amount lies on its rows before anything is cut, by the bases of these rows."""
        found = self.plans.get(own)
        if found is None:
            amount = self.face_of(sum(own))[1]
            found = self.plans[own] = split(amount, own)
        return found


class Balance(NamedTuple):
    """Columns over the lines, never changed in place: `bases` are what the stage that was reached counts."""

    left: list[int]
    bases: list[int]
    lowered: list[int]
    stage: tuple[int, int]


def list_acts(
    candidates: Sequence[Candidate], sheet: Sheet, chosen_from: Collection[Id], rules: PriceRules
) -> list[Act]:
    """The acts of candidates above the item level, in the order in which they act; gifts carry no money."""
    acts: list[Act] = []
    for stage, of_stage in groupby(candidates, key=lambda each: (int(each.rule.level), each.rule.stage)):
        for pool in pool_tiers(of_stage):
            if isinstance(pool[0].instrument.benefit, Tiers):
                acts.append(_act(len(acts), pool, sheet, stage, rules))
                acts[-1].is_choice = pool[0].instrument.instrument_id in chosen_from
            else:
                assert isinstance(pool[0].instrument.benefit, GiftOffer), pool[0].instrument.kind
    return acts


def act_until_choice(acts: Sequence[Act], balance: Balance, rules: PriceRules) -> tuple[list[Act], Balance]:
    """The acts from the first choice on, numbered anew, with the balance after those before it.

    It marks what stays the same from there on: with progressive thresholds the bases of that choice's stage, with
    parallel ones every base that no later act lowers.
    """
    is_parallel = rules.thresholds is Thresholds.PARALLEL
    first = next((at for at, act in enumerate(acts) if act.is_choice), len(acts))
    for act in acts[:first]:
        parts = find_parts(act, balance, is_parallel=is_parallel)
        if parts is not None:
            balance = take(act, balance, parts, is_parallel=is_parallel)
    pending = list(acts[first:])
    for at, act in enumerate(pending):
        act.at, act.is_parallel = at, is_parallel
        act.is_lowered = any(act.span & other.span and is_lowered_by(act, other) for other in pending[:at])
        act.is_steady = not act.is_lowered and not act.is_payment
    return pending, balance


def is_lowered_by(act: Act, other: Act) -> bool:
    """Whether what the other gives on their common rows lowers what this act counts."""
    if act.is_parallel:
        return other.is_lowering and other.stage[0] < act.stage[0]
    return other.stage < act.stage


def opening(sheet: Sheet) -> Balance:
    """The balance when the item-level prices stand."""
    return Balance(sheet.left, sheet.base, sheet.base, (0, 0))


def find_parts(act: Act, balance: Balance, *, is_parallel: bool) -> list[int] | None:
    """What an act gives on each of its rows; None when it gives nothing."""
    own = act.pick(bases_at(act, balance, is_parallel=is_parallel))
    face, amount = act.face_of(sum(own))
    if amount == 0 or not any(own):
        return None
    rest = act.pick(balance.left)
    if act.has_tail and sum(rest) <= face:
        return None
    if act.is_payment:
        parts = split(min(amount, whole), rest) if (whole := sum(rest)) else []
    else:
        parts = list(map(min, act.plan_of(own), rest))
    if act.has_budget:
        parts = _funded(act, parts)
    return parts if any(parts) else None


def take(act: Act, balance: Balance, parts: Sequence[int], *, is_parallel: bool) -> Balance:
    """The balance after these parts were given."""
    left = balance.left.copy()
    for row, part in zip(act.rows, parts, strict=True):
        left[row] -= part
    bases = bases_at(act, balance, is_parallel=is_parallel)
    lowered = balance.lowered  # what progressive thresholds never look at
    if act.is_lowering and is_parallel:
        lowered = lowered.copy()
        for row, part in zip(act.rows, parts, strict=True):
            lowered[row] -= part
    return Balance(left, bases, lowered, act.stage)


def bases_at(act: Act, balance: Balance, *, is_parallel: bool) -> list[int]:
    """What thresholds and shares of an act count on each line when it comes next."""
    if is_parallel:
        return balance.lowered if act.stage[0] > balance.stage[0] else balance.bases
    return balance.left if act.stage != balance.stage else balance.bases


def most_given(act: Act, balance: Balance, *, is_parallel: bool) -> int:
    """A bound of what an act gives after this balance, whatever acts in between.

    Bases and what is left only fall, and amounts fall with their base. Only a steady act keeps its shares, so only
    there does a line on which little is left cut the bound.
    """
    own = act.pick(bases_at(act, balance, is_parallel=is_parallel))
    amount = act.face_of(min(sum(own), act.base_high))[1]
    if act.is_dead or amount == 0 or not any(own):
        return 0
    rest = act.pick(balance.left)
    if act.has_tail and sum(rest) <= act.face_of(act.base_low)[0]:
        return 0
    if act.is_steady:
        most = sum(map(min, act.plan_of(own), rest))
    else:
        most = min(amount, sum(map(min, act.ceilings, rest)) if act.ceilings else sum(rest))
    return most_funded(act, most) if act.has_budget else most


def _act(at: int, pool: Sequence[Candidate], sheet: Sheet, stage: tuple[int, int], rules: PriceRules) -> Act:
    first = pool[0]
    benefit = first.instrument.benefit
    assert isinstance(benefit, Tiers), benefit
    rows = first.rows if len(pool) == 1 else sorted(row for candidate in pool for row in candidate.rows)
    below_payment = first.rule.level < Level.PAYMENT
    entries = [entry for candidate in pool for entry in candidate.instrument.funding]
    return Act(
        at=at,
        pool=tuple(pool),
        rows=rows,
        pieces=sheet.pieces_of(rows),
        benefit=benefit,
        stage=stage,
        is_choice=False,
        counts=all(entry.funder is not Funder.BUYER for entry in entries),
        has_tail=not first.rule.is_offer and below_payment and any(sheet.lines[row].presale for row in rows),
        has_budget=any(entry.budget_left_minor is not None for entry in entries),
        is_lowering=lowers_base(first.instrument, rules),
    )


def _funded(act: Act, parts: list[int]) -> list[int]:
    """The parts without those of instruments whose funders cannot pay theirs."""
    if len(act.pool) == 1:
        return parts if fits_budgets(sum(parts), act.funding) else []
    part_of = dict(zip(act.rows, parts, strict=True))
    for candidate in act.pool:
        own = sum([part_of[row] for row in candidate.rows])
        if not fits_budgets(own, candidate.instrument.funding):
            part_of |= dict.fromkeys(candidate.rows, 0)
    return [part_of[row] for row in act.rows]


def most_funded(act: Act, most: int) -> int:
    """The most that budgets let an instrument give when it cannot give more than `most`."""
    if len(act.pool) > 1 or fits_budgets(most, act.funding):
        return most
    weights = sum(entry.weight for entry in act.funding)
    bounds = [
        ((entry.budget_left_minor + 1) * weights - 1) // entry.weight
        for entry in act.funding
        if entry.budget_left_minor is not None and entry.weight
    ]
    return min([most, *bounds])
