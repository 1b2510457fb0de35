"""When is a merchant told that a SKU runs low?

Once, when the units fall to the merchant's mark or below it; again only after they rose above it.
"""

from peakday.trade.stock.model import Level


def fell_to_mark(before: int, level: Level) -> bool:
    """Whether a level that had `before` units has come to its mark."""
    return level.low_mark is not None and level.available <= level.low_mark < before
