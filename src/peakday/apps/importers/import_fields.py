"""Which fields may a merchant's CSV of items, orders or events have, and what do people call them?

The words are what exports of shops, tills and other platforms write in their headers, in Chinese and English.
"""

from dataclasses import dataclass
from enum import StrEnum

from peakday.kernel.text import Text


class FileKind(StrEnum):
    """What the rows of a file are."""

    ITEMS = "items"
    ORDERS = "orders"
    EVENTS = "events"


class ValueKind(StrEnum):
    """What the values of a column look like."""

    TEXT = "text"
    NUMBER = "number"  # of an item, an order: short, hardly ever the same twice
    AMOUNT = "amount"
    QUANTITY = "quantity"
    TIME = "time"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class ImportField:
    """One field of ours, with the words for it."""

    name: str
    title: Text
    kind: ValueKind
    words: tuple[str, ...]
    required: bool = False


def _field(name: str, zh: str, en: str, kind: ValueKind, words: str, *, required: bool = False) -> ImportField:
    return ImportField(name, Text(zh, en), kind, (name, zh, en, *words.split("|")), required)


_K = ValueKind
FIELDS: dict[FileKind, tuple[ImportField, ...]] = {
    FileKind.ITEMS: (
        _field("item_ref", "商品编号", "Item number", _K.NUMBER,
               "商品id|宝贝id|宝贝编号|商品编码|货号|款号|商家编码|item id|"
               "product id|stockcode|item no|spu|spu id|sku id",
               required=True),
        _field("title", "商品标题", "Title", _K.TEXT,
               "标题|宝贝标题|宝贝名称|商品名称|名称|品名|product name|item name|"
               "name|description|product", required=True),
        _field("list_price", "一口价", "List price", _K.AMOUNT,
               "价格|单价|售价|销售价|商品价格|宝贝价格|price|unit price|unitprice|sale price", required=True),
        _field("category", "类目", "Category", _K.TEXT, "分类|商品类目|"
               "宝贝类目|类别|品类|category name|product category"),
        _field("brand", "品牌", "Brand", _K.TEXT, "品牌名称|brand name|manufacturer"),
        _field("strike_price", "划线价", "Strike price", _K.AMOUNT,
               "市场价|原价|吊牌价|专柜价|msrp|original price|rrp"),
        _field("sku_price", "SKU价格", "SKU price", _K.AMOUNT, "规格价格|sku单价"),
        _field("cost", "成本价", "Cost", _K.AMOUNT, "成本|进价|采购价|进货价|cost price|unit cost"),
        _field("quantity", "数量", "Quantity", _K.QUANTITY, "库存|库存数量|宝贝数量|商品数量|stock|inventory|qty"),
        _field("sku_ref", "SKU编号", "SKU number", _K.NUMBER, "sku|skuid|规格编码|sku编码|sku code|variant id"),
        _field("spec", "规格", "Spec", _K.TEXT, "销售属性|规格属性|颜色尺码|sku属性|variant|options"),
        _field("attributes", "商品属性", "Attributes", _K.TEXT, "属性|宝贝属性|properties"),
        _field("images", "商品图片", "Images", _K.ADDRESS, "图片|主图|图片地址|宝贝图片|image|image url|picture"),
        _field("status", "状态", "State", _K.TEXT, "商品状态|宝贝状态|上下架|status"),
        _field("listed_at", "上架时间", "Listed at", _K.TIME, "发布时间|创建时间|上新时间|created at|published at"),
    ),
    FileKind.ORDERS: (
        _field("order_ref", "订单编号", "Order number", _K.NUMBER,
               "订单号|主订单编号|父订单号|订单id|交易编号|order id|order no|orderid|invoice|invoiceno|invoice no",
               required=True),
        _field("created_at", "订单创建时间", "Created at", _K.TIME,
               "创建时间|下单时间|拍下时间|成交时间|order date|order time|"
               "created|invoicedate|purchase timestamp|date",
               required=True),
        _field("amount", "货款", "Amount", _K.AMOUNT,
               "买家实际支付金额|买家应付货款|实付金额|实付款|总金额|订单金额|"
               "支付金额|应付金额|paid amount|amount paid|total|"
               "order total|payment value|line total|sales value", required=True),
        _field("paid_at", "订单付款时间", "Paid at", _K.TIME, "付款时间|支付时间|payment time|paid time|approved at"),
        _field("status", "订单状态", "State", _K.TEXT, "交易状态|order status|status"),
        _field("buyer_ref", "买家", "Buyer", _K.NUMBER,
               "买家会员名|买家昵称|会员名|客户|客户编号|buyer id|customer|customer id|customerid|buyer nick"),
        _field("region", "收货省份", "Region", _K.TEXT, "省份|收货地址|省|收货省|province|state|country"),
        _field("terminal", "下单终端", "Terminal", _K.TEXT, "终端|下单渠道|device|channel"),
        _field("item_ref", "商品编号", "Item number", _K.NUMBER,
               "商品id|宝贝id|商家编码|货号|item id|product id|stockcode|item no"),
        _field("item_title", "商品标题", "Item title", _K.TEXT, "宝贝标题|标题|商品名称|product name|description"),
        _field("quantity", "购买数量", "Quantity", _K.QUANTITY, "数量|宝贝总数量|件数|qty|units"),
        _field("unit_price", "商品单价", "Unit price", _K.AMOUNT, "单价|价格|unitprice|price"),
        _field("postage", "邮费", "Postage", _K.AMOUNT, "运费|买家应付邮费|"
               "快递费|freight|freight value|shipping|postage fee"),
        _field("refund", "退款金额", "Refund", _K.AMOUNT, "退款|已退款金额|refund amount|refunded"),
    ),
    FileKind.EVENTS: (
        _field("ts", "时间", "Time", _K.TIME,
               "发生时间|行为时间|访问时间|浏览时间|timestamp|event time|created at|date|time stamp", required=True),
        _field("user_id", "用户", "User", _K.NUMBER,
               "用户id|用户编号|会员id|买家id|访客id|user|userid|visitor id|"
               "session id|buyer id|customer id", required=True),
        _field("type", "行为类型", "Event type", _K.TEXT,
               "行为|事件|事件类型|动作|behavior type|behaviour|behavior|event|action|event type", required=True),
        _field("event_id", "事件编号", "Event id", _K.NUMBER, "事件id|event id|id|uuid|log id"),
        _field("item_ref", "商品编号", "Item number", _K.NUMBER, "商品id|宝贝id|item id|itemid|product id|item"),
        _field("channel", "渠道", "Channel", _K.TEXT, "来源|流量来源|source|utm source"),
        _field("terminal", "终端", "Terminal", _K.TEXT, "设备|device|platform"),
        _field("page", "页面", "Page", _K.TEXT, "页面地址|网址|url|page url|path"),
        _field("search_query", "搜索词", "Search words", _K.TEXT, "关键词|搜索关键词|query|keyword|search term"),
        _field("dwell_seconds", "停留秒数", "Dwell seconds", _K.AMOUNT,
               "停留时长|停留时间|dwell|duration|dwell time"),
    ),
}  # fmt: skip
