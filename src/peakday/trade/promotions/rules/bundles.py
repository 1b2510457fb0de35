"""How many sets of a bundle are in the cart, and what do they save?

As many sets as the free pieces allow, at most `sets_max`. A set costs the bundle's price in place of its pieces' single
prices, and only if that is less; what it saves is spread over its pieces in proportion to their list price.
"""

from peakday.kernel.money import split
from peakday.trade.promotions.model import Bundle, Component, Id, Level
from peakday.trade.promotions.priced import Reason, Step
from peakday.trade.promotions.rules.pieces import PieceOffs
from peakday.trade.promotions.rules.sheet import Candidate, Sheet


def pack_bundle(sheet: Sheet, candidate: Candidate, bundle: Bundle, offs: PieceOffs) -> None:
    """Take the pieces of as many sets as there are, and give what the sets save."""
    identity = candidate.instrument.instrument_id
    rows_of = {part.sku_id: _rows_of(sheet, candidate, part) for part in bundle.components}
    sets = min(sum(offs.free[row] for row in rows_of[part.sku_id]) // part.quantity for part in bundle.components)
    if bundle.sets_max is not None:
        sets = min(sets, bundle.sets_max)
    if sets == 0:
        sheet.skip([identity], Reason.THRESHOLD)
        return
    taken = _take(bundle, rows_of, offs, sets)
    worth = [sheet.lines[row].price_minor * pieces for row, pieces in taken.items()]
    saving = sum(worth) - bundle.price_minor * sets
    if saving <= sum(offs.off[row] * pieces for row, pieces in taken.items()):
        sheet.skip([identity], Reason.NOT_DEEPEST)
        return
    if sheet.give_if_funded(candidate.instrument, Level.ITEM, list(taken), split(saving, worth)):
        for row, pieces in taken.items():
            offs.replace(row, pieces)
        sheet.steps.append(Step((identity,), Level.ITEM, sum(worth), None, sets, saving))


def _rows_of(sheet: Sheet, candidate: Candidate, part: Component) -> list[int]:
    return [row for row in candidate.rows if sheet.lines[row].sku_id == part.sku_id]


def _take(bundle: Bundle, rows_of: dict[Id, list[int]], offs: PieceOffs, sets: int) -> dict[int, int]:
    """How many free pieces of which row go into the sets, earlier rows first."""
    taken: dict[int, int] = {}
    for part in bundle.components:
        wanted = part.quantity * sets
        for row in rows_of[part.sku_id]:
            pieces = min(wanted, offs.free[row])
            if pieces:
                taken[row] = pieces
                wanted -= pieces
    return dict(sorted(taken.items()))
