"""What may other rooms and doors ask of sale events?

A merchant's acts and reads take the actor first and check the shop: `calendar_of`, `enrol_shop`, `enrol_items`,
`ask_for_enrolment_import`, `exit_consequences`, `leave_event`, `undo_exit`. For the platform's staff: `create_event`,
`copy_event`, `publish_event`, `cancel_event`, `list_events`. For rooms above, without an actor: `enrolled_prices`,
`open_events`. Prices hold by the database's clock: `price_history.prices_at` gives what holds at an instant.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.database import Tx
from peakday.market.shops import api as shops
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import PriceClaim, PriceProof
from peakday.trade.sale_events import calendar, queries
from peakday.trade.sale_events.actions.enrol import WISHES_MAX, change_stock, enrol_items, enrol_shop
from peakday.trade.sale_events.actions.feed import is_feed_open, renew_feed
from peakday.trade.sale_events.actions.import_entries import (
    JOB,
    KIND,
    EntryImport,
    ask_for_enrolment_import,
    open_enrolment_import,
    run_enrolment_import,
)
from peakday.trade.sale_events.actions.leave_event import exit_consequences, leave_event, undo_exit
from peakday.trade.sale_events.actions.manage_events import (
    cancel_event,
    copy_event,
    create_event,
    publish_event,
    require_staff,
)
from peakday.trade.sale_events.actions.remind import remind_shops
from peakday.trade.sale_events.actions.ship_events import announced_plans, ship_events
from peakday.trade.sale_events.errors import NotEnrolled
from peakday.trade.sale_events.exits import Exit, ExitAsk, ExitReason
from peakday.trade.sale_events.model import (
    Calendar,
    Deadline,
    EnrolledPrice,
    Entry,
    EventPlace,
    MilestoneKind,
    SaleEvent,
)
from peakday.trade.sale_events.queries import EntryFilter
from peakday.trade.sale_events.rules.entry_rows import ENTRY_COLUMNS

ENROLMENT_IMPORT_KIND = KIND
ENROLMENT_IMPORT_JOB = JOB
VIEW = "marketing:view"
EDIT = "marketing:edit"
SEE_FIGURES = "data:view"

__all__ = [
    "EDIT",
    "ENROLMENT_IMPORT_JOB",
    "ENROLMENT_IMPORT_KIND",
    "ENTRY_COLUMNS",
    "VIEW",
    "WISHES_MAX",
    "EntryFilter",
    "EntryImport",
    "announced_plans",
    "ask_for_enrolment_import",
    "calendar_of",
    "cancel_event",
    "change_stock",
    "copy_event",
    "count_shops",
    "create_event",
    "enrol_items",
    "enrol_shop",
    "enrolled_prices",
    "exit_consequences",
    "exit_item",
    "exit_shop",
    "feed_of",
    "find_proof",
    "get_event",
    "get_place",
    "is_feed_open",
    "leave_event",
    "list_entries",
    "list_events",
    "list_exits",
    "open_enrolment_import",
    "open_events",
    "publish_event",
    "remind_shops",
    "renew_feed",
    "require_staff",
    "run_enrolment_import",
    "ship_events",
    "stream_entries",
    "undo_exit",
]


async def calendar_of(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> Calendar:
    """The shop's calendar of waves: phases, what it enrolled, dates and the next deadline (SYSTEMS 11)."""
    require(actor, VIEW, shop_id)
    await shops.get_shop(tx, actor, shop_id)
    events = await queries.list_events(tx)
    return calendar.in_reading_order(await calendar.find_places(tx, shop_id, events, now), now)


async def get_place(tx: Tx, actor: Actor, shop_id: UUID, event_id: UUID, now: datetime) -> EventPlace:
    """Where the shop stands in one event. Refuses `EventNotFound`, `NotAllowed`."""
    require(actor, VIEW, shop_id)
    await shops.get_shop(tx, actor, shop_id)
    [place] = await calendar.find_places(tx, shop_id, [await queries.get_event(tx, event_id)], now)
    return place


async def open_events(tx: Tx, shop_id: UUID, now: datetime) -> list[Deadline]:
    """What waits for the shop: events it may join, and open tracks of those it joined that hold nothing of it yet."""
    waiting = []
    for place in await calendar.find_places(tx, shop_id, await queries.list_events(tx, ends_after=now), now):
        event = place.event
        if place.can_join:
            waiting.append(Deadline(event, None, MilestoneKind.ENROLMENT, event.plan.enrols_until))
        waiting += [
            Deadline(event, one.track, MilestoneKind.PRICE_LOCK, one.track.enrols_until)
            for one in place.tracks
            if place.is_in and one.track.enrols_from <= now < one.track.enrols_until and not one.count.skus
        ]
    return sorted(waiting, key=lambda one: one.at)


async def enrolled_prices(
    tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID] | None = None, ends_after: datetime | None = None
) -> list[EnrolledPrice]:
    """The prices that events give SKUs of a shop (None: all), with the intervals in which they hold, earliest first."""
    return await queries.list_prices(tx, shop_id, sku_ids, ends_after)


async def list_entries(
    tx: Tx,
    actor: Actor,
    shop_id: UUID,
    event_id: UUID,
    wanted: EntryFilter,
    page: tuple[tuple[UUID, UUID, str] | None, int],
) -> list[Entry]:
    """A page (behind which entry, how many) of what a shop enrolled."""
    require(actor, VIEW, shop_id)
    await queries.get_event(tx, event_id)
    return await queries.list_entries(tx, shop_id, event_id, wanted, *page)


async def stream_entries(
    tx: Tx, actor: Actor, shop_id: UUID, event_id: UUID, wanted: EntryFilter
) -> AsyncIterator[Entry]:
    """All of it, for files; `tx` must be inside a transaction."""
    require(actor, VIEW, shop_id)
    await queries.get_event(tx, event_id)
    async for entry in queries.stream_entries(tx, shop_id, event_id, wanted):
        yield entry


async def find_proof(tx: Tx, actor: Actor, place: tuple[UUID, UUID, str], sku_id: UUID) -> PriceProof:
    """The whole low-price proof of an entry of (shop, event, track): window, candidates, reasons (JH-01)."""
    shop_id, event_id, track = place
    require(actor, VIEW, shop_id)
    event = await queries.get_event(tx, event_id)
    entry = await queries.find_entry(tx, shop_id, event_id, track, sku_id)
    if entry is None:
        raise NotEnrolled
    claim = PriceClaim(
        shop_id, entry.item_id, entry.price_minor, entry.proof.proven_on, sku_id, event.plan.terms.price_rule
    )  # fmt: skip
    return await price_history.prove_price(tx, actor, claim)


async def exit_item(
    tx: Tx, actor: Actor, ask: ExitAsk, why: tuple[ExitReason, str], seen: str, now: datetime
) -> Exit:  # fmt: skip
    """Take one item out of an event: `leave_event` with an item."""
    assert ask.item_id is not None, ask
    return await leave_event(tx, actor, ask, why, seen, now)


async def exit_shop(
    tx: Tx, actor: Actor, ask: ExitAsk, why: tuple[ExitReason, str], seen: str, now: datetime
) -> Exit:  # fmt: skip
    """Take the whole shop out of an event: `leave_event` without an item."""
    assert ask.item_id is None, ask
    return await leave_event(tx, actor, ask, why, seen, now)


async def list_exits(tx: Tx, actor: Actor, shop_id: UUID, event_id: UUID | None = None) -> list[Exit]:
    """The shop's departures, latest first."""
    require(actor, VIEW, shop_id)
    return await queries.list_exits(tx, shop_id, event_id)


async def feed_of(tx: Tx, shop_id: UUID, now: datetime) -> Calendar:
    """The calendar for the feed; who may read it is `is_feed_open`'s answer."""
    return await calendar_of(tx, SYSTEM, shop_id, now)


async def list_events(tx: Tx, actor: Actor) -> list[SaleEvent]:
    """Every event, drafts and cancelled ones too, for the platform's staff."""
    require_staff(actor)
    return await queries.list_events(tx, with_drafts=True)


async def get_event(tx: Tx, actor: Actor, event_id: UUID) -> SaleEvent:
    """One event in any state, for the platform's staff."""
    require_staff(actor)
    return await queries.get_event(tx, event_id, with_drafts=True)


async def count_shops(tx: Tx, actor: Actor, event_id: UUID) -> tuple[int, int]:
    """How many shops and SKUs take part, for the platform's staff."""
    require_staff(actor)
    return await queries.count_shops(tx, event_id)
