"""How are kinds of prices, reasons and notes named to a reader?"""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.price_history.model import (
    DealKind,
    Note,
    OfferKind,
    Reason,
)

OFFER_TEXTS = MappingProxyType({
    OfferKind.LIST: Text("一口价", "List price"),
    OfferKind.EVENT: Text("活动价", "Event price"),
    OfferKind.LIVE: Text("直播专享价", "Live price"),
    OfferKind.MEMBER: Text("会员价", "Member price"),
})  # fmt: skip
DEAL_TEXTS = MappingProxyType({
    DealKind.SPOT: Text("现货成交", "Spot deal"),
    DealKind.PRESALE: Text("预售成交", "Presale deal"),
    DealKind.LIVE: Text("直播间成交", "Deal in a live room"),
    DealKind.MEMBER: Text("会员成交", "Member's deal"),
    DealKind.SECKILL: Text("秒杀成交", "Seckill deal"),
    DealKind.TRIAL: Text("试用", "Trial"),
})  # fmt: skip
REASON_TEXTS = MappingProxyType({
    Reason.OUTSIDE_WINDOW: Text("不在所选时间内", "outside the window"),
    Reason.OTHER_CURRENCY: Text("币种不同", "another currency"),
    Reason.OTHER_EVENT: Text("属于其他活动", "made under another event"),
    Reason.OTHER_SKU: Text("属于其他 SKU", "another SKU"),
    Reason.KIND_NOT_COUNTED: Text("会员、秒杀或试用", "a member's, seckill or trial price"),
    Reason.PRESALE: Text("预售", "a presale"),
    Reason.SIMULATED: Text("模拟订单", "a simulated order"),
    Reason.NO_PIECES: Text("数量为 0", "no pieces"),
    Reason.NO_PRICE: Text("金额为 0(赠品)", "no money was paid (a gift)"),
    Reason.REFUNDED: Text("已全额退款", "refunded in full"),
    Reason.NOT_ONE_ITEM: Text("账目更正或没有商品明细", "a correction of books, or an order without lines"),
    Reason.OWN_ORDER: Text("买家自己的订单", "the buyer's own order"),
})  # fmt: skip
NOTE_TEXTS = MappingProxyType({
    Note.RED_PACKET_ADDED: Text("已加回红包", "red packets added back"),
    Note.TAX_TAKEN_OUT: Text("已扣除税费", "tax taken out"),
    Note.PARTLY_REFUNDED: Text("部分退款,按成交价计", "partly refunded; counts as agreed"),
})  # fmt: skip
