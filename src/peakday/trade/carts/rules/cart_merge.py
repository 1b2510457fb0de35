"""What becomes of a guest's cart when the guest signs in?

Every line of it comes into the buyer's cart. A SKU that is in both keeps the larger number of pieces, not the sum: the
shopper means the same wish, and merging twice changes nothing. It is selected if it was in either, and keeps its place
and what the buyer saw. Where the cart would have more lines than it holds, the lines that were added last stay in it,
and the oldest go to the favourites: nothing is lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peakday.trade.carts.model import LINES_MAX, Line


@dataclass(frozen=True, slots=True)
class MergedLines:
    """The lines after the merge; those that do not fit; how many came over, how many were in both."""

    kept: tuple[Line, ...]
    overflow: tuple[Line, ...]
    moved: int
    joined: int


def merge_lines(own: Sequence[Line], guest: Iterable[Line], lines_max: int = LINES_MAX) -> MergedLines:
    """The buyer's lines and the guest's as one cart, newest first."""
    merged = {line.sku_id: line for line in own}
    moved = joined = 0
    for line in guest:
        there = merged.get(line.sku_id)
        if there is None:
            merged[line.sku_id] = line
            moved += 1
        else:
            merged[line.sku_id] = _join(there, line)
            joined += 1
    ordered = sorted(merged.values(), key=lambda line: (line.added_at, line.sku_id), reverse=True)
    return MergedLines(tuple(ordered[:lines_max]), tuple(ordered[lines_max:]), moved, joined)


def _join(own: Line, guest: Line) -> Line:
    return own._replace(
        quantity=max(own.quantity, guest.quantity), is_selected=own.is_selected or guest.is_selected,
        live_room_id=own.live_room_id or guest.live_room_id,
    )  # fmt: skip
