"""How are to-dos, messages, cases and time left written for a reader?"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from peakday.kernel.messages import MessageStatus
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.text import Text
from peakday.operations.workbench.model import CaseKind, CaseState
from peakday.trade.promotions.model import Channel, Funder, Level

STATUS_TEXTS: Mapping[MessageStatus, Text] = {
    MessageStatus.OPEN: Text("待处理", "Open"),
    MessageStatus.ACKNOWLEDGED: Text("已有人处理", "In hand"),
    MessageStatus.ACCEPTED: Text("已接受", "Accepted"),
    MessageStatus.RESOLVED: Text("已解决", "Resolved"),
}
CHANNEL_TEXTS: Mapping[ChannelName, Text] = {
    ChannelName.DESK: Text("站内消息", "Desk"),
    ChannelName.MAIL: Text("邮件", "Mail"),
    ChannelName.WEBHOOK: Text("Webhook", "Webhook"),
}
DELIVERY_TEXTS: Mapping[str, Text] = {
    "waiting": Text("等待发送", "Waiting"),
    "delivered": Text("已送达", "Delivered"),
    "failed": Text("发送失败", "Failed"),
    "dropped": Text("无需发送", "Not needed any more"),
}
CASE_TEXTS: Mapping[CaseKind, Text] = {
    CaseKind.FINDING: Text("价格风险", "Price risk"),
    CaseKind.EXIT: Text("退出活动", "Exit from an event"),
    CaseKind.ENROLMENT_IMPORT: Text("批量报名", "Enrolment by file"),
}
CASE_STATE_TEXTS: Mapping[CaseState, Text] = {
    CaseState.RUNNING: Text("处理中", "Running"),
    CaseState.WAITS_FOR_YOU: Text("等你处理", "Waits for you"),
    CaseState.SETTLED: Text("已有结论", "Settled"),
}
LEVEL_TEXTS: Mapping[Level, Text] = {
    Level.ITEM: Text("单品级", "Item level"),
    Level.SHOP: Text("店铺级", "Shop level"),
    Level.CROSS_SHOP: Text("跨店级", "Cross-shop level"),
    Level.PAYMENT: Text("支付级", "Payment level"),
}
FUNDER_TEXTS: Mapping[Funder, Text] = {
    Funder.PLATFORM: Text("平台", "Platform"),
    Funder.MERCHANT: Text("商家", "Merchant"),
    Funder.CREATOR: Text("达人", "Creator"),
    Funder.BUYER: Text("买家自有", "Buyer's own"),
}
SHOPPING_TEXTS: Mapping[Channel, Text] = {
    Channel.APP: Text("手机 App", "App"),
    Channel.PC: Text("电脑", "PC"),
    Channel.WAP: Text("手机网页", "Mobile web"),
}
TAG_TEXTS: Mapping[str, Text] = {
    "new_customer": Text("新客", "New customer"),
    "member": Text("会员", "Member"),
    "vip88": Text("88VIP", "88VIP"),
    "88vip": Text("88VIP", "88VIP"),
    "live_room": Text("直播间访客", "Live-room visitor"),
}


def span_text(span: timedelta) -> Text:
    """A length of time in its two largest units: `3 天 4 小时`, `3 d 4 h`."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return Text(f"{days} 天 {hours} 小时", f"{days} d {hours} h")
    if hours:
        return Text(f"{hours} 小时 {rest} 分", f"{hours} h {rest} min")
    return Text(f"{rest} 分钟", f"{rest} min")


def left_text(deadline: datetime | None, now: datetime) -> Text:
    """How much time is left, or by how much it is late."""
    if deadline is None:
        return Text("无截止时间", "No deadline")
    if deadline < now:
        late = span_text(now - deadline)
        return Text(f"已超时 {late.zh}", f"{late.en} late")
    left = span_text(deadline - now)
    return Text(f"剩余 {left.zh}", f"{left.en} left")
