"""Where does a shop stand in each event: phase, dates, what it enrolled, what comes next?"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import Enrolment
from peakday.trade.sale_events import queries
from peakday.trade.sale_events.model import (
    Calendar,
    Deadline,
    EntryStatus,
    EventPlace,
    MilestoneKind,
    SaleEvent,
    ShopEnrolment,
    Track,
    TrackCount,
    TrackPlace,
)
from peakday.trade.sale_events.rules.milestones import milestones_of, phase_at

NOTHING = TrackCount()


async def find_places(tx: Tx, shop_id: UUID, events: Iterable[SaleEvent], now: datetime) -> list[EventPlace]:
    """Where the shop stands in these events, with what it enrolled in each track."""
    enrolments = await queries.list_enrolments(tx, shop_id)
    counts = await queries.count_entries(tx, shop_id)
    return [place_of(event, enrolments.get(event.event_id), counts, now) for event in events]


def place_of(
    event: SaleEvent, enrolment: ShopEnrolment | None, counts: Mapping[tuple[UUID, str], TrackCount], now: datetime
) -> EventPlace:
    """Where a shop stands in one event."""
    tracks = tuple(
        track_place(event, track, counts.get((event.event_id, track.code), NOTHING), now) for track in event.plan.tracks
    )
    is_in = enrolment is not None and enrolment.status is EntryStatus.ENROLLED
    is_open = event.plan.enrols_from <= now < event.plan.enrols_until
    return EventPlace(event, enrolment, tracks, can_join=is_open and not is_in)


def track_place(event: SaleEvent, track: Track, count: TrackCount, now: datetime) -> TrackPlace:
    """Where a track stands."""
    until = protected_until(event, track)
    return TrackPlace(track, phase_at(track, until, now), milestones_of(track, until), count, until)


def protected_until(event: SaleEvent, track: Track) -> datetime:
    """Until when prices of a track are protected: by the dated rule of the day on which its sale begins."""
    enrolled = Enrolment(
        event.ref(track.code), event.event_id, event.event_id, track.sale.starts_at, track.ends_at, ""
    )  # fmt: skip
    return price_history.protected_days(enrolled).ends_at


def in_reading_order(places: Iterable[EventPlace], now: datetime) -> Calendar:
    """The calendar: what is still to come or runs first, by its end; then what is over, the latest first."""
    shown = list(places)
    running = sorted((one for one in shown if not one.is_over), key=lambda one: one.event.plan.ends_at)
    over = sorted((one for one in shown if one.is_over), key=lambda one: one.event.plan.ends_at, reverse=True)
    deadlines = [deadline for place in running for deadline in _deadlines(place, now)]
    return Calendar(now, (*running, *over), min(deadlines, key=lambda one: one.at, default=None))


def _deadlines(place: EventPlace, now: datetime) -> Iterable[Deadline]:
    """What a shop must know: until when it may join; where it joined, the next dates of tracks open or entered."""
    event = place.event
    if place.can_join:
        yield Deadline(event, None, MilestoneKind.ENROLMENT, event.plan.enrols_until)
    for one in place.tracks if place.is_in else ():
        for milestone in one.milestones:
            if milestone.at > now and (one.count.skus or milestone.kind is MilestoneKind.PRICE_LOCK):
                yield Deadline(event, one.track, milestone.kind, milestone.at)
