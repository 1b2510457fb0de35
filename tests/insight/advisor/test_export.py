"""Does a sheet leave the house whole, and harmless?"""

import csv
import io
from datetime import date

import openpyxl
import pytest

from peakday.insight.advisor.export import csv_lines, write_xlsx
from peakday.insight.advisor.model import Column, Line, Sheet
from peakday.insight.metrics.model import Unit
from peakday.kernel.text import Text

SHEET = Sheet(
    "s", Text("商品", "Items"),
    (Column("part", Text("商品", "Item")), Column("day", Text("日期", "Day")),
     Column("m", Text("金额", "Paid"), Unit.MONEY),
     Column("s", Text("占比", "Share"), Unit.SHARE), Column("n", Text("件数", "Pieces"), Unit.COUNT)),
    (Line(("绿茶, 大", date(2026, 11, 11), 123456, 0.25, 3)), Line(('=HYPERLINK("x")', None, None, None, 0))),
)  # fmt: skip


def test_csv_opens_in_a_spreadsheet_with_exact_money():
    raw = b"".join(csv_lines(SHEET, "zh", "CNY"))
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows == [
        ["商品", "日期", "金额 (CNY)", "占比", "件数"],
        ["绿茶, 大", "2026-11-11", "1234.56", "0.25", "3"],
        ['\'=HYPERLINK("x")', "", "", "", "0"],
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_xlsx_holds_numbers_as_numbers_and_runs_no_formula(tmp_path):
    path = tmp_path / "s.xlsx"
    write_xlsx(path, SHEET, "en", "USD")
    page = openpyxl.load_workbook(path).active
    assert page.title == "Items"
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["Item", "Day", "Paid (USD)", "Share", "Pieces"],
        ["绿茶, 大", "2026-11-11", 1234.56, 0.25, 3],
        ['=HYPERLINK("x")', None, None, None, 0],
    ]
    assert page["A3"].data_type == "s"


def test_an_empty_sheet_is_its_headings():
    empty = Sheet("s", SHEET.title, SHEET.columns[:1], ())
    assert b"".join(csv_lines(empty, "en", "CNY")).decode("utf-8-sig") == "Item\r\n"
