"""Which rows of a merchant's file wish to enrol something, and what is wrong with the others before anything is asked?

A block of rows is checked column by column; ids follow from the shop and the merchant's own numbers. One row is one
SKU; a row without a SKU number enrols all SKUs of its item. A number that stands twice in a block is taken the first
time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import pyarrow as pa

from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.columns import (
    Faults,
    read_amounts,
    read_quantities,
    require_length,
    require_present,
    trimmed,
)
from peakday.kernel.text import Text
from peakday.market.catalog.model import item_id_of, sku_id_of
from peakday.trade.sale_events.model import Wish

NUMBER_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class EntryColumn:
    """One column: its name in our files, what people call it, whether it must be there."""

    name: str
    title: Text
    required: bool = False


ENTRY_COLUMNS = (
    EntryColumn("item_ref", Text("商品编号", "Item number"), True),
    EntryColumn("price", Text("活动价", "Event price"), True),
    EntryColumn("stock", Text("活动库存", "Promised stock"), True),
    EntryColumn("sku_ref", Text("SKU编号", "SKU number")),
    EntryColumn("limit", Text("每人限购", "Limit per buyer")),
    EntryColumn("deposit", Text("定金", "Deposit")),
)
COLUMN_NAMES = tuple(column.name for column in ENTRY_COLUMNS)


@dataclass(frozen=True, slots=True)
class EntryRows:
    """The wishes of a block, each with the numbers that its row names, and the problems of the other rows."""

    wishes: list[Wish]
    refs: dict[int, str]  # row → the number to show for it
    problems: list[Problem]


def places_of(header: Sequence[str], columns: Mapping[str, str] | None = None) -> dict[str, int]:
    """Where each of our columns stands: by our name, by its title in either language, or as `columns` says."""
    found = {}
    for column in ENTRY_COLUMNS:
        names = [columns[column.name]] if columns and column.name in columns else _names(column)
        place = next((place for place, title in enumerate(header) if title.strip().lower() in names), None)
        if place is not None:
            found[column.name] = place
    return found


def missing_columns(places: Mapping[str, int], header: Sequence[str]) -> list[Problem]:
    """The problem of each column that must be there and is not."""
    known = ", ".join(list(header)[:30])
    return [
        Problem(
            column.name, "column_missing",
            Text(f"文件缺少列“{column.title.zh}”({column.name})", f"the file lacks the column {column.name}"),
            Text(f"加上该列;文件中有:{known}", f"Add the column; the file has: {known}"), 1, column.title.zh,
        )
        for column in ENTRY_COLUMNS if column.required and column.name not in places
    ]  # fmt: skip


def check_entries(
    shop_id: UUID, places: Mapping[str, int], currency: str, columns: Sequence[pa.Array], numbers: Sequence[int]
) -> EntryRows:  # fmt: skip
    """Check one block. `columns` are the file's columns of text in its order, `numbers` the rows' numbers."""
    faults = Faults(numbers)
    nothing = pa.nulls(len(numbers), pa.string())
    texts = {name: trimmed(columns[places[name]]) if name in places else nothing for name in COLUMN_NAMES}
    for column in ENTRY_COLUMNS:
        if column.required:
            require_present(texts[column.name], column.name, faults)
        require_length(texts[column.name], column.name, NUMBER_LENGTH_MAX, faults)
    prices = read_amounts(texts["price"], "price", currency, faults).to_pylist()
    deposits = read_amounts(texts["deposit"], "deposit", currency, faults).to_pylist()
    stocks = read_quantities(texts["stock"], "stock", faults).to_pylist()
    limits = read_quantities(texts["limit"], "limit", faults).to_pylist()
    rows = EntryRows([], {}, faults.problems)
    seen: dict[tuple[str, str | None], int] = {}
    for at, (item, sku) in enumerate(zip(texts["item_ref"].to_pylist(), texts["sku_ref"].to_pylist(), strict=True)):
        if at in faults.spoiled:
            continue
        number = int(numbers[at])
        first = seen.setdefault((item, sku), number)
        if first != number:
            rows.problems.append(_twice(number, first, sku or item))
            continue
        item_id, sku_id = _ids(shop_id, item, sku)
        rows.wishes.append(Wish(item_id, sku_id, prices[at], stocks[at], limits[at], deposits[at], number))
        rows.refs[number] = sku or item
    return rows


def _ids(shop_id: UUID, item: str, sku: str | None) -> tuple[UUID, UUID | None]:
    item, sku = _bare(item), _bare(sku) if sku else None
    return item_id_of(shop_id, item), sku_id_of(shop_id, item, sku) if sku else None


def _bare(number: str) -> str:
    """Without the mark that our own exports put before what looks like a formula."""
    return number[1:] if number[:1] == "'" and number[1:2] in {"=", "+", "-", "@"} else number


def _names(column: EntryColumn) -> list[str]:
    return [column.name, column.title.zh.lower(), column.title.en.lower()]


def _twice(row: int, first: int, value: str) -> Problem:
    return Problem(
        "sku_ref", "duplicate", Text(f"与第 {first} 行重复", f"row {first} already enrols it"),
        Text("删除重复的行", "Remove the row that is too many"), row, value,
    )  # fmt: skip
