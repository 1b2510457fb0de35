"""Do three comparisons with the average make the eight segments?"""

import pytest

from peakday.insight.consumers.rules.rfm import Habits, Segment, segment_of

MARKS = Habits(recency_days=30, orders=4, paid_minor=50_000)


@pytest.mark.parametrize(("recency", "orders", "paid", "segment"), [
    (3, 9, 90_000, Segment.HIGH_VALUE), (90, 9, 90_000, Segment.KEEP), (3, 1, 90_000, Segment.DEVELOP),
    (90, 1, 90_000, Segment.WIN_BACK), (3, 9, 900, Segment.COMMON_VALUE), (90, 9, 900, Segment.COMMON_KEEP),
    (3, 1, 900, Segment.COMMON_DEVELOP), (90, 1, 900, Segment.POTENTIAL), (30, 4, 50_000, Segment.HIGH_VALUE),
])  # fmt: skip
def test_a_buyer_falls_into_the_segment_of_the_answers(recency, orders, paid, segment):
    assert segment_of(Habits(recency, orders, paid), MARKS) is segment
