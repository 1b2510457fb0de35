"""Which moves does an event make?"""

import pytest

from peakday.trade.sale_events.errors import MoveNotAllowed
from peakday.trade.sale_events.model import EntryStatus, EventStatus
from peakday.trade.sale_events.rules.event_states import ENTRY_MOVES, EVENT_MOVES, move_event


def test_every_move_of_the_table_is_allowed_and_no_other():
    allowed = [(EventStatus.DRAFT, EventStatus.PUBLISHED), (EventStatus.DRAFT, EventStatus.CANCELLED),
               (EventStatus.PUBLISHED, EventStatus.CANCELLED)]  # fmt: skip
    for before in EventStatus:
        for after in EventStatus:
            if (before, after) in allowed:
                assert move_event(before, after) is after
            else:
                with pytest.raises(MoveNotAllowed):
                    move_event(before, after)
    assert set(EVENT_MOVES) == set(EventStatus)
    assert {status: set(after) for status, after in ENTRY_MOVES.items()} == {
        EntryStatus.ENROLLED: {EntryStatus.EXITED}, EntryStatus.EXITED: {EntryStatus.ENROLLED},
    }  # fmt: skip
