"""Which rows of a merchant's file are items, and what is wrong with the others?

A block of rows is checked column by column. A row is taken whole or not at all: any fault in it refuses the row, and
all its faults are named. A number that stands twice is taken the first time; later rows are refused and name the first.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.columns import (
    Faults,
    read_amounts,
    read_instants,
    read_quantities,
    read_words,
    require_length,
    require_present,
    trimmed,
)
from peakday.kernel.spreadsheets import FORMULA_STARTS
from peakday.kernel.text import Text
from peakday.market.catalog.model import CATEGORY_UNKNOWN, json_text
from peakday.market.catalog.rules.bulk_ids import derived_id_texts
from peakday.market.catalog.rules.category_names import CategoryNames
from peakday.market.catalog.rules.item_columns import (
    ADDRESS_LENGTH_MAX,
    IMAGES_MAX,
    ITEM_COLUMNS,
    STATUS_WORDS,
)

_MARKED = f"^'([{re.escape(''.join(FORMULA_STARTS))}])"
_WORDS = {"item_ref", "sku_ref", "title", "category", "brand"}
_PAIR = re.compile(r"\s*[:：=]\s*")
_PAIRS = re.compile(r"\s*[;；\n]\s*")
_ADDRESSES = re.compile(r"[|;；\s]+")


@dataclass(frozen=True, slots=True)
class ItemFile:
    """What one file is read by: its shop, its columns (name → place), currency, zone, and the market's categories."""

    shop_id: UUID
    places: Mapping[str, int]
    categories: CategoryNames
    currency: str = "CNY"
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class ItemRows:
    """The rows that may be stored, as columns, and the problems of those that may not."""

    table: pa.Table
    problems: list[Problem]


def check_items(file: ItemFile, columns: Sequence[pa.Array], numbers: Sequence[int]) -> ItemRows:
    """Check one block. `columns` are the file's columns of text in its order, `numbers` the rows' numbers."""
    faults = Faults(numbers)
    texts = _texts(file, columns)
    for column in ITEM_COLUMNS:
        if column.name in texts:
            if column.required:
                require_present(texts[column.name], column.name, faults)
            require_length(texts[column.name], column.name, column.length_max, faults)
    values = {"row_no": pa.array(numbers, pa.int64()), **_values(file, texts, len(numbers), faults)}
    table = pa.table(values)
    if faults.spoiled:
        fit = np.ones(len(numbers), dtype=bool)
        fit[list(faults.spoiled)] = False
        table = table.filter(pa.array(fit))
    table, repeated = _without_repeats(table, has_skus="sku_ref" in texts)
    return ItemRows(_with_ids(table, file.shop_id), faults.problems + repeated)


def repeated(row: int, first_row: int, ref: str, field: str) -> Problem:
    """The problem of a number that an earlier row already holds."""
    return Problem(
        field, "duplicate", Text(f"编号与第 {first_row} 行重复", f"row {first_row} already has this number"),
        Text("删除重复的行,或更正编号", "Remove the row that is too many, or correct its number"), row, ref,
    )  # fmt: skip


def _texts(file: ItemFile, columns: Sequence[pa.Array]) -> dict[str, pa.Array]:
    texts = {name: trimmed(columns[place]) for name, place in file.places.items()}
    for name in _WORDS & texts.keys():  # the mark that our own export puts before what looks like a formula
        if pc.any(pc.starts_with(texts[name], "'")).as_py():
            texts[name] = pc.replace_substring_regex(texts[name], _MARKED, r"\1")
    return texts


def _values(file: ItemFile, texts: Mapping[str, pa.Array], count: int, faults: Faults) -> dict[str, pa.Array]:
    nothing = pa.nulls(count, pa.string())

    def text(name: str) -> pa.Array:
        return texts.get(name, nothing)

    def amount(name: str) -> pa.Array:
        return read_amounts(text(name), name, file.currency, faults)

    refs = text("item_ref")
    categories = read_words(text("category"), lambda name: _category(file, name), pa.string(), faults)
    return {
        "item_ref": refs,
        "sku_ref": pc.coalesce(text("sku_ref"), refs),
        "title": text("title"),
        "category_id": categories,
        "brand": text("brand"),
        "list_price": amount("list_price"),
        "strike_price": amount("strike_price"),
        "sku_price": amount("sku_price"),
        "cost": amount("cost"),
        "quantity": read_quantities(text("quantity"), "quantity", faults),
        "spec": read_words(text("spec"), lambda value: _pairs(value, "spec"), pa.string(), faults),
        "attributes": read_words(text("attributes"), lambda value: _pairs(value, "attributes"), pa.string(), faults),
        "images": _read_images(text("images"), faults),
        "status": pc.fill_null(read_words(text("status"), _status, pa.string(), faults), "on_sale"),
        "listed_at": read_instants(text("listed_at"), "listed_at", file.zone, faults),
        "flags": pc.if_else(pc.is_null(categories), f"{{{CATEGORY_UNKNOWN}}}", "{}"),
    }


def _category(file: ItemFile, name: str) -> str | Problem:
    found = file.categories.find(name)
    return found if isinstance(found, Problem) else str(found)


def _status(word: str) -> str | Problem:
    status = STATUS_WORDS.get(word.lower())
    if status is not None:
        return status.value
    return Problem(
        "status", "unknown_status", Text("未知的状态", "the state is not known"),
        Text("写“在售”“下架”或“已删除”", "Write on_sale, off_shelf or deleted"),
    )  # fmt: skip


def _pairs(text: str, field: str) -> str | Problem:
    """`颜色:红;尺码:L` or a flat JSON object, as JSON."""
    if text.startswith("{"):
        return _flat_json(text) or _not_pairs(field)
    parts = [_PAIR.split(part, maxsplit=1) for part in _PAIRS.split(text) if part]
    if any(len(part) != 2 for part in parts):
        return _not_pairs(field)
    return json_text(dict(parts))


def _flat_json(text: str) -> str | None:
    """The object with its values as text; none when it is no object, is nested, or holds what no text may hold."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return None
    clean = all("\x00" not in part and _is_text(part) for pair in found.items() for part in pair)
    return json_text(found) if clean else None


def _is_text(part: str) -> bool:
    """Whether the text has no half characters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in part)


def _not_pairs(field: str) -> Problem:
    return Problem(
        field, "not_pairs", Text("应为“名称:值”", "it is not a list of name:value"),
        Text("写成 颜色:红;尺码:L", "Write it as colour:red;size:L"),
    )  # fmt: skip


def _read_images(column: pa.Array, faults: Faults) -> pa.Array:
    """Addresses as arrays of PostgreSQL; one plain address, the usual case, in bulk."""
    is_plain = pc.match_substring_regex(column, r"^https?://[\w./%?=&#:@~+-]{1,500}$")
    nothing = pa.scalar(None, pa.string())
    plain = pc.binary_join_element_wise("{", pc.if_else(is_plain, column, nothing), "}", "")
    return pc.coalesce(plain, read_words(pc.if_else(is_plain, nothing, column), _images, pa.string(), faults))


def _images(text: str) -> str | Problem:
    """Addresses as an array of PostgreSQL."""
    addresses = [address for address in _ADDRESSES.split(text) if address]
    if len(addresses) > IMAGES_MAX or not all(is_address(address) for address in addresses):
        return Problem(
            "images", "not_an_address", Text("图片地址无效", "an image address is not valid"),
            Text(f"最多 {IMAGES_MAX} 个 http(s) 地址,用 | 分隔",
                 f"At most {IMAGES_MAX} http(s) addresses, divided by |"),
        )  # fmt: skip
    quoted = ",".join('"' + address.replace("\\", "\\\\").replace('"', '\\"') + '"' for address in addresses)
    return f"{{{quoted}}}"


def is_address(text: str) -> bool:
    """Whether the text is an address that a browser may load an image from."""
    return text.startswith(("http://", "https://", "//")) and len(text) <= ADDRESS_LENGTH_MAX


def _without_repeats(table: pa.Table, *, has_skus: bool) -> tuple[pa.Table, list[Problem]]:
    """The table with the first row of each number, and the problems of the others."""
    keys = table["sku_ref"]
    if has_skus:
        keys = pc.binary_join_element_wise(table["item_ref"], keys, "\x1f")
    encoded = pc.dictionary_encode(keys.combine_chunks())
    if len(encoded.dictionary) == len(table):
        return table, []
    codes = encoded.indices.to_numpy()
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    is_first = np.zeros(len(codes), dtype=bool)
    is_first[first] = True
    rows = table["row_no"].to_numpy()
    field = "sku_ref" if has_skus else "item_ref"
    problems = [
        repeated(int(rows[i]), int(rows[first[place[i]]]), table[field][i].as_py() or "", field)
        for i in np.flatnonzero(~is_first).tolist()
    ]
    return table.filter(pa.array(is_first)), problems


def _with_ids(table: pa.Table, shop_id: UUID) -> pa.Table:
    """The table with the ids that `item_id_of` and `sku_id_of` give."""
    count = len(table)
    items = [ref.encode() for ref in table["item_ref"].to_pylist()]
    skus = [ref.encode() for ref in table["sku_ref"].to_pylist()]
    pairs = [item + b"\x1f" + sku for item, sku in zip(items, skus, strict=True)]
    shop = str(shop_id)
    item_ids = derived_id_texts(("item", shop), items, count)
    return table.append_column("item_id", item_ids).append_column(
        "sku_id", derived_id_texts(("sku", shop), pairs, count)
    )
