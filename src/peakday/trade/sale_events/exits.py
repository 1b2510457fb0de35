"""Which nouns are there around a departure? What is to leave, what that means, and what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from peakday.kernel.text import Text
from peakday.trade.sale_events.model import Phase, Track


class ExitReason(StrEnum):
    """Why somebody leaves."""

    PRICE_WRONG = "price_wrong"
    NO_STOCK = "no_stock"
    QUALITY = "quality"
    WRONG_ITEM = "wrong_item"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ExitAsk:
    """What is to leave: an item, or the whole shop (no item); one track, or all (no track)."""

    shop_id: UUID
    event_id: UUID
    item_id: UUID | None = None
    track: str | None = None


@dataclass(frozen=True, slots=True)
class LostTrack:
    """What leaving gives up in one track."""

    track: Track
    phase: Phase
    items: int
    skus: int
    stock: int  # promised pieces that are free again
    warm_seconds: int  # of the warm-up that is left
    sale_seconds: int  # of the sale that is left
    protected_until: datetime | None  # prices stay protected until then; None: it never sold


@dataclass(frozen=True, slots=True)
class OrdersPlaced:
    """Paid lines of the goods in the sale so far; they are honoured."""

    orders: int
    pieces: int
    paid_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """An instrument of which unused cards lie in wallets; how many (None: the actor may not see figures)."""

    name: Text
    cards: int | None


@dataclass(frozen=True, slots=True)
class Consequences:
    """What leaving means, before it is done. `seen` names what was shown: leaving needs it."""

    ask: ExitAsk
    phase: Phase
    is_allowed: bool
    allowed_until: datetime | None  # None: no part of it may leave any more
    points: int
    undo_until: datetime | None  # None: it cannot be taken back
    lost: tuple[LostTrack, ...]
    orders: OrdersPlaced | None  # None: the actor may not see figures
    coupons: tuple[HeldCoupon, ...]  # of which cards lie in wallets; they stay valid
    seen: str


@dataclass(frozen=True, slots=True)
class Exit:
    """A departure: of what, when, why, at what cost, and whether it was taken back."""

    exit_id: UUID
    ask: ExitAsk
    reason: ExitReason
    note: str
    phase: Phase
    points: int
    skus: int
    consequences: Mapping[str, Any]
    exited_at: datetime
    exited_by: UUID | None
    undo_until: datetime | None
    undone_at: datetime | None = None

    def can_be_undone(self, now: datetime) -> bool:
        """Whether it may be taken back now."""
        return self.undone_at is None and self.undo_until is not None and now < self.undo_until
