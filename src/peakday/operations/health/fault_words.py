"""How is each fault told to a merchant, and what is to be done about it?"""

from collections.abc import Mapping
from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.operations.health.model import ExemptionReason, FaultKind, LineSource
from peakday.trade.promotions.guard import Severity

_K = FaultKind
KIND_TEXTS: Mapping[FaultKind, Text] = MappingProxyType({
    _K.BELOW_RED_LINE: Text("优惠叠加后低于红线价", "Discounts add up to less than the red line"),
    _K.MISSING_ZERO: Text("价格疑似少写一个零", "A price seems to lack a zero"),
    _K.LIST_PRICE_MISTYPED: Text("一口价疑似填错", "The list price seems mistyped"),
    _K.FACE_REACHES_THRESHOLD: Text("券面额达到门槛", "The face of a coupon reaches its threshold"),
    _K.RATE_COMPLEMENT: Text("折扣疑似填反(9 折填成 1 折)", "A rate seems typed as its complement (90 % for 10 %)"),
    _K.THRESHOLD_UNIT: Text("门槛单位疑似填错(元与分)", "A threshold seems typed in the wrong unit"),
    _K.BUYER_LIMIT_MISSING: Text("深度优惠未设每人限购", "A deep cut has no limit for each buyer"),
    _K.ISSUE_UNLIMITED: Text("大额券未限发行量", "Any number of a deep coupon may be issued"),
    _K.CLONE: Text("重复创建的优惠", "The same discount exists twice"),
    _K.START_IN_PAST: Text("开始时间在过去", "It starts in the past"),
    _K.RUNS_TOO_LONG: Text("结束时间过晚", "It runs far too long"),
    _K.TOO_DEEP: Text("折扣远超类目常见水平", "The cut is far deeper than usual in its category"),
    _K.NTH_UNLIMITED: Text("第 N 件优惠未设上限", "The n-th piece offer has no end"),
    _K.SINGLES_STACK: Text("两个单品价相互叠加", "Two single-item prices stack"),
    _K.SCOPE_TOO_WIDE: Text("全店优惠误含已打折商品", "A shop-wide offer includes items on clearance"),
    _K.PRESALE_BELOW: Text("预售价低于红线价", "The presale goes below the red line"),
    _K.WAVE_OVERLAP: Text("两个波段的优惠在交界处重叠", "Discounts of two waves overlap"),
    _K.GIFT_TOO_DEAR: Text("赠品价值超过门槛", "A gift is dearer than its threshold"),
    _K.CURRENCY_WRONG: Text("优惠币种与商品不符", "The discount is in another currency than its goods"),
})  # fmt: skip
REMEDY_TEXTS: Mapping[FaultKind, Text] = MappingProxyType({
    _K.BELOW_RED_LINE: Text("降低其中一项优惠,或调整红线价", "Lower one of the discounts, or change the red line"),
    _K.MISSING_ZERO: Text("核对价格的位数", "Check the digits of the price"),
    _K.LIST_PRICE_MISTYPED: Text("在商品中改正一口价", "Correct the list price of the item"),
    _K.FACE_REACHES_THRESHOLD: Text("提高门槛或降低面额", "Raise the threshold or lower the face"),
    _K.RATE_COMPLEMENT: Text("核对折扣:填写的是减去的比例", "Check the rate: it is the share taken off"),
    _K.THRESHOLD_UNIT: Text("核对门槛金额", "Check the amount of the threshold"),
    _K.BUYER_LIMIT_MISSING: Text("设置每人限用次数或总量", "Set a limit for each buyer, or a small total"),
    _K.ISSUE_UNLIMITED: Text("设置发行量或预算", "Set how many are issued, or a budget"),
    _K.CLONE: Text("停用其中一个", "End one of the two"),
    _K.START_IN_PAST: Text("改正开始时间", "Correct the start"),
    _K.RUNS_TOO_LONG: Text("改正结束时间", "Correct the end"),
    _K.TOO_DEEP: Text("核对优惠力度,或填写红线价", "Check the cut, or type a red line"),
    _K.NTH_UNLIMITED: Text("设置每单或每人次数", "Set how often it applies in an order or for a buyer"),
    _K.SINGLES_STACK: Text("取消“可叠加”,或只保留一个", "Take away “stacks”, or keep only one"),
    _K.SCOPE_TOO_WIDE: Text("将该商品排除在全店优惠之外", "Except the item from the shop-wide offer"),
    _K.PRESALE_BELOW: Text("核对定金抵扣金额", "Check what the deposit counts as"),
    _K.WAVE_OVERLAP: Text("让前一波段在后一波段开始时结束", "Let the earlier end when the later begins"),
    _K.GIFT_TOO_DEAR: Text("提高赠品门槛", "Raise the threshold of the gift"),
    _K.CURRENCY_WRONG: Text("改为商品的币种", "Use the currency of the goods"),
})  # fmt: skip
SOURCE_TEXTS: Mapping[LineSource, Text] = MappingProxyType({
    LineSource.TYPED_SKU: Text("SKU 红线价", "typed for the SKU"),
    LineSource.TYPED_ITEM: Text("商品红线价", "typed for the item"),
    LineSource.SHOP_RULE: Text("店铺红线折扣", "the shop's rule"),
    LineSource.COST: Text("按成本预测(本平台定义)", "predicted from cost (our definition)"),
    LineSource.DEALS: Text("按近期成交预测(本平台定义)", "predicted from late deals (our definition)"),
})  # fmt: skip
REASON_TEXTS: Mapping[ExemptionReason, Text] = MappingProxyType({
    ExemptionReason.CLEARANCE: Text("清仓", "Clearance"), ExemptionReason.LOSS_LEADER: Text("引流款", "Loss leader"),
    ExemptionReason.NEW_CUSTOMERS: Text("拉新", "New customers"), ExemptionReason.OTHER: Text("其他", "Other"),
})  # fmt: skip
SEVERITY_TEXTS: Mapping[Severity, Text] = MappingProxyType({
    Severity.INFORM: Text("提示", "Note"), Severity.CONFIRM: Text("需确认", "To confirm"),
    Severity.HOLD: Text("需双人复核", "Needs two persons"),
})  # fmt: skip
