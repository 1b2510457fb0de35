"""What is the single-item price (单品优惠价) of each line?

Of the single prices on a line only the deepest applies; those declared stackable then act on what it left. A bundle
or an nth-piece offer replaces the single prices of its pieces, and only where it saves more than they do. A single
price whose budget does not cover all that it would take gives nothing, and everything is found as if it were not
there: the next deepest stands in (docs/decisions/0004). The result is what the page shows, and what every later
threshold counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from peakday.trade.promotions.model import (
    BASIS,
    Benefit,
    Bundle,
    Counts,
    Level,
    Line,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
)  # fmt: skip
from peakday.trade.promotions.priced import Reason, Share, Step, Unused
from peakday.trade.promotions.rules.allocation import fits_budgets
from peakday.trade.promotions.rules.bundles import pack_bundle
from peakday.trade.promotions.rules.nth_piece import give_nth_pieces
from peakday.trade.promotions.rules.pieces import PieceOffs
from peakday.trade.promotions.rules.sheet import Candidate, Sheet


def apply_item_prices(sheet: Sheet, candidates: Sequence[Candidate]) -> None:
    """Give every item-level discount, then set the base of later levels to the single-item prices."""
    before = _Before.of(sheet) if any(_has_budget(candidate) for candidate in candidates) else None
    acting = list(candidates)
    while (unfunded := _apply(sheet, acting)) and before is not None:
        before.restore(sheet)
        acting = [candidate for candidate in acting if candidate not in unfunded]
        before.unused += [
            Unused(each.instrument.instrument_id, Reason.BUDGET, 0, Counts.MONEY) for each in unfunded
        ]  # fmt: skip
    sheet.item = [
        total if line.presale else rest for line, total, rest in zip(sheet.lines, sheet.base, sheet.left, strict=True)
    ]
    sheet.base = list(sheet.item)


def _apply(sheet: Sheet, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Bundles, nth pieces, single prices in turn; which single prices have no budget for what they would take."""
    offs = find_piece_offs(sheet.lines, candidates)
    for candidate in candidates:
        if isinstance(candidate.instrument.benefit, Bundle):
            pack_bundle(sheet, candidate, candidate.instrument.benefit, offs)
    for candidate in candidates:
        if isinstance(candidate.instrument.benefit, NthPiece):
            give_nth_pieces(sheet, candidate, candidate.instrument.benefit, offs)
    singles = [one for one in candidates if isinstance(one.instrument.benefit, PiecePrice | PieceReduction | PieceRate)]
    unfunded = [candidate for candidate in singles if not _is_funded(candidate, offs)]
    for candidate in () if unfunded else singles:
        _give_piece_offs(sheet, candidate, offs)
    return unfunded


@dataclass(slots=True)
class _Before:
    """The sheet as it was before the item level, for a second try without what its budget does not cover."""

    left: list[int]
    shares: list[list[Share]]
    unused: list[Unused]
    steps: list[Step]

    @classmethod
    def of(cls, sheet: Sheet) -> "_Before":
        return cls(list(sheet.left), [list(row) for row in sheet.shares], list(sheet.unused), list(sheet.steps))

    def restore(self, sheet: Sheet) -> None:
        sheet.left, sheet.shares = list(self.left), [list(row) for row in self.shares]
        sheet.unused, sheet.steps = self.unused, list(self.steps)


def _has_budget(candidate: Candidate) -> bool:
    return any(entry.budget_left_minor is not None for entry in candidate.instrument.funding)


def _is_funded(candidate: Candidate, offs: PieceOffs) -> bool:
    """Whether the budgets cover all that a single price would take; one that takes nothing is not asked."""
    if not _has_budget(candidate):
        return True
    total = sum([
        off * offs.free[row] for row in candidate.rows for owner, off in offs.parts[row] if owner is candidate
    ])  # fmt: skip
    return fits_budgets(total, candidate.instrument.funding)


def find_piece_offs(lines: Sequence[Line], candidates: Sequence[Candidate]) -> PieceOffs:
    """What single prices take off one piece of each line: the deepest, then the stackable ones in turn."""
    offs = PieceOffs(free=[line.quantity for line in lines], off=[0] * len(lines), parts=[[] for _ in lines])
    singles = [c for c in candidates if isinstance(c.instrument.benefit, PiecePrice | PieceReduction | PieceRate)]
    for candidate in singles:
        if not candidate.instrument.stackable:
            _keep_deepest(lines, candidate, offs)
    for candidate in singles:
        if candidate.instrument.stackable:
            _stack(lines, candidate, offs)
    return offs


def piece_off(benefit: Benefit, line: Line, price_minor: int) -> int:
    """What a single price takes off one piece of `price_minor`; a price above it takes nothing off."""
    if isinstance(benefit, PieceRate):
        return price_minor * benefit.off_bp // BASIS
    if isinstance(benefit, PieceReduction):
        return min(benefit.off_minor, price_minor)
    assert isinstance(benefit, PiecePrice), benefit
    new_price = benefit.by_sku.get(line.sku_id, benefit.price_minor)
    return 0 if new_price is None else max(price_minor - new_price, 0)


def _keep_deepest(lines: Sequence[Line], candidate: Candidate, offs: PieceOffs) -> None:
    benefit, off = candidate.instrument.benefit, offs.off
    for row in candidate.rows:
        own = piece_off(benefit, lines[row], lines[row].price_minor)
        if own > off[row]:
            off[row] = own
            offs.parts[row] = [(candidate, own)]


def _stack(lines: Sequence[Line], candidate: Candidate, offs: PieceOffs) -> None:
    for row in candidate.rows:
        own = piece_off(candidate.instrument.benefit, lines[row], lines[row].price_minor - offs.off[row])
        if own:
            offs.off[row] += own
            offs.parts[row].append((candidate, own))


def _give_piece_offs(sheet: Sheet, candidate: Candidate, offs: PieceOffs) -> None:
    rows, parts = [], []
    for row in candidate.rows:
        for owner, off in offs.parts[row]:
            if owner is candidate and offs.free[row]:
                rows.append(row)
                parts.append(off * offs.free[row])
    if not rows:
        sheet.skip([candidate.instrument.instrument_id], Reason.NOT_DEEPEST)
        return
    counted = sum([sheet.base[row] for row in rows])
    if sheet.give_if_funded(candidate.instrument, Level.ITEM, rows, parts):
        identity = candidate.instrument.instrument_id
        sheet.steps.append(Step((identity,), Level.ITEM, counted, None, 1, sum(parts)))
