"""What happened to an order, in the order in which it happened?

Put together from what is written down anyway: its moves, its parcel, its holds, its refunds, its invoice. Nothing is
kept twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.orders.model import Order, Refund, RefundState
from peakday.trade.orders.stories import HoldNote, Invoice, InvoiceState, Shipment, TimelineEntry

WORDS: MappingProxyType[str, Text] = MappingProxyType({
    "placed": Text("已下单", "Order placed"),
    "deposit_paid": Text("定金已付", "Deposit paid"),
    "paid": Text("已付款,货款由平台担保", "Paid; the money is in escrow"),
    "unpaid_in_time": Text("超时未付款,订单关闭", "Closed: not paid in time"),
    "cancelled": Text("订单已取消", "Cancelled"),
    "tail_unpaid": Text("尾款未付,订单关闭", "Closed: the tail was not paid"),
    "deposit_returned": Text("预售取消,定金已处理", "Presale ended; the deposit is settled"),
    "shipped": Text("已发货", "Shipped"),
    "received": Text("买家确认收货", "The buyer confirmed receipt"),
    "received_by_time": Text("到期自动确认收货", "Received: the days for it are over"),
    "refunded_whole": Text("已全额退款,订单关闭", "Closed: wholly refunded"),
    "held": Text("订单被暂停", "Order held"),
    "hold_lifted": Text("暂停已解除", "Hold lifted"),
    "refund_asked": Text("申请退款", "Refund asked for"),
    "refund_agreed": Text("商家同意退货", "The shop agreed to the return"),
    "refund_completed": Text("退款完成", "Refund completed"),
    "refund_declined": Text("商家拒绝退款", "The shop declined the refund"),
    "refund_withdrawn": Text("买家撤销退款", "The buyer withdrew the refund"),
    "refund_waits": Text("同意退款,等待店铺余额", "Agreed; waits for the shop's balance"),
    "invoice_asked": Text("申请发票", "Invoice asked for"),
    "invoice_issued": Text("发票已开具", "Invoice issued"),
    "invoice_declined": Text("发票申请被拒绝", "Invoice declined"),
})  # fmt: skip
_DECIDED = MappingProxyType({
    RefundState.RETURNING: "refund_agreed", RefundState.PAYING: "refund_waits",
    RefundState.DECLINED: "refund_declined", RefundState.WITHDRAWN: "refund_withdrawn",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveNote:
    """A move as it was written."""

    at: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside an order."""

    moves: Sequence[MoveNote]
    shipment: Shipment | None
    holds: Sequence[HoldNote]
    refunds: Sequence[Refund]
    invoice: Invoice | None


def timeline_of(order: Order, beside: Beside) -> tuple[TimelineEntry, ...]:
    """Everything, earliest first."""
    entries = [TimelineEntry(order.created_at, "placed", "buyer")]
    if order.paid_at is not None and not any(note.reason == "paid" for note in beside.moves):
        entries.append(TimelineEntry(order.paid_at, "paid", "buyer"))  # imported orders have no moves
    entries += [TimelineEntry(note.at, note.reason, note.by, _parcel(note, beside.shipment)) for note in beside.moves]
    for hold in beside.holds:
        entries.append(TimelineEntry(hold.held_at, "held", "staff", hold.reason.zh))
        if hold.lifted_at is not None:
            entries.append(TimelineEntry(hold.lifted_at, "hold_lifted", "staff"))
    entries += [entry for refund in beside.refunds for entry in _of_refund(refund)]
    entries += _of_invoice(beside.invoice)
    return tuple(sorted(entries, key=_when))


def _of_refund(refund: Refund) -> Iterable[TimelineEntry]:
    if refund.asked_at is not None and refund.asked_at != refund.completed_at:
        yield TimelineEntry(refund.asked_at, "refund_asked", "buyer", refund.reason, refund.amount_minor)
    if refund.decided_at is not None and refund.state in _DECIDED:
        yield TimelineEntry(refund.decided_at, _DECIDED[refund.state], "", refund.decision_note, refund.amount_minor)
    if refund.completed_at is not None:
        yield TimelineEntry(refund.completed_at, "refund_completed", "", refund.kind.value, refund.amount_minor)


def _of_invoice(invoice: Invoice | None) -> list[TimelineEntry]:
    if invoice is None:
        return []
    entries = [TimelineEntry(invoice.asked_at, "invoice_asked", "buyer")]
    if invoice.decided_at is not None and invoice.state is not InvoiceState.ASKED:
        is_issued = invoice.state is InvoiceState.ISSUED
        entries.append(
            TimelineEntry(invoice.decided_at, "invoice_issued" if is_issued else "invoice_declined", "merchant")
        )
    return entries


def _parcel(note: MoveNote, shipment: Shipment | None) -> str:
    return f"{shipment.carrier} {shipment.tracking_no}" if note.reason == "shipped" and shipment is not None else ""


def _when(entry: TimelineEntry) -> datetime:
    return entry.at
