"""How are kinds, statuses, severities and fields named to a reader?"""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Kind, PresaleKind
from peakday.trade.promotions.rules.presale_windows import PresaleStage
from peakday.trade.promotions.stored import InstrumentStatus

KIND_TEXTS = MappingProxyType({
    Kind.SINGLE_PRICE: Text("单品宝(一口优惠价)", "Single-item price"),
    Kind.LIVE_PRICE: Text("直播专享价", "Live-room price"),
    Kind.NTH_PIECE: Text("第N件优惠", "Nth piece"),
    Kind.BUNDLE: Text("搭配宝(套餐)", "Bundle"),
    Kind.TIERED_REDUCTION: Text("店铺满减", "Tiered reduction"),
    Kind.TIERED_RATE: Text("店铺满折", "Tiered rate"),
    Kind.PIECE_TIERS: Text("满件优惠", "Per-piece tiers"),
    Kind.GIFT: Text("满赠", "Gift"),
    Kind.SHOP_COUPON: Text("店铺优惠券", "Shop coupon"),
    Kind.ITEM_COUPON: Text("商品优惠券", "Item coupon"),
    Kind.SHOP_RED_PACKET: Text("店铺红包", "Shop red packet"),
    Kind.LIVE_COUPON: Text("直播优惠券", "Live coupon"),
    Kind.CROSS_SHOP_TIER: Text("跨店满减", "Cross-shop tier"),
    Kind.CATEGORY_COUPON: Text("品类券", "Category coupon"),
    Kind.PLATFORM_COUPON: Text("平台券", "Platform coupon"),
    Kind.COINS: Text("淘金币抵扣", "Coins"),
    Kind.RED_PACKET: Text("红包", "Red packet"),
    Kind.GIFT_CARD: Text("礼品卡", "Gift card"),
})  # fmt: skip
KIND_GROUPS = (
    (Text("单品级", "Item level"), (Kind.SINGLE_PRICE, Kind.LIVE_PRICE, Kind.NTH_PIECE, Kind.BUNDLE)),
    (Text("店铺级活动", "Shop offers"), (Kind.TIERED_REDUCTION, Kind.TIERED_RATE, Kind.PIECE_TIERS, Kind.GIFT)),
    (Text("店铺级卡券", "Shop cards"),
     (Kind.SHOP_COUPON, Kind.ITEM_COUPON, Kind.SHOP_RED_PACKET, Kind.LIVE_COUPON)),
    (Text("跨店级", "Cross-shop"), (Kind.CROSS_SHOP_TIER, Kind.CATEGORY_COUPON, Kind.PLATFORM_COUPON)),
    (Text("支付级", "Payment-like"), (Kind.COINS, Kind.RED_PACKET, Kind.GIFT_CARD)),
)  # fmt: skip
STATUS_TEXTS = MappingProxyType({
    InstrumentStatus.DRAFT: Text("草稿", "Draft"),
    InstrumentStatus.WAITING_CONFIRMATION: Text("待确认", "Waiting for confirmation"),
    InstrumentStatus.HELD: Text("待复核", "Held for a second person"),
    InstrumentStatus.LIVE: Text("生效", "Live"),
    InstrumentStatus.PAUSED: Text("已暂停", "Paused"),
    InstrumentStatus.ENDED: Text("已结束", "Ended"),
})  # fmt: skip
SEVERITY_TEXTS = MappingProxyType({
    Severity.INFORM: Text("提示", "For information"),
    Severity.CONFIRM: Text("须确认", "Must be confirmed"),
    Severity.HOLD: Text("须另一人复核", "A second person must approve"),
})  # fmt: skip
PRESALE_KIND_TEXTS = MappingProxyType({
    PresaleKind.CUT: Text("定金立减", "Deposit cut"), PresaleKind.INFLATION: Text("定金膨胀", "Deposit inflation"),
})  # fmt: skip
PRESALE_STAGE_TEXTS = MappingProxyType({
    PresaleStage.UPCOMING: Text("未开始", "Not begun"), PresaleStage.DEPOSITS: Text("付定金中", "Taking deposits"),
    PresaleStage.BETWEEN: Text("等待付尾款", "Before the balance"),
    PresaleStage.TAILS: Text("付尾款中", "Taking the balance"),
    PresaleStage.OVER: Text("已结束", "Over"), PresaleStage.WITHDRAWN: Text("已撤回", "Withdrawn"),
})  # fmt: skip
FIELD_TEXTS = MappingProxyType({
    "lines": Text("预售商品", "Goods"), "deposit_from": Text("付定金开始", "Deposits begin"),
    "deposit_until": Text("付定金结束", "Deposits end"), "tail_from": Text("付尾款开始", "Balance begins"),
    "tail_until": Text("付尾款结束", "Balance ends"), "deposit": Text("定金", "Deposit"),
    "claim_from": Text("领取开始", "Claiming begins"), "claim_until": Text("领取结束", "Claiming ends"),
    "who": Text("谁可以领", "Who may take it"),
    "name": Text("名称", "Name"), "kind": Text("类型", "Kind"), "benefit": Text("优惠内容", "Benefit"),
    "tiers": Text("档位", "Tiers"), "at": Text("门槛", "Threshold"), "off": Text("优惠力度", "What it gives"),
    "repeats": Text("每满", "Repeats"), "times_max": Text("最多次数", "At most times"),
    "price_minor": Text("价格", "Price"),
    "off_minor": Text("减额", "Reduction"), "off_bp": Text("折扣", "Rate"),
    "nth": Text("第几件", "Which piece"), "components": Text("套餐商品", "Goods of the bundle"),
    "quantity": Text("件数", "Pieces"), "sets_max": Text("最多套数", "At most sets"),
    "scope": Text("适用商品", "Goods"),
    "funding": Text("出资方", "Funding"), "budget": Text("预算", "Budget"), "limits": Text("限用", "Limits"),
    "per_order": Text("每单限用", "Per order"), "per_buyer": Text("每人限用", "Per buyer"),
    "total": Text("总限用", "In total"), "issue_quantity": Text("发放数量", "Issue quantity"),
    "valid_from": Text("开始时间", "Begins"), "valid_until": Text("结束时间", "Ends"),
    "audience": Text("适用人群", "Audience"), "channels": Text("终端", "Channels"),
    "live_room_id": Text("直播间", "Live room"), "currency": Text("币种", "Currency"),
    "discount_max_minor": Text("最多减", "At most off"), "share_max_bp": Text("最多抵扣比例", "Share at most"),
    "exclusive_with": Text("互斥", "Not together with"), "stackable": Text("可叠加", "Stacks"),
    "reduces_base": Text("降低后续门槛", "Lowers the base"),
    "group": Text("分组", "Group"),
    "stock_left": Text("发放数量", "Issue quantity"), "sku_id": Text("SKU", "SKU"),
    "by_sku": Text("分 SKU 价格", "Prices by SKU"), "counts": Text("门槛计量", "Counts"),
    "gives": Text("给予", "Gives"),
    "is_mixed": Text("可混搭", "Mixed"), "price": Text("价格", "Price"), "item_ids": Text("指定商品", "Items"),
    "sku_ids": Text("指定 SKU", "SKUs"), "category_ids": Text("指定类目", "Categories"),
    "except_items": Text("排除商品", "Left out"), "pieces": Text("商品与件数", "Goods and pieces"),
})  # fmt: skip
