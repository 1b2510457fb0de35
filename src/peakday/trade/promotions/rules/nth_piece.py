"""What does "the second piece at half price" save?

Pieces of one item (or of the whole scope, when mixed) lie dearest first; of every `nth` the last is cheaper. The
saving is spread over all pieces in proportion to their price, so that a refund of one piece returns what it cost on
average. The offer takes the place of the single prices of these pieces, and only where it saves more; a stackable one
acts on them.
"""

from collections.abc import Iterable, Sequence

from peakday.kernel.money import split
from peakday.trade.promotions.model import BASIS, Id, Level, NthPiece
from peakday.trade.promotions.priced import Reason, Step
from peakday.trade.promotions.rules.pieces import PieceOffs
from peakday.trade.promotions.rules.sheet import Candidate, Sheet


def give_nth_pieces(sheet: Sheet, candidate: Candidate, offer: NthPiece, offs: PieceOffs) -> None:
    """Give what the offer saves on each item where it saves more than single prices."""
    instrument = candidate.instrument
    parts: dict[int, int] = {}
    counted = times = reached = 0
    for rows in _groups(sheet, candidate, offer, offs):
        prices = [sheet.lines[row].price_minor - (offs.off[row] if instrument.stackable else 0) for row in rows]
        number, saving = nth_saving(offer, prices, [offs.free[row] for row in rows])
        reached += number
        rival = 0 if instrument.stackable else sum([offs.off[row] * offs.free[row] for row in rows])
        if saving > rival:
            worth = [price * offs.free[row] for price, row in zip(prices, rows, strict=True)]
            parts.update(zip(rows, split(saving, worth), strict=True))
            counted, times = counted + sum(worth), times + number
    if not parts:
        sheet.skip([instrument.instrument_id], Reason.NOT_DEEPEST if reached else Reason.THRESHOLD)
    elif sheet.give_if_funded(instrument, Level.ITEM, list(parts), list(parts.values())):
        if not instrument.stackable:
            for row in parts:
                offs.replace(row, offs.free[row])
        given = sum(parts.values())
        sheet.steps.append(Step((instrument.instrument_id,), Level.ITEM, counted, None, times, given))


def nth_saving(offer: NthPiece, prices: Sequence[int], pieces: Sequence[int]) -> tuple[int, int]:
    """How many pieces are cheaper, and what that saves; prices in minor units, with the pieces at each."""
    seen = number = saving = 0
    for price, count in sorted(zip(prices, pieces, strict=True), reverse=True):
        cheaper = (seen + count) // offer.nth - seen // offer.nth
        if offer.times_max is not None:
            cheaper = min(cheaper, offer.times_max - number)
        seen, number = seen + count, number + cheaper
        saving += cheaper * (price * offer.off_bp // BASIS)
    return number, saving


def _groups(sheet: Sheet, candidate: Candidate, offer: NthPiece, offs: PieceOffs) -> Iterable[list[int]]:
    """The rows whose pieces count together, without those that bundles took whole."""
    groups: dict[Id | None, list[int]] = {}
    for row in candidate.rows:
        if offs.free[row]:
            groups.setdefault(None if offer.is_mixed else sheet.lines[row].item_id, []).append(row)
    return groups.values()
