"""How does a listing become one of our goods, and stop being it?

A matcher proposes, a person confirms, and either can be taken back. Our goods are read from the catalogue, the newest
`OWN_ITEMS_MAX` items: what is older is found by its number, when a person types it.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from peakday.insight.channels import goods_queries, queries, store
from peakday.insight.channels.errors import ListingNotFound
from peakday.insight.channels.goods_model import Evidence, ItemLink, Listing, ListingKey, Matcher, OwnGood, Proposal
from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ItemFilter

EDIT, ITEMS = "data:edit", "items:view"
OWN_ITEMS_MAX = 5_000
ITEMS_PAGE = 200
REF_LETTERS_MAX = 200


async def propose_links(tx: Tx, actor: Actor, shop_id: UUID, matcher: Matcher) -> tuple[list[Proposal], list[Listing]]:
    """What the matcher proposes, and the listings for which it does not; nothing that a person has refused."""
    listings = await goods_queries.list_unlinked(tx, shop_id)
    if not listings or not actor.can(ITEMS):
        return [], listings
    unlikes = await goods_queries.list_unlikes(tx, shop_id)
    found = await asyncio.to_thread(matcher.propose, listings, await own_goods(tx, actor, shop_id))
    proposals = [one for one in found if (one.listing.key, one.item_id) not in unlikes]
    proposed = {one.listing.key for one in proposals}
    return proposals, [one for one in listings if one.key not in proposed]


async def confirm_link(
    house: House, tx: Tx, actor: Actor, shop_id: UUID, key: ListingKey, item: tuple[UUID, UUID | None, Evidence]
) -> bool:  # fmt: skip
    """Say which of our goods a listing is; whether that is news. Refuses `ListingNotFound`, `Invalid`.

    An item with one SKU is that SKU.
    """
    require(actor, EDIT, shop_id)
    require(actor, ITEMS, shop_id)
    await _require_listing(tx, shop_id, key)
    item_id, sku_id, evidence = item
    skus = [good.sku_id for good in await catalog.list_goods(tx, shop_id, [item_id])]
    if not await catalog.find_titles(tx, shop_id, [item_id]) or (sku_id is not None and sku_id not in skus):
        raise Invalid(Problem("item", "unknown_item", Text("本店没有这个商品", "the shop has no such item"),
                              Text("从商品列表复制编号", "Copy its number from the list of items")))  # fmt: skip
    if sku_id is None and len(skus) == 1:
        sku_id = skus[0]
    link = ItemLink(key, item_id, sku_id, evidence, house.clock.now())
    return await store.link_item(tx, shop_id, link, actor.account_id)


async def take_back(tx: Tx, actor: Actor, shop_id: UUID, key: ListingKey) -> bool:
    """Undo a link; whether there was one. Refuses `ConnectionNotFound`."""
    require(actor, EDIT, shop_id)
    await queries.get_connection(tx, shop_id, key.connection_id)
    return await store.unlink_item(tx, shop_id, key)


async def refuse_link(house: House, tx: Tx, actor: Actor, shop_id: UUID, key: ListingKey, item_id: UUID) -> None:
    """Say that a listing is not this item, so that it is not proposed again. Refuses `ListingNotFound`."""
    require(actor, EDIT, shop_id)
    await _require_listing(tx, shop_id, key)
    await store.add_unlike(tx, shop_id, key, item_id, house.clock.now())


async def own_goods(tx: Tx, actor: Actor, shop_id: UUID) -> list[OwnGood]:
    """The shop's newest goods with their codes and titles."""
    titles: dict[UUID, str] = {}
    cursor: UUID | None = None
    while len(titles) < OWN_ITEMS_MAX:
        items = await catalog.list_items(tx, actor, shop_id, ItemFilter(), cursor, ITEMS_PAGE)
        titles |= {item.item_id: item.title for item in items}
        if len(items) < ITEMS_PAGE:
            break
        cursor = items[-1].item_id
    goods = await catalog.list_goods(tx, shop_id, list(titles)) if titles else []
    return [OwnGood(one.item_id, one.sku_id, one.item_ref, one.sku_ref, titles[one.item_id]) for one in goods]


async def find_own(tx: Tx, actor: Actor, shop_id: UUID, code: str) -> Sequence[OwnGood]:
    """Our goods by an item's or a SKU's own code, as a person types it."""
    wanted = code.strip().casefold()
    goods = await own_goods(tx, actor, shop_id)
    by_sku = [one for one in goods if one.sku_ref.casefold() == wanted]
    return by_sku or [one for one in goods if one.item_ref.casefold() == wanted]


async def _require_listing(tx: Tx, shop_id: UUID, key: ListingKey) -> None:
    await queries.get_connection(tx, shop_id, key.connection_id)
    if not 0 < len(key.ref) <= REF_LETTERS_MAX or not await goods_queries.has_listing(tx, shop_id, key):
        raise ListingNotFound
