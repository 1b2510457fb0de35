"""May this checkout use these instruments, after those that were taken before it in the same batch?

A batch reads what was used once and decides in memory: each limit counts what the record says and what the batch has
taken so far. A checkout takes all of its uses or none. The answers are those of `usage_store.record_use`, one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from peakday.trade.promotions.errors import InstrumentNotFound, LimitReached
from peakday.trade.promotions.model import Funder, Instrument
from peakday.trade.promotions.stored import Use

Refused = InstrumentNotFound | LimitReached


@dataclass(slots=True)
class Counted:
    """An instrument as it stands: its newest terms while it is live, what was used and spent of it."""

    terms: Instrument | None  # None: not live, so no offer of it acts
    is_held: bool
    used: int
    spent: dict[Funder, int]


@dataclass(slots=True)
class CardLeft:
    """A card as it lies in a wallet; `value_left_minor` of a card of value."""

    instrument_id: UUID
    buyer_id: UUID
    terms: Instrument
    is_in_wallet: bool
    value_left_minor: int | None


@dataclass(slots=True)
class UseBook:
    """What was used, as the batch read it under the tallies' locks, and what the batch has taken since."""

    instruments: dict[UUID, Counted]
    by_buyer: dict[tuple[UUID, UUID], int]  # (instrument, buyer)
    cards: dict[UUID, CardLeft]
    taken: list[Use] = field(default_factory=list)

    def take(self, uses: Sequence[Use]) -> Refused | None:
        """Take all uses of one order, or none and say why."""
        done: list[Use] = []
        for use in uses:
            refusal = self._refusal(use, done)
            if refusal is not None:
                for other in reversed(done):
                    self._count(other, -1)
                return refusal
            self._count(use, 1)
            done.append(use)
        self.taken += done
        return None

    def _refusal(self, use: Use, of_order: Iterable[Use]) -> Refused | None:
        counted = self.instruments.get(use.instrument_id)
        if counted is None:
            return InstrumentNotFound()
        terms = self._terms(use, counted)
        name = "live" if terms is None else self._limit_reached(use, counted, terms, of_order)
        return LimitReached(instrument=use.instrument_id, limit=name) if name else None

    def _terms(self, use: Use, counted: Counted) -> Instrument | None:
        """The version that counts: an offer's own while it is live, a card's while its instrument is not held."""
        if use.card_id is None:
            return counted.terms
        card = self.cards.get(use.card_id)
        is_ours = card is not None and card.instrument_id == use.instrument_id and not counted.is_held
        return card.terms if card is not None and is_ours else None

    def _limit_reached(self, use: Use, counted: Counted, terms: Instrument, of_order: Iterable[Use]) -> str | None:
        limits = terms.limits
        budgets = ((each.funder, each.budget_left_minor) for each in terms.funding)
        used_by_buyer = self.by_buyer.get((use.instrument_id, use.buyer_id), 0)
        in_order = sum(other.instrument_id == use.instrument_id for other in of_order)
        if limits.total is not None and counted.used >= limits.total:
            return "total, budget"
        if any(most is not None and counted.spent[funder] + use.funders.get(funder, 0) > most
               for funder, most in budgets if funder in counted.spent):  # fmt: skip
            return "total, budget"
        if limits.per_buyer is not None and used_by_buyer >= limits.per_buyer:
            return "per_buyer"
        if limits.per_order is not None and in_order >= limits.per_order:
            return "per_order"
        return None if use.card_id is None or _can_take(self.cards[use.card_id], use) else "card"

    def _count(self, use: Use, sign: int) -> None:
        counted = self.instruments[use.instrument_id]
        counted.used += sign
        for funder in counted.spent:
            counted.spent[funder] += sign * use.funders.get(funder, 0)
        key = (use.instrument_id, use.buyer_id)
        self.by_buyer[key] = self.by_buyer.get(key, 0) + sign
        if use.card_id is not None:
            _take_off(self.cards[use.card_id], use, sign)


def _can_take(card: CardLeft, use: Use) -> bool:
    has_value = card.value_left_minor is None or card.value_left_minor >= use.minor
    return card.is_in_wallet and card.buyer_id == use.buyer_id and has_value


def _take_off(card: CardLeft, use: Use, sign: int) -> None:
    if card.value_left_minor is not None:
        card.value_left_minor -= sign * use.minor
    card.is_in_wallet = sign < 0 or card.value_left_minor not in {None, 0}


def summed_by(uses: Sequence[Use], funders: Sequence[Funder]) -> Mapping[UUID, list[int]]:
    """By instrument: how often it was used, and what each of the funders gave."""
    sums: dict[UUID, list[int]] = {}
    for use in uses:
        row = sums.setdefault(use.instrument_id, [0] * (1 + len(funders)))
        row[0] += 1
        for at, funder in enumerate(funders, 1):
            row[at] += use.funders.get(funder, 0)
    return sums
