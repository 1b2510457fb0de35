"""Is the index the one that anybody can recompute, and is chance not told as a difference?"""

import random
from dataclasses import replace

import pytest

from peakday.insight.audiences.model import Privacy, Tag
from peakday.insight.audiences.rules.crowd_contrast import contrasts_of, overlaps_of, p_of
from peakday.insight.audiences.rules.crowd_size import SHOWN_MIN, USED_MIN, size_of
from peakday.kernel.text import Text

TAG = Tag("a", Text("甲", "A"), Text("甲", "A"), Privacy.BEHAVIOUR, "", 1)


@pytest.mark.capability("AD-06")
def test_the_index_is_the_share_inside_over_the_share_of_all():
    (one,) = contrasts_of(200, 1_000, [(TAG, 60, 100)])
    assert (one.share, one.base_share, round(one.index, 9), one.is_significant) == (0.3, 0.1, 300.0, True)


def test_p_equals_the_chi_square_of_the_two_by_two_table():
    scipy_stats = pytest.importorskip("scipy.stats")
    table = [[30, 170], [70, 730]]
    assert p_of(30, 200, 100, 1_000) == pytest.approx(scipy_stats.chi2_contingency(table, correction=False).pvalue)


def test_random_crowds_are_seldom_told_as_different():
    draw = random.Random(5)
    tags = [replace(TAG, name=str(at)) for at in range(12)]
    universe = [[draw.random() < 0.3 for _ in tags] for _ in range(2_000)]
    alarms = 0
    for _ in range(60):
        crowd = draw.sample(universe, 300)
        counts = [(tag, sum(row[at] for row in crowd), sum(row[at] for row in universe)) for at, tag in enumerate(tags)]
        alarms += any(one.is_significant for one in contrasts_of(300, 2_000, counts))
    assert alarms <= 6


def test_nobody_and_everybody_differ_from_nobody():
    assert contrasts_of(0, 100, [(TAG, 0, 10)]) == []
    assert contrasts_of(100, 100, [(TAG, 10, 10)])[0].p_value == 1.0


def test_a_small_crowd_is_not_told_and_not_used():
    assert (size_of(0).people, size_of(SHOWN_MIN - 1).people, size_of(SHOWN_MIN).people) == (0, None, SHOWN_MIN)
    assert (size_of(USED_MIN - 1).can_be_used, size_of(USED_MIN).can_be_used) == (False, True)


@pytest.mark.capability("AD-06")
def test_crowds_that_meet_more_often_than_by_chance_are_told_and_independent_ones_are_not():
    scipy_stats = pytest.importorskip("scipy.stats")
    more, even, less = overlaps_of(200, 1_000, [(100, 60), (300, 61), (500, 40)])
    assert (more.first, more.second, more.both, more.index, more.is_significant) == (200, 100, 60, 300.0, True)
    assert more.p_value == pytest.approx(
        scipy_stats.chi2_contingency([[60, 140], [40, 760]], correction=False).pvalue, rel=1e-9
    )
    assert (round(even.index, 1), even.is_significant) == (101.7, False)
    assert (less.index, less.is_significant) == (40.0, True)


def test_of_crowds_too_small_to_tell_neither_index_nor_p_is_told():
    small, hidden, none = overlaps_of(200, 1_000, [(SHOWN_MIN - 1, 3), (100, SHOWN_MIN - 1), (0, 0)])
    assert (small.second, small.index, small.p_value, small.is_significant) == (None, None, None, False)
    assert (hidden.second, hidden.both, hidden.index, hidden.p_value) == (100, None, None, None)
    assert (none.second, none.both, none.index) == (0, 0, None)
