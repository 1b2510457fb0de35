"""How is a row of Tmall's order report read?

One row an order. `买家实际支付金额` is what stays after refunds (law of the data: paid 0 with the full amount
refunded), so the buyer paid that plus the refund. Without a time of payment nothing was paid.
"""

from collections.abc import Iterable, Iterator

from peakday.insight.channels.model import Calibration, ChannelLine, LineStatus, RawRow
from peakday.insight.channels.rules.raw_rows import BadRow, instant, optional_instant, positive_amount, word
from peakday.insight.channels.rules.tax_out import with_tax
from peakday.kernel.refusal import Problem

COLUMNS = ("订单编号", "总金额", "买家实际支付金额", "订单创建时间", "订单付款时间", "退款金额")


def read_lines(rows: Iterable[RawRow], how: Calibration) -> Iterator[ChannelLine | Problem]:
    """Each row as a line, or its problem."""
    for row in rows:
        try:
            yield _line(row, how)
        except BadRow as fault:
            yield fault.problem


def _line(row: RawRow, how: Calibration) -> ChannelLine:
    order = word(row, "订单编号")
    ordered_at, paid_at = instant(row, "订单创建时间", how.zone), optional_instant(row, "订单付款时间", how.zone)
    kept = positive_amount(row, "买家实际支付金额", how.currency)
    refund = positive_amount(row, "退款金额", how.currency)
    if paid_at is None:
        kept = refund = 0
    paid, tax = with_tax(kept + refund, how.tax)
    return ChannelLine(
        row.number, order, "1", None, None, "", 1 if paid_at else 0, paid, tax, 0, refund, 0, how.currency, ordered_at,
        paid_at, paid_at if refund else None, LineStatus.PAID if paid_at else LineStatus.UNPAID,
    )  # fmt: skip
