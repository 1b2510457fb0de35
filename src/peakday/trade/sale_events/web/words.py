"""How are phases, dates, waves, reasons and states named to a reader?"""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.sale_events.exits import ExitReason
from peakday.trade.sale_events.model import EntryStatus, EventStatus, MilestoneKind, Phase, WaveKind

PHASE_TEXTS = MappingProxyType({
    Phase.NOT_OPEN: Text("未开始报名", "not open yet"),
    Phase.ENROLLING: Text("报名中", "enrolling"),
    Phase.PRICE_LOCKED: Text("价格已锁定", "prices locked"),
    Phase.STOCK_LOCKED: Text("库存已锁定", "stock locked"),
    Phase.WARMING: Text("预热中", "warming up"),
    Phase.SELLING: Text("售卖中", "selling"),
    Phase.TAIL: Text("付尾款", "tail payment"),
    Phase.PROTECTED: Text("价格保护期", "prices protected"),
    Phase.OVER: Text("已结束", "over"),
})  # fmt: skip
MILESTONE_TEXTS = MappingProxyType({
    MilestoneKind.ENROLMENT: Text("商品报名", "Enrolment"),
    MilestoneKind.PRICE_LOCK: Text("报名截止,价格锁定", "Enrolment closes, prices locked"),
    MilestoneKind.STOCK_LOCK: Text("库存锁定", "Stock locked"),
    MilestoneKind.WARM_UP: Text("预热", "Warm-up"),
    MilestoneKind.SALE: Text("开卖", "Sale"),
    MilestoneKind.TAIL: Text("付尾款", "Tail payment"),
    MilestoneKind.PROTECTION: Text("价格保护", "Price protection"),
})  # fmt: skip
WAVE_TEXTS = MappingProxyType({
    WaveKind.PRESALE_WARM: Text("预售预热", "Presale warm-up"),
    WaveKind.DEPOSIT: Text("付定金", "Deposit"),
    WaveKind.TAIL: Text("付尾款", "Tail"),
    WaveKind.WARM: Text("预热", "Warm-up"),
    WaveKind.SPOT: Text("现货售卖", "Spot sale"),
})  # fmt: skip
REASON_TEXTS = MappingProxyType({
    ExitReason.PRICE_WRONG: Text("价格设置错误", "the price is wrong"),
    ExitReason.NO_STOCK: Text("库存不足", "not enough stock"),
    ExitReason.QUALITY: Text("商品质量问题", "a fault of the goods"),
    ExitReason.WRONG_ITEM: Text("报错商品", "the wrong item"),
    ExitReason.OTHER: Text("其他", "other"),
})  # fmt: skip
STATUS_TEXTS = MappingProxyType({
    EntryStatus.ENROLLED: Text("已报名", "enrolled"),
    EntryStatus.EXITED: Text("已退出", "left"),
})  # fmt: skip
EVENT_TEXTS = MappingProxyType({
    EventStatus.DRAFT: Text("草稿", "draft"),
    EventStatus.PUBLISHED: Text("已发布", "published"),
    EventStatus.CANCELLED: Text("已取消", "called off"),
})  # fmt: skip
VERDICT_TEXTS = MappingProxyType({
    "proven": Text("价格已证明", "price proven"),
    "no_candidate": Text("窗口内没有价格记录,以一口价为限", "no price is known: the list price is the limit"),
})  # fmt: skip
WHOLE_EVENT = Text("店铺报名", "Enrolment of the shop")


def left_text(seconds: float) -> Text:
    """How long it still takes: days and hours, hours and minutes, or minutes."""
    minutes = max(int(seconds // 60), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return Text(f"{days} 天 {hours} 小时", f"{days} d {hours} h")
    if hours:
        return Text(f"{hours} 小时 {rest} 分", f"{hours} h {rest} min")
    return Text(f"{rest} 分钟", f"{rest} min")
