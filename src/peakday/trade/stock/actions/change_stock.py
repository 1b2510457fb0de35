"""How does a merchant change what may be sold: count, deliver, lose, set aside for an event, limit?

Every change of a number has a reason and a key: the same key again changes nothing, with another content it is refused.
Units are set aside by moving them from the SKU's own level to the event's, and back with a negative number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce_many
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.stock import store
from peakday.trade.stock.actions.claim_units import low_stock
from peakday.trade.stock.errors import (
    ChangeKeyReused,
    ChangeNotValid,
    StockBelowZero,
    StockNotFound,
    WarehouseUnknown,
)
from peakday.trade.stock.model import NO_EVENT, QUANTITY_MAX, ChangeKind, DeductMode, Level, LevelKey, StockChange
from peakday.trade.stock.rules.low_stock import fell_to_mark

VIEW = "items:view"
EDIT = "items:edit"
WORD_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Units more or fewer of a SKU's own level, in a warehouse or none named. `key` is the caller's."""

    shop_id: UUID
    sku_id: UUID
    delta: int
    reason: str
    key: str
    warehouse_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SettingAside:
    """Units to move from the SKU's own level to an event's; a negative number moves them back."""

    shop_id: UUID
    sku_id: UUID
    event_ref: str
    units: int
    key: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How a level sells: when units are taken, how many one buyer may have, at how many the merchant is told."""

    mode: DeductMode = DeductMode.ORDER
    buyer_limit: int | None = None
    low_mark: int | None = None


async def adjust_stock(tx: Tx, actor: Actor, change: Adjustment, now: datetime) -> int:
    """Add or take units; how many are available then. Opens the level of a SKU that has none.

    Refuses `ChangeNotValid`, `StockNotFound` (no such SKU), `WarehouseUnknown`, `StockBelowZero`, `ChangeKeyReused`,
    `NotAllowed`. Takes the level's lock.
    """
    require(actor, EDIT, change.shop_id)
    _check_words(change.delta, change.reason, change.key)
    key = LevelKey(change.shop_id, change.sku_id)
    await _require_sku(tx, key)
    if change.warehouse_id is not None:
        await _require_warehouse(tx, change.warehouse_id)
    await store.open_levels(tx, [key], now)
    row = StockChange(
        key, change.key, ChangeKind.ADJUSTMENT, change.delta, change.warehouse_id, change.reason, actor.account_id,
        is_simulated=False, changed_at=now,
    )  # fmt: skip
    levels = await _change(tx, [row], now)
    return levels[key].available


async def set_aside(tx: Tx, actor: Actor, wanted: SettingAside, now: datetime) -> int:
    """Move units to an event's level, or back; how many the event has then. Refuses as `adjust_stock`."""
    require(actor, EDIT, wanted.shop_id)
    _check_words(wanted.units, wanted.event_ref, wanted.key)
    own = LevelKey(wanted.shop_id, wanted.sku_id, NO_EVENT)
    event = LevelKey(wanted.shop_id, wanted.sku_id, wanted.event_ref)
    await store.open_levels(tx, [event], now)
    rows = [
        StockChange(key, wanted.key, ChangeKind.SET_ASIDE, delta, None, wanted.event_ref, actor.account_id,
                    is_simulated=False, changed_at=now)
        for key, delta in ((own, -wanted.units), (event, wanted.units))
    ]  # fmt: skip
    levels = await _change(tx, rows, now)
    return levels[event].available


async def set_terms(tx: Tx, actor: Actor, key: LevelKey, terms: Terms, now: datetime) -> None:
    """Change how a level sells; holds that are there keep what held when they were taken.

    A new limit counts what buyers have already. Refuses `StockNotFound`, `ChangeNotValid`, `NotAllowed`.
    """
    require(actor, EDIT, key.shop_id)
    for name, value, least in (("buyer_limit", terms.buyer_limit, 1), ("low_mark", terms.low_mark, 0)):
        if value is not None and not least <= value <= QUANTITY_MAX:
            raise ChangeNotValid(_number_problem(name, least))
    if terms.buyer_limit is not None:
        await store.lock_unlimited(tx, key.shop_id, level=key)
    if key not in (await store.lock_levels(tx, [key])).levels:
        raise StockNotFound
    await store.save_terms(tx, key, (terms.mode.value, terms.buyer_limit, terms.low_mark), now)
    if terms.buyer_limit is not None:
        await store.mark_limited(tx, key.shop_id, level=key)


async def set_event_limit(tx: Tx, actor: Actor, shop_id: UUID, event_ref: str, buyer_limit: int | None) -> None:
    """How many units one buyer may have of an event, over all SKUs of the shop; None takes the limit away."""
    require(actor, EDIT, shop_id)
    _check_words(1, event_ref, event_ref)
    if buyer_limit is not None and not 1 <= buyer_limit <= QUANTITY_MAX:
        raise ChangeNotValid(_number_problem("buyer_limit", 1))
    if buyer_limit is not None:
        await store.lock_unlimited(tx, shop_id, event_ref=event_ref)
    await store.save_event_limit(tx, shop_id, event_ref, buyer_limit)
    if buyer_limit is not None:
        await store.mark_limited(tx, shop_id, event_ref=event_ref)


async def _change(tx: Tx, rows: Sequence[StockChange], now: datetime) -> dict[LevelKey, Level]:
    """Apply changes whose key is new; the levels then. A key that is known must have had the same content."""
    locked = await store.lock_levels(tx, [row.key for row in rows])
    if any(row.key not in locked.levels for row in rows):
        raise StockNotFound
    fresh = [row for row in rows if await _is_new(tx, row)]
    for row in fresh:
        level = locked.levels[row.key]
        before = level.available
        if before + row.delta < 0:
            raise StockBelowZero(available=before, asked=-row.delta)
        level.available += row.delta
        await store.insert_change(tx, row)
        if fell_to_mark(before, level):
            await announce_many(tx, [low_stock(level)], now)
    if fresh:
        await store.save_available(tx, [locked.levels[row.key] for row in fresh], now)
    return locked.levels


async def _is_new(tx: Tx, row: StockChange) -> bool:
    known = await store.find_change(tx, row.key, row.change_key)
    if known is None:
        return True
    if (known.kind, known.delta, known.warehouse_id) != (row.kind, row.delta, row.warehouse_id):
        raise ChangeKeyReused
    return False


async def _require_sku(tx: Tx, key: LevelKey) -> None:
    if not await catalog.find_goods(tx, key.shop_id, [key.sku_id]):
        raise StockNotFound


async def _require_warehouse(tx: Tx, warehouse_id: UUID) -> None:
    known = await shops.list_warehouses(tx)
    if warehouse_id not in {shops.warehouse_id_of(one.source, one.source_ref) for one in known}:
        raise WarehouseUnknown


def _check_words(units: int, *words: str) -> None:
    if not 1 <= abs(units) <= QUANTITY_MAX:
        raise ChangeNotValid(_number_problem("delta", 1))
    if any(not word or len(word) > WORD_LENGTH_MAX or not word.isprintable() for word in words):
        message = Text(f"原因、活动与幂等键为 1 到 {WORD_LENGTH_MAX} 字", f"1 to {WORD_LENGTH_MAX} plain letters")
        raise ChangeNotValid(Problem("reason", "words_not_valid", message, _REMEDY))


def _number_problem(field: str, least: int) -> Problem:
    message = Text(f"数字为 {least} 到 {QUANTITY_MAX}", f"A number from {least} to {QUANTITY_MAX}")
    return Problem(field, "number_not_valid", message, _REMEDY)


_REMEDY = Text("修改后重试", "Change it and try again")
