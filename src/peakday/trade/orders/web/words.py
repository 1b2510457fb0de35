"""How are the states, terminals, discounts and flags of orders named to a reader? Others are shown as they are."""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.orders.model import (
    DiscountLevel,
    Funder,
    OrderFlag,
    OrderKind,
    OrderStatus,
    RefundKind,
    RefundState,
    Terminal,
    Waiting,
)
from peakday.trade.orders.stories import InvoiceKind, InvoiceState
from peakday.trade.payments.model import AmendsStatus

STATUS_TEXTS = MappingProxyType({
    OrderStatus.AWAITING_PAYMENT: Text("等待买家付款", "Awaiting payment"),
    OrderStatus.AWAITING_BALANCE: Text("等待付尾款", "Awaiting balance"),
    OrderStatus.AWAITING_SHIPMENT: Text("等待发货", "To ship"),
    OrderStatus.SHIPPED: Text("已发货", "Shipped"),
    OrderStatus.COMPLETED: Text("交易成功", "Completed"),
    OrderStatus.CLOSED: Text("交易关闭", "Closed"),
})  # fmt: skip
WAITING_TEXTS = MappingProxyType({
    Waiting.PAYMENT: Text("付款", "payment"),
    Waiting.SHIPMENT: Text("发货", "shipment"),
    Waiting.RECEIPT: Text("收货", "receipt"),
    Waiting.REFUND: Text("退款处理", "a refund to be settled"),
})  # fmt: skip
AMENDS_TEXTS = MappingProxyType({
    AmendsStatus.OWED: Text("待店铺余额足够后自动支付", "Paid by itself as soon as the shop's balance suffices"),
    AmendsStatus.ASKED: Text("已从店铺余额扣除,支付中", "Taken from the shop's balance; on its way"),
    AmendsStatus.SENT: Text("已付给买家", "Paid to the buyer"),
    AmendsStatus.FAILED: Text("支付失败,请联系平台", "Could not be paid: ask the platform"),
})  # fmt: skip
TERMINAL_TEXTS = MappingProxyType({
    Terminal.PC: Text("电脑", "PC"),
    Terminal.APP: Text("手机应用", "App"),
    Terminal.WAP: Text("手机网页", "Mobile web"),
    Terminal.STORE: Text("门店", "Store"),
})  # fmt: skip
KIND_TEXTS = MappingProxyType({
    OrderKind.SPOT: Text("现货", "Spot"),
    OrderKind.PRESALE: Text("预售", "Presale"),
})  # fmt: skip
FUNDER_TEXTS = MappingProxyType({
    Funder.PLATFORM.value: Text("平台承担", "borne by the platform"),
    Funder.MERCHANT.value: Text("商家承担", "borne by the merchant"),
    Funder.BRAND.value: Text("品牌承担", "borne by the brand"),
    Funder.CREATOR.value: Text("达人承担", "borne by the creator"),
    Funder.BUYER.value: Text("买家已预付(礼品卡)", "prepaid by the buyer (gift card)"),
})  # fmt: skip
INSTRUMENT_TEXTS = MappingProxyType({
    "loyalty_price": Text("会员价优惠", "Loyalty price"),
    "coupon_match": Text("平台加码券", "Coupon match"),
    "manufacturer_coupon": Text("厂商优惠券", "Manufacturer's coupon"),
    "presale": Text("预售优惠", "Presale discount"),
})  # fmt: skip
FLAG_TEXTS = MappingProxyType({
    OrderFlag.NOT_IN_PRODUCT_TABLE.value: Text("来源商品表中没有该商品", "The source's product table lacks it"),
    OrderFlag.ZERO_QUANTITY.value: Text("来源数量为 0", "The source says 0 pieces"),
    OrderFlag.COUPON_EXCEEDS_PRICE.value: Text("优惠券面额高于价格", "The coupon is above the price"),
    OrderFlag.ORDER_LEVEL_ONLY.value: Text("来源没有商品明细", "The source has no lines"),
    OrderFlag.ZERO_PRICE.value: Text("价格为 0", "A price of 0"),
    OrderFlag.ADJUSTMENT.value: Text("账目或库存更正", "A correction of books or stock"),
    OrderFlag.UNMATCHED_CANCELLATION.value: Text("找不到对应销售的取消", "A cancellation without a sale"),
    OrderFlag.REFUND_EXCEEDS_PAID.value: Text("退款高于实付", "The refund is above the payment"),
    OrderFlag.PAID_DIFFERS_FROM_AMOUNT.value: Text("付款与金额不符", "Payments differ from the amount"),
    OrderFlag.REFUND_TIME_UNKNOWN.value: Text("退款时间未知", "The refund's time is unknown"),
    OrderFlag.PAYMENT_TIME_UNKNOWN.value: Text("付款时间未知", "The payment's time is unknown"),
    OrderFlag.GIFT.value: Text("赠品", "A gift"),
    OrderFlag.HELD.value: Text("订单已被暂停", "The order is held"),
})  # fmt: skip
LEVEL_TEXTS = MappingProxyType({
    DiscountLevel.ITEM.value: Text("单品优惠", "Item discount"),
    DiscountLevel.SHOP.value: Text("店铺优惠", "Shop discount"),
    DiscountLevel.CROSS_SHOP.value: Text("跨店优惠", "Cross-shop discount"),
    DiscountLevel.PAYMENT.value: Text("红包与礼品卡", "Red packet or gift card"),
})  # fmt: skip
REFUND_STATE_TEXTS = MappingProxyType({
    RefundState.ASKED: Text("待处理", "To decide"),
    RefundState.RETURNING: Text("等待退货", "Waits for the goods"),
    RefundState.PAYING: Text("等待店铺余额", "Waits for the shop's balance"),
    RefundState.COMPLETED: Text("退款完成", "Completed"),
    RefundState.DECLINED: Text("已拒绝", "Declined"),
    RefundState.WITHDRAWN: Text("已撤销", "Withdrawn"),
})  # fmt: skip
REFUND_KIND_TEXTS = MappingProxyType({
    RefundKind.REFUND_ONLY: Text("仅退款", "Money only"),
    RefundKind.RETURN_GOODS: Text("退货退款", "Goods and money"),
    RefundKind.CANCELLATION: Text("取消订单", "Cancellation"),
    RefundKind.PRICE_PROTECTION: Text("价格保护", "Price protection"),
    RefundKind.DEPOSIT: Text("退定金", "Deposit"),
})  # fmt: skip
INVOICE_STATE_TEXTS = MappingProxyType({
    InvoiceState.ASKED: Text("待开具", "Asked for"),
    InvoiceState.ISSUED: Text("已开具", "Issued"),
    InvoiceState.DECLINED: Text("已拒绝", "Declined"),
    InvoiceState.VOID: Text("已作废", "Void"),
})  # fmt: skip
INVOICE_KIND_TEXTS = MappingProxyType({
    InvoiceKind.PERSONAL: Text("个人", "Personal"),
    InvoiceKind.COMPANY: Text("企业", "Company"),
})  # fmt: skip
