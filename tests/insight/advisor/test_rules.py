"""By when must a to-do be done, and which comes first?"""

from datetime import UTC, datetime, timedelta

from peakday.insight.advisor.rules import Todo, in_order, ship_by
from peakday.kernel.text import Text

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
NAME = Text("待办", "To do")


def a_todo(name, count, due_at=None):
    return Todo(name, NAME, "trade:view", "orders", count, due_at)


def test_an_order_ships_within_48_hours_of_its_payment():
    assert ship_by(NOW) == datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
    assert ship_by(None) is None


def test_overdue_comes_first_and_what_is_empty_last():
    late = a_todo("late", 1, NOW - timedelta(hours=1))
    soon = a_todo("soon", 1, NOW + timedelta(hours=1))
    done = a_todo("done", 0, NOW - timedelta(hours=9))
    open_end = a_todo("open", 5)
    assert [one.name for one in in_order([done, open_end, soon, late], NOW)] == ["late", "soon", "open", "done"]
    assert late.is_late(NOW)
    assert not done.is_late(NOW)
