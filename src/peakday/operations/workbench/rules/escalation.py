"""What happens while nobody answers a message that needs an answer? It goes further, until somebody does.

    step 0  everybody who may act, by the channels that they chose; at least two, the desk among them
    step 1  the same people by every channel on which they can be reached
    step 2  the main account, by every channel
    then    the main account again, every four hours, twenty steps at most

Between two of the first steps lie thirty minutes, or an eighth of the time that is left when that is shorter, but never
less than five. Who acknowledges stops it, but is reminded once a day (or at half of the time that is left) until the
cause is gone or the risk accepted: a warning that was only seen is not settled. All of it is our own definition.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from peakday.kernel.messages import MessageStatus

WAIT = timedelta(minutes=30)
WAIT_MIN = timedelta(minutes=5)
REPEAT = timedelta(hours=4)
REMIND = timedelta(hours=24)
STEPS_MAX = 20


@dataclass(frozen=True, slots=True)
class Step:
    """Whom a step reaches, by what, and when to look again (None: never)."""

    to_main_account: bool
    by_every_channel: bool
    is_reminder: bool
    next_step_at: datetime | None


def wait_before_next(deadline: datetime | None, now: datetime) -> timedelta:
    """How long an answer may take before the message goes further."""
    if deadline is None:
        return WAIT
    return min(WAIT, max(WAIT_MIN, (deadline - now) / 8))


def remind_at(deadline: datetime | None, now: datetime) -> datetime:
    """When who has acknowledged is reminded."""
    if deadline is None or deadline <= now:
        return now + REMIND
    return now + min(REMIND, max(WAIT_MIN, (deadline - now) / 2))


def step_of(number: int, status: MessageStatus, deadline: datetime | None, now: datetime) -> Step | None:
    """What a step does; None when there is nothing more to do."""
    if number > STEPS_MAX or status in {MessageStatus.ACCEPTED, MessageStatus.RESOLVED}:
        return None
    is_last = number == STEPS_MAX
    if status is MessageStatus.ACKNOWLEDGED:
        return Step(
            to_main_account=False, by_every_channel=False, is_reminder=True,
            next_step_at=None if is_last else remind_at(deadline, now),
        )  # fmt: skip
    pause = wait_before_next(deadline, now) if number < 2 else REPEAT
    return Step(
        to_main_account=number >= 2, by_every_channel=number >= 1, is_reminder=False,
        next_step_at=None if is_last else now + pause,
    )  # fmt: skip
