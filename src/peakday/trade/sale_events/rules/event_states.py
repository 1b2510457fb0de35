"""Which states of an event and of an entry follow each other?

A published event's dates do not move: it is cancelled, as long as nobody has enrolled, and copied with other dates.
An entry that has left may come back: by taking the departure back, or by enrolling again while the window is open.
"""

from types import MappingProxyType

from peakday.trade.sale_events.errors import MoveNotAllowed
from peakday.trade.sale_events.model import EntryStatus, EventStatus

EVENT_MOVES = MappingProxyType({
    EventStatus.DRAFT: frozenset({EventStatus.PUBLISHED, EventStatus.CANCELLED}),
    EventStatus.PUBLISHED: frozenset({EventStatus.CANCELLED}),
    EventStatus.CANCELLED: frozenset(),
})  # fmt: skip
ENTRY_MOVES = MappingProxyType({
    EntryStatus.ENROLLED: frozenset({EntryStatus.EXITED}),
    EntryStatus.EXITED: frozenset({EntryStatus.ENROLLED}),
})  # fmt: skip


def move_event(before: EventStatus, after: EventStatus) -> EventStatus:
    """The state after a move; refuses `MoveNotAllowed`."""
    if after not in EVENT_MOVES[before]:
        raise MoveNotAllowed(before=before.value, after=after.value)
    return after
