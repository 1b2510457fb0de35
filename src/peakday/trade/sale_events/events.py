"""Which facts does the room `sale_events` announce?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EventPublished:
    """Shops see an event from now on."""

    event_id: UUID
    code: str
    topic: str = "sale_events.EventPublished.v1"


@dataclass(frozen=True, slots=True)
class ShopEnrolled:
    """A shop takes part."""

    shop_id: UUID
    event_id: UUID
    topic: str = "sale_events.ShopEnrolled.v1"


@dataclass(frozen=True, slots=True)
class ItemEnrolled:
    """Some SKUs were enrolled or changed: one item by hand, or a block of a file (`items` tells how many)."""

    shop_id: UUID
    event_id: UUID
    track: str
    item_id: UUID | None  # None: more than one
    items: int
    skus: int
    topic: str = "sale_events.ItemEnrolled.v1"


@dataclass(frozen=True, slots=True)
class EnrolmentRefused:
    """A file was read to its end and some of its rows were refused; the error file of the run tells why."""

    shop_id: UUID
    event_id: UUID
    track: str
    run_id: UUID
    rows_accepted: int
    rows_refused: int
    topic: str = "sale_events.EnrolmentRefused.v1"


@dataclass(frozen=True, slots=True)
class ItemExited:
    """An item, or the whole shop (no item), left an event; `is_undone`: it came back."""

    shop_id: UUID
    event_id: UUID
    exit_id: UUID
    item_id: UUID | None
    track: str | None
    skus: int
    points: int
    is_undone: bool = False
    topic: str = "sale_events.ItemExited.v1"


@dataclass(frozen=True, slots=True)
class DeadlineNear:
    """A date of an event comes near for a shop; announced once for each lead."""

    shop_id: UUID
    event_id: UUID
    track: str  # "" for the event itself
    milestone: str
    at: datetime
    lead_hours: int
    topic: str = "sale_events.DeadlineNear.v1"
