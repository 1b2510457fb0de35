"""How does the shelf follow the catalogue?

Rows that were written since the last look (by transaction id, as the facts are read) are read again with their category
and brand, and their place on the shelf is written anew. What a look missed because its transaction still ran is found
by the next: the mark is the oldest transaction that was running.
"""

import asyncpg

from peakday.kernel.database import Tx
from peakday.market.catalog.rules.search_terms import index_terms

BATCH = 2_000
SECONDS_MAX = 900

_CHANGED = """
with recursive tree as (
    select category_id, array[category_id] as category_ids, concat_ws(' ', name_zh, name_en) as words, changed_xid
    from catalog.category where parent_id is null
    union all
    select c.category_id, c.category_id || t.category_ids, concat_ws(' ', c.name_zh, c.name_en, t.words),
        greatest(c.changed_xid, t.changed_xid)
    from catalog.category c join tree t on c.parent_id = t.category_id
)
select i.item_id, i.shop_id, i.title, b.name as brand_name, i.images[1] as image, i.leaf_category_id,
    coalesce(t.category_ids, '{}') as category_ids, t.words as category_words, i.strike_price_minor, i.currency,
    coalesce(i.first_listed_at, i.updated_at) as listed_at, i.source_ref,
    s.sku_id, s.price_minor, s.sku_count
from catalog.item i
left join tree t on t.category_id = i.leaf_category_id
left join lateral (
    select (array_agg(k.sku_id order by coalesce(k.price_minor, i.list_price_minor), k.sku_id))[1] as sku_id,
        min(coalesce(k.price_minor, i.list_price_minor)) as price_minor, count(*)::int as sku_count
    from catalog.sku k where k.shop_id = i.shop_id and k.item_id = i.item_id and k.status = 'on_sale'
) s on i.status = 'on_sale'
left join catalog.brand b on b.brand_id = i.brand_id
where i.changed_xid >= $1::text::xid8 or t.changed_xid >= $1::text::xid8 or b.changed_xid >= $1::text::xid8
"""
_COLUMNS = (
    "item_id", "shop_id", "sku_id", "sku_count", "title", "brand_name", "image", "leaf_category_id", "category_ids",
    "price_minor", "strike_price_minor", "currency", "listed_at",
)  # fmt: skip


async def refresh_shelf(tx: Tx) -> int:
    """Bring the shelf up to the catalogue; how many items were looked at. `tx` must be inside a transaction."""
    since = await tx.fetchval("select read_until::text from catalog.shelf_mark for update")
    until = await tx.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text")
    await tx.execute(
        "create temp table shelf_fresh (like catalog.shelf_item) on commit drop;"
        "alter table shelf_fresh alter price_minor drop not null, alter sku_id drop not null,"
        " alter sku_count drop not null, drop popularity, drop terms, add words text[]"
    )
    seen = 0
    batch: list[asyncpg.Record] = []
    async for row in tx.cursor(_CHANGED, since or "0", prefetch=BATCH, timeout=SECONDS_MAX):
        batch.append(row)
        if len(batch) == BATCH:
            seen += await _write(tx, batch)
            batch = []
    seen += await _write(tx, batch)
    await tx.execute(
        "insert into catalog.shelf_mark (read_until) values ($1::text::xid8)"
        " on conflict (is_one) do update set read_until = excluded.read_until",
        until,
    )
    return seen


async def _write(tx: Tx, rows: list[asyncpg.Record]) -> int:
    if not rows:
        return 0
    await tx.copy_records_to_table(
        "shelf_fresh", columns=[*_COLUMNS, "words"], timeout=SECONDS_MAX,
        records=[(*[row[name] for name in _COLUMNS], _terms(row)) for row in rows],
    )  # fmt: skip
    columns = ", ".join(_COLUMNS)
    changes = ", ".join(f"{name} = excluded.{name}" for name in (*_COLUMNS[1:], "terms"))
    await tx.execute(
        f"insert into catalog.shelf_item as k ({columns}, terms)"
        f" select {columns}, array_to_tsvector(words) from shelf_fresh where price_minor > 0"
        f" on conflict (item_id) do update set {changes}",
        timeout=SECONDS_MAX,
    )
    await tx.execute(
        "delete from catalog.shelf_item k using shelf_fresh f"
        " where f.item_id = k.item_id and coalesce(f.price_minor, 0) <= 0"
    )
    await tx.execute("truncate shelf_fresh")
    return len(rows)


def _terms(row: asyncpg.Record) -> list[str]:
    return index_terms([row["title"], row["brand_name"], row["category_words"], row["source_ref"]])
