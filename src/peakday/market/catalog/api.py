"""What may other rooms ask of the catalogue?"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.catalog import queries, store
from peakday.market.catalog.model import NewBrand, NewCategory, NewItem, item_id_of, sku_id_of

__all__ = ["copy_items", "ensure_brands", "ensure_categories", "list_missing_items", "item_id_of", "sku_id_of"]

list_missing_items = queries.list_missing_items


async def ensure_categories(tx: Tx, rows: Sequence[NewCategory]) -> dict[str, UUID]:
    """Store the categories of a source, idempotent; returns source_ref → category_id."""
    return await store.save_categories(tx, rows)


async def ensure_brands(tx: Tx, rows: Sequence[NewBrand]) -> dict[str, UUID]:
    """Store the brands of a source, idempotent; returns source_ref → brand_id."""
    return await store.save_brands(tx, rows)


async def copy_items(tx: Tx, rows: Iterable[NewItem], now: datetime) -> int:
    """Store items with SKUs in bulk, idempotent: only what changed is written. Returns how many were given.

    The ids are `item_id_of(shop_id, source_ref)` and `sku_id_of(shop_id, item_ref, sku_ref)`.
    """
    return await store.copy_items(tx, rows, now)
