"""How does the daily report leave as a workbook? Its words, the day by channel, and thirty days, a sheet each.

Amounts are decimal amounts of the shop's currency; a text that a spreadsheet would run as a formula is written as text.
"""

import io
from collections.abc import Sequence
from uuid import UUID

import xlsxwriter

from peakday.insight.channels.model import DayFigures, Report
from peakday.insight.channels.rules.report_words import headlines
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Language, Text

_SHEETS = (Text("一句话", "In short"), Text("当天", "The day"), Text("近30天", "Thirty days"))
_HEADS = (
    Text("日期", "Day"), Text("渠道", "Channel"), Text("订单", "Orders"), Text("件数", "Pieces"), Text("支付", "Paid"),
    Text("税", "Tax"), Text("运费", "Postage"), Text("退款", "Refunds"), Text("费用", "Fees"), Text("净收入", "Net"),
)  # fmt: skip
_AMOUNTS = ("paid_minor", "tax_minor", "postage_minor", "refund_minor", "fees_minor", "net_minor")


def workbook_of(report: Report, shop: str, language: Language) -> bytes:
    """The report as XLSX."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        short = book.add_worksheet(_SHEETS[0].of(language))
        short.set_column(0, 0, 100)
        short.write_string(0, 0, f"{shop} {report.day} {report.currency}", bold)
        for number, line in enumerate(headlines(report, language), 2):
            short.write_string(number, 0, line)
        names = {one.connection_id: one.name for one in report.channels}
        for title, rows in ((_SHEETS[1], report.today), (_SHEETS[2], report.month)):
            sheet = book.add_worksheet(title.of(language))
            sheet.set_column(0, 9, 14)
            for column, head in enumerate(_HEADS):
                sheet.write_string(0, column, head.of(language), bold)
            _write(sheet, rows, names, report.currency, money)
    return out.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, rows: Sequence[DayFigures], names: dict[UUID, str], currency: str,
    money: object,
) -> None:  # fmt: skip
    unit = 10 ** MINOR_DIGITS[currency]
    for number, one in enumerate(rows, 1):
        sheet.write_string(number, 0, str(one.day))
        sheet.write_string(number, 1, names.get(one.connection_id, ""))
        sheet.write_number(number, 2, one.orders)
        sheet.write_number(number, 3, one.quantity)
        for column, name in enumerate(_AMOUNTS, 4):
            sheet.write_number(number, column, getattr(one, name) / unit, money)
