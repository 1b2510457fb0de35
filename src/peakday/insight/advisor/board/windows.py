"""Which windows are counted? Every market day, and every wave of a published sale event in which something is paid.

The same window a year ago is held beside it by hours since the opening: the same dates of the market a year earlier
(our definition).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from peakday.insight.advisor.board.model import Window
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import MARKET_ZONE_NAME, day_of, day_start
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.model import EVENT_PREFIX, EventStatus, WaveKind

PAYING_KINDS = frozenset({WaveKind.DEPOSIT, WaveKind.TAIL, WaveKind.SPOT})
YEARS = range(2000, 2100)  # of days that may be asked for
DAYS_MAX = 400  # of one round: news of a year


def day_window(day: date) -> Window:
    """A market day."""
    return Window(
        f"day:{day}",
        Text(f"{day.year} 年 {day.month} 月 {day.day} 日", f"{day:%d %B %Y}"),
        day_start(day),
        day_start(day + timedelta(days=1)),
    )


async def list_waves(tx: Tx) -> list[Window]:
    """The waves of published events in which something is paid, the latest first."""
    found = []
    for event in await sale_events.list_events(tx, SYSTEM):
        if event.status is not EventStatus.PUBLISHED:
            continue
        for track in event.plan.tracks:
            for number, wave in enumerate(track.waves, 1):
                if wave.kind in PAYING_KINDS:
                    name = Text(f"{event.plan.name.zh} · {wave.name.zh}", f"{event.plan.name.en} · {wave.name.en}")
                    code = f"wave:{show_id(EVENT_PREFIX, event.event_id)}:{track.code}:{number}"
                    found.append(Window(code, name, wave.starts_at, wave.ends_at))
    return sorted(found, key=lambda window: window.opens_at, reverse=True)


async def list_windows(tx: Tx, first: datetime, last: datetime) -> list[Window]:
    """The days of these payments, and every wave that touches them."""
    day, days = day_of(first), [day_window(day_of(first))]
    while day < day_of(last):
        day += timedelta(days=1)
        days.append(day_window(day))
        assert len(days) <= DAYS_MAX, (first, last)
    return days + [wave for wave in await list_waves(tx) if wave.opens_at <= last and first < wave.closes_at]


def a_year_before(window: Window) -> Window:
    """The same span on the market's calendar a year earlier: 29 February becomes the 28th."""
    opens_at = _year_back(window.opens_at)
    return Window(f"{window.code}:before", window.name, opens_at, opens_at + (window.closes_at - window.opens_at))


def _year_back(instant: datetime) -> datetime:
    local = instant.astimezone(ZoneInfo(MARKET_ZONE_NAME))
    day = min(local.day, 28) if local.month == 2 else local.day
    return local.replace(year=local.year - 1, day=day).astimezone(instant.tzinfo)


async def find_window(tx: Tx, code: str) -> Window:
    """The window of a code. Refuses `NotFound`."""
    kind, _, rest = code.partition(":")
    if kind == "day":
        try:
            day = date.fromisoformat(rest)
        except ValueError:
            raise NotFound from None
        if day.year not in YEARS:
            raise NotFound
        return day_window(day)
    for wave in await list_waves(tx):
        if wave.code == code:
            return wave
    raise NotFound
