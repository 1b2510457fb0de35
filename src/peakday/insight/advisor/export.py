"""How does a sheet leave the house? As CSV that Excel opens rightly (UTF-8 with BOM), and as XLSX in constant memory.

Money is written as a decimal amount of the shop's currency, shares as fractions, days as ISO dates; a text that a
spreadsheet would run as a formula gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

import xlsxwriter

from peakday.insight.advisor.model import Cell, Column, Sheet
from peakday.insight.metrics.model import Unit
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Language, Text

BOM = "\ufeff"
SHEET_NAME_MAX = 31
_FORMATS = {Unit.MONEY: "#,##0.00", Unit.SHARE: "0.00%", Unit.PEOPLE: "#,##0", Unit.COUNT: "#,##0", Unit.RATIO: "0.00", Unit.SECONDS: "0.0"}  # fmt: skip  # noqa: E501 - a table of values

Plain: TypeAlias = str | int | float | None


def heading(column: Column, language: Language, currency: str) -> str:
    """A column's title; money names its currency."""
    title = column.title.of(language)
    return f"{title} ({currency})" if column.unit is Unit.MONEY else title


def csv_lines(sheet: Sheet, language: Language, currency: str) -> Iterator[bytes]:
    """The sheet as CSV, line by line, with a BOM first."""
    headings = [heading(column, language, currency) for column in sheet.columns]
    rows = (
        [_csv_cell(cell, column, language, currency) for cell, column in zip(line.cells, sheet.columns, strict=True)]
        for line in sheet.lines
    )
    return csv_of(headings, rows)


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows of texts as CSV, with a BOM first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow(headings)
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(path: Path, sheet: Sheet, language: Language, currency: str) -> None:
    """The sheet as a workbook with one worksheet, numbers as numbers."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:  # fmt: skip  # noqa: E501 - one call
        page = book.add_worksheet(_sheet_name(sheet.title.of(language)))
        bold = book.add_format({"bold": True})
        formats = {unit: book.add_format({"num_format": text}) for unit, text in _FORMATS.items()}
        page.freeze_panes(1, 1)
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, 28 if at == 0 else 16)
            page.write_string(0, at, heading(column, language, currency), bold)
        for row, line in enumerate(sheet.lines, start=1):
            for at, (cell, column) in enumerate(zip(line.cells, sheet.columns, strict=True)):
                value = plain(cell, column, language, currency)
                if isinstance(value, int | float):
                    page.write_number(row, at, value, formats.get(column.unit) if column.unit else None)
                elif value is not None:
                    page.write_string(row, at, value)


def plain(cell: Cell, column: Column, language: Language, currency: str) -> Plain:
    """A cell as a number or a text of a spreadsheet."""
    if isinstance(cell, Text):
        return cell.of(language)
    if isinstance(cell, datetime):
        return cell.astimezone(MARKET_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    if column.unit is Unit.MONEY and isinstance(cell, int | float):
        return float(decimal_text(round(cell), currency))
    return cell


def _csv_cell(cell: Cell, column: Column, language: Language, currency: str) -> str:
    if column.unit is Unit.MONEY and isinstance(cell, int):
        return decimal_text(cell, currency)
    value = plain(cell, column, language, currency)
    return inert(value) if isinstance(value, str) else "" if value is None else repr(value)


def _sheet_name(title: str) -> str:
    return "".join("·" if letter in "[]:*?/\\" else letter for letter in title)[:SHEET_NAME_MAX] or "Sheet"
