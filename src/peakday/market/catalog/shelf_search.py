"""What does the shelf answer to shoppers' questions?

Lists are paged by the item at the end of the page before: the next page begins behind that item's place in the order.
What has the question's words in its title itself comes before what has them in its brand or category.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.market.catalog.rules.search_terms import question_terms
from peakday.market.catalog.shelf import COUNTED_MAX, SHELF_PAGE_MAX, ShelfItem, ShelfQuestion, ShelfSort

_ITEM = (
    "i.item_id, i.shop_id, i.sku_id, i.sku_count, i.title, i.brand_name, i.image, i.leaf_category_id, i.category_ids,"
    " i.price_minor, i.strike_price_minor, i.currency, i.listed_at, i.popularity"
)
_KEYS: dict[ShelfSort, str] = {
    ShelfSort.POPULAR: "-{0}.popularity",
    ShelfSort.NEWEST: "-extract(epoch from {0}.listed_at)",
    ShelfSort.PRICE_UP: "{0}.price_minor",
    ShelfSort.PRICE_DOWN: "-{0}.price_minor",
}
# the plain orders, as their indexes have them
_ORDERS: dict[ShelfSort, str] = {
    ShelfSort.POPULAR: "i.popularity desc, i.item_id",
    ShelfSort.NEWEST: "i.listed_at desc, i.item_id",
    ShelfSort.PRICE_UP: "i.price_minor, i.item_id",
    ShelfSort.PRICE_DOWN: "i.price_minor desc, i.item_id",
}


async def search_shelf(tx: Tx, asked: ShelfQuestion, cursor: UUID | None, limit: int) -> list[ShelfItem]:
    """A page of what was asked for, behind the item `cursor`."""
    where, values, is_ranked = _conditions(asked)
    key, order = _KEYS[asked.sort], _ORDERS[asked.sort]
    if is_ranked:
        values.append(asked.search.strip().lower())
        title = f"(position(${len(values)} in lower({{0}}.title)) = 0)::int"
        key, order = f"{title}, {key}", f"{title.format('i')}, {order}"
    if cursor is not None:
        values.append(cursor)
        where += (
            f" and ({key.format('i')}, i.item_id) > (select {key.format('k')}, k.item_id"
            f" from catalog.shelf_item k where k.item_id = ${len(values)})"
        )
    rows = await tx.fetch(
        f"select {_ITEM} from catalog.shelf_item i where {where} order by {order}"
        f" limit {min(int(limit), SHELF_PAGE_MAX + 1)}", *values,
    )  # fmt: skip
    return [_item(row) for row in rows]


async def count_shelf(tx: Tx, asked: ShelfQuestion) -> int:
    """How many were found; counting stops behind `COUNTED_MAX`."""
    where, values, _ = _conditions(asked)
    count: int = await tx.fetchval(
        f"select count(*) from (select from catalog.shelf_item i where {where} limit {COUNTED_MAX + 1}) found", *values
    )
    return count


async def find_shelf_items(tx: Tx, item_ids: Sequence[UUID]) -> dict[UUID, ShelfItem]:
    """These items, where they are on sale."""
    rows = await tx.fetch(f"select {_ITEM} from catalog.shelf_item i where i.item_id = any($1::uuid[])", list(item_ids))
    return {row["item_id"]: _item(row) for row in rows}


async def shelf_categories(tx: Tx, limit: int) -> dict[UUID, int]:
    """The categories, leaves and those above, with the most goods on sale, and how many each has."""
    rows = await tx.fetch(
        "select category_id, count(*) as items from catalog.shelf_item, unnest(category_ids) category_id"
        " group by 1 order by 2 desc, 1 limit $1",
        limit,
    )
    return {row["category_id"]: row["items"] for row in rows}


async def write_popularity(tx: Tx, sold: Sequence[tuple[UUID, int]]) -> None:
    """Set in how many orders each item was lately; all others were in none."""
    await tx.execute(
        "update catalog.shelf_item i set popularity = coalesce(s.times, 0) from catalog.shelf_item k"
        " left join unnest($1::uuid[], $2::bigint[]) as s(item_id, times) using (item_id)"
        " where k.item_id = i.item_id and i.popularity <> coalesce(s.times, 0)",
        [item_id for item_id, _ in sold], [times for _, times in sold],
    )  # fmt: skip


def _conditions(asked: ShelfQuestion) -> tuple[str, list[object], bool]:
    """The `where` of a question, its values, and whether it has words."""
    parts: list[str] = []
    values: list[object] = []

    def add(template: str, value: object) -> None:
        if value is not None:
            values.append(value)
            parts.append(template.format(f"${len(values)}"))

    terms = question_terms(asked.search)
    add("i.terms @@ {}::tsquery", (" | " if asked.is_any else " & ").join(terms) if terms else None)
    if asked.search.strip() and not terms:
        parts.append("false")  # only marks that no title is kept by
    add("i.shop_id = {}", asked.shop_id)
    add("i.category_ids @> array[{}::uuid]", asked.category_id)
    add("i.price_minor >= {}", asked.price_min_minor)
    add("i.price_minor <= {}", asked.price_max_minor)
    return " and ".join(parts) or "true", values, bool(terms)


def _item(row: asyncpg.Record) -> ShelfItem:
    return ShelfItem(**{**dict(row), "category_ids": tuple(row["category_ids"])})
