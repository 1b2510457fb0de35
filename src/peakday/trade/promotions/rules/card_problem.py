"""What does the search for the best cards look at?

Stated once: the acts in the order in which they act, what each could give at most, which may not meet, and on which
lines more could be given than is left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from peakday.trade.promotions.model import Instrument, Kind, Level, PriceRules, Thresholds
from peakday.trade.promotions.rules.card_conflicts import Conflicts, find_conflicts
from peakday.trade.promotions.rules.card_effects import Act, Balance, act_until_choice, list_acts, opening
from peakday.trade.promotions.rules.card_forecast import foresee
from peakday.trade.promotions.rules.sheet import Candidate, Sheet

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Problem:
    """All acts in turn; what may not meet; cliques; rows of each act as bits; what each gives at most; the start.

    The rank of a card is one bit: the higher, the sooner it expires. `room` is what is left on each line when all
    steady acts give what they can, however they are chosen; below 0, gifts may be cut there.
    """

    acts: Sequence[Act]
    conflicts: Conflicts
    cliques: Sequence[Sequence[int]]
    spans: Sequence[int]
    most: Sequence[int]
    ranks: Sequence[int]
    opening: Balance
    room: Sequence[int]
    is_parallel: bool

    @property
    def crowded(self) -> int:
        """The rows on which more could be given than is left, as bits."""
        return sum([1 << row for row, rest in enumerate(self.room) if rest < 0])

    @property
    def alternatives(self) -> list[Sequence[int]]:
        """Cliques, and each act that acts anyway alone: of each, one acts at most."""
        return [*self.cliques, *([act.at] for act in self.acts if not act.is_choice)]


def state_problem(
    sheet: Sheet, forced: Sequence[Candidate], choices: Sequence[Candidate], rules: PriceRules
) -> Problem:
    """The problem of choosing among `choices` beside what acts anyway, on a sheet whose item prices stand.

    When gift cards are to be chosen, what they pay counts; else only what others give.
    """
    kept = sorted_in_turn([*forced, *choices])
    is_parallel = rules.thresholds is Thresholds.PARALLEL
    able = {each.instrument.instrument_id for each in choices}
    listed = list_acts([each for each in kept if each.rule.level > Level.ITEM], sheet, able, rules)
    acts, balance = act_until_choice(listed, opening(sheet), rules)
    is_paying = any(each.instrument.kind is Kind.GIFT_CARD for each in choices)
    for act in acts:
        act.counts = act.counts or is_paying
    conflicts = find_conflicts(acts, forced, rules)
    most, cliques, room = foresee(acts, conflicts, balance, is_parallel=is_parallel)
    return Problem(
        acts=acts,
        conflicts=conflicts,
        cliques=cliques,
        spans=[act.span for act in acts],
        most=most,
        ranks=_ranks(acts),
        opening=balance,
        room=room,
        is_parallel=is_parallel,
    )


def sorted_in_turn(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Candidates in the order in which they act."""
    return sorted(candidates, key=lambda each: (each.rule.level, each.rule.stage, *_expiry(each.instrument)))


def _ranks(acts: Sequence[Act]) -> list[int]:
    order = sorted(acts, key=lambda act: _expiry(act.pool[0].instrument), reverse=True)
    ranks = [0] * len(acts)
    for number, act in enumerate(order):
        ranks[act.at] = 1 << number
    return ranks


def _expiry(instrument: Instrument) -> tuple[datetime, str]:
    return instrument.valid_until or _END_OF_TIME, str(instrument.instrument_id)
