"""How do events, entries, departures and imports look on the wire?"""

from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, Field

from peakday.kernel.ids import read_id, show_id
from peakday.kernel.imports import ImportRun, ImportStatus
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.trade.sale_events.exits import Consequences, Exit, ExitReason
from peakday.trade.sale_events.model import (
    EVENT_PREFIX,
    EXIT_PREFIX,
    IMPORT_PREFIX,
    ITEM_PREFIX,
    SKU_PREFIX,
    Deadline,
    Entry,
    EntryStatus,
    EventPlace,
    Milestone,
    MilestoneKind,
    Phase,
    TrackKind,
    WaveKind,
)

NAME_PATTERN = r"^[^\x00-\x1f]*$"
STOCK_MAX = 10**9


class NameBody(BaseModel):
    """A name in both languages."""

    zh: str = Field(min_length=1, max_length=100, pattern=NAME_PATTERN)
    en: str = Field(min_length=1, max_length=100, pattern=NAME_PATTERN)


class WaveBody(BaseModel):
    """One wave, from an instant (included) to an instant (not included)."""

    kind: WaveKind
    name: NameBody
    starts_at: datetime
    ends_at: datetime


class MilestoneBody(BaseModel):
    """A date of a track, and what must come before."""

    kind: MilestoneKind
    at: datetime
    until: datetime | None
    depends_on: MilestoneKind | None
    seconds_left: int = Field(description="0 when it has come")


class TrackBody(BaseModel):
    """A track with the shop's place in it."""

    code: str
    name: NameBody
    kind: TrackKind
    phase: Phase
    enrols_from: datetime
    enrols_until: datetime
    stock_locks_at: datetime
    protected_until: datetime
    waves: list[WaveBody]
    milestones: list[MilestoneBody]
    items: int
    skus: int
    exited: int
    unproven: int


class EventBody(BaseModel):
    """An event with the shop's place in it."""

    event_id: str
    code: str
    name: NameBody
    is_sample: bool
    enrols_from: datetime
    enrols_until: datetime
    enrolment: EntryStatus | None
    can_join: bool
    tracks: list[TrackBody]


class DeadlineBody(BaseModel):
    """The next date that the shop must know of; no track: the shop's own enrolment."""

    event_id: str
    track: str | None
    milestone: MilestoneKind
    at: datetime
    seconds_left: int


class CalendarBody(BaseModel):
    """A shop's calendar of waves."""

    now: datetime
    next_deadline: DeadlineBody | None
    items: list[EventBody]
    next_cursor: str | None = None


class ProofBody(BaseModel):
    """The low-price proof of an entry; the candidates are behind `…/items/{item_id}/price-proof`."""

    verdict: str
    permitted_minor: int | None
    versions: str
    proven_on: date


class EntryBody(BaseModel):
    """One SKU in one track."""

    track: str
    item_id: str
    sku_id: str
    item_ref: str
    sku_ref: str
    price_minor: int
    list_minor: int
    deposit_minor: int | None
    currency: str
    stock: int
    limit: int | None
    status: EntryStatus
    proof: ProofBody
    enrolled_at: datetime


class EntryList(BaseModel):
    """A page of entries."""

    items: list[EntryBody]
    next_cursor: str | None


class WishForm(BaseModel):
    """A SKU to enrol (all of the item's without one)."""

    item_id: str = Field(max_length=60)
    sku_id: str | None = Field(default=None, max_length=60)
    price_minor: int = Field(ge=0, le=AMOUNT_MINOR_MAX)
    stock: int = Field(ge=0, le=STOCK_MAX)
    limit: int | None = Field(default=None, ge=0, le=STOCK_MAX)
    deposit_minor: int | None = Field(default=None, ge=0, le=AMOUNT_MINOR_MAX)


class WishesForm(BaseModel):
    """What to enrol in a track, all or nothing."""

    track: str = Field(max_length=60, pattern=NAME_PATTERN)
    entries: list[WishForm] = Field(min_length=1, max_length=1000)


class StockForm(BaseModel):
    """Another promised stock."""

    track: str = Field(max_length=60, pattern=NAME_PATTERN)
    sku_id: str = Field(max_length=60)
    stock: int = Field(ge=1, le=STOCK_MAX)


class EnrolmentBody(BaseModel):
    """The shop's part in an event."""

    event_id: str
    status: EntryStatus
    enrolled_at: datetime


class LostBody(BaseModel):
    """What leaving gives up in one track."""

    track: str
    phase: Phase
    items: int
    skus: int
    stock: int
    warm_seconds: int
    sale_seconds: int
    protected_until: datetime | None


class OrdersBody(BaseModel):
    """Paid orders of the sale so far; they are honoured."""

    orders: int
    pieces: int
    paid_minor: int
    currency: str


class HeldCouponBody(BaseModel):
    """An instrument of which unused cards lie in wallets; how many is a figure."""

    name: NameBody
    cards: int | None


class ConsequencesBody(BaseModel):
    """What leaving means; `seen` goes into the request that leaves."""

    phase: Phase
    is_allowed: bool
    allowed_until: datetime | None
    points: int
    undo_until: datetime | None
    lost: list[LostBody]
    orders: OrdersBody | None
    coupons: list[HeldCouponBody]
    seen: str


class ExitForm(BaseModel):
    """What leaves (no item: the whole shop; no track: all), why, and the consequences that were seen."""

    item_id: str | None = Field(default=None, max_length=60)
    track: str | None = Field(default=None, max_length=60, pattern=NAME_PATTERN)
    reason: ExitReason
    note: str = Field(default="", max_length=500, pattern=NAME_PATTERN)
    seen: str = Field(max_length=60, pattern=NAME_PATTERN)


class ExitBody(BaseModel):
    """A departure."""

    exit_id: str
    event_id: str
    item_id: str | None
    track: str | None
    reason: ExitReason
    note: str
    phase: Phase
    points: int
    skus: int
    exited_at: datetime
    undo_until: datetime | None
    undone_at: datetime | None


class ExitList(BaseModel):
    """The shop's departures from an event, latest first."""

    items: list[ExitBody]
    next_cursor: str | None = None


class FeedBody(BaseModel):
    """The address of the calendar feed; it is told this once."""

    path: str


class EntryImportBody(BaseModel):
    """How far a file of enrolments has come."""

    import_id: str
    status: ImportStatus
    rows_read: int
    rows_accepted: int
    rows_refused: int
    share_done: float | None
    failure: str | None


def name_body(text: Text) -> NameBody:
    """A text as a body; names of instruments may be longer or lack a language."""
    return NameBody.model_construct(zh=text.zh, en=text.en)


def event_body(place: EventPlace, now: datetime) -> EventBody:
    """An event with the shop's place as a body."""
    event, plan = place.event, place.event.plan
    return EventBody(
        event_id=show_id(EVENT_PREFIX, event.event_id), code=plan.code, name=name_body(plan.name),
        is_sample=plan.is_sample, enrols_from=plan.enrols_from, enrols_until=plan.enrols_until,
        enrolment=place.enrolment.status if place.enrolment else None, can_join=place.can_join,
        tracks=[
            TrackBody(
                code=one.track.code, name=name_body(one.track.name), kind=one.track.kind, phase=one.phase,
                enrols_from=one.track.enrols_from, enrols_until=one.track.enrols_until,
                stock_locks_at=one.track.stock_locks_at, protected_until=one.protected_until,
                waves=[
                    WaveBody(kind=w.kind, name=name_body(w.name), starts_at=w.starts_at, ends_at=w.ends_at)
                    for w in one.track.waves
                ],
                milestones=[_milestone_body(milestone, now) for milestone in one.milestones],
                items=one.count.items, skus=one.count.skus, exited=one.count.exited, unproven=one.count.unproven,
            )
            for one in place.tracks
        ],
    )  # fmt: skip


def _milestone_body(milestone: Milestone, now: datetime) -> MilestoneBody:
    return MilestoneBody(
        kind=milestone.kind, at=milestone.at, until=milestone.until, depends_on=milestone.depends_on,
        seconds_left=seconds_left(milestone.at, now),
    )  # fmt: skip


def deadline_body(deadline: Deadline | None, now: datetime) -> DeadlineBody | None:
    """The next deadline as a body."""
    if deadline is None:
        return None
    return DeadlineBody(
        event_id=show_id(EVENT_PREFIX, deadline.event.event_id),
        track=deadline.track.code if deadline.track else None, milestone=deadline.milestone, at=deadline.at,
        seconds_left=seconds_left(deadline.at, now),
    )  # fmt: skip


def entry_body(entry: Entry) -> EntryBody:
    """An entry as a body."""
    proof = entry.proof
    return EntryBody(
        track=entry.track, item_id=show_id(ITEM_PREFIX, entry.item_id), sku_id=show_id(SKU_PREFIX, entry.sku_id),
        item_ref=entry.item_ref, sku_ref=entry.sku_ref, price_minor=entry.price_minor, list_minor=entry.list_minor,
        deposit_minor=entry.deposit_minor, currency=entry.currency, stock=entry.stock, limit=entry.limit,
        status=entry.status, enrolled_at=entry.enrolled_at,
        proof=ProofBody(
            verdict=proof.verdict, permitted_minor=proof.permitted_minor, versions=proof.versions,
            proven_on=proof.proven_on,
        ),
    )  # fmt: skip


def consequences_body(told: Consequences) -> ConsequencesBody:
    """Consequences as a body."""
    orders = told.orders
    return ConsequencesBody(
        phase=told.phase, is_allowed=told.is_allowed, allowed_until=told.allowed_until, points=told.points,
        undo_until=told.undo_until, seen=told.seen,
        coupons=[HeldCouponBody(name=name_body(one.name), cards=one.cards) for one in told.coupons],
        lost=[
            LostBody(
                track=one.track.code, phase=one.phase, items=one.items, skus=one.skus, stock=one.stock,
                warm_seconds=one.warm_seconds, sale_seconds=one.sale_seconds, protected_until=one.protected_until,
            )
            for one in told.lost
        ],
        orders=None if orders is None else OrdersBody(
            orders=orders.orders, pieces=orders.pieces, paid_minor=orders.paid_minor, currency=orders.currency
        ),
    )  # fmt: skip


def exit_body(exit_: Exit) -> ExitBody:
    """A departure as a body."""
    ask = exit_.ask
    return ExitBody(
        exit_id=show_id(EXIT_PREFIX, exit_.exit_id), event_id=show_id(EVENT_PREFIX, ask.event_id),
        item_id=show_id(ITEM_PREFIX, ask.item_id) if ask.item_id else None, track=ask.track, reason=exit_.reason,
        note=exit_.note, phase=exit_.phase, points=exit_.points, skus=exit_.skus, exited_at=exit_.exited_at,
        undo_until=exit_.undo_until, undone_at=exit_.undone_at,
    )  # fmt: skip


def import_body(run: ImportRun) -> EntryImportBody:
    """A run as a body."""
    return EntryImportBody(
        import_id=show_id(IMPORT_PREFIX, run.run_id), status=run.status, rows_read=run.rows_read,
        rows_accepted=run.rows_accepted, rows_refused=run.rows_refused, share_done=run.share_done, failure=run.failure,
    )  # fmt: skip


def seconds_left(at: datetime, now: datetime) -> int:
    """How long until then; 0 when it has come."""
    return max(int((at - now) / timedelta(seconds=1)), 0)


def cursor_of(entry: Entry) -> str:
    """Where a page ends: behind this entry."""
    return f"{show_id(ITEM_PREFIX, entry.item_id)}~{show_id(SKU_PREFIX, entry.sku_id)}~{entry.track}"


def read_cursor(text: str | None) -> tuple[UUID, UUID, str] | None:
    """The reverse; refuses `Invalid` for what is not a cursor of ours."""
    if not text:
        return None
    try:
        item, sku, track = text.split("~")
        return read_id(ITEM_PREFIX, item), read_id(SKU_PREFIX, sku), track
    except ValueError:
        message = Text("游标无效", "This is not a cursor of ours")
        remedy = Text("使用上一页返回的 next_cursor", "Use the next_cursor of the page before")
        raise Invalid(Problem("cursor", "cursor_unknown", message, remedy, value=text[:60])) from None
