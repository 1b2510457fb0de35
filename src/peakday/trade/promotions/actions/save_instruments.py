"""How is an instrument drafted, changed, copied and rolled back? Every save is a whole new version, checked first."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, ActorKind, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import NotAllowed
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.promotions import queries, store
from peakday.trade.promotions.errors import (
    BadInstrument,
    ClientKeyReused,
    InstrumentChangedSince,
    InstrumentNotFound,
)
from peakday.trade.promotions.events import InstrumentChanged
from peakday.trade.promotions.model import Id, Instrument
from peakday.trade.promotions.rules.instrument_states import require_move
from peakday.trade.promotions.rules.publication_faults import Owner, goods_named, publication_faults, within_shop
from peakday.trade.promotions.store import Moved
from peakday.trade.promotions.stored import NAME_MAX, PREFIX, InstrumentStatus, StoredInstrument
from peakday.trade.promotions.written import write_instrument

VIEW = "marketing:view"
EDIT = "marketing:edit"


async def save_draft(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument: Instrument, now: datetime, client_key: str | None = None
) -> StoredInstrument:  # fmt: skip
    """Keep a new draft, or the next version of one that is there; `shop_id` None is the platform's own (staff).

    The same client key again is the same instrument. Refuses `BadInstrument`, `ClientKeyReused`,
    `InstrumentMoveRefused` (a live one is paused first), `NotAllowed`, `NotFound`.
    """
    require_owner(actor, EDIT, shop_id)
    instrument = settle(instrument, shop_id)
    await require_sound(tx, actor, shop_id, instrument, now)
    if client_key is not None:
        there = await store.find_by_key(tx, shop_id, client_key)
        if there is not None:
            return _same_or_refuse(there, instrument)
    if await store.insert_instrument(tx, actor, shop_id, instrument, now, client_key):
        return await tell(tx, actor, shop_id, instrument, ("drafted", now))
    if client_key is not None:
        there = await store.find_by_key(tx, shop_id, client_key)
        if there is not None:  # somebody else made it since we looked
            return _same_or_refuse(there, instrument)
    return await edit_instrument(tx, actor, shop_id, instrument, now)


async def edit_instrument(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument: Instrument, now: datetime, since_version: int | None = None
) -> StoredInstrument:  # fmt: skip
    """The next version of an instrument, as a draft; takes its lock. `since_version` is the one that was read.

    Saving what is there already changes nothing. Refuses as `save_draft`, and `InstrumentChangedSince`.
    """
    require_owner(actor, EDIT, shop_id)
    instrument = settle(instrument, shop_id)
    stored = await store.lock_instrument(tx, shop_id, _uuid(instrument.instrument_id))
    if since_version is not None and since_version != stored.version:
        raise InstrumentChangedSince(version=stored.version)
    if write_instrument(stored.instrument) == write_instrument(instrument):
        return stored
    require_move(stored.status, InstrumentStatus.DRAFT)
    await require_sound(tx, actor, shop_id, instrument, now)
    await store.save_version(tx, stored, instrument, Moved(actor, InstrumentStatus.DRAFT, now))
    return await tell(tx, actor, shop_id, instrument, ("edited", now))


async def copy_instrument(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID, now: datetime
) -> StoredInstrument:  # fmt: skip
    """A new draft like another, without its past and without days that are over. Refuses as `save_draft`."""
    require_owner(actor, EDIT, shop_id)
    stored, _ = await queries.get_instrument(tx, shop_id, instrument_id)
    name = stored.instrument.name
    suffix = Text(" 副本", " copy")
    room = NAME_MAX - len(suffix.en)
    fresh = replace(
        stored.instrument,
        instrument_id=new_id(now),
        name=Text(name.zh[:room] + suffix.zh, name.en[:room] + suffix.en if name.en else ""),
    )
    if fresh.valid_until is not None and fresh.valid_until <= now:
        fresh = replace(fresh, valid_from=None, valid_until=None)
    return await save_draft(tx, actor, shop_id, fresh, now)


async def roll_back(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID, version: int, now: datetime
) -> StoredInstrument:  # fmt: skip
    """A new version, as a draft, that says what an earlier one said; a draft that says so already stays as it is.

    Refuses as `edit_instrument`.
    """
    require_owner(actor, EDIT, shop_id)
    stored = await store.lock_instrument(tx, shop_id, instrument_id)
    earlier = await queries.find_version(tx, instrument_id, version)
    if earlier is None:
        raise InstrumentNotFound
    if stored.status is InstrumentStatus.DRAFT and write_instrument(stored.instrument) == write_instrument(earlier):
        return stored
    require_move(stored.status, InstrumentStatus.DRAFT)
    await require_sound(tx, actor, shop_id, earlier, now)
    await store.save_version(tx, stored, earlier, Moved(actor, InstrumentStatus.DRAFT, now), version)
    return await tell(tx, actor, shop_id, earlier, ("rolled_back", now))


async def require_sound(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument: Instrument, now: datetime
) -> None:  # fmt: skip
    """Refuses `BadInstrument` with every fault that can be seen without its neighbours."""
    is_staff = actor.kind in {ActorKind.STAFF, ActorKind.SYSTEM}
    shop = await shops.get_shop(tx, SYSTEM, shop_id) if shop_id is not None else None
    owner = Owner(shop_id, shop.currency if shop else None, is_staff)
    faults = publication_faults(instrument, owner, now, await _unknown_goods(tx, shop_id, instrument))
    if faults:
        raise BadInstrument(*faults, instrument=instrument.name.zh)


async def tell(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument: Instrument, act: tuple[str, datetime]
) -> StoredInstrument:  # fmt: skip
    """Note the act in the audit trail, announce the change, and give back what is stored now."""
    what, now = act
    stored, _ = await queries.get_instrument(tx, shop_id, _uuid(instrument.instrument_id))
    detail: dict[str, object] = {"status": stored.status.value, "version": stored.version, "name": instrument.name.zh}
    if stored.reason:
        detail["reason"] = stored.reason
    if shop_id is not None:
        detail["shop_id"] = shop_id
    subject = f"instrument:{show_id(PREFIX, stored.instrument_id)}"
    await accounts.record_audit(tx, actor, f"instrument_{what}", subject, now, detail)
    await announce(tx, InstrumentChanged(shop_id, stored.instrument_id, stored.status.value, stored.version), now)
    return stored


def require_owner(actor: Actor, permission: str, shop_id: UUID | None) -> None:
    """Refuses who may not act for the shop; the platform's own instruments are for its staff."""
    require(actor, permission, shop_id)
    if shop_id is None and actor.kind not in {ActorKind.STAFF, ActorKind.SYSTEM}:
        raise NotAllowed(permission="staff")


def settle(instrument: Instrument, shop_id: UUID | None) -> Instrument:
    """As it is kept: an id of its own, no template, and a shop's one within the shop unless it said another."""
    scope = instrument.scope
    if shop_id is not None and not scope.shop_ids:
        scope = within_shop(scope, shop_id)
    name = Text(instrument.name.zh.strip(), instrument.name.en.strip())
    return replace(instrument, scope=scope, template_id=None, name=name)


def _same_or_refuse(there: StoredInstrument, instrument: Instrument) -> StoredInstrument:
    if write_instrument(there.instrument) != write_instrument(instrument):
        raise ClientKeyReused
    return there


async def _unknown_goods(tx: Tx, shop_id: UUID | None, instrument: Instrument) -> frozenset[Id]:
    """Items and SKUs that the shop does not have; the platform's are enrolled, not listed here."""
    items, skus = goods_named(instrument)
    unknown: set[Id] = {each for each in (*items, *skus) if not isinstance(each, UUID)}
    if shop_id is None:
        return frozenset(unknown | await _unknown_shops(tx, instrument))
    missing = await catalog.list_missing_items(tx, [(shop_id, item) for item in items if isinstance(item, UUID)])
    wanted = [sku for sku in skus if isinstance(sku, UUID)]
    found = {goods.sku_id for goods in await catalog.find_goods(tx, shop_id, wanted)} if wanted else set()
    return frozenset(unknown | set(missing) | (set(wanted) - found))


async def _unknown_shops(tx: Tx, instrument: Instrument) -> set[Id]:
    named = instrument.scope.shop_ids
    wanted = [each for each in named if isinstance(each, UUID)]
    known = await shops.find_fronts(tx, wanted) if wanted else {}
    return {each for each in named if not isinstance(each, UUID) or each not in known}


def _uuid(identity: Id) -> UUID:
    assert isinstance(identity, UUID), identity
    return identity
