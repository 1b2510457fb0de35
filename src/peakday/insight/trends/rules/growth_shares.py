"""Which item brought how much of a shop's growth, and by what: more buyers, more pieces each, or a higher price?

An item's part is what it sold after less what it sold before, so the parts sum to the shop's growth. Of an item that
sold in both times its part is split by the logarithmic mean index (Ang 2004, as GROW is): money = buyers x pieces a
buyer x price a piece, exact to the cent. What is new, or gone, has no price before or after: its whole part is that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from peakday.insight.consumers.api import split_by_factors
from peakday.kernel.text import Text


class Driver(StrEnum):
    """By what an item's sales changed."""

    BUYERS = "buyers"
    PIECES = "pieces"
    PRICE = "price"
    NEW = "new"
    GONE = "gone"

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _LABELS[self]


_LABELS = {
    Driver.BUYERS: Text("买家数", "Buyers"),
    Driver.PIECES: Text("人均件数", "Pieces a buyer"),
    Driver.PRICE: Text("件单价", "Price a piece"),
    Driver.NEW: Text("新上架", "New"),
    Driver.GONE: Text("不再销售", "No longer sold"),
}


@dataclass(frozen=True, slots=True)
class ItemSales:
    """What an item sold in two times of one length; whole minor units. `newcomers`: first bought here with it."""

    item_id: UUID
    title: str
    before_minor: int
    after_minor: int
    buyers: tuple[int, int]
    pieces: tuple[int, int]
    newcomers: int

    @property
    def growth_minor(self) -> int:
        """Its part of the shop's growth."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class GrowthShare:
    """An item's part of the growth, and its parts by driver, which sum to it."""

    sales: ItemSales
    drivers: dict[Driver, int]


def share_growth(items: Sequence[ItemSales]) -> list[GrowthShare]:
    """Each item with its part, the largest gain first and the largest loss last."""
    shares = [GrowthShare(one, _drivers(one)) for one in items]
    return sorted(shares, key=lambda one: (-one.sales.growth_minor, str(one.sales.item_id)))


def _drivers(item: ItemSales) -> dict[Driver, int]:
    if not item.before_minor or not item.after_minor:
        return {Driver.NEW if item.after_minor else Driver.GONE: item.growth_minor}
    before, after = (_factors(item, at) for at in (0, 1))
    if before is None or after is None:
        return {Driver.PRICE: item.growth_minor}  # money without a known buyer or piece: only the sum changed
    return split_by_factors(item.before_minor, item.after_minor, before, after)


def _factors(item: ItemSales, at: int) -> dict[Driver, float] | None:
    minor, buyers, pieces = (item.before_minor, item.after_minor)[at], item.buyers[at], item.pieces[at]
    if minor <= 0 or buyers <= 0 or pieces <= 0:
        return None
    return {Driver.BUYERS: buyers, Driver.PIECES: pieces / buyers, Driver.PRICE: minor / pieces}
