"""How do items leave as a file?

A row for each SKU, with the columns and words that an import takes back. CSV is streamed; a workbook is built in a file
beside the temporary ones, a block of rows at a time, and then streamed.
"""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import xlsxwriter

from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.market.catalog import queries
from peakday.market.catalog.model import ITEM_PREFIX, ItemFilter

ROWS_A_PART = 2_000
SHEET_ROWS_MAX = 1_048_000
_READ_BYTES = 1 << 18
_COLUMNS = (
    "item_id", "item_ref", "sku_ref", "title", "category", "brand", "list_price", "strike_price", "sku_price",
    "cost", "quantity", "spec", "attributes", "images", "status", "listed_at",
)  # fmt: skip
_BOOK = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_AMOUNTS = ("list_price", "strike_price", "sku_price", "cost")
_WORDS = ("item_ref", "sku_ref", "title", "category", "brand")


async def csv_parts(tx: Tx, shop_id: UUID, wanted: ItemFilter, *, has_costs: bool) -> AsyncIterator[bytes]:
    """The CSV in parts, with the mark by which spreadsheets read Chinese."""
    columns = _columns(has_costs=has_costs)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    yield b"\xef\xbb\xbf"
    async for rows in _parts(tx, shop_id, wanted, columns):
        writer.writerows(rows)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


async def xlsx_parts(tx: Tx, shop_id: UUID, wanted: ItemFilter, *, has_costs: bool) -> AsyncIterator[bytes]:
    """The workbook in parts."""
    columns = _columns(has_costs=has_costs)
    with tempfile.TemporaryDirectory(prefix="peakday-export-") as folder:
        path = Path(folder) / "items.xlsx"
        book = xlsxwriter.Workbook(str(path), _BOOK)
        sheet, used = book.add_worksheet(), 1
        sheet.write_row(0, 0, columns)
        async for rows in _parts(tx, shop_id, wanted, columns):
            if used + len(rows) > SHEET_ROWS_MAX:
                sheet, used = book.add_worksheet(), 1
                sheet.write_row(0, 0, columns)
            await asyncio.to_thread(_write_rows, sheet, used, rows)
            used += len(rows)
        await asyncio.to_thread(book.close)
        with path.open("rb") as file:
            while part := file.read(_READ_BYTES):
                yield part


def _columns(*, has_costs: bool) -> list[str]:
    return [name for name in _COLUMNS if has_costs or name != "cost"]


def _write_rows(sheet: "xlsxwriter.worksheet.Worksheet", first: int, rows: list[list[str]]) -> None:
    for place, row in enumerate(rows, first):
        sheet.write_row(place, 0, row)


async def _parts(tx: Tx, shop_id: UUID, wanted: ItemFilter, columns: list[str]) -> AsyncIterator[list[list[str]]]:
    rows: list[list[str]] = []
    async for row in queries.stream_rows(tx, shop_id, wanted):
        rows.append(_texts(row, columns))
        if len(rows) >= ROWS_A_PART:
            yield rows
            rows = []
    if rows:
        yield rows


def _texts(row: asyncpg.Record, columns: list[str]) -> list[str]:
    values = dict(row)
    values["item_id"] = show_id(ITEM_PREFIX, row["item_id"])
    for name in _AMOUNTS:
        values[name] = None if row[name] is None else decimal_text(row[name], row["currency"])
    for name in ("spec", "attributes"):
        values[name] = json.dumps(row[name], ensure_ascii=False) if row[name] else ""
    values["images"] = inert("|".join(row["images"]))
    values["listed_at"] = row["listed_at"].isoformat() if row["listed_at"] else ""
    for name in _WORDS:  # a spreadsheet must not run a title as a formula; the import takes the mark off again
        values[name] = inert(values[name]) if values[name] else values[name]
    return ["" if values[name] is None else str(values[name]) for name in columns]
