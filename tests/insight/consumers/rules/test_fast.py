"""Are the four figures of FAST those of a flow counted by hand?"""

from datetime import date
from uuid import UUID

import pytest

from peakday.insight.consumers.model import Flow, Stage
from peakday.insight.consumers.rules.fast import Fast, fast_of, is_nearer

A, I, P, L = Stage  # noqa: E741 - the letters that merchants read
SHOP = UUID(int=1)


def flow(people) -> Flow:
    return Flow(SHOP, date(2026, 11, 1), date(2026, 11, 11), people)


def test_people_who_came_nearer_are_put_over_all_who_stood_somewhere():
    people = {(A, A): 50, (A, I): 20, (A, P): 5, (I, L): 2, (P, L): 3, (L, P): 4, (P, None): 16, (None, A): 30}
    assert fast_of(flow(people), members=40, active_members=10) == Fast(
        fertility=50 + 20 + 5 + 2 + 3 + 4 + 30, advancing=30 / 100, superiority=40, thriving=0.25
    )


def test_shares_of_nobody_have_no_value():
    assert fast_of(flow({(None, A): 3}), 0, 0) == Fast(3, None, 0, None)


@pytest.mark.parametrize(("before", "after", "expected"), [
    (A, I, True), (A, L, True), (I, P, True), (P, L, True), (L, P, False), (A, A, False), (None, L, False),
    (I, None, False),
])  # fmt: skip
def test_only_a_move_from_a_stage_to_a_later_one_is_nearer(before, after, expected):
    assert is_nearer(before, after) is expected
