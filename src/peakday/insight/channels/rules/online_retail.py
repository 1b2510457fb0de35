"""How is a line of the Online Retail invoices read?

Quantity x price, rounded to the penny once a line. A negative quantity with a price is a cancellation: a refund at the
instant of its own invoice. A negative price is a bad debt and counts as a fee. An invoice may hold one article twice,
so a line is named by its place in the invoice.
"""

from collections.abc import Iterable, Iterator

from peakday.insight.channels.model import Calibration, ChannelLine, LineStatus, RawRow
from peakday.insight.channels.rules.raw_rows import BadRow, instant, optional_word, times, whole, word
from peakday.insight.channels.rules.tax_out import with_tax
from peakday.kernel.refusal import Problem

COLUMNS = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice")


def read_lines(rows: Iterable[RawRow], how: Calibration) -> Iterator[ChannelLine | Problem]:
    """Each row as a line, or its problem."""
    places: dict[str, int] = {}
    for row in rows:
        try:
            invoice = word(row, "InvoiceNo")
            places[invoice] = places.get(invoice, 0) + 1
            yield _line(row, invoice, places[invoice], how)
        except BadRow as fault:
            yield fault.problem


def _line(row: RawRow, invoice: str, place: int, how: Calibration) -> ChannelLine:
    quantity = whole(row, "Quantity")
    money = times(row, "UnitPrice", quantity, how.currency)
    code, at = word(row, "StockCode"), instant(row, "InvoiceDate", how.zone)
    is_back = quantity < 0
    status, fee = (LineStatus.REFUND if is_back else LineStatus.PAID), 0
    if money < 0 < quantity:
        status, fee, money, quantity = LineStatus.COST, -money, 0, 0
    gross, tax = with_tax(money, how.tax)
    return ChannelLine(
        row.number, invoice, str(place), code, code, optional_word(row, "Description"), quantity,
        0 if is_back else gross, tax, 0, -gross if is_back else 0, fee, how.currency, at,
        None if is_back else at, at if is_back else None, status,
    )  # fmt: skip
