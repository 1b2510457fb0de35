"""Which nouns does the room `sale_events` know?

A *sale event* is a campaign of the platform. In it an item is enrolled in a *track*: a chain of *waves* with one
enrolment window. One wave of a track sells (deposit payment or spot); in it the enrolled price holds. An *entry* is one
SKU in one track with price, stock and limit. *Milestones* are the dates of a track in the order in which they depend on
each other. Intervals are from an instant (included) to an instant (not included), aware.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from peakday.kernel.text import Text

EVENT_PREFIX = "sev"
EXIT_PREFIX = "ext"
IMPORT_PREFIX = "imp"
SHOP_PREFIX, ITEM_PREFIX, SKU_PREFIX = "shp", "itm", "sku"


class WaveKind(StrEnum):
    """What happens in a wave."""

    PRESALE_WARM = "presale_warm"
    DEPOSIT = "deposit"
    TAIL = "tail"
    WARM = "warm"
    SPOT = "spot"


WARM_KINDS = frozenset({WaveKind.PRESALE_WARM, WaveKind.WARM})
SELLING_KINDS = frozenset({WaveKind.DEPOSIT, WaveKind.SPOT})


class TrackKind(StrEnum):
    """How a track sells."""

    PRESALE = "presale"
    SPOT = "spot"


class EventStatus(StrEnum):
    """Whether shops see an event. The moves between them: `rules/event_states.py`."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class EntryStatus(StrEnum):
    """Whether an entry, or a shop's enrolment, takes part. The moves between them: `rules/event_states.py`."""

    ENROLLED = "enrolled"
    EXITED = "exited"


class Phase(StrEnum):
    """Where a track stands, in order."""

    NOT_OPEN = "not_open"
    ENROLLING = "enrolling"
    PRICE_LOCKED = "price_locked"
    STOCK_LOCKED = "stock_locked"
    WARMING = "warming"
    SELLING = "selling"
    TAIL = "tail"
    PROTECTED = "protected"
    OVER = "over"


class MilestoneKind(StrEnum):
    """The dates of a track; each depends on the one before."""

    ENROLMENT = "enrolment"
    PRICE_LOCK = "price_lock"
    STOCK_LOCK = "stock_lock"
    WARM_UP = "warm_up"
    SALE = "sale"
    TAIL = "tail"
    PROTECTION = "protection"


@dataclass(frozen=True, slots=True)
class Wave:
    """One phase of a sale event as a track lives through it."""

    kind: WaveKind
    name: Text
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Track:
    """What an item is enrolled in: until when, and the waves that follow, in order."""

    code: str
    name: Text
    kind: TrackKind
    enrols_from: datetime
    enrols_until: datetime
    stock_locks_at: datetime
    waves: tuple[Wave, ...]

    @property
    def sale(self) -> Wave:
        """The wave in which the enrolled price holds."""
        return next(wave for wave in self.waves if wave.kind in SELLING_KINDS)

    @property
    def warm_up(self) -> Wave | None:
        """The wave before the sale, if there is one."""
        return next((wave for wave in self.waves if wave.kind in WARM_KINDS), None)

    @property
    def ends_at(self) -> datetime:
        """When its last wave ends."""
        return self.waves[-1].ends_at


@dataclass(frozen=True, slots=True)
class Terms:
    """By which dated rules an event is played: names of rule sets, and what the event itself says."""

    price_rule: str
    promotion_rule: str
    exit_rule: str
    drop_rule: str
    accepts_unproven: bool
    stock_locks_hours_after: int
    promotion_on: date  # the market day whose version of the promotion rule holds; a copy keeps it
    forbidden_pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EventPlan:
    """An event as it is proposed: a code, names, when shops enrol, tracks and terms."""

    code: str
    name: Text
    enrols_from: datetime
    enrols_until: datetime
    tracks: tuple[Track, ...]
    terms: Terms
    note: Text = field(default_factory=lambda: Text("", ""))
    source: str = "platform"
    is_sample: bool = False  # made for a demo: its dates are moved

    @property
    def first_at(self) -> datetime:
        """When the first enrolment opens."""
        return min(self.enrols_from, *(track.enrols_from for track in self.tracks))

    @property
    def ends_at(self) -> datetime:
        """When its last wave ends."""
        return max(track.ends_at for track in self.tracks)

    def find_track(self, code: str) -> Track | None:
        """The track of that code."""
        return next((track for track in self.tracks if track.code == code), None)


@dataclass(frozen=True, slots=True)
class SaleEvent:
    """An event as stored."""

    event_id: UUID
    plan: EventPlan
    status: EventStatus
    version: int
    created_at: datetime
    published_at: datetime | None = None

    def ref(self, track: str) -> str:
        """What offers and deals of a track carry as their event."""
        return f"{self.plan.code}/{track}"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A date of a track: from when, until when where it lasts, and what must come before."""

    kind: MilestoneKind
    at: datetime
    until: datetime | None = None
    depends_on: MilestoneKind | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a shop wants to enrol: an item's SKU (all its SKUs without one), at a price, with stock and limit."""

    item_id: UUID
    sku_id: UUID | None
    price_minor: int
    stock: int
    limit: int | None = None
    deposit_minor: int | None = None
    row: int | None = None  # of a file


@dataclass(frozen=True, slots=True)
class Proof:
    """The low-price proof that an entry carries: by which rules, of which day, with which limit and verdict."""

    verdict: str
    permitted_minor: int | None
    versions: str
    proven_on: date


@dataclass(frozen=True, slots=True)
class Entry:
    """One SKU in one track."""

    shop_id: UUID
    event_id: UUID
    track: str
    item_id: UUID
    sku_id: UUID
    item_ref: str
    sku_ref: str
    price_minor: int
    list_minor: int
    deposit_minor: int | None
    currency: str
    stock: int
    limit: int | None
    status: EntryStatus
    proof: Proof
    enrolled_at: datetime
    updated_at: datetime
    import_run: UUID | None = None
    import_row: int | None = None


@dataclass(frozen=True, slots=True)
class ShopEnrolment:
    """A shop's part in an event."""

    event_id: UUID
    shop_id: UUID
    status: EntryStatus
    enrolled_at: datetime
    exited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrackCount:
    """How much of a shop is in a track."""

    items: int = 0
    skus: int = 0
    exited: int = 0
    unproven: int = 0
    stock: int = 0


@dataclass(frozen=True, slots=True)
class TrackPlace:
    """Where a shop stands in a track: the phase, the dates, what it enrolled, what comes next."""

    track: Track
    phase: Phase
    milestones: tuple[Milestone, ...]
    count: TrackCount
    protected_until: datetime

    def next_after(self, now: datetime) -> Milestone | None:
        """The next date that is still to come."""
        return min((one for one in self.milestones if one.at > now), key=lambda one: one.at, default=None)


@dataclass(frozen=True, slots=True)
class EventPlace:
    """Where a shop stands in an event."""

    event: SaleEvent
    enrolment: ShopEnrolment | None
    tracks: tuple[TrackPlace, ...]
    can_join: bool  # the window for shops is open and the shop is not in

    @property
    def is_in(self) -> bool:
        """Whether the shop takes part."""
        return self.enrolment is not None and self.enrolment.status is EntryStatus.ENROLLED

    @property
    def is_over(self) -> bool:
        """Whether every track has ended, protection included."""
        return all(place.phase is Phase.OVER for place in self.tracks)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The next date that a shop must know of."""

    event: SaleEvent
    track: Track | None  # None: of the event itself (shops enrol)
    milestone: MilestoneKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """A shop's calendar of waves, the events that are still of interest first."""

    now: datetime
    events: tuple[EventPlace, ...]
    next_deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class EnrolledPrice:
    """A price that an event gives a SKU in an interval."""

    item_id: UUID
    sku_id: UUID
    event_ref: str
    price_minor: int
    currency: str
    valid_from: datetime
    valid_until: datetime
