"""How are categories, brands, items and SKUs written?

Bulk rows go by COPY into a temporary table and from there in one statement, which rewrites only rows that changed:
storing the same rows twice changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.catalog.errors import ItemNotFound
from peakday.market.catalog.model import (
    NewBrand,
    NewCategory,
    NewItem,
    NewSku,
    brand_id_of,
    category_id_of,
    item_id_of,
    json_text,
    sku_id_of,
)

COPY_BATCH = 20_000
COPY_SECONDS_MAX = 600

_CREATE_INCOMING = """
create temp table if not exists incoming_item (
    shop_id uuid, item_id uuid, source text, source_ref text, leaf_category_id uuid, brand_id uuid, title text,
    attributes text, images text[], list_price_minor bigint, strike_price_minor bigint, currency text, status text,
    flags text[], first_listed_at timestamptz) on commit delete rows;
create temp table if not exists incoming_sku (
    shop_id uuid, sku_id uuid, item_id uuid, source_ref text, spec text, price_minor bigint, cost_minor bigint,
    quantity_stated bigint, status text) on commit delete rows;
"""
_ITEM_FIELDS = (
    "shop_id, item_id, source, source_ref, leaf_category_id, brand_id, title, attributes, images,"
    " list_price_minor, strike_price_minor, currency, status, flags, first_listed_at"
)
_SKU_FIELDS = "shop_id, sku_id, item_id, source_ref, spec, price_minor, cost_minor, quantity_stated, status"
_COMPARED = (
    "leaf_category_id, brand_id, title, attributes, images, list_price_minor, strike_price_minor, currency, status,"
    " flags, first_listed_at"
)
_STORE_ITEMS = f"""
insert into catalog.item as old ({_ITEM_FIELDS}, updated_at)
select distinct on (shop_id, item_id) {_ITEM_FIELDS.replace("attributes", "attributes::jsonb")}, $1::timestamptz
from incoming_item
on conflict (shop_id, item_id) do update set
    ({_COMPARED}, updated_at, changed_xid)
    = ({", ".join(f"excluded.{name.strip()}" for name in _COMPARED.split(","))}, $1, pg_current_xact_id())
where ({", ".join(f"old.{name.strip()}" for name in _COMPARED.split(","))})
    is distinct from ({", ".join(f"excluded.{name.strip()}" for name in _COMPARED.split(","))})
"""
_STORE_SKUS = f"""
insert into catalog.sku as old ({_SKU_FIELDS})
select distinct on (shop_id, item_id, sku_id) {_SKU_FIELDS.replace("spec", "spec::jsonb")} from incoming_sku
on conflict (shop_id, item_id, sku_id) do update set
    spec = excluded.spec, price_minor = excluded.price_minor, cost_minor = excluded.cost_minor,
    quantity_stated = excluded.quantity_stated, status = excluded.status
where (old.spec, old.price_minor, old.cost_minor, old.quantity_stated, old.status)
    is distinct from
    (excluded.spec, excluded.price_minor, excluded.cost_minor, excluded.quantity_stated, excluded.status)
"""


async def save_categories(tx: Tx, rows: Sequence[NewCategory]) -> dict[str, UUID]:
    """Store the categories (parents first or not) and bring paths and leaves up to date; source_ref → id."""
    ids = {row.source_ref: category_id_of(row.source, row.source_ref) for row in rows}
    records = [
        (
            ids[row.source_ref],
            category_id_of(row.source, row.parent_ref) if row.parent_ref is not None else None,
            row.name_zh, row.name_en, row.source, row.source_ref,
        )
        for row in rows
    ]  # fmt: skip
    await tx.executemany(
        "insert into catalog.category as old (category_id, name_zh, name_en, path, source, source_ref)"
        " values ($1, $2, $3, $2, $4, $5) on conflict (category_id) do update set"
        " name_zh = excluded.name_zh, name_en = excluded.name_en"
        " where (old.name_zh, old.name_en) is distinct from (excluded.name_zh, excluded.name_en)",
        [(category_id, *rest) for category_id, _, *rest in records],
    )
    await tx.executemany(
        "update catalog.category set parent_id = $2 where category_id = $1 and parent_id is distinct from $2",
        [record[:2] for record in records],
    )
    await tx.execute(
        "with recursive tree as ("
        "  select category_id, name_zh as path, coalesce(nullif(name_en, ''), name_zh) as path_en"
        "  from catalog.category where parent_id is null"
        "  union all select c.category_id, t.path || ' / ' || c.name_zh,"
        "  t.path_en || ' / ' || coalesce(nullif(c.name_en, ''), c.name_zh)"
        "  from catalog.category c join tree t on c.parent_id = t.category_id"
        "), wanted as (select category_id, path, path_en, not exists ("
        "  select from catalog.category k where k.parent_id = tree.category_id) as is_leaf from tree)"
        " update catalog.category c set path = w.path, path_en = w.path_en, is_leaf = w.is_leaf,"
        " changed_xid = pg_current_xact_id() from wanted w where w.category_id = c.category_id"
        " and (c.path, c.path_en, c.is_leaf) <> (w.path, w.path_en, w.is_leaf)"
    )
    return ids


async def save_brands(tx: Tx, rows: Sequence[NewBrand]) -> dict[str, UUID]:
    """Store the brands; source_ref → id."""
    ids = {row.source_ref: brand_id_of(row.source, row.source_ref) for row in rows}
    await tx.executemany(
        "insert into catalog.brand as old (brand_id, name, source, source_ref) values ($1, $2, $3, $4)"
        " on conflict (brand_id) do update set name = excluded.name, changed_xid = pg_current_xact_id()"
        " where old.name is distinct from excluded.name",
        [(ids[row.source_ref], row.name, row.source, row.source_ref) for row in rows],
    )
    return ids


async def copy_items(tx: Tx, rows: Iterable[NewItem], now: datetime) -> int:
    """Store items with their SKUs in batches; returns how many rows were given."""
    await tx.execute(_CREATE_INCOMING)
    given = 0
    remaining = iter(rows)
    while batch := list(islice(remaining, COPY_BATCH)):
        await tx.execute("truncate incoming_item, incoming_sku")
        await tx.copy_records_to_table(
            "incoming_item", records=[_item_record(row) for row in batch], timeout=COPY_SECONDS_MAX
        )
        await tx.copy_records_to_table(
            "incoming_sku", records=[record for row in batch for record in _sku_records(row)], timeout=COPY_SECONDS_MAX
        )
        await tx.execute(_STORE_ITEMS, now, timeout=COPY_SECONDS_MAX)
        await tx.execute(_STORE_SKUS, timeout=COPY_SECONDS_MAX)
        given += len(batch)
    return given


async def insert_item(tx: Tx, item: NewItem, now: datetime) -> bool:
    """Store one item unless the shop has one of its number; whether it was stored."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{item.shop_id}:{item.source_ref}")
    item_id = item_id_of(item.shop_id, item.source_ref)
    exists = await tx.fetchval(
        "select true from catalog.item where shop_id = $1 and item_id = $2", item.shop_id, item_id
    )
    if exists:
        return False
    await copy_items(tx, [item], now)
    return True


async def lock_item(tx: Tx, shop_id: UUID, item_id: UUID) -> None:
    """Hold the item until the transaction ends. Refuses `ItemNotFound`."""
    row = await tx.fetchrow(
        "select 1 from catalog.item where shop_id = $1 and item_id = $2 for update", shop_id, item_id
    )
    if row is None:
        raise ItemNotFound


async def change_item(tx: Tx, key: tuple[UUID, UUID], fields: Mapping[str, Any], now: datetime) -> None:
    """Set fields of an item (and `sku_price_minor` of its SKUs). Needs `lock_item`."""
    own = [name for name in ("title", "list_price_minor", "strike_price_minor", "status") if name in fields]
    sets = "".join(f"{name} = ${place}, " for place, name in enumerate(own, 4))
    await tx.execute(
        f"update catalog.item set {sets}updated_at = $3, changed_xid = pg_current_xact_id()"
        " where shop_id = $1 and item_id = $2",
        *key, now, *(fields[name] for name in own),
    )  # fmt: skip
    if "sku_price_minor" in fields:
        await tx.execute(
            "update catalog.sku set price_minor = $3 where shop_id = $1 and item_id = $2",
            *key, fields["sku_price_minor"],
        )  # fmt: skip


async def save_edit(
    tx: Tx, key: tuple[UUID, UUID], account_id: UUID | None, before: Mapping[str, Any], after: Mapping[str, Any],
    now: datetime,
) -> None:  # fmt: skip
    """Keep what an edit changed."""
    await tx.execute(
        "insert into catalog.item_edit (shop_id, item_id, edited_at, edited_by, before, after)"
        " values ($1, $2, $3, $4, $5, $6)",
        *key, now, account_id, dict(before), dict(after),
    )  # fmt: skip


async def mark_undone(tx: Tx, shop_id: UUID, item_id: UUID, edit_no: int, now: datetime) -> None:
    """Note that an edit was set back."""
    await tx.execute(
        "update catalog.item_edit set undone_at = $4 where shop_id = $1 and item_id = $2 and edit_no = $3",
        shop_id, item_id, edit_no, now,
    )  # fmt: skip


def _item_record(row: NewItem) -> tuple[object, ...]:
    return (
        row.shop_id, item_id_of(row.shop_id, row.source_ref), row.source, row.source_ref, row.leaf_category_id,
        row.brand_id, row.title, json_text(row.attributes), list(row.images), row.list_price_minor,
        row.strike_price_minor, row.currency, row.status.value, list(row.flags), row.first_listed_at,
    )  # fmt: skip


def _sku_records(row: NewItem) -> Iterable[tuple[object, ...]]:
    item_id = item_id_of(row.shop_id, row.source_ref)
    skus = row.skus or (NewSku(row.source_ref, price_minor=row.list_price_minor, status=row.status),)
    for sku in skus:
        yield (
            row.shop_id, sku_id_of(row.shop_id, row.source_ref, sku.source_ref), item_id, sku.source_ref,
            json_text(sku.spec), sku.price_minor, sku.cost_minor, sku.quantity_stated, sku.status.value,
        )  # fmt: skip
