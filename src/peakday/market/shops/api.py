"""What may other rooms and doors ask of shops? To know them in bulk, to read one, to list them, to change a profile."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from peakday.kernel.actor import Actor, ActorKind, require
from peakday.kernel.database import Tx
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import NotFound
from peakday.market.shops import queries, store
from peakday.market.shops.actions import edit_profile
from peakday.market.shops.model import (
    NewRegion,
    NewShop,
    NewWarehouse,
    Shop,
    ShopId,
    Standing,
    WarehouseId,
    shop_id_of,
    warehouse_id_of,
)
from peakday.market.shops.queries import PAGE_MAX

__all__ = [
    "PAGE_MAX",
    "add_violation",
    "copy_facts",
    "edit_profile",
    "ensure_regions",
    "ensure_shops",
    "ensure_warehouses",
    "find_fronts",
    "find_shop",
    "get_profile",
    "get_shop",
    "list_missing_shops",
    "list_regions",
    "list_shop_ids",
    "list_shops",
    "list_warehouses",
    "shop_id_of",
    "standing_of",
    "undo_violation",
    "warehouse_id_of",
]

add_violation = store.add_violation
copy_facts = store.copy_facts
find_fronts = queries.find_fronts
find_shop = queries.find_shop
list_missing_shops = queries.list_missing_shops
list_regions = queries.list_regions
list_shop_ids = queries.list_shop_ids
list_warehouses = queries.list_warehouses
undo_violation = store.undo_violation


async def ensure_shops(tx: Tx, rows: Sequence[NewShop]) -> list[ShopId]:
    """Write the shops that are not there yet; their ids in the order of `rows`. Repeating changes nothing."""
    for row in rows:
        assert row.currency in MINOR_DIGITS, row
    await store.insert_shops(tx, rows)
    return [shop_id_of(row.source, row.source_ref) for row in rows]


async def ensure_regions(tx: Tx, rows: Sequence[NewRegion]) -> None:
    """Write the regions that are not there yet. Repeating changes nothing."""
    await store.insert_regions(tx, rows)


async def ensure_warehouses(tx: Tx, rows: Sequence[NewWarehouse]) -> list[WarehouseId]:
    """Write the warehouses that are not there yet, their regions first; their ids in the order of `rows`."""
    await store.insert_warehouses(tx, rows)
    return [warehouse_id_of(row.source, row.source_ref) for row in rows]


async def get_shop(tx: Tx, actor: Actor, shop_id: UUID) -> Shop:
    """A shop for somebody who works there (or staff); `NotFound` for anybody else.

    The name and currency are on every page, so no menu is asked for; the profile's own doors ask for `shop:view`.
    """
    if actor.kind not in {ActorKind.SYSTEM, ActorKind.STAFF} and actor.shop_id != shop_id:
        raise NotFound
    shop = await queries.find_shop(tx, shop_id)
    if shop is None:
        raise NotFound
    return shop


async def get_profile(tx: Tx, actor: Actor, shop_id: UUID) -> Shop:
    """A shop's whole profile, for who may view the menu of the shop."""
    require(actor, "shop:view", shop_id)
    return await get_shop(tx, actor, shop_id)


def standing_of(actor: Actor, shop: Shop) -> Standing | None:
    """The figures in a profile, for who may see figures; None for anybody else."""
    if not actor.can("data:view"):
        return None
    return Standing(**{field.name: getattr(shop, field.name) for field in fields(Standing)})


async def list_shops(
    tx: Tx, actor: Actor, search: str | None = None, after: UUID | None = None, limit: int = 50
) -> list[Shop]:
    """A page of shops by id: all for staff, the own one for a merchant."""
    only = None
    if actor.kind not in {ActorKind.SYSTEM, ActorKind.STAFF}:
        if actor.shop_id is None:
            return []
        only = actor.shop_id
    return await queries.list_shops(tx, only, search, after, limit)
