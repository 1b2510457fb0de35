"""How is news of sale events told to a shop: as a message, and where something must be done as a to-do?"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.kernel.messages import Message
from peakday.kernel.text import Text
from peakday.operations.workbench.model import SHOP_PREFIX, Todo
from peakday.trade.sale_events.model import EVENT_PREFIX, IMPORT_PREFIX, MilestoneKind, SaleEvent

_PERMISSION = "marketing:view"
_MILESTONES: Mapping[str, Text] = MappingProxyType({
    MilestoneKind.PRICE_LOCK.value: Text("报名截止,价格锁定", "enrolment closes and prices are locked"),
    MilestoneKind.STOCK_LOCK.value: Text("库存锁定", "stock is locked"),
    MilestoneKind.WARM_UP.value: Text("开始预热", "the warm-up begins"),
    MilestoneKind.SALE.value: Text("开卖", "the sale begins"),
})  # fmt: skip


def deadline_message(shop_id: UUID, event: SaleEvent, track: str, milestone: str, lead_hours: int) -> Message:
    """A date of an event comes near."""
    name, date = event.plan.name, _MILESTONES.get(milestone, Text(milestone, milestone))
    place = event.plan.find_track(track)
    where = Text(f"{name.zh} · {place.name.zh}", f"{name.en} · {place.name.en}") if place else name
    return Message(
        shop_id, "deadline", Text(f"{lead_hours} 小时内:{date.zh}", f"Within {lead_hours} h: {date.en}"), where,
        _event_page(shop_id, event), f"deadline:{event.event_id}:{track}:{milestone}:{lead_hours}",
        permission=_PERMISSION,
    )  # fmt: skip


def exit_message(shop_id: UUID, event: SaleEvent, exit_id: UUID, title: str | None, *, is_undone: bool) -> Message:
    """An item, or the whole shop (no title), has left an event, or came back."""
    name = event.plan.name
    zh, en = (f"商品“{title}”", f"“{title}”") if title else ("店铺", "The shop")
    if is_undone:
        subject = Text(f"{zh}已撤销退出:{name.zh}", f"{en} came back to {name.en}")
        body = Text("价格与库存重新锁定。", "Prices and stock are locked again.")
    else:
        subject = Text(f"{zh}已退出:{name.zh}", f"{en} left {name.en}")
        body = Text(
            "不再以活动价售卖;已下单照常履约。", "It is sold at the event's price no more; placed orders are honoured."
        )
    return Message(
        shop_id, "event_exit", subject, body, _event_page(shop_id, event),
        f"exit:{exit_id}:{'undone' if is_undone else 'left'}", permission=_PERMISSION,
    )  # fmt: skip


def refused_rows_message(
    shop_id: UUID, event: SaleEvent, run_id: UUID, accepted: int, refused: int
) -> Message:  # fmt: skip
    """A file of enrolments was read, and some of its rows were refused."""
    name = event.plan.name
    return Message(
        shop_id, "enrolment",
        Text(f"报名文件有被拒绝的行:{name.zh}", f"Rows of an enrolment file were refused: {name.en}"),
        Text(f"通过 {accepted} 行,拒绝 {refused} 行;错误文件说明每行原因。",
             f"{accepted} rows accepted, {refused} refused; the error file says why for each."),
        f"/shop/{show_id(SHOP_PREFIX, shop_id)}/{refused_rows_path(run_id)}", f"refused:{run_id}",
        permission=_PERMISSION,
    )  # fmt: skip


def refused_rows_todo(event: SaleEvent, track: str, run_id: UUID) -> Todo:
    """Mend what was refused, until the enrolment of the track closes."""
    place = event.plan.find_track(track)
    deadline: datetime = place.enrols_until if place else event.plan.enrols_until
    return Todo(
        key=f"refused:{run_id}", kind="enrolment_refused", permission=_PERMISSION, deadline=deadline, is_pushed=True,
        title=Text("修改被拒绝的报名行", "Mend the refused rows of an enrolment"),
        path=refused_rows_path(run_id),
    )  # fmt: skip


def refused_rows_path(run_id: UUID) -> str:
    """Where the run and its error file are, below the shop."""
    return f"events/imports/{show_id(IMPORT_PREFIX, run_id)}"


def _event_page(shop_id: UUID, event: SaleEvent) -> str:
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/events/{show_id(EVENT_PREFIX, event.event_id)}"
