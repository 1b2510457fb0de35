"""From which state to which may an item go?"""

import pytest

from peakday.market.catalog.model import ItemStatus
from peakday.market.catalog.rules.item_states import may_move

ON, OFF, GONE = ItemStatus.ON_SALE, ItemStatus.OFF_SHELF, ItemStatus.DELETED


@pytest.mark.parametrize(("before", "after"), [(ON, OFF), (OFF, ON), (ON, GONE), (OFF, GONE), (GONE, OFF), (ON, ON)])
def test_these_moves_are_allowed(before, after):
    assert may_move(before, after)


def test_a_deleted_item_does_not_go_straight_on_sale():
    assert not may_move(GONE, ON)
