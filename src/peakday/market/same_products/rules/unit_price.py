"""What does one unit cost: a hundred millilitres, a hundred grams, one piece?

The amount is what the title tells: one size, times one count where both are told ("500ml*12" is 6 l). Where the title
tells two sizes or two counts, the unit price is not told rather than guessed. Half a minor unit goes up.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from peakday.market.same_products.rules.amounts import Amount, amounts_of

UNIT_SIZES = {"volume_ml": Decimal(100), "mass_g": Decimal(100)}
UNIT_LABELS = {"volume_ml": "100 ml", "mass_g": "100 g", "count": "1"}


class UnitPrice(NamedTuple):
    """Minor units for one unit of a kind."""

    minor: int
    kind: str

    @property
    def label(self) -> str:
        """What one unit is."""
        return UNIT_LABELS[self.kind]


def unit_price(price_minor: int | None, amounts: tuple[Amount, ...]) -> UnitPrice | None:
    """The price of one unit, where the title tells one amount."""
    if price_minor is None:
        return None
    counts = amounts_of(amounts, "count")
    if len(counts) > 1:
        return None
    count = next(iter(counts), Decimal(1))
    for kind, size in UNIT_SIZES.items():
        sizes = amounts_of(amounts, kind)
        if len(sizes) > 1:
            return None
        if sizes:
            return _of(price_minor, next(iter(sizes)) * count / size, kind)
    return _of(price_minor, count, "count") if counts else None


def _of(price_minor: int, units: Decimal, kind: str) -> UnitPrice | None:
    if units <= 0:
        return None
    return UnitPrice(int((Decimal(price_minor) / units).quantize(Decimal(1), ROUND_HALF_UP)), kind)
