"""By when must a to-do be done, and in which order are to-dos shown?

Shipping: 48 h after payment, the platform's plain promise (SYSTEMS 9). Later rooms bring promises per item.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from peakday.kernel.text import Text

SHIP_WITHIN = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Todo:
    """One kind of open work: how much, by when, and where it is done (an address below the shop)."""

    name: str
    title: Text
    permission: str  # who sees it
    path: str
    count: int = 0
    due_at: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether the first of them is overdue."""
        return self.count > 0 and self.due_at is not None and self.due_at < now


def ship_by(paid_at: datetime | None) -> datetime | None:
    """Until when an order paid at that instant must be shipped."""
    return None if paid_at is None else paid_at + SHIP_WITHIN


def in_order(todos: list[Todo], now: datetime) -> list[Todo]:
    """Overdue first, then by deadline, then what is open, then the rest as it came."""
    return sorted(
        todos,
        key=lambda todo: (not todo.is_late(now), todo.count == 0, todo.due_at is None, todo.due_at or now),
    )
