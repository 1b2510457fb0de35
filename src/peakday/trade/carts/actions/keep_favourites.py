"""How does a shopper move lines to the favourites and back?

Favourites hold a thousand goods and no pieces: it is where a full cart finds room. Moving is one step: what leaves one
is in the other.
"""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.market.accounts.api import require_buyer
from peakday.trade.carts import queries, store
from peakday.trade.carts.actions.add_lines import add_line
from peakday.trade.carts.actions.quote_each import quote_each
from peakday.trade.carts.actions.view_cart import view_goods
from peakday.trade.carts.errors import FavouritesFull, LineNotFound
from peakday.trade.carts.model import FAVOURITES_MAX, Added, Favourite, Line, Wish
from peakday.trade.carts.quoted import Wanted
from peakday.trade.carts.viewed import CartLine

FAVOURITES_PAGE_MAX = 200


async def move_to_favourites(tx: Tx, actor: Actor, sku_ids: Sequence[UUID]) -> int:
    """Take these out of the own cart and keep them as favourites; how many lines moved.

    Refuses `LineNotFound` (none is in the cart), `FavouritesFull` (then nothing moved), `NotAllowed`.
    """
    buyer_id = require_buyer(actor)
    at = await queries.database_now(tx)
    await store.lock_carts(tx, [buyer_id], at)
    lines = await queries.find_lines(tx, buyer_id, sku_ids)
    if not lines:
        raise LineNotFound
    kept = [Favourite(line.shop_id, line.sku_id, line.seen_minor, at) for line in lines]
    await store.save_favourites(tx, buyer_id, kept)
    if await queries.count_favourites(tx, buyer_id) > FAVOURITES_MAX:
        raise FavouritesFull(limit=FAVOURITES_MAX)
    return len(await store.take_lines(tx, [(buyer_id, line.sku_id) for line in lines]))


async def add_favourite(tx: Tx, actor: Actor, shop_id: UUID, sku_id: UUID) -> bool:
    """Keep goods as a favourite that need not be in the cart; False when they were kept before.

    Refuses `LineNotFound` (nobody sells them), `FavouritesFull`, `NotAllowed`.
    """
    buyer_id = require_buyer(actor)
    at = await queries.database_now(tx)
    await store.lock_carts(tx, [buyer_id], at)
    quoted = (await quote_each(tx, [Wanted(shop_id, sku_id, 1)]))[0].lines[0]
    if quoted.item_id is None:
        raise LineNotFound
    added = await store.save_favourites(tx, buyer_id, [Favourite(shop_id, sku_id, quoted.price_minor, at)])
    if await queries.count_favourites(tx, buyer_id) > FAVOURITES_MAX:
        raise FavouritesFull(limit=FAVOURITES_MAX)
    return added > 0


async def has_favourite(tx: Tx, buyer_id: UUID, sku_id: UUID) -> bool:
    """Whether a buyer keeps these goods as a favourite."""
    return bool(await queries.find_favourites(tx, buyer_id, [sku_id]))


async def move_to_cart(tx: Tx, actor: Actor, sku_id: UUID) -> Added:
    """Put a favourite into the own cart, one piece of it; it is no favourite any more. Refuses as `add_line` does."""
    buyer_id = require_buyer(actor)
    found = await queries.find_favourites(tx, buyer_id, [sku_id])
    if not found:
        raise LineNotFound
    added = await add_line(tx, actor, Wish(buyer_id, found[0].shop_id, sku_id))
    await store.delete_favourites(tx, buyer_id, [sku_id])
    return added


async def remove_favourites(tx: Tx, actor: Actor, sku_ids: Sequence[UUID]) -> int:
    """Forget these favourites; how many there were. Refuses `NotAllowed`."""
    buyer_id = require_buyer(actor)
    await store.lock_carts(tx, [buyer_id], await queries.database_now(tx))
    return await store.delete_favourites(tx, buyer_id, sku_ids)


async def list_favourites(
    tx: Tx, actor: Actor, after: UUID | None = None, limit: int = 50
) -> list[CartLine]:  # fmt: skip
    """The own favourites as they are now, newest first, behind the SKU `after`; their price when they were kept.

    Refuses `LineNotFound` (the SKU `after` is no favourite any more), `NotAllowed`.
    """
    buyer_id = require_buyer(actor)
    begin = None
    if after is not None:
        last = await queries.find_favourites(tx, buyer_id, [after])
        if not last:
            raise LineNotFound
        begin = (last[0].added_at, after)
    kept = await queries.list_favourites(tx, buyer_id, begin, min(limit, FAVOURITES_PAGE_MAX + 1))
    lines = [Line(each.shop_id, each.sku_id, 1, False, each.added_at, each.seen_minor) for each in kept]
    return await view_goods(tx, lines)
