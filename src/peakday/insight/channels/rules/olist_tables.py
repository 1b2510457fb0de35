"""How are Olist's orders and their items read?

The file reader has joined each item to its order. Money counts when the order was approved and neither cancelled nor
unavailable: the tables tell no refunds (our definition).
"""

from collections.abc import Iterable, Iterator

from peakday.insight.channels.model import Calibration, ChannelLine, LineStatus, RawRow
from peakday.insight.channels.rules.raw_rows import (
    BadRow,
    instant,
    optional_instant,
    optional_word,
    positive_amount,
    word,
)
from peakday.insight.channels.rules.tax_out import with_tax
from peakday.kernel.refusal import Problem

ORDER_COLUMNS = ("order_id", "order_status", "order_purchase_timestamp", "order_approved_at")
ITEM_COLUMNS = ("order_id", "order_item_id", "product_id", "price", "freight_value")
CLOSED = {"canceled", "unavailable"}


def read_lines(rows: Iterable[RawRow], how: Calibration) -> Iterator[ChannelLine | Problem]:
    """Each item as a line, or its problem."""
    for row in rows:
        try:
            yield _line(row, how)
        except BadRow as fault:
            yield fault.problem


def _line(row: RawRow, how: Calibration) -> ChannelLine:
    ordered_at = instant(row, "order_purchase_timestamp", how.zone)
    approved_at = optional_instant(row, "order_approved_at", how.zone)
    is_closed = optional_word(row, "order_status") in CLOSED
    status = LineStatus.CLOSED if is_closed else LineStatus.PAID if approved_at else LineStatus.UNPAID
    price, freight = (positive_amount(row, name, how.currency) for name in ("price", "freight_value"))
    product = word(row, "product_id")
    is_paid = status is LineStatus.PAID
    paid, tax = with_tax(price if is_paid else 0, how.tax)
    return ChannelLine(
        row.number, word(row, "order_id"), word(row, "order_item_id"), product, product, "", int(is_paid), paid, tax,
        freight if is_paid else 0, 0, 0, how.currency, ordered_at, approved_at if is_paid else None, None, status,
    )  # fmt: skip
