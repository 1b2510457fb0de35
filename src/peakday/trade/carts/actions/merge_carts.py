"""How does a guest's cart become the buyer's when the guest signs in?

Both carts are locked in the order of their ids; the guest's is empty afterwards, so merging again, or twice at once,
changes nothing. The guest's favourites come along.
"""

from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.carts import queries, store
from peakday.trade.carts.model import FAVOURITES_MAX, Favourite, Merged
from peakday.trade.carts.rules.cart_merge import merge_lines

NOTHING = Merged(0, 0, 0)


async def merge_carts(tx: Tx, guest_id: UUID, buyer_id: UUID) -> Merged:
    """Bring the guest's cart into the buyer's (the rule: `rules/cart_merge.py`). The caller knows that both are one."""
    if guest_id == buyer_id:
        return NOTHING
    at = await queries.database_now(tx)
    counts = await store.lock_carts(tx, [guest_id, buyer_id], at)
    own, guest = await store.list_lines(tx, buyer_id), await store.list_lines(tx, guest_id)
    merged = merge_lines(own, guest)
    if guest:
        await store.take_lines(tx, [(guest_id, line.sku_id) for line in guest])
        dropped = {line.sku_id for line in merged.overflow}
        await store.take_lines(tx, [(buyer_id, line.sku_id) for line in own if line.sku_id in dropped])
        before = {line.sku_id: line for line in own}
        written = [(buyer_id, line) for line in merged.kept if before.get(line.sku_id) != line]
        more = len(merged.kept) - counts[buyer_id] + len(dropped & before.keys())
        await store.save_lines(tx, written, {buyer_id: more})
    favourites = await queries.list_favourites(tx, guest_id, None, FAVOURITES_MAX)
    favourites += [Favourite(line.shop_id, line.sku_id, line.seen_minor, line.added_at) for line in merged.overflow]
    if favourites:
        await store.save_favourites(tx, buyer_id, favourites)
        await store.delete_favourites(tx, guest_id, [each.sku_id for each in favourites])
        await store.trim_favourites(tx, buyer_id, FAVOURITES_MAX)
    return Merged(merged.moved, merged.joined, len(merged.overflow))
