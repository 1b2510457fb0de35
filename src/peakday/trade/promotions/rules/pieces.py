"""Which pieces of a line still stand at their single price, and what does it take off them?

Bundles take pieces away first; an nth-piece offer may then take all that are free of an item.
"""

from dataclasses import dataclass

from peakday.trade.promotions.rules.sheet import Candidate


@dataclass(slots=True)
class PieceOffs:
    """By row: pieces that no bundle took, what single prices take off one piece, and whose parts that is."""

    free: list[int]
    off: list[int]
    parts: list[list[tuple[Candidate, int]]]

    def replace(self, row: int, pieces: int) -> None:
        """These pieces have another item-level price now."""
        self.free[row] -= pieces
        assert self.free[row] >= 0, (row, pieces)
