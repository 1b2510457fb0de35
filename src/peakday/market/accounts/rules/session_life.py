"""How long does a session live?

Until it has been idle for 8 hours (a working day on the desk) or is 7 days old, whichever comes first; our choice.
"""

from datetime import datetime, timedelta

SESSION_IDLE_MAX = timedelta(hours=8)
SESSION_AGE_MAX = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)  # how exactly "last seen" is kept: at most one write a minute


def idle_since(now: datetime) -> datetime:
    """A session not seen after this instant has ended by itself."""
    return now - SESSION_IDLE_MAX


def is_worth_noting(seen_at: datetime, now: datetime) -> bool:
    """Whether `seen_at` is old enough to be written anew."""
    return now - seen_at >= SEEN_EVERY
