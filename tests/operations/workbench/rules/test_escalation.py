"""Does a message go further while nobody answers, and stop when somebody does?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.messages import MessageStatus
from peakday.operations.workbench.rules.escalation import STEPS_MAX, Step, remind_at, step_of, wait_before_next

NOW = datetime(2026, 11, 11, 12, tzinfo=UTC)
OPEN, SEEN = MessageStatus.OPEN, MessageStatus.ACKNOWLEDGED


def minutes(count: float) -> timedelta:
    """So many."""
    return timedelta(minutes=count)


@pytest.mark.capability("QN-04")
def test_it_widens_from_chosen_channels_to_every_channel_to_the_main_account():
    assert step_of(0, OPEN, None, NOW) == Step(False, False, False, NOW + minutes(30))
    assert step_of(1, OPEN, None, NOW) == Step(False, True, False, NOW + minutes(30))
    assert step_of(2, OPEN, None, NOW) == Step(True, True, False, NOW + timedelta(hours=4))
    assert step_of(STEPS_MAX, OPEN, None, NOW) == Step(True, True, False, None)
    assert step_of(STEPS_MAX + 1, OPEN, None, NOW) is None


@pytest.mark.parametrize("status", [MessageStatus.ACCEPTED, MessageStatus.RESOLVED])
def test_what_is_settled_goes_nowhere(status):
    assert step_of(0, status, None, NOW) is None


def test_who_has_acknowledged_is_reminded_and_nobody_else_asked():
    assert step_of(3, SEEN, None, NOW) == Step(False, False, True, NOW + timedelta(hours=24))
    assert step_of(STEPS_MAX, SEEN, None, NOW) == Step(False, False, True, None)


@pytest.mark.parametrize(
    ("left", "wait", "reminder"),
    [
        (minutes(8 * 60), minutes(30), minutes(240)),
        (minutes(80), minutes(10), minutes(40)),
        (minutes(8), minutes(5), minutes(5)),
        (minutes(-60), minutes(5), timedelta(hours=24)),
    ],
)
def test_a_near_deadline_shortens_the_waiting(left, wait, reminder):
    assert wait_before_next(NOW + left, NOW) == wait
    assert remind_at(NOW + left, NOW) == NOW + reminder


@given(st.none() | st.integers(-10_000, 10_000))
def test_an_unanswered_message_always_comes_to_its_end(left):
    deadline = None if left is None else NOW + minutes(left)
    now, number = NOW, 0
    while (step := step_of(number, OPEN, deadline, now)) and step.next_step_at:
        assert step.next_step_at - now >= minutes(5)
        now, number = step.next_step_at, number + 1
    assert number == STEPS_MAX
