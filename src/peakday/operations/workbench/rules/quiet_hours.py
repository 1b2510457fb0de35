"""When may a message leave, if its reader sleeps? After the quiet hours, unless too much money is at risk.

The desk inside the house is never quiet: nobody is woken by it. From the reader's own threshold on (¥1,000 while
nobody has chosen) a message leaves at once.
"""

from datetime import datetime, timedelta

from peakday.kernel.clock import MARKET_ZONE, day_of, day_start
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.money import Money
from peakday.operations.workbench.model import MINUTES_OF_A_DAY, Desk


def leaves_at(desk: Desk, channel: ChannelName, at_risk: Money | None, now: datetime) -> datetime:
    """The first instant, from now on, at which a message may leave by a channel."""
    quiet = desk.quiet
    if quiet is None or channel is ChannelName.DESK or (at_risk is not None and at_risk.minor >= desk.urgent_minor):
        return now
    here = now.astimezone(MARKET_ZONE)
    minute = here.hour * 60 + here.minute
    length = (quiet.until_minute - quiet.from_minute) % MINUTES_OF_A_DAY
    if (minute - quiet.from_minute) % MINUTES_OF_A_DAY >= length:
        return now
    minutes_left = (quiet.until_minute - minute) % MINUTES_OF_A_DAY
    return day_start(day_of(now)) + timedelta(minutes=minute + minutes_left)
