"""Does the to-do that loses most money for each hour left come first?"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.money import Money
from peakday.kernel.text import Text
from peakday.operations.workbench.model import Todo
from peakday.operations.workbench.rules.todo_order import in_order, weight

NOW = datetime(2026, 11, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_todo(key="one", yuan=None, hours=None, count=None):
    """A to-do with so much money at risk and so many hours left."""
    return Todo(
        key=key, kind="test", title=Text("待办", "To do"), path="orders", permission="trade:view", count=count,
        at_risk=None if yuan is None else Money(yuan * 100, "CNY"),
        deadline=None if hours is None else NOW + hours * HOUR,
    )  # fmt: skip


@pytest.mark.capability("QN-01")
@pytest.mark.parametrize(
    ("todo", "expected"),
    [
        (a_todo(yuan=1000, hours=4), Fraction(250)),
        (a_todo(yuan=1000, hours=0.5), Fraction(1000)),  # less than an hour counts as one
        (a_todo(yuan=1000, hours=-30), Fraction(1000)),  # so does what is overdue
        (a_todo(yuan=1680), Fraction(10)),  # a week without a deadline
        (a_todo(count=12, hours=6), Fraction(100)),  # ¥50 a row where the money is not known
        (a_todo(count=None, hours=1), Fraction(50)),
        (a_todo(count=0, hours=1), Fraction(0)),
    ],
)
def test_the_weight_is_money_at_risk_for_each_hour_left(todo, expected):
    assert weight(todo, NOW) == expected


def test_the_heaviest_stands_first_and_ties_go_to_the_earlier_deadline():
    todos = [
        a_todo("b", 100),
        a_todo("late", 50, -1),
        a_todo("soon", 1000, 2),
        a_todo("a", 100),
        a_todo("far", 1000, 9),
    ]
    assert [todo.key for todo in in_order(todos, NOW)] == ["soon", "far", "late", "a", "b"]


TODOS = st.lists(
    st.builds(a_todo, st.text(max_size=3), st.none() | st.integers(0, 10**6), st.none() | st.integers(-99, 999)),
    unique_by=lambda todo: todo.key,
)  # fmt: skip


@given(TODOS, st.randoms())
def test_the_order_does_not_depend_on_how_they_were_found(todos, random):
    shuffled = list(todos)
    random.shuffle(shuffled)
    assert in_order(shuffled, NOW) == in_order(todos, NOW)
