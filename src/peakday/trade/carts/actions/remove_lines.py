"""How are lines taken out of a cart, and brought back?

What is removed together is kept for a day under one id and may come back once, as long as the cart has room; a line
that was added anew meanwhile stays as it is. What was bought goes without an undo.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.market.accounts.api import require_buyer
from peakday.trade.carts import queries, store
from peakday.trade.carts.errors import CartFull, LineNotFound, RemovalNotFound
from peakday.trade.carts.model import LINES_MAX, UNDO_TIME, Removal

_NEXT = timedelta(milliseconds=1)


async def remove_lines(tx: Tx, actor: Actor, sku_ids: Sequence[UUID]) -> Removal:
    """Take these out of the own cart; what is not in it is passed over. Refuses `LineNotFound` where none is."""
    buyer_id = require_buyer(actor)
    at = await queries.database_now(tx)
    await store.lock_carts(tx, [buyer_id], at)
    gone = await store.take_lines(tx, [(buyer_id, sku_id) for sku_id in set(sku_ids)])
    if not gone:
        raise LineNotFound
    removal = Removal(new_id(at), at, tuple(line for _, line in gone))
    await store.save_removal(tx, buyer_id, removal)
    return removal


async def undo_removal(tx: Tx, actor: Actor, removal_id: UUID) -> int:
    """Bring back what was removed; how many lines came. Asking again brings nothing more.

    Refuses `RemovalNotFound`, `CartFull` (then nothing came back), `NotAllowed`.
    """
    buyer_id = require_buyer(actor)
    at = await queries.database_now(tx)
    lines = (await store.lock_carts(tx, [buyer_id], at))[buyer_id]
    found = await store.find_removal(tx, buyer_id, removal_id, at - UNDO_TIME)
    if found is None:
        raise RemovalNotFound
    removal, is_undone = found
    if is_undone:
        return 0
    there = await store.find_pieces(tx, [(buyer_id, line.sku_id) for line in removal.lines])
    back = [line for line in removal.lines if (buyer_id, line.sku_id) not in there]
    if lines + len(back) > LINES_MAX:
        raise CartFull(limit=LINES_MAX)
    if back:
        await store.save_lines(tx, [(buyer_id, line) for line in back], {buyer_id: len(back)})
    await store.note_undone(tx, buyer_id, removal_id, at)
    return len(back)


async def take_bought(tx: Tx, bought: Sequence[tuple[UUID, UUID]]) -> int:
    """Take (buyer_id, sku_id) of many buyers out of their carts: they were ordered; how many lines went."""
    if not bought:
        return 0
    at = await queries.database_now(tx)
    await store.lock_carts(tx, [buyer_id for buyer_id, _ in bought], at)
    return len(await store.take_lines(tx, bought))
