"""What becomes of held units: sold when they are paid, back on the shelf when they are not, or given back later?

Each hold moves once (`rules/hold_states.py`), whoever asks and how often. Selling held units touches no level: paying
is as fast in the hot minute as on any day. Only units that were noted (mode payment) are taken from their level when
they are paid, in the order of the claims, and are short where none are left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce_many
from peakday.trade.stock import store
from peakday.trade.stock.actions.claim_units import low_stock
from peakday.trade.stock.errors import ChangeKeyReused, HoldNotFound, MoreThanSold
from peakday.trade.stock.model import HoldStatus, LevelKey, Settled
from peakday.trade.stock.rules.hold_states import units_back
from peakday.trade.stock.rules.low_stock import fell_to_mark
from peakday.trade.stock.store import OpenHold

SHORT = "short"


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Sold units that came back, once for each key."""

    claim_id: UUID
    sku_id: UUID
    quantity: int
    reason: str
    key: str


async def settle_claims(tx: Tx, claims: Sequence[tuple[UUID, UUID | None]], at: datetime) -> Settled:
    """Held units are sold: of (claim, SKU), or of the whole claim where the SKU is None. Repeating changes nothing.

    Units held need no lock of their level; those only noted (mode payment) are taken now, or are `short` and released:
    their money goes back.
    """
    holds = await store.lock_holds(tx, claims)
    noted = [hold for hold in holds if hold.status is HoldStatus.NOTED]
    short = await _take_noted(tx, noted, at) if noted else []
    missing = {(hold.claim_id, hold.key.sku_id) for hold in short}
    sold = [hold for hold in holds if (hold.claim_id, hold.key.sku_id) not in missing]
    if sold:
        await store.end_holds(tx, sold, HoldStatus.SOLD, at)
    if short:
        await store.end_holds(tx, short, HoldStatus.RELEASED, at, SHORT)
    return Settled(_names(sold), _names(short))


async def release_claims(tx: Tx, claims: Sequence[tuple[UUID, UUID | None]], at: datetime, reason: str) -> int:
    """Held units may be sold again; how many holds were released now. Exactly once: repeating releases nothing.

    Takes the locks of the levels (in their order): before instruments, orders and the ledger's head.
    """
    holds = await store.lock_holds(tx, claims)
    if not holds:
        return 0
    await store.end_holds(tx, holds, HoldStatus.RELEASED, at, reason)
    back: dict[LevelKey, int] = {}
    for hold in holds:
        units = units_back(hold.status, hold.quantity)
        if units:
            back[hold.key] = back.get(hold.key, 0) + units
    if back:
        await store.put_back(tx, back, at)
    return len(holds)


async def return_sold(tx: Tx, back: GiveBack, at: datetime) -> bool:
    """Sold units came back and may be sold again; False when this key did before.

    Refuses `HoldNotFound`, `MoreThanSold`, `ChangeKeyReused`. Takes the level's lock.
    """
    assert back.quantity > 0, back
    sold = await store.lock_sold(tx, back.claim_id, back.sku_id)
    if sold is None:
        raise HoldNotFound
    known = await store.given_back(tx, back.claim_id, back.sku_id, back.key)
    if known is not None:
        if known != back.quantity:
            raise ChangeKeyReused
        return False
    if sold["returned"] + back.quantity > sold["quantity"]:
        raise MoreThanSold(left=sold["quantity"] - sold["returned"])
    await store.give_back(tx, back.claim_id, back.sku_id, back.key, (back.quantity, back.reason, at))
    await store.put_back(tx, {LevelKey(sold["shop_id"], sold["sku_id"], sold["level_ref"]): back.quantity}, at)
    return True


async def _take_noted(tx: Tx, noted: Sequence[OpenHold], at: datetime) -> list[OpenHold]:
    """Take noted units from their levels; those holds for which too few are left."""
    locked = await store.lock_levels(tx, {hold.key for hold in noted})
    before = {key: level.available for key, level in locked.levels.items()}
    short = []
    for hold in noted:
        level = locked.levels[hold.key]
        if level.available < hold.quantity:
            short.append(hold)
        else:
            level.available -= hold.quantity
    changed = [level for key, level in locked.levels.items() if level.available != before[key]]
    if changed:
        await store.save_available(tx, changed, at)
        low = [low_stock(level) for level in changed if fell_to_mark(before[level.key], level)]
        if low:
            await announce_many(tx, low, at)
    return short


def _names(holds: Sequence[OpenHold]) -> tuple[tuple[UUID, UUID], ...]:
    return tuple((hold.claim_id, hold.key.sku_id) for hold in holds)
