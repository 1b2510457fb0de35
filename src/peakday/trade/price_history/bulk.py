"""Which nouns does a question about thousands of SKUs have? A claim, the limits that answer it, sums of deals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from peakday.trade.price_history.model import Compared, Verdict, Window


@dataclass(frozen=True, slots=True)
class BulkClaim:
    """SKUs, as (item, SKU), that are to be enrolled on a market day; which prices are permitted?"""

    shop_id: UUID
    skus: Sequence[tuple[UUID, UUID]]
    currency: str
    on: date
    campaign: str = "campaign_price"


@dataclass(frozen=True, slots=True)
class Permitted:
    """The highest price of each SKU that would be proven, in minor units; SKUs without a candidate are absent."""

    window: Window
    compared: Compared
    versions: tuple[str, str]
    by_sku: Mapping[UUID, int]

    def verdict(self, sku_id: UUID, claimed_minor: int) -> Verdict:
        """Of one claimed price."""
        permitted = self.by_sku.get(sku_id)
        if permitted is None:
            return Verdict.NO_CANDIDATE
        return Verdict.PROVEN if claimed_minor <= permitted else Verdict.TOO_HIGH


@dataclass(frozen=True, slots=True)
class DealSum:
    """What was paid in a window: orders, lines, pieces, money without postage, and what of it went back."""

    orders: int
    lines: int
    pieces: int
    paid_minor: int
    refunded_minor: int
