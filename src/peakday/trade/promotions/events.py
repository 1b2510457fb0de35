"""Which facts does the room `promotions` announce?"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InstrumentChanged:
    """An instrument came to a status; the one with a new version is live once it is published again."""

    shop_id: UUID | None
    instrument_id: UUID
    status: str
    version: int
    topic: str = "promotions.InstrumentChanged.v1"
