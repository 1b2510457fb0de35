"""How does a shopper change pieces and selection of what is in the cart?

Under the cart's lock, so that two devices that change one cart lose nothing of each other.
"""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Refusal
from peakday.market.accounts.api import require_buyer
from peakday.trade.carts import queries, store
from peakday.trade.carts.actions.look_at_stock import left_of
from peakday.trade.carts.errors import LineNotFound
from peakday.trade.carts.model import Line, LineChange, Selection
from peakday.trade.carts.rules.line_limits import set_pieces
from peakday.trade.price_history import api as prices


async def change_line(tx: Tx, actor: Actor, change: LineChange) -> Line:
    """Set pieces or selection of a line of the own cart; the line after it.

    Refuses `LineNotFound`, `NotEnoughStock`, `TooManyPieces`, `Invalid` (no pieces), `NotAllowed`.
    """
    changed, _ = await change_own(tx, require_buyer(actor), change)
    return changed


async def change_own(tx: Tx, buyer_id: UUID, change: LineChange) -> tuple[Line, int]:
    """The same of this buyer's cart; with how often the cart was changed, this change among them."""
    version = await store.lock_cart(tx, buyer_id)
    line = await queries.find_line(tx, buyer_id, change.sku_id)
    if line is None:
        raise LineNotFound
    quantity = line.quantity
    if change.quantity is not None and change.quantity != quantity:
        decided = set_pieces(quantity, change.quantity, await _left(tx, line, change.quantity))
        if isinstance(decided, Refusal):
            raise decided
        quantity = decided
    is_selected = line.is_selected if change.is_selected is None else change.is_selected
    changed = line._replace(quantity=quantity, is_selected=is_selected)
    if changed != line:
        await store.change_line(tx, buyer_id, changed)
    return changed, version


async def select_lines(tx: Tx, actor: Actor, selection: Selection, *, is_selected: bool) -> int:
    """Select or deselect these lines of the own cart, those of a shop, or all; how many changed."""
    buyer_id = require_buyer(actor)
    await store.lock_carts(tx, [buyer_id], await queries.database_now(tx))
    sku_ids: Sequence[UUID] | None = None if selection.sku_ids is None else sorted(selection.sku_ids)
    return await store.select_lines(tx, buyer_id, sku_ids, selection.shop_id, is_selected=is_selected)


async def _left(tx: Tx, line: Line, quantity: int) -> int | None:
    """Units left; only asked for more pieces."""
    if quantity <= line.quantity:
        return None
    pair = (line.shop_id, line.sku_id)
    offers = (await prices.prices_of(tx, [pair])).offers.get(pair, [])
    event = offers[0].event_ref if offers else None
    return (await left_of(tx, [(*pair, event)])).get(pair)
