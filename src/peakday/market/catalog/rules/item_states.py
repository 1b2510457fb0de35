"""From which state to which may an item go?

On sale and off the shelf turn into each other; either may be deleted. A deleted item comes back off the shelf, never
straight on sale, so that somebody looks at it first.
"""

from peakday.market.catalog.model import ItemStatus

MOVES: dict[ItemStatus, frozenset[ItemStatus]] = {
    ItemStatus.ON_SALE: frozenset({ItemStatus.OFF_SHELF, ItemStatus.DELETED}),
    ItemStatus.OFF_SHELF: frozenset({ItemStatus.ON_SALE, ItemStatus.DELETED}),
    ItemStatus.DELETED: frozenset({ItemStatus.OFF_SHELF}),
}


def may_move(before: ItemStatus, after: ItemStatus) -> bool:
    """Whether the move is allowed; staying is."""
    return before is after or after in MOVES[before]
