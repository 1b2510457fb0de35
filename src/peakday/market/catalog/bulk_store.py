"""How are the checked rows of a merchant's file stored, tens of thousands in one statement?

Rows of new items go by COPY straight into item and sku; rows of items that are there already by way of a temporary
table and one statement, and columns that the file does not have keep what is stored. Both tables remember the run and
row they came from last: a row whose number an earlier row of the same run already holds is found there, however long
ago that was, and memory does not grow with the file.
"""

import asyncio
import io
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from peakday.kernel.database import Tx
from peakday.market.catalog.holds import Hold, find_holds
from peakday.market.catalog.model import NewBrand
from peakday.market.catalog.rules.held_items import is_held_back
from peakday.market.catalog.store import save_brands

STORE_SECONDS_MAX = 600
_STAGED = (
    ("row_no", "bigint"), ("item_id", "uuid"), ("sku_id", "uuid"), ("item_ref", "text"), ("sku_ref", "text"),
    ("title", "text"), ("category_id", "uuid"), ("brand_id", "uuid"), ("list_price", "bigint"),
    ("strike_price", "bigint"),
    ("sku_price", "bigint"), ("cost", "bigint"), ("quantity", "bigint"), ("spec", "text"), ("attributes", "text"),
    ("images", "text[]"), ("status", "text"), ("listed_at", "timestamptz"), ("flags", "text[]"),
)  # fmt: skip
_NAMES = [name for name, _ in _STAGED]
_CREATE = (
    f"create temp table if not exists incoming_row ({', '.join(f'{name} {kind}' for name, kind in _STAGED)})"
    " on commit delete rows"
)
# the columns of a file → the columns of a table that they fill
_SKU_COLUMNS = {"list_price": "price_minor", "cost": "cost_minor", "quantity": "quantity_stated", "spec": "spec"}
_ITEM_COLUMNS = {
    "title": "title", "category": "leaf_category_id", "brand": "brand_id", "attributes": "attributes",
    "images": "images", "list_price": "list_price_minor", "strike_price": "strike_price_minor", "status": "status",
    "listed_at": "first_listed_at",
}  # fmt: skip


_ITEM_COPY = {
    "shop_id": "shop_id", "item_id": "item_id", "source": "source", "source_ref": "item_ref",
    "leaf_category_id": "category_id", "brand_id": "brand_id", "title": "title", "attributes": "attributes",
    "images": "images", "list_price_minor": "list_price", "strike_price_minor": "strike_price",
    "currency": "currency", "status": "status", "flags": "flags", "first_listed_at": "listed_at",
    "updated_at": "started_at", "import_run": "import_run", "import_row": "row_no",
}  # fmt: skip
_SKU_COPY = {
    "shop_id": "shop_id", "sku_id": "sku_id", "item_id": "item_id", "source_ref": "sku_ref", "spec": "spec",
    "price_minor": "sku_price", "cost_minor": "cost", "quantity_stated": "quantity", "status": "status",
    "import_run": "import_run", "import_row": "row_no",
}  # fmt: skip


def in_key_order(table: pa.Table) -> pa.Table:
    """By item, an item's rows as in the file. Ids are random: in their order an index is written page by page."""
    return table.take(pc.sort_indices(table, [("item_id", "ascending"), ("row_no", "ascending")]))


def without_rows(table: pa.Table, rows: Iterable[int]) -> pa.Table:
    """The table without some of its rows, by row number."""
    return table.filter(pc.invert(pc.is_in(table["row_no"], pa.array(list(rows), table["row_no"].type))))


async def find_held_rows(
    tx: Tx, shop_id: UUID, table: pa.Table, columns: Collection[str], at: datetime
) -> dict[int, Hold]:  # fmt: skip
    """Rows that would change a price or take from the shelf what is held now, by row number.

    Takes the shop's import lock, so that what was looked at is what `store_rows` finds.
    """
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"catalog.import:{shop_id}")
    some = "select exists (select from catalog.hold where shop_id = $1 and held @> $2::timestamptz)"
    if not await tx.fetchval(some, shop_id, at):
        return {}
    held = await find_holds(tx, shop_id, [UUID(hex=each) for each in set(table["item_id"].to_pylist())], at)
    rows = await tx.fetch(
        "select i.item_id, i.list_price_minor, i.strike_price_minor, i.status, s.sku_id, s.price_minor"
        " from catalog.item i join catalog.sku s using (shop_id, item_id)"
        " where i.shop_id = $1 and i.item_id = any($2::uuid[])",
        shop_id, list(held), timeout=STORE_SECONDS_MAX,
    )  # fmt: skip
    there = {(row["item_id"].hex, row["sku_id"].hex): row for row in rows}
    found = {}
    for row in table.filter(pc.is_in(table["item_id"], pa.array([each.hex for each in held], pa.string()))).to_pylist():
        stored = there.get((row["item_id"], row["sku_id"]))
        if stored is not None and _is_held_back(row, stored, columns):
            found[row["row_no"]] = held[stored["item_id"]]
    return found


def _is_held_back(row: Mapping[str, Any], stored: asyncpg.Record, columns: Collection[str]) -> bool:
    before = {
        "list_price_minor": stored["list_price_minor"], "strike_price_minor": stored["strike_price_minor"],
        "sku_price_minor": stored["price_minor"], "status": stored["status"],
    }  # fmt: skip
    after = dict(before)
    if "list_price" in columns:
        sku_price = row["list_price"] if row["sku_price"] is None else row["sku_price"]
        after |= {"list_price_minor": row["list_price"], "sku_price_minor": sku_price}
    if "strike_price" in columns:
        after["strike_price_minor"] = row["strike_price"]
    if "status" in columns:
        after["status"] = row["status"]
    return is_held_back(before, after)


async def store_rows(
    tx: Tx, shop_id: UUID, table: pa.Table, run: tuple[UUID, datetime], columns: Collection[str], currency: str
) -> list[tuple[int, int, str]]:
    """Store the rows of run (id, started_at); returns those refused as (row, first row, number) with a number again.

    The rows come as `in_key_order` gives them.

    The caller holds the shop's import lock (`find_held_rows`): two files of a shop are stored one after the other.
    """
    table = await _with_brands(tx, shop_id, table)
    found = await tx.fetch(  # the inner select hides the ids from the planner, which would read them three times
        "select item_id from catalog.item where shop_id = $1 and item_id = any((select $2::text::uuid[])::uuid[])",
        shop_id, _array_text(table["item_id"]), timeout=STORE_SECONDS_MAX,
    )  # fmt: skip
    again: list[tuple[int, int, str]] = []
    fresh = table
    if found:
        is_known = pc.is_in(table["item_id"], pa.array([row["item_id"].hex for row in found], pa.string()))
        again = await _merge(tx, shop_id, table.filter(is_known), run, columns, currency)
        fresh = table.filter(pc.invert(is_known))
        if not len(fresh):
            return again
    try:
        async with tx.transaction():
            await _copy_fresh(tx, shop_id, fresh, run, currency)
    except asyncpg.UniqueViolationError:  # somebody has made one of them by hand just now
        again += await _merge(tx, shop_id, fresh, run, columns, currency)
    return again


def _array_text(ids: pa.ChunkedArray) -> str:
    """Ids as one array of PostgreSQL: one value to read, not one for each id."""
    return f"{{{','.join(ids.to_pylist())}}}"


async def _copy_fresh(tx: Tx, shop_id: UUID, table: pa.Table, run: tuple[UUID, datetime], currency: str) -> None:
    """Rows, by item, of items that are not there yet: straight into the tables."""
    count = len(table)
    same = {
        "shop_id": pa.repeat(str(shop_id), count), "import_run": pa.repeat(str(run[0]), count),
        "started_at": pa.repeat(run[1].isoformat(), count), "currency": pa.repeat(currency, count),
        "source": pa.repeat("upload", count),
    }  # fmt: skip
    empty = {name: pc.fill_null(table[name], "{}") for name in ("attributes", "images", "spec")}
    at = pc.if_else(pc.is_null(table["listed_at"]), pa.scalar(run[1], table["listed_at"].type), table["listed_at"])
    price = pc.coalesce(table["sku_price"], table["list_price"])
    rows = pa.table({**{name: table[name] for name in _NAMES}, **same, **empty, "listed_at": at, "sku_price": price})
    ids = rows["item_id"].combine_chunks()
    is_first = pc.not_equal(ids[1:], ids[:-1])
    items = rows if pc.all(is_first).as_py() else rows.filter(pa.concat_arrays([pa.array([True]), is_first]))
    skus = asyncio.create_task(asyncio.to_thread(_csv_of, rows, _SKU_COPY.values()))  # written while item is stored
    await _copy(tx, "item", await asyncio.to_thread(_csv_of, items, _ITEM_COPY.values()), _ITEM_COPY)
    await _copy(tx, "sku", await skus, _SKU_COPY)


async def _copy(tx: Tx, name: str, source: io.BytesIO, columns: Collection[str]) -> None:
    await tx.copy_to_table(
        name, schema_name="catalog", columns=list(columns), source=source, format="csv", timeout=STORE_SECONDS_MAX
    )


def _csv_of(rows: pa.Table, columns: Iterable[str]) -> io.BytesIO:
    sink = io.BytesIO()
    pa_csv.write_csv(rows.select(list(columns)), sink, pa_csv.WriteOptions(include_header=False))
    sink.seek(0)
    return sink


async def _merge(
    tx: Tx, shop_id: UUID, table: pa.Table, run: tuple[UUID, datetime], columns: Collection[str], currency: str
) -> list[tuple[int, int, str]]:
    """Rows of items that may be there: by way of a temporary table."""
    await tx.execute(_CREATE)
    await tx.execute("truncate incoming_row")
    await tx.copy_to_table("incoming_row", source=_csv_of(table, _NAMES), format="csv", timeout=STORE_SECONDS_MAX)
    has_skus = "sku_ref" in columns
    stored = await tx.fetchval(_item_statement(columns), shop_id, *run, currency, timeout=STORE_SECONDS_MAX)
    again = [] if has_skus or stored == len(table) else await _take_out_known(tx, shop_id, run[0], "item")
    stored = await tx.fetchval(_sku_statement(columns), shop_id, run[0], timeout=STORE_SECONDS_MAX)
    if has_skus and stored < len(table):
        again = await _take_out_known(tx, shop_id, run[0], "sku")
    return again


async def _take_out_known(tx: Tx, shop_id: UUID, run_id: UUID, noun: str) -> list[tuple[int, int, str]]:
    """Take the rows whose number an earlier row of this run holds out of what is stored; returns them."""
    # `limit 1` keeps the planner from reading every item of the shop: it knows nothing of the temporary table
    known = (
        "select i.row_no, k.import_row, i.{0}_ref as ref from incoming_row i cross join lateral (select import_row"
        " from catalog.{0} where shop_id = $1 and item_id = i.item_id{1} and import_run = $2 limit 1) k"
        " where k.import_row <> i.row_no order by i.row_no"
    ).format(noun, " and sku_id = i.sku_id" if noun == "sku" else "")
    rows = await tx.fetch(known, shop_id, run_id, timeout=STORE_SECONDS_MAX)
    await tx.execute("delete from incoming_row where row_no = any($1)", [row["row_no"] for row in rows])
    return [(row["row_no"], row["import_row"], row["ref"]) for row in rows]


_SKU_INSERT = """
insert into catalog.sku as old (shop_id, sku_id, item_id, source_ref, spec, price_minor, cost_minor,
    quantity_stated, status, import_run, import_row)
select $1, sku_id, item_id, sku_ref, coalesce(spec, '{}')::jsonb, coalesce(sku_price, list_price), cost, quantity,
    status, $2, row_no
from incoming_row
"""


def _sku_statement(columns: Collection[str]) -> str:
    filled = [target for column, target in _SKU_COLUMNS.items() if column in columns]
    status = ["status"] if "status" in columns else []
    sets = ", ".join(f"{name} = excluded.{name}" for name in [*filled, *status, "import_run", "import_row"])
    return f"""
        with stored as ({_SKU_INSERT}
            on conflict (shop_id, item_id, sku_id) do update set {sets}
            where old.import_run is distinct from excluded.import_run
            returning 1)
        select count(*) from stored
        """


def _item_statement(columns: Collection[str]) -> str:
    filled = [target for column, target in _ITEM_COLUMNS.items() if column in columns]
    if "category" in columns:
        filled.append("flags")
    sets = ", ".join(f"{name} = excluded.{name}" for name in filled)
    old, new = (", ".join(f"{row}.{name}" for name in filled) for row in ("old", "excluded"))
    is_same = f"({old}) is not distinct from ({new})"
    first = "select distinct on (item_id) * from incoming_row order by item_id, row_no"
    return f"""
        with stored as (insert into catalog.item as old (shop_id, item_id, source, source_ref, leaf_category_id,
            brand_id, title, attributes, images, list_price_minor, strike_price_minor, currency, status, flags,
            first_listed_at, updated_at, import_run, import_row)
        select $1, item_id, 'upload', item_ref, category_id, brand_id, title, coalesce(attributes, '{{}}')::jsonb,
            coalesce(images, '{{}}'), list_price, strike_price, $4, r.status, flags, coalesce(listed_at, $3),
            $3, $2, row_no
        from {f"({first})" if "sku_ref" in columns else "incoming_row"} r
        on conflict (shop_id, item_id) do update set {sets},
            updated_at = case when {is_same} then old.updated_at else excluded.updated_at end,
            changed_xid = case when {is_same} then old.changed_xid else excluded.changed_xid end,
            import_run = excluded.import_run, import_row = excluded.import_row
        where old.import_run is distinct from excluded.import_run
        returning 1)
        select count(*) from stored
        """


async def _with_brands(tx: Tx, shop_id: UUID, table: pa.Table) -> pa.Table:
    """The table with brand ids. A brand that the market does not know is the shop's own until somebody joins them."""
    encoded = pc.dictionary_encode(table["brand"].combine_chunks())
    names = encoded.dictionary.to_pylist()
    own = str(shop_id)
    found = await tx.fetch(
        "select distinct on (name) name, brand_id from catalog.brand where name = any($1)"
        " order by name, source = $2, brand_id",
        names, own,
    )  # fmt: skip
    ids: dict[str, UUID] = {row["name"]: row["brand_id"] for row in found}
    new = [name for name in names if name not in ids]
    ids |= await save_brands(tx, [NewBrand(own, name, name) for name in new]) if new else {}
    values = pa.array([str(ids[name]) for name in names], pa.string())
    return table.append_column("brand_id", pc.take(values, encoded.indices))
