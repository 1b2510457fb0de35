"""How is an order of Shopify's export read?

The rows of one order follow each other; the order's own amounts are on its first row. The subtotal (after discounts),
taxes and refund are split over the lines by their price, to the cent; the shipping stays on the first line. Whether
the subtotal holds the taxes is told by the total; where it can be neither, the order is refused.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

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
from peakday.kernel.money import MINOR_DIGITS, split
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

COLUMNS = (
    "Name", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Created at",
    "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Cancelled at", "Refunded Amount",
)  # fmt: skip


def read_lines(rows: Iterable[RawRow], how: Calibration) -> Iterator[ChannelLine | Problem]:
    """The lines of each order, or its problem."""
    for _, order in groupby(rows, key=lambda row: row.values.get("Name", "")):
        try:
            yield from _lines(list(order), how)
        except BadRow as fault:
            yield fault.problem


def _lines(rows: Sequence[RawRow], how: Calibration) -> list[ChannelLine]:
    head = rows[0]
    order = word(head, "Name")
    currency = optional_word(head, "Currency") or how.currency
    if currency not in MINOR_DIGITS:
        raise bad(head, "Currency", "unknown_currency", Text("未知货币", "an unknown currency"),
                  Text(f"使用 {', '.join(MINOR_DIGITS)}", f"Use one of {', '.join(MINOR_DIGITS)}"))  # fmt: skip
    ordered_at, paid_at = instant(head, "Created at", how.zone), optional_instant(head, "Paid at", how.zone)
    goods, taxes, shipping, refund = _amounts(head, currency)
    if paid_at is None:
        goods = taxes = shipping = refund = 0
    quantities = [whole(row, "Lineitem quantity") for row in rows]
    prices = [
        positive_amount(row, "Lineitem price", currency) * quantity
        for row, quantity in zip(rows, quantities, strict=True)
    ]
    weights = prices if sum(prices) > 0 else [1] * len(rows)
    parts = zip(split(goods, weights), split(taxes, weights), split(refund, weights), strict=True)
    status = LineStatus.PAID if paid_at else LineStatus.UNPAID
    return [
        ChannelLine(
            row.number, order, str(place), None, optional_word(row, "Lineitem sku") or None,
            optional_word(row, "Lineitem name"), quantity if paid_at else 0, paid, tax, shipping if place == 1 else 0,
            back, 0, currency, ordered_at, paid_at, paid_at if back else None, status,
        )
        for place, (row, quantity, (paid, tax, back)) in enumerate(zip(rows, quantities, parts, strict=True), 1)
    ]  # fmt: skip


def _amounts(head: RawRow, currency: str) -> tuple[int, int, int, int]:
    """Goods with tax, the tax, the shipping and the refund of an order."""
    names = ("Subtotal", "Taxes", "Shipping", "Total", "Refunded Amount")
    subtotal, taxes, shipping, total, refund = (positive_amount(head, name, currency) for name in names)
    if total == subtotal + shipping:
        return subtotal, taxes, shipping, refund
    if total == subtotal + shipping + taxes:
        return subtotal + taxes, taxes, shipping, refund
    raise bad(head, "Total", "totals_differ",
              Text("总额既不等于小计+运费,也不等于小计+运费+税",
                   "the total is neither subtotal + shipping nor subtotal + shipping + taxes"),
              Text("重新导出该订单", "Export the order again"))  # fmt: skip
