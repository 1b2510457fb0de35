"""What are the states of orders and refunds called where shoppers read?"""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.orders.api import TIMELINE_WORDS
from peakday.trade.orders.model import OrderStatus, RefundState
from peakday.trade.orders.stories import InvoiceState, TimelineEntry

STATUS_TEXTS = MappingProxyType({
    OrderStatus.AWAITING_PAYMENT: Text("待付款", "To pay"),
    OrderStatus.AWAITING_BALANCE: Text("待付尾款", "Balance due"),
    OrderStatus.AWAITING_SHIPMENT: Text("待发货", "Being prepared"), OrderStatus.SHIPPED: Text("运输中", "On its way"),
    OrderStatus.COMPLETED: Text("已完成", "Completed"), OrderStatus.CLOSED: Text("已关闭", "Closed"),
})  # fmt: skip
STAGES = (Text("下单", "Ordered"), Text("付款", "Paid"), Text("发货", "Shipped"), Text("收货", "Received"))
REFUND_TEXTS = MappingProxyType({
    RefundState.ASKED: Text("等待商家处理", "Waiting for the shop"),
    RefundState.PAYING: Text("退款中", "Being paid back"),
    RefundState.RETURNING: Text("请寄回商品", "Send the goods back"), RefundState.COMPLETED: Text("已退款", "Refunded"),
    RefundState.DECLINED: Text("商家已拒绝", "Declined"), RefundState.WITHDRAWN: Text("已撤销", "Withdrawn"),
})  # fmt: skip
INVOICE_TEXTS = MappingProxyType({
    InvoiceState.ASKED: Text("等待商家开具", "Waiting for the shop"), InvoiceState.ISSUED: Text("已开具", "Issued"),
    InvoiceState.DECLINED: Text("商家未开具", "Declined"), InvoiceState.VOID: Text("已作废", "Void"),
})  # fmt: skip


def story_words(entry: TimelineEntry) -> Text:
    """One thing that happened, in words."""
    return TIMELINE_WORDS.get(entry.code, Text(entry.code, entry.code))
