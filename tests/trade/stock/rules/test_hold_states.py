"""Does a hold move forward only, and give back only what it took?"""

import pytest

from peakday.trade.stock.model import HoldStatus
from peakday.trade.stock.rules.hold_states import ALLOWED_MOVES, OPEN_STATES, can_move, units_back


def test_sold_and_released_are_final():
    assert {state for state in HoldStatus if state not in OPEN_STATES} == {HoldStatus.SOLD, HoldStatus.RELEASED}
    assert all(not ALLOWED_MOVES[state] for state in HoldStatus if state not in OPEN_STATES)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_an_open_hold_is_sold_or_released(state):
    assert can_move(state, HoldStatus.SOLD)
    assert can_move(state, HoldStatus.RELEASED)
    assert not can_move(state, HoldStatus.HELD)


def test_only_units_that_were_taken_come_back():
    assert units_back(HoldStatus.HELD, 3) == 3
    assert units_back(HoldStatus.NOTED, 3) == 0
    with pytest.raises(AssertionError):
        units_back(HoldStatus.SOLD, 3)
