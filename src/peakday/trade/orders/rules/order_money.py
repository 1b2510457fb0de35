"""Does the money of an order add up?

Per line: list − discounts = paid, and what was refunded is not more than what was paid.
Per order: list, discounts and paid are the sums over its lines, paid also carries the postage; completed refunds are
the order's refund. A source may break the ceiling of a refund or have a negative price: such an order is flagged.
"""

from collections.abc import Iterable, Sequence

from peakday.trade.orders.model import NewOrder, Order, OrderFlag, OrderLine, Refund


def money_faults(new: NewOrder) -> list[str]:
    """What does not add up, in words with the figures; empty when all is well. All amounts in minor units."""
    faults = [fault for line in new.lines for fault in _line_faults(line)]
    return faults + _order_faults(new.order, new.lines) + _refund_faults(new)


def order_totals(lines: Iterable[OrderLine]) -> tuple[int, int, int]:
    """(list, discount, paid without postage) of some lines, in minor units."""
    listed = paid = 0
    for line in lines:
        listed += line.list_minor
        paid += line.paid_minor
    return listed, listed - paid, paid


def _line_faults(line: OrderLine) -> list[str]:
    faults = []
    discount = sum(part.minor for part in line.discounts)
    if line.list_minor - discount != line.paid_minor:
        faults.append(f"line {line.line_no}: {line.list_minor} - {discount} != {line.paid_minor}")
    if line.paid_minor < 0 and OrderFlag.ADJUSTMENT not in line.flags:
        faults.append(f"line {line.line_no}: paid {line.paid_minor} is negative")
    if line.refund_minor > max(line.paid_minor, 0) and OrderFlag.REFUND_EXCEEDS_PAID not in line.flags:
        faults.append(f"line {line.line_no}: refund {line.refund_minor} > paid {line.paid_minor}")
    return faults


def _order_faults(order: Order, lines: Sequence[OrderLine]) -> list[str]:
    listed, discount, paid = order_totals(lines)
    pairs = [
        ("list", order.list_minor, listed),
        ("discount", order.discount_minor, discount),
        ("paid", order.paid_minor, paid + order.postage_minor),
    ]
    faults = [f"order {name}: {kept} != {summed}" for name, kept, summed in pairs if kept != summed]
    if order.refund_minor > max(order.paid_minor, 0) and OrderFlag.REFUND_EXCEEDS_PAID not in order.flags:
        faults.append(f"order refund: {order.refund_minor} > paid {order.paid_minor}")
    return faults


def _refund_faults(new: NewOrder) -> list[str]:
    completed = [refund for refund in new.refunds if refund.completed_at is not None]
    faults = []
    total = sum(refund.amount_minor for refund in completed)
    if total != new.order.refund_minor:
        faults.append(f"order refund: {new.order.refund_minor} != {total}")
    for line in new.lines:
        of_line = _of_line(completed, line.line_no)
        if of_line != line.refund_minor:
            faults.append(f"line {line.line_no} refund: {line.refund_minor} != {of_line}")
    return faults


def _of_line(refunds: Iterable[Refund], line_no: int) -> int:
    return sum(refund.amount_minor for refund in refunds if refund.line_no == line_no)
