"""How does an instrument go live: looked at by the guard, confirmed, and for deep cuts approved by a second person?

`inspect` is the look before anything is saved. `publish` and `resume` look again under the lock; what the guard says
decides (`rules/publication_steps.py`). One owner's instruments go live one after the other, so that two that
contradict each other are never both let through.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.promotions import queries, store
from peakday.trade.promotions.actions.save_instruments import (
    EDIT,
    VIEW,
    require_owner,
    require_sound,
    settle,
    tell,
)
from peakday.trade.promotions.errors import BadInstrument, InstrumentMoveRefused, SecondPersonNeeded
from peakday.trade.promotions.guard import Guard, Inspection
from peakday.trade.promotions.model import Id, Instrument, PriceRules
from peakday.trade.promotions.rulebook import EVERYDAY, price_rules, shop_rules
from peakday.trade.promotions.rules.instrument_overlaps import Paths, find_overlaps, named_goods
from peakday.trade.promotions.rules.instrument_states import require_move
from peakday.trade.promotions.rules.publication_steps import is_confirmed, status_after
from peakday.trade.promotions.store import Moved
from peakday.trade.promotions.stored import InstrumentStatus, Published, StoredInstrument

_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """That an instrument go live: with the token of the findings that were seen and accepted, and why."""

    shop_id: UUID | None
    instrument_id: UUID
    confirmed: str | None = None
    reason: str = ""


async def inspect(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument: Instrument, guard: Guard, now: datetime
) -> Inspection:  # fmt: skip
    """What the guard says about an instrument as it would be, saved or not. Refuses `BadInstrument`, `NotAllowed`."""
    require_owner(actor, VIEW, shop_id)
    instrument = settle(instrument, shop_id)
    await require_sound(tx, actor, shop_id, instrument, now)
    await require_apart(tx, shop_id, instrument, now)
    return await guard.inspect(tx, shop_id, instrument, now)


async def publish(tx: Tx, actor: Actor, wish: Wish, guard: Guard, now: datetime) -> Published:
    """Let an instrument go live, or say what stands against it: it then waits for confirmation, or is held.

    Takes the owner's and the instrument's lock. Asking for what is live already changes nothing. Refuses
    `BadInstrument` (also for an overlap), `InstrumentMoveRefused`, `SecondPersonNeeded`, `NotFound`, `NotAllowed`.
    """
    require_owner(actor, EDIT, wish.shop_id)
    await store.lock_shop(tx, wish.shop_id)
    stored = await store.lock_instrument(tx, wish.shop_id, wish.instrument_id)
    if stored.status is InstrumentStatus.LIVE:
        return Published(stored, Inspection())
    if stored.status is InstrumentStatus.HELD:
        raise SecondPersonNeeded
    require_move(stored.status, InstrumentStatus.LIVE)
    inspection = await _look(tx, actor, stored, guard, now)
    there = status_after(inspection, wish.confirmed)
    moved = Moved(actor, there, now, wish.reason, submitted_by=actor.account_id)
    return await _move(tx, stored, moved, inspection, "published" if there is InstrumentStatus.LIVE else "submitted")


async def resume(tx: Tx, actor: Actor, wish: Wish, guard: Guard, now: datetime) -> Published:
    """Let a paused instrument go on; it is looked at as if it were new. Refuses as `publish`."""
    require_owner(actor, EDIT, wish.shop_id)
    await store.lock_shop(tx, wish.shop_id)
    stored = await store.lock_instrument(tx, wish.shop_id, wish.instrument_id)
    if stored.status not in {InstrumentStatus.PAUSED, InstrumentStatus.LIVE}:
        raise InstrumentMoveRefused(here=stored.status, there=InstrumentStatus.LIVE)
    return await publish(tx, actor, wish, guard, now)


async def approve(tx: Tx, actor: Actor, wish: Wish, guard: Guard, now: datetime) -> Published:
    """Let a held instrument go live, by a person who did not submit it and has seen these very findings.

    With other findings than the confirmed ones it stays held and they are told. Refuses `SecondPersonNeeded`,
    `InstrumentMoveRefused` (it is not held), `BadInstrument`, `NotFound`, `NotAllowed`.
    """
    require_owner(actor, EDIT, wish.shop_id)
    await store.lock_shop(tx, wish.shop_id)
    stored = await store.lock_instrument(tx, wish.shop_id, wish.instrument_id)
    if stored.status is not InstrumentStatus.HELD:
        raise InstrumentMoveRefused(here=stored.status, there=InstrumentStatus.LIVE)
    if actor.account_id is None or actor.via_key is not None or actor.account_id == stored.submitted_by:
        raise SecondPersonNeeded
    inspection = await _look(tx, actor, stored, guard, now)
    if not is_confirmed(inspection, wish.confirmed):
        return Published(stored, inspection)
    moved = Moved(
        actor, InstrumentStatus.LIVE, now, wish.reason, submitted_by=stored.submitted_by, approved_by=actor.account_id
    )
    return await _move(tx, stored, moved, inspection, "approved")


async def require_apart(tx: Tx, shop_id: UUID | None, instrument: Instrument, now: datetime) -> None:
    """Refuses `BadInstrument` when a live offer of the owner would meet this one where only one may act."""
    live = await queries.live_instruments(tx, [] if shop_id is None else [shop_id], now, _FOREVER)
    starts = max(now, instrument.valid_from or now)
    rules = await rules_of_shop(tx, shop_id, starts)
    faults = find_overlaps(instrument, live, rules, await _paths(tx, shop_id, [instrument, *live]))
    if faults:
        raise BadInstrument(*faults, instrument=instrument.name.zh)


async def rules_of_shop(tx: Tx, shop_id: UUID | None, at: datetime) -> PriceRules:
    """The dated rules of a shop at an instant; the platform's own instruments are compared by the everyday groups."""
    if shop_id is None:
        return price_rules(EVERYDAY, day_of(at))
    return shop_rules((await shops.get_shop(tx, SYSTEM, shop_id)).kind, day_of(at))


async def _look(tx: Tx, actor: Actor, stored: StoredInstrument, guard: Guard, now: datetime) -> Inspection:
    await require_sound(tx, actor, stored.shop_id, stored.instrument, now)
    await require_apart(tx, stored.shop_id, stored.instrument, now)
    return await guard.inspect(tx, stored.shop_id, stored.instrument, now)


async def _move(
    tx: Tx, stored: StoredInstrument, moved: Moved, inspection: Inspection, act: str
) -> Published:  # fmt: skip
    require_move(stored.status, moved.there)
    await store.save_move(tx, stored, moved)
    told = await tell(tx, moved.actor, stored.shop_id, stored.instrument, (act, moved.now))
    return Published(told, inspection)


async def _paths(tx: Tx, shop_id: UUID | None, instruments: list[Instrument]) -> Paths:
    """Where the named items and categories lie in the tree."""
    items, categories = named_goods(instruments)
    if not categories:
        return {}
    parents = {row.category_id: row.parent_id for row in await catalog.list_categories(tx)}
    paths: dict[Id, frozenset[Id]] = {}
    for category in categories:
        path, here = set(), category
        while isinstance(here, UUID) and here in parents:
            path.add(here)
            here = parents[here]  # type: ignore[assignment]
        paths[category] = frozenset(path)
    wanted = [item for item in items if isinstance(item, UUID)]
    if shop_id is not None and wanted:
        for goods in await catalog.find_goods(tx, shop_id, item_ids=wanted):
            paths[goods.item_id] = frozenset(goods.category_ids)
    return paths
