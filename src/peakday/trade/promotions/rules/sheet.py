"""What lies on the table while a cart is priced?

Columns over the lines in the order of their ids: what each line's thresholds count (`base`), what is still to be
paid (`left`), what was given. Rules read and write columns; nobody else sees a sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from peakday.trade.promotions.model import Cart, Counts, Funder, Id, Instrument, KindRule, Level, Line
from peakday.trade.promotions.priced import PRESALE_BENEFIT, Gift, Reason, Share, Step, Unused
from peakday.trade.promotions.rules.allocation import fits_budgets, fund


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instrument that may act: the rule of its kind, the positions of its lines in order, and their shops."""

    instrument: Instrument
    rule: KindRule
    rows: list[int]
    shops: frozenset[Id]


@dataclass(slots=True)
class Sheet:
    """The columns, and what was found on the way."""

    lines: list[Line]
    base: list[int]
    left: list[int]
    shares: list[list[Share]]
    item: list[int]
    gifts: list[Gift] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def give(self, instrument: Instrument, level: Level, rows: Sequence[int], parts: Sequence[int]) -> None:
        """Write an instrument's parts down on its rows, by funder."""
        left, shares = self.left, self.shares
        make = tuple.__new__  # a share a line and instrument: half the time of the named tuple's own constructor
        for funder, own in fund(parts, instrument.funding):
            identity = instrument.instrument_id
            for row, minor in zip(rows, own, strict=True):
                if minor:
                    shares[row].append(make(Share, (identity, level, funder, minor)))
                    left[row] -= minor

    def give_if_funded(self, instrument: Instrument, level: Level, rows: Sequence[int], parts: Sequence[int]) -> bool:
        """Write the parts down unless a funder's budget does not cover its part; whether it did."""
        if not fits_budgets(sum(parts), instrument.funding):
            self.skip([instrument.instrument_id], Reason.BUDGET)
            return False
        self.give(instrument, level, rows, parts)
        return True

    def skip(
        self, instrument_ids: Iterable[Id], reason: Reason, missing: int = 0, counts: Counts = Counts.MONEY
    ) -> None:
        """Note that instruments give nothing, why, and what is missing."""
        self.unused.extend(Unused(identity, reason, missing, counts) for identity in instrument_ids)

    def pieces_of(self, rows: Iterable[int]) -> int:
        """How many pieces lie on these rows."""
        lines = self.lines
        return sum([lines[row].quantity for row in rows])


def lay_out(cart: Cart) -> Sheet:
    """The sheet of a cart before any instrument. Of a presale's line only the tail is left to pay."""
    lines = sorted(cart.lines, key=attrgetter("line_id"))
    totals = [line.price_minor * line.quantity for line in lines]
    sheet = Sheet(lines=lines, base=totals, left=list(totals), shares=[[] for _ in lines], item=totals)
    for row, line in enumerate(lines):
        if line.presale is not None:
            off = line.presale.off_minor * line.quantity
            sheet.left[row] -= off + line.presale.deposit_minor * line.quantity
            if off:
                sheet.shares[row].append(Share(PRESALE_BENEFIT, Level.ITEM, Funder.MERCHANT, off))
    return sheet
