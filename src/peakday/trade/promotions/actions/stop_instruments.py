"""How is an instrument stopped: paused by the merchant, held by the ladder, ended for good?

Pausing and ending take it from new carts at once; cards that were given out stay good, for they were promised. Holding
keeps those away too, until somebody else has looked.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor
from peakday.kernel.database import Tx
from peakday.trade.promotions import store
from peakday.trade.promotions.actions.save_instruments import EDIT, require_owner, tell
from peakday.trade.promotions.rules.instrument_states import require_move
from peakday.trade.promotions.store import Moved
from peakday.trade.promotions.stored import REASON_MAX, InstrumentStatus, StoredInstrument

_ACTS = {InstrumentStatus.PAUSED: "paused", InstrumentStatus.ENDED: "ended", InstrumentStatus.HELD: "held"}


async def pause(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID, now: datetime, reason: str = ""
) -> StoredInstrument:  # fmt: skip
    """Take a live instrument out; pausing it again changes nothing. Refuses `InstrumentMoveRefused`, `NotFound`."""
    require_owner(actor, EDIT, shop_id)
    return await _stop(tx, shop_id, instrument_id, Moved(actor, InstrumentStatus.PAUSED, now, reason))


async def end(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID, now: datetime, reason: str = ""
) -> StoredInstrument:  # fmt: skip
    """End an instrument for good; ending it again changes nothing. Refuses `InstrumentMoveRefused`, `NotFound`."""
    require_owner(actor, EDIT, shop_id)
    return await _stop(tx, shop_id, instrument_id, Moved(actor, InstrumentStatus.ENDED, now, reason))


async def hold_instrument(
    tx: Tx, shop_id: UUID | None, instrument_id: UUID, reason: str, now: datetime
) -> StoredInstrument:  # fmt: skip
    """The ladder holds an instrument, a live one too; holding it again changes nothing. Refuses as `pause`."""
    return await _stop(tx, shop_id, instrument_id, Moved(SYSTEM, InstrumentStatus.HELD, now, reason))


async def _stop(tx: Tx, shop_id: UUID | None, instrument_id: UUID, moved: Moved) -> StoredInstrument:
    stored = await store.lock_instrument(tx, shop_id, instrument_id)
    if stored.status is moved.there:
        return stored
    require_move(stored.status, moved.there)
    kept = Moved(moved.actor, moved.there, moved.now, moved.reason[:REASON_MAX], stored.submitted_by, approved_by=None)
    await store.save_move(tx, stored, kept)
    return await tell(tx, moved.actor, shop_id, stored.instrument, (_ACTS[moved.there], moved.now))
