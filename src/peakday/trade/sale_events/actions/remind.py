"""Which shops are told that a date of an event comes near?

Each enrolled shop once for each date and lead: that items can be enrolled until then, that the stock is locked, that
the warm-up or the sale begins. Dates of a track after its enrolment reach only shops that have something in it.
"""

from datetime import datetime, timedelta

from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce
from peakday.trade.sale_events import calendar, queries, store
from peakday.trade.sale_events.events import DeadlineNear
from peakday.trade.sale_events.model import MilestoneKind, SaleEvent
from peakday.trade.sale_events.rules.milestones import milestones_of

LEADS_HOURS = (24, 2)
REMINDED = frozenset({MilestoneKind.PRICE_LOCK, MilestoneKind.STOCK_LOCK, MilestoneKind.WARM_UP, MilestoneKind.SALE})


async def remind_shops(tx: Tx, now: datetime) -> int:
    """Announce what has come near; how many pieces of news."""
    told = 0
    for event in await queries.list_events(tx, ends_after=now):
        for track, milestone, at in _dates(event):
            near = [lead for lead in LEADS_HOURS if at - timedelta(hours=lead) <= now < at]
            if near:
                told += await _tell(tx, event, (track, milestone, at), min(near), now)
    return told


async def _tell(
    tx: Tx, event: SaleEvent, date: tuple[str, MilestoneKind, datetime], lead: int, now: datetime
) -> int:  # fmt: skip
    """Only the shortest lead that has come: who joins late is not told twice at once."""
    track, milestone, at = date
    shop_ids = await store.add_reminders(tx, event.event_id, (track, milestone.value, lead), now)
    for shop_id in shop_ids:
        await announce(tx, DeadlineNear(shop_id, event.event_id, track, milestone.value, at, lead), now)
    return len(shop_ids)


def _dates(event: SaleEvent) -> list[tuple[str, MilestoneKind, datetime]]:
    return [
        (track.code, milestone.kind, milestone.at)
        for track in event.plan.tracks
        for milestone in milestones_of(track, calendar.protected_until(event, track))
        if milestone.kind in REMINDED
    ]
