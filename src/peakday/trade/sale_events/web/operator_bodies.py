"""How do events look on the wire to the platform's staff?"""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.trade.sale_events.model import EVENT_PREFIX, EventStatus, SaleEvent, TrackKind, WaveKind
from peakday.trade.sale_events.web.bodies import NameBody, name_body

CODE_PATTERN = r"^[a-z0-9][a-z0-9-]{0,59}$"
FIRST_DAY, LAST_DAY = date(2009, 11, 11), date(2099, 12, 31)
Instant = Annotated[
    AwareDatetime, Field(ge=datetime(2009, 11, 11, tzinfo=UTC), le=datetime(2099, 12, 31, tzinfo=UTC))
]  # fmt: skip
TrackCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


class PlanWaveForm(BaseModel):
    """A wave of a new event; instants carry their zone."""

    kind: WaveKind
    name: NameBody
    starts_at: Instant
    ends_at: Instant


class PlanTrackForm(BaseModel):
    """A track of a new event."""

    code: TrackCode
    name: NameBody
    kind: TrackKind
    enrols_from: Instant
    enrols_until: Instant
    waves: list[PlanWaveForm] = Field(min_length=1, max_length=10)


class PlanForm(BaseModel):
    """A new event: rules that are not named are those of Double 11 2022."""

    code: str = Field(pattern=CODE_PATTERN)
    name: NameBody
    enrols_from: Instant
    enrols_until: Instant
    tracks: list[PlanTrackForm] = Field(min_length=1, max_length=20)
    forbidden_pairs: list[tuple[TrackCode, TrackCode]] = Field(default_factory=list, max_length=50)


class CopyForm(BaseModel):
    """A copy of an event (none: of Double 11 2022) that ends on a market day."""

    event_id: str | None = Field(default=None, max_length=60)
    code: str = Field(pattern=CODE_PATTERN)
    name: NameBody
    last_day: Day


class PlatformEventBody(BaseModel):
    """An event as the platform's staff see it."""

    event_id: str
    code: str
    name: NameBody
    status: EventStatus
    is_sample: bool
    version: int
    first_at: datetime
    ends_at: datetime
    tracks: list[str]


class PlatformEventList(BaseModel):
    """Every event, latest first."""

    items: list[PlatformEventBody]
    next_cursor: str | None = None


def platform_body(event: SaleEvent) -> PlatformEventBody:
    """An event for the staff as a body."""
    plan = event.plan
    return PlatformEventBody(
        event_id=show_id(EVENT_PREFIX, event.event_id), code=plan.code, name=name_body(plan.name), status=event.status,
        is_sample=plan.is_sample, version=event.version, first_at=plan.first_at, ends_at=plan.ends_at,
        tracks=[track.code for track in plan.tracks],
    )  # fmt: skip
