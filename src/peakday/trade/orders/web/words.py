"""How are the states, terminals, discounts and flags of orders named to a reader? Others are shown as they are."""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.orders.model import Funder, OrderFlag, OrderKind, OrderStatus, Terminal, Waiting

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
})  # fmt: skip
INSTRUMENT_TEXTS = MappingProxyType({
    "loyalty_price": Text("会员价优惠", "Loyalty price"),
    "coupon_match": Text("平台加码券", "Coupon match"),
    "manufacturer_coupon": Text("厂商优惠券", "Manufacturer's coupon"),
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
})  # fmt: skip
