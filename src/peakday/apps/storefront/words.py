"""What are the states of orders and refunds called where shoppers read?"""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.orders.api import TIMELINE_WORDS
from peakday.trade.orders.model import OrderStatus, RefundKind, RefundState
from peakday.trade.orders.stories import InvoiceState, TimelineEntry
from peakday.trade.payments.model import AmendsStatus

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


REFUND_KIND_TEXTS = MappingProxyType({
    RefundKind.REFUND_ONLY: Text("仅退款", "Money only"), RefundKind.RETURN_GOODS: Text("退货退款", "Goods sent back"),
    RefundKind.CANCELLATION: Text("取消订单", "Cancelled"),
    RefundKind.PRICE_PROTECTION: Text("价保", "Price protection"),
    RefundKind.DEPOSIT: Text("定金", "Deposit"),
})  # fmt: skip
AMENDS_TEXTS = MappingProxyType({
    AmendsStatus.OWED: Text("等待商家余额", "Waits for the shop's balance"),
    AmendsStatus.ASKED: Text("支付中", "On its way"), AmendsStatus.SENT: Text("已支付", "Paid to you"),
    AmendsStatus.FAILED: Text("支付失败,平台处理中", "Failed; the platform looks into it"),
})  # fmt: skip


def story_detail(entry: TimelineEntry) -> Text:
    """What stands beside it: a kind of refund in words, any other text as it is."""
    kinds = {kind.value: text for kind, text in REFUND_KIND_TEXTS.items()}
    return kinds.get(entry.detail, Text(entry.detail, entry.detail))


def story_words(entry: TimelineEntry) -> Text:
    """One thing that happened, in words."""
    return TIMELINE_WORDS.get(entry.code, Text(entry.code, entry.code))
