"""How is Amazon's settlement report (flat file V2, tab separated) read?

The first row tells the settlement's total; each other row is one amount. The amounts of one order item and kind become
one line: Order rows a sale, Refund rows a refund at their own posted instant, all else a fee. Tax that Amazon withheld
and pays itself is no fee: it lowers what was paid. The sum of all lines' nets is the settlement's total, or the file
is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from peakday.insight.channels.errors import TotalsDiffer
from peakday.insight.channels.model import Calibration, ChannelLine, LineStatus, RawRow
from peakday.insight.channels.rules.raw_rows import BadRow, amount, bad, instant, optional_word, whole, word
from peakday.kernel.money import MINOR_DIGITS, decimal_text
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

COLUMNS = (
    "settlement-id", "total-amount", "currency", "transaction-type", "order-id", "adjustment-id", "amount-type",
    "amount-description", "amount", "posted-date-time", "order-item-code", "sku", "quantity-purchased",
)  # fmt: skip
_POSTAGE = {"Shipping", "ShippingTax"}
_TAXES = {"Tax", "GiftWrapTax"}


@dataclass(slots=True)
class _Settlement:
    """The first row of one settlement, and what its rows came to so far."""

    row: RawRow
    total_minor: int
    currency: str
    sum_minor: int = 0
    last_row: int = 0


def read_lines(rows: Iterable[RawRow], how: Calibration) -> Iterator[ChannelLine | Problem]:
    """The lines of the settlements; raises `TotalsDiffer` where rows and total contradict each other."""
    settlement: _Settlement | None = None
    lines: dict[tuple[str, str], ChannelLine] = {}
    problems: list[Problem] = []
    for row in rows:
        try:
            if optional_word(row, "total-amount"):
                _require_equal(settlement, problems)
                currency = optional_word(row, "currency") or how.currency
                if currency not in MINOR_DIGITS:
                    raise bad(row, "currency", "unknown_currency", Text("未知货币", "an unknown currency"),
                              Text("检查报告", "Check the report"))  # fmt: skip
                settlement = _Settlement(row, amount(row, "total-amount", currency), currency)
                continue
            currency = settlement.currency if settlement else how.currency
            minor = amount(row, "amount", currency)
            if settlement:
                settlement.sum_minor, settlement.last_row = settlement.sum_minor + minor, row.number
            line = _line(row, minor, currency, how)
            lines[line.key] = _joined(lines[line.key], line) if line.key in lines else line
        except BadRow as fault:
            problems.append(fault.problem)
    _require_equal(settlement, problems)
    yield from lines.values()
    yield from problems


def _require_equal(settlement: _Settlement | None, problems: list[Problem]) -> None:
    if settlement is None or problems or settlement.sum_minor == settlement.total_minor:
        return
    raise TotalsDiffer(
        total=decimal_text(settlement.total_minor, settlement.currency), total_row=settlement.row.number,
        sum=decimal_text(settlement.sum_minor, settlement.currency), last_row=settlement.last_row,
    )  # fmt: skip


def _line(row: RawRow, minor: int, currency: str, how: Calibration) -> ChannelLine:
    kind, about = word(row, "transaction-type"), optional_word(row, "amount-type")
    what, at = optional_word(row, "amount-description"), instant(row, "posted-date-time", how.zone)
    sku = optional_word(row, "sku") or None
    empty = ChannelLine(
        row.number, "", "", sku, sku, "", 0, 0, 0, 0, 0, 0, currency, at, at, None, LineStatus.COST
    )  # fmt: skip
    if kind not in {"Order", "Refund"}:
        place = f"{kind}:{what}:{row.number}"
        return replace(empty, order_ref=word(row, "settlement-id"), line_ref=place[:200], fees_minor=-minor)
    order, item = word(row, "order-id"), word(row, "order-item-code")
    is_goods = about in {"ItemPrice", "Promotion", "ItemWithheldTax"}
    if kind == "Refund":
        line = replace(empty, paid_at=None, refunded_at=at, status=LineStatus.REFUND, order_ref=order,
                       line_ref=f"{item}:refund:{optional_word(row, 'adjustment-id')}:{at:%Y%m%d%H%M%S}")  # fmt: skip
        return replace(line, refund_minor=-minor) if is_goods else replace(line, fees_minor=-minor)
    line = replace(empty, order_ref=order, line_ref=item, status=LineStatus.PAID)
    if not is_goods:
        return replace(line, fees_minor=-minor)
    if about == "ItemPrice" and what in _POSTAGE:
        return replace(line, postage_minor=minor)
    is_tax = about == "ItemWithheldTax" or (about == "ItemPrice" and what in _TAXES)
    is_principal = about == "ItemPrice" and what == "Principal"
    quantity = whole(row, "quantity-purchased") if is_principal and optional_word(row, "quantity-purchased") else 0
    return replace(line, paid_minor=minor, tax_minor=minor if is_tax else 0, quantity=quantity)


def _joined(one: ChannelLine, more: ChannelLine) -> ChannelLine:
    return replace(
        one,
        quantity=one.quantity + more.quantity,
        paid_minor=one.paid_minor + more.paid_minor,
        tax_minor=one.tax_minor + more.tax_minor,
        postage_minor=one.postage_minor + more.postage_minor,
        refund_minor=one.refund_minor + more.refund_minor,
        fees_minor=one.fees_minor + more.fees_minor,
    )
