"""How does a shop take part, and how does it enrol an item by hand?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import Refusal, TooLarge
from peakday.kernel.text import instant_text
from peakday.market.accounts import api as accounts
from peakday.market.shops import api as shops
from peakday.trade.sale_events import queries, store
from peakday.trade.sale_events.actions.admission import Admitted, Door, admit
from peakday.trade.sale_events.errors import (
    EntriesRefused,
    Locked,
    NotEnrolled,
    ShopNotEnrolled,
    TrackNotFound,
    WindowClosed,
)
from peakday.trade.sale_events.events import ItemEnrolled, ShopEnrolled
from peakday.trade.sale_events.model import EntryStatus, SaleEvent, ShopEnrolment, Track, Wish
from peakday.trade.sale_events.rules.eligibility import STOCK_MAX

EDIT = "marketing:edit"
WISHES_MAX = 1_000


async def enrol_shop(tx: Tx, actor: Actor, shop_id: UUID, event_id: UUID, now: datetime) -> ShopEnrolment:
    """Let the shop take part. Again changes nothing. Refuses `WindowClosed`, `EventNotFound`, `NotAllowed`."""
    require(actor, EDIT, shop_id)
    await shops.get_shop(tx, actor, shop_id)
    await store.share_event(tx, event_id)
    event = await queries.get_event(tx, event_id)
    there = (await queries.list_enrolments(tx, shop_id)).get(event_id)
    if there is None or there.status is EntryStatus.EXITED:
        if not event.plan.enrols_from <= now < event.plan.enrols_until:
            raise closed(event.plan.enrols_from, event.plan.enrols_until)
        if await store.insert_enrolment(tx, actor, shop_id, event_id, now):
            await accounts.record_audit(
                tx, actor, "event_joined", f"event:{event.plan.code}", now, {"shop_id": shop_id}
            )  # fmt: skip
            await announce(tx, ShopEnrolled(shop_id, event_id), now)
    return await store.lock_enrolment(tx, shop_id, event_id)


async def enrol_items(
    tx: Tx, actor: Actor, place: tuple[UUID, UUID, str], wishes: Sequence[Wish], now: datetime
) -> Admitted:
    """Enrol some SKUs in (shop, event, track), all of them or none; enrolled ones are changed.

    Takes the lock of the shop's enrolment. Refuses `EntriesRefused` with every fault, `WindowClosed`,
    `ShopNotEnrolled`, `TrackNotFound`, `EventNotFound`, `TooLarge`, `NotAllowed`.
    """
    shop_id, event_id, code = place
    require(actor, EDIT, shop_id)
    if len(wishes) > WISHES_MAX:
        raise TooLarge(limit=WISHES_MAX)
    door = await open_door(tx, actor, place, now)
    await lock_enrolled(tx, shop_id, event_id)
    admitted = await admit(tx, actor, door, wishes, now)
    if admitted.problems or not admitted.entries:
        raise EntriesRefused(*admitted.problems)
    items = {entry.item_id for entry in admitted.entries}
    subject = f"event:{door.event.plan.code}/{code}"
    detail = {"shop_id": shop_id, "skus": len(admitted.entries)}
    await accounts.record_audit(tx, actor, "items_enrolled", subject, now, detail)
    only = next(iter(items)) if len(items) == 1 else None
    await announce(tx, ItemEnrolled(shop_id, event_id, code, only, len(items), len(admitted.entries)), now)
    return admitted


async def change_stock(
    tx: Tx, actor: Actor, place: tuple[UUID, UUID, str], sku_id: UUID, stock: int, now: datetime
) -> None:
    """Promise another stock for an enrolled SKU, as long as the stock is not locked.

    Refuses `Locked`, `NotEnrolled`, `EntriesRefused`, `TrackNotFound`, `EventNotFound`, `NotAllowed`.
    """
    shop_id, event_id, code = place
    require(actor, EDIT, shop_id)
    event = await queries.get_event(tx, event_id)
    track = track_of(event, code)
    await lock_enrolled(tx, shop_id, event_id)
    if now >= track.stock_locks_at:
        raise Locked(at=instant_text(track.stock_locks_at, "en"))
    assert 0 < stock <= STOCK_MAX, stock
    if not await store.set_stock(tx, (shop_id, event_id, code, sku_id), stock, now):
        raise NotEnrolled


async def open_door(tx: Tx, actor: Actor, place: tuple[UUID, UUID, str], now: datetime) -> Door:
    """The door of (shop, event, track) while its window is open. Refuses `WindowClosed` and what is not there."""
    shop_id, event_id, code = place
    shop = await shops.get_shop(tx, actor, shop_id)
    event = await queries.get_event(tx, event_id)
    track = track_of(event, code)
    if not track.enrols_from <= now < track.enrols_until:
        raise closed(track.enrols_from, track.enrols_until)
    return Door(shop_id, event, track, shop.currency, now)


def track_of(event: SaleEvent, code: str) -> Track:
    """The track of an event; refuses `TrackNotFound`."""
    track = event.plan.find_track(code)
    if track is None:
        raise TrackNotFound(track=code)
    return track


async def lock_enrolled(tx: Tx, shop_id: UUID, event_id: UUID) -> ShopEnrolment:
    """Hold the shop's enrolment; refuses `ShopNotEnrolled` also when it has left."""
    enrolment = await store.lock_enrolment(tx, shop_id, event_id)
    if enrolment.status is not EntryStatus.ENROLLED:
        raise ShopNotEnrolled
    return enrolment


def closed(opens: datetime, closes: datetime) -> Refusal:
    """The refusal of a window that is not open."""
    return WindowClosed(opens=instant_text(opens, "en"), closes=instant_text(closes, "en"))
