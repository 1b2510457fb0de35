"""How is a merchant's own file read?

The merchant says which column is which of our fields. Needed: order, paid, ordered_at. A field that is not mapped is
nothing; an empty time of payment is the time of the order unless the column is mapped.
"""

from collections.abc import Iterable, Iterator

from peakday.insight.channels.model import Calibration, ChannelLine, LineStatus, RawRow
from peakday.insight.channels.rules.raw_rows import (
    BadRow,
    bad,
    instant,
    optional_instant,
    optional_word,
    positive_amount,
    whole,
    word,
)
from peakday.insight.channels.rules.tax_out import with_tax
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

NEEDED = ("order", "paid", "ordered_at")
FIELDS = (
    *NEEDED, "line", "item", "sku", "title", "quantity", "tax", "postage", "refund", "fees", "currency", "paid_at",
    "refunded_at",
)  # fmt: skip


def read_lines(rows: Iterable[RawRow], how: Calibration) -> Iterator[ChannelLine | Problem]:
    """Each row as a line, or its problem."""
    places: dict[str, int] = {}
    for row in rows:
        try:
            own = RawRow(row.number, {field: row.values.get(column, "") for field, column in how.mapping.items()})
            order = word(own, "order")
            places[order] = places.get(order, 0) + 1
            yield _line(own, order, optional_word(own, "line") or str(places[order]), how)
        except BadRow as fault:
            yield fault.problem


def _line(row: RawRow, order: str, line: str, how: Calibration) -> ChannelLine:
    currency = optional_word(row, "currency") or how.currency
    if currency not in MINOR_DIGITS:
        raise bad(row, "currency", "unknown_currency", Text("未知货币", "an unknown currency"),
                  Text(f"使用 {', '.join(MINOR_DIGITS)}", f"Use one of {', '.join(MINOR_DIGITS)}"))  # fmt: skip
    ordered_at = instant(row, "ordered_at", how.zone)
    paid_at = optional_instant(row, "paid_at", how.zone) if "paid_at" in how.mapping else ordered_at
    paid, tax = with_tax(positive_amount(row, "paid", currency), how.tax)
    if "tax" in how.mapping:
        stated = positive_amount(row, "tax", currency)
        paid, tax = positive_amount(row, "paid", currency) + (0 if how.tax.is_included else stated), stated
    postage, refund, fees = (positive_amount(row, name, currency) for name in ("postage", "refund", "fees"))
    quantity = whole(row, "quantity") if optional_word(row, "quantity") else 1
    refunded_at = optional_instant(row, "refunded_at", how.zone) or paid_at
    if paid_at is None:
        paid = tax = postage = refund = fees = quantity = 0
    return ChannelLine(
        row.number, order, line, optional_word(row, "item") or None, optional_word(row, "sku") or None,
        optional_word(row, "title"), quantity, paid, tax, postage, refund, fees, currency, ordered_at, paid_at,
        refunded_at if refund else None, LineStatus.PAID if paid_at else LineStatus.UNPAID,
    )  # fmt: skip
