"""Is the merchant told once, when the mark is reached from above?"""

from uuid import UUID

import pytest

from peakday.trade.stock.model import DeductMode, Level, LevelKey
from peakday.trade.stock.rules.low_stock import fell_to_mark


@pytest.mark.parametrize(
    ("before", "after", "mark", "is_told"),
    [(10, 5, 5, True), (10, 6, 5, False), (5, 4, 5, False), (6, 0, 5, True), (10, 0, None, False), (3, 10, 5, False)],
)
def test_it_is_told_when_the_units_fall_to_the_mark(before, after, mark, is_told):
    level = Level(LevelKey(UUID(int=1), UUID(int=2)), after, DeductMode.ORDER, None, mark)
    assert fell_to_mark(before, level) is is_told
